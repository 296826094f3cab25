"""The commands of the store in memory for hashes."""

from typing import Any

from sim.stores.memory.data import Data, number_text
from sim.stores.memory.job_row import JobRow


class Hashes(Data):
    """Hashes: a ``dict``, or a ``JobRow`` that becomes one when a command looks at it."""

    def hget(self, name: str, key: str) -> str | None:
        """Return one field; None when it does not exist."""
        fields = self._hash(name)
        value: str | None = None if fields is None else fields.get(key)
        return value

    def hgetall(self, name: str) -> dict[str, str]:
        """Copy a hash; empty when it does not exist."""
        fields = self._hash(name)
        return {} if fields is None else dict(fields)

    def hmget(self, name: str, keys: list[str]) -> list[str | None]:
        """Return several fields in the order asked for; None for each that does not exist."""
        fields = self._hash(name) or {}
        return [fields.get(key) for key in keys]

    def hset(self, name: str, key: str | None = None, value: str | None = None, mapping: Any = None) -> int:
        """Set fields and count the new ones."""
        fields = self._hash(name)
        if fields is None:
            fields = self._data[name] = {}
        before = len(fields)
        if key is not None:
            fields[key] = value if type(value) is str else number_text(value)
        if mapping is not None:
            for field, content in mapping.items():
                fields[field] = content if type(content) is str else number_text(content)
        return len(fields) - before

    def hdel(self, name: str, *keys: str) -> int:
        """Delete fields and count those that were there."""
        fields = self._hash(name)
        if fields is None:
            return 0
        gone = sum(fields.pop(key, None) is not None for key in keys)
        if not fields:
            del self._data[name]
        return gone

    def hincrby(self, name: str, key: str, amount: int = 1) -> int:
        """Add to a field that holds a number, and return the new one."""
        number = int(self.hget(name, key) or 0) + amount
        self.hset(name, key, str(number))
        return number

    def _hash(self, name: str) -> Any:
        fields = self._data.get(name)
        if type(fields) is JobRow:
            fields = self._data[name] = fields.as_hash()
        return fields

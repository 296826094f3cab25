"""The commands of the store in memory for sets."""

from sim.stores.memory.data import Data

Members = set[str]


class Sets(Data):
    """Sets."""

    def sadd(self, name: str, *values: str) -> int:
        """Put members in and count the new ones."""
        members = self._data.get(name)
        if members is None:
            members = self._data[name] = set()
        before = len(members)
        members.update(values)
        return len(members) - before

    def srem(self, name: str, *values: str) -> int:
        """Take members out and count those that were there."""
        members = self._data.get(name)
        if members is None:
            return 0
        before = len(members)
        members.difference_update(values)
        gone: int = before - len(members)
        if not members:
            del self._data[name]
        return gone

    def scard(self, name: str) -> int:
        """Count the members."""
        members = self._data.get(name)
        return 0 if members is None else len(members)

    def sismember(self, name: str, value: str) -> int:
        """Return 1 when a member is there, else 0."""
        members = self._data.get(name)
        return int(members is not None and value in members)

    def smembers(self, name: str) -> Members:
        """Copy the members."""
        members = self._data.get(name)
        return set() if members is None else set(members)

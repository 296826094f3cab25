"""Values on their way between Lua and Python."""

from typing import Any

from sim.core.errors import SimError
from sim.serve.redis_port.script_wire import ERROR, STATUS, Reply

MAX_VALUES = 1_000_000
"""Values in one answer, and tables in what is packed; a script ends by its time long before it makes more."""
DEEPEST = 100
"""Tables within tables; Redis's cjson and cmsgpack give up earlier or a little later."""


class ValueRefused(SimError):
    """A value that cannot go from one to the other; the text is Redis's."""


class Null:
    """``cjson.null``: a value that stands for none in JSON, and is no hole in a table."""


NULL = Null()


def to_python(value: Any, lua: Any, depth: int = 0, left: list[int] | None = None) -> Any:
    """Return a Lua value as bytes, numbers, lists and dictionaries; an empty table is a dictionary, as in cjson.

    Raises:
        ValueRefused: It holds a function, or tables that go too deep or hold too much.
    """
    if value is NULL:
        return None
    if value is None or isinstance(value, bytes | bool | int | float):
        return value
    if lua.lua_type(value) != "table":
        raise ValueRefused(f"ERR Cannot serialise {lua.lua_type(value) or 'userdata'}: type not supported")
    if depth == DEEPEST:
        raise ValueRefused("ERR Cannot serialise, excessive depth")
    left = _count(left)
    pairs = list(value.items())
    numbers = {key for key, _ in pairs if type(key) is int}
    if pairs and numbers == set(range(1, len(pairs) + 1)):
        by_number = dict(pairs)
        return [to_python(by_number[number], lua, depth + 1, left) for number in range(1, len(pairs) + 1)]
    return {to_python(key, lua, depth + 1, left): to_python(item, lua, depth + 1, left) for key, item in pairs}


def to_lua(value: Any, runtime: Any, null: Any) -> Any:
    """Return what JSON or MessagePack held as a Lua value.

    Args:
        null: What a null becomes: ``cjson.null`` or nil.
    """
    if value is None:
        return null
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, list | tuple):
        return runtime.table_from([to_lua(item, runtime, null) for item in value])
    if isinstance(value, dict):
        return runtime.table_from(
            {to_lua(key, runtime, null): to_lua(item, runtime, null) for key, item in value.items()}
        )
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**53) <= value <= 2**53:
        return float(value)
    return value


def number_text(number: float) -> bytes:
    """Write a number as ``redis.call`` sends it."""
    return f"{number:.17g}".encode()


def reply_to_lua(value: Any, runtime: Any) -> tuple[bool, Any]:
    """Return whether an answer of Redis is none of its errors, and what ``redis.call`` makes of it.

    Source: Redis 7.0, the conversion of RESP to Lua.
    """
    if isinstance(value, Reply):
        return value.code == STATUS, _lua_reply(value, runtime)
    return True, _lua_reply(value, runtime)


def _lua_reply(value: Any, runtime: Any) -> Any:
    if value is None:
        return False
    if isinstance(value, bytes | bool | int):
        return value
    if isinstance(value, list):
        return runtime.table_from([_lua_reply(item, runtime) for item in value])
    if isinstance(value, Reply):
        return runtime.table_from({b"ok" if value.code == STATUS else b"err": value.text})
    if isinstance(value, float):
        return runtime.table_from({b"double": value})
    if isinstance(value, dict):
        pairs = {_lua_reply(key, runtime): _lua_reply(item, runtime) for key, item in value.items()}
        return runtime.table_from({b"map": runtime.table_from(pairs)})
    return str(value).encode("utf-8", "replace")


def from_lua(value: Any, lua: Any, depth: int = 0, left: list[int] | None = None) -> Any:
    """Return what a script answers as Redis sends it; statuses and errors are ``Reply``.

    Args:
        left: How many tables and values there may be, one number.

    Raises:
        ValueRefused: Tables go too deep, or hold too much (a table may stand in many places).

    Source: Redis 7.0, the conversion of Lua to RESP.
    """
    if value is None or value is False:
        return None
    if value is True:
        return 1
    if isinstance(value, bytes | int):
        return value
    if isinstance(value, float):
        return int(value) if abs(value) < 2**63 else (2**63 - 1 if value > 0 else -(2**63))
    if lua.lua_type(value) != "table":
        return None
    if depth == DEEPEST:
        raise ValueRefused("ERR reached lua stack limit")
    left = _count(left)
    for name, code in ((b"ok", STATUS), (b"err", ERROR)):
        text = value[name]
        if isinstance(text, bytes):
            return Reply(code, text)
    double, pairs = value[b"double"], value[b"map"]
    if isinstance(double, int | float) and not isinstance(double, bool):
        return float(double)
    if pairs is not None and lua.lua_type(pairs) == "table":
        return {
            from_lua(key, lua, depth + 1, left): from_lua(item, lua, depth + 1, left) for key, item in pairs.items()
        }
    items: list[Any] = []
    while (item := value[len(items) + 1]) is not None:
        items.append(from_lua(item, lua, depth + 1, _count(left)))
    return items


def _count(left: list[int] | None) -> list[int]:
    left = [MAX_VALUES] if left is None else left
    left[0] -= 1
    if left[0] < 0:
        raise ValueRefused(f"ERR more than {MAX_VALUES:,} values in one")
    return left

"""Values on the way between Lua and Python, for the libraries that Redis offers to scripts."""

from typing import Any

from sim.serve.fakeredis_parts import SimpleError

DEEPEST = 100
"""Tables within tables; Redis's cjson and cmsgpack give up earlier or a little later."""


class Null:
    """``cjson.null``: a value that stands for none in JSON, and is no hole in a table."""


NULL = Null()


def to_python(value: Any, lua: Any, depth: int = 0) -> Any:
    """Return a Lua value as bytes, numbers, lists and dictionaries; an empty table is a dictionary, as in cjson.

    Raises:
        SimpleError: It holds a function, or tables that go too deep.
    """
    if value is NULL:
        return None
    if value is None or isinstance(value, bytes | bool | int | float):
        return value
    if lua.lua_type(value) != "table":
        raise SimpleError(f"ERR Cannot serialise {lua.lua_type(value) or 'userdata'}: type not supported")
    if depth == DEEPEST:
        raise SimpleError("ERR Cannot serialise, excessive depth")
    pairs = list(value.items())
    numbers = {key for key, _ in pairs if type(key) is int}
    if pairs and numbers == set(range(1, len(pairs) + 1)):
        by_number = dict(pairs)
        return [to_python(by_number[number], lua, depth + 1) for number in range(1, len(pairs) + 1)]
    return {to_python(key, lua, depth + 1): to_python(item, lua, depth + 1) for key, item in pairs}


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

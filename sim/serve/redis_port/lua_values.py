"""Values on the way between Lua and Python, for the libraries that Redis offers to scripts.

``cjson``, ``cmsgpack`` and ``bit`` as Redis offers them to scripts; Bull's scripts use all three.
"""

import json
from collections.abc import Callable
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


_WORD = 0xFFFF_FFFF


def libraries(runtime: Any, lua: Any) -> dict[str, dict[str, Any]]:
    """Return the libraries' functions by library and name, for one Lua runtime.

    Source: Redis 7.0, deps/lua: lua_cjson.c, lua_cmsgpack.c, lua_bit.c.
    """
    return {"cjson": _cjson(runtime, lua), "cmsgpack": _cmsgpack(runtime, lua), "bit": _bit()}


def _cjson(runtime: Any, lua: Any) -> dict[str, Any]:
    def encode(value: Any) -> bytes:
        text = json.dumps(_as_text(to_python(value, lua)), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.replace("/", "\\/").encode("utf-8", "surrogateescape")

    def decode(text: Any) -> Any:
        value = json.loads(_bytes_of(text).decode("utf-8", "surrogateescape"))
        return to_lua(value, runtime, NULL)

    return {"encode": _shown("cjson.encode", encode), "decode": _shown("cjson.decode", decode), "null": NULL}


def _cmsgpack(runtime: Any, lua: Any) -> dict[str, Any]:
    import msgpack  # of the extra `serve`: a port says what is missing before it comes to this

    def pack(*values: Any) -> bytes:
        if not values:
            raise ValueRefused("ERR bad argument #0 to 'pack' (MessagePack pack needs input.)")
        return b"".join(msgpack.packb(_as_list_if_empty(to_python(value, lua))) for value in values)

    def unpack(data: Any) -> Any:
        reader = msgpack.Unpacker(raw=True, strict_map_key=False, max_buffer_size=0)
        reader.feed(_bytes_of(data))
        found, end = [], 0
        for value in reader:
            found.append(to_lua(value, runtime, None))
            end = reader.tell()
        if end != len(_bytes_of(data)):
            raise ValueRefused("ERR Missing bytes in input.")
        return tuple(found)

    return {"pack": _shown("cmsgpack.pack", pack), "unpack": _shown("cmsgpack.unpack", unpack)}


def _bit() -> dict[str, Any]:
    def fold(join: Callable[[int, int], int]) -> Callable[..., int]:
        def operate(first: Any, *others: Any) -> int:
            value = _word(first)
            for other in others:
                value = join(value, _word(other))
            return _signed(value)

        return operate

    def tohex(value: Any, digits: Any = 8) -> bytes:
        count = int(digits)
        text = f"{_word(value):08x}"[-min(abs(count), 8) :] if count else ""
        return (text.upper() if count < 0 else text).encode()

    def bswap(value: Any) -> int:
        return _signed(int.from_bytes(_word(value).to_bytes(4, "big"), "little"))

    def turned(value: Any, by: int) -> int:
        word = _word(value)
        return _signed((word << by | word >> (32 - by)) & _WORD)

    functions: dict[str, Callable[..., Any]] = {
        "tobit": lambda value: _signed(_word(value)),
        "tohex": tohex,
        "bnot": lambda value: _signed(~_word(value)),
        "band": fold(lambda one, other: one & other),
        "bor": fold(lambda one, other: one | other),
        "bxor": fold(lambda one, other: one ^ other),
        "lshift": lambda value, by: _signed(_word(value) << (int(by) & 31)),
        "rshift": lambda value, by: _signed(_word(value) >> (int(by) & 31)),
        "arshift": lambda value, by: _signed(_signed(_word(value)) >> (int(by) & 31)),
        "rol": lambda value, by: turned(value, int(by) & 31),
        "ror": lambda value, by: turned(value, -int(by) & 31),
        "bswap": bswap,
    }
    return {name: _shown(f"bit.{name}", function) for name, function in functions.items()}


def _shown(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a mistake of a script reach it as an error of Redis."""

    def call(*values: Any) -> Any:
        try:
            return function(*values)
        except ValueRefused:
            raise
        except Exception as error:
            raise ValueRefused(f"ERR bad argument to '{name}': {error}") from None

    return call


def _word(value: Any) -> int:
    return round(float(value)) & _WORD


def _signed(value: int) -> int:
    value &= _WORD
    return value - 2**32 if value >= 2**31 else value


def _bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else f"{value:.14g}".encode()


def _as_list_if_empty(value: Any) -> Any:
    """Return an empty table as cmsgpack packs it: as an array."""
    return [] if value == {} and isinstance(value, dict) else value


def _as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, float):
        return json.loads(f"{value:.14g}")
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, dict):
        return {_key(key): _as_text(item) for key, item in value.items()}
    return value


def _key(key: Any) -> str:
    return key.decode("utf-8", "surrogateescape") if isinstance(key, bytes) else f"{key:.14g}"

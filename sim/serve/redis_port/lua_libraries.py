"""The libraries ``cjson``, ``cmsgpack`` and ``bit`` as Redis offers them to scripts; Bull's scripts use all three."""

import json
from collections.abc import Callable
from typing import Any

from sim.serve.redis_port.lua_values import NULL, ValueRefused, to_lua, to_python

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

"""What a command would cost before it is carried out: time, and the size of the string that it would make.

fakeredis carries commands out in Python, one to fifty times as slowly as Redis, and nothing can interrupt it. A command
whose operands are so large that it would hold the world for long is therefore refused beforehand. The estimates are
rough, in microseconds on the machine of docs/performance.md, and rather too high.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sim.serve.limits import PortLimits

PER_ARGUMENT_US = 2.0
PER_ELEMENT_US = 1.0
PER_BYTE_US = 1 / 2_000
MOST_DIGITS = 20

_POINT = """
append decr decrby get getbit getdel getex getrange getset incr incrby incrbyfloat mget mset msetnx psetex set setbit
setex setnx setrange strlen substr
blmove blmpop blpop brpop brpoplpush lindex linsert llen lmove lmpop lpop lpush lpushx lset rpop rpoplpush rpush rpushx
sadd scard sismember smismember smove spop srem
hdel hexists hget hincrby hincrbyfloat hlen hmget hmset hset hsetnx hstrlen
bzmpop bzpopmax bzpopmin zadd zcard zcount zincrby zlexcount zmscore zrank zrem zrevrank zscore
pfadd geodist geohash geopos
del exists expire expireat expiretime move persist pexpire pexpireat pexpiretime pttl rename renamenx ttl type unlink
discard exec multi unwatch watch
psubscribe publish punsubscribe spublish ssubscribe subscribe sunsubscribe unsubscribe
eval evalsha script auth echo hello ping quit reset select client command config lastsave memory role slowlog time
"""
POINT = frozenset(_POINT.split())
"""Commands whose cost is that of their arguments; every other one walks over the keys that it names."""
WHOLE_DATABASE = frozenset(("dbsize", "info", "keys", "randomkey", "scan"))
SLOW_WALKS = {
    "bitcount": 500.0, "bitop": 400.0, "bitpos": 1_000.0,
    "georadius": 20.0, "georadius_ro": 20.0, "georadiusbymember": 20.0, "georadiusbymember_ro": 20.0,
    "geosearch": 20.0, "geosearchstore": 20.0, "sort": 6.0, "sort_ro": 6.0, "zdiff": 6.0, "zdiffstore": 6.0,
    "zinter": 6.0, "zintercard": 6.0, "zinterstore": 6.0, "zrangestore": 4.0, "zunion": 6.0, "zunionstore": 6.0,
}  # fmt: skip
"""How often as much as a plain walk; for strings as much as a copy."""
SLOW_ARGUMENTS = {"geoadd": 10.0, "zadd": 2.0}
SETS_BITS = frozenset(("bitfield", "bitfield_ro"))
RANDOM = frozenset(("hrandfield", "srandmember", "zrandmember"))


def cost_us(name: str, args: Sequence[bytes], database: Any) -> float:
    """Estimate how long a command takes, microseconds."""
    word = name.split(" ")[0]
    own = len(args) * PER_ARGUMENT_US * SLOW_ARGUMENTS.get(word, 1.0)
    if word in POINT:
        return own
    if word in WHOLE_DATABASE:
        return own + len(database._dict) * PER_ELEMENT_US
    if word == "lcs":
        lengths = [_length(database, key) for key in args[:2]]
        return own + lengths[0] * lengths[-1] if len(lengths) == 2 else own
    if word in SETS_BITS:
        size = _length(database, args[0]) + _farthest_byte(args) if args else 0
        return own + len(args) / 3 * 64 * (1 + 2 * size * PER_BYTE_US)
    factor = SLOW_WALKS.get(word, 1.0)
    if word in ("sort", "sort_ro"):
        factor += sum(arg.lower() == b"get" for arg in args)
    walked = 0.0
    for arg in args:
        item = database._dict.get(arg)
        if item is not None and item.value is not None:
            each = PER_BYTE_US if isinstance(item.value, bytes) else PER_ELEMENT_US
            walked += _size(item.value) * each * factor
    if word in RANDOM and len(args) > 1:
        walked += abs(_whole(args[1])) * PER_ELEMENT_US
    return own + walked


def string_bytes(name: str, args: Sequence[bytes], database: Any) -> int:
    """Return how long the string would be that a command makes of one that is there; 0 for all other commands."""
    measure = _STRINGS.get(name)
    try:
        return 0 if measure is None or not args else measure(args, database)
    except IndexError:
        return 0


def refusal(name: str, args: Sequence[bytes], database: Any, limits: PortLimits) -> str | None:
    """Say why a command is not carried out, as an error of Redis; None when it may be."""
    if string_bytes(name, args, database) > limits.argument_bytes:
        megabytes = limits.argument_bytes // 2**20
        return f"ERR string exceeds maximum allowed size (proto-max-bulk-len), which is {megabytes} MB at this port"
    if name in _WAITS and (len(args) > limits.waited_keys or sum(map(len, args)) > limits.names_bytes):
        return f"ERR a client can wait for {limits.waited_keys} keys at once at this port, with short names"
    if cost_us(name, args, database) > limits.command_cost_s * 1e6:
        return (
            "ERR the command would take too long: what it names is too large for one command at this port; "
            "read it in parts (SCAN and its kin, LRANGE, ZRANGE by rank)"
        )
    return None


_WAITS = frozenset(("blmove", "brpoplpush", "blpop", "brpop", "blmpop", "bzpopmin", "bzpopmax", "bzmpop"))
_STRINGS: dict[str, Callable[[Sequence[bytes], Any], int]] = {
    "append": lambda args, database: _length(database, args[0]) + len(args[1]),
    "setrange": lambda args, _database: _whole(args[1]) + len(args[2]),
    "setbit": lambda args, _database: _whole(args[1]) // 8 + 1,
    "bitfield": lambda args, _database: _farthest_byte(args),
}


def _farthest_byte(args: Sequence[bytes]) -> int:
    """Return the greatest offset of a BITFIELD, bytes."""
    farthest = 0
    for place in range(1, len(args) - 2):
        if args[place].lower() in (b"set", b"incrby"):
            offset = args[place + 2]
            width = _whole(args[place + 1][1:]) if offset.startswith(b"#") else 1
            farthest = max(farthest, _whole(offset.removeprefix(b"#")) * width // 8 + 9)
    return farthest


def _length(database: Any, key: bytes) -> int:
    item = database._dict.get(key)
    return _size(item.value) if item is not None and item.value is not None else 0


def _size(value: Any) -> int:
    return len(value)


def _whole(text: bytes) -> int:
    if len(text) > MOST_DIGITS:
        return 0  # no number of Redis; the command says so
    try:
        return int(text)
    except ValueError:
        return 0

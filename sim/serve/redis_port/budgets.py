"""What a command would cost before it is carried out: time, and the size of the string that it would make.

fakeredis carries commands out in Python, one to fifty times as slowly as Redis, and nothing can interrupt it. A command
whose operands are so large that it would hold the world for long is therefore refused beforehand. The estimates are
rough, in microseconds on the machine of docs/performance.md, and rather too high.

How much clients of the Redis port may add to the simulated Redis: its ``maxmemory``, without eviction.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sim.serve.redis_port.fakeredis_parts import is_write_command
from sim.serve.redis_port.limits import PortLimits

PER_ARGUMENT_US = 2.0
PER_ELEMENT_US = 1.0
PER_BYTE_US = 1 / 2_000
MAX_DIGITS = 20

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
        return f"ERR a client can block on at most {limits.waited_keys} keys at once at this port, with short names"
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
    if len(text) > MAX_DIGITS:
        return 0  # no number of Redis; the command says so
    try:
        return int(text)
    except ValueError:
        return 0


OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'."
PER_KEY_BYTES = 400
PER_ELEMENT_BYTES = 120
"""What Python takes beside the bytes themselves, about."""
MEASURE_SHARE = 10
"""What there is gets measured for a tenth of the time at most: it is a walk over all keys."""

_FREES = """
blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin del discard expire expireat getdel hdel lmove lmpop lpop
lrem ltrim move persist pexpire pexpireat rename renamenx rpop rpoplpush smove spop srem unlink zmpop zpopmax zpopmin
zrem zremrangebylex zremrangebyrank zremrangebyscore
"""
FREES = frozenset(_FREES.split())
"""Commands that write and make nothing larger; they are carried out whatever there is."""
_MAKES = """
copy geosearchstore georadius georadiusbymember pfmerge sdiffstore sinterstore sort sunionstore zdiffstore zinterstore
zrangestore zunionstore bitop
"""
MAKES = frozenset(_MAKES.split())
"""Commands that make a value of others."""


class DataBudget:
    """Counts what clients add, by an estimate that is never too low, and measures what there is when that is too much.

    Args:
        max_bytes: What there may be.
        databases: The simulated server's, by number.
        clock: Real seconds, from anywhere.
    """

    def __init__(self, max_bytes: int, databases: dict[int, Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = max_bytes
        self._databases = databases
        self._clock = clock
        self._added_bytes = 0
        self._measure_again_s = float("-inf")

    def refusal(self, name: str, args: Sequence[bytes], database: Any) -> str | None:
        """Count a command, and say why it is not carried out, as Redis does; None when it may be."""
        if not _grows(name):
            return None
        growth = sum(map(len, args)) + PER_KEY_BYTES + len(args) * PER_ELEMENT_BYTES
        if name in MAKES:
            growth += sum(_bytes_of(database._dict.get(arg)) for arg in args)
        if name in ("setbit", "setrange", "bitfield"):
            growth += string_bytes(name, args, database)
        if self._added_bytes + growth > self._max_bytes:
            self._measure()
            if self._added_bytes + growth > self._max_bytes:
                return OUT_OF_MEMORY
        self._added_bytes += growth
        return None

    def _measure(self) -> None:
        """Find out what there is; what was added and is gone again no longer counts."""
        began_s = self._clock()
        if began_s < self._measure_again_s:
            return
        there = sum(
            PER_KEY_BYTES + len(key) + _bytes_of(item)
            for database in list(self._databases.values())
            for key, item in list(database._dict.items())
        )
        self._added_bytes = min(self._added_bytes, there)
        ended_s = self._clock()
        self._measure_again_s = ended_s + MEASURE_SHARE * (ended_s - began_s)


_GROWS: dict[str, bool] = {}


def _grows(name: str) -> bool:
    grows = _GROWS.get(name)
    if grows is None:
        word = name.split(" ")[0]
        grows = _GROWS[name] = word not in FREES and bool(is_write_command(word.encode()))
    return grows


def _bytes_of(item: Any) -> int:
    if item is None or item.value is None:
        return 0
    value = item.value
    if isinstance(value, bytes):
        return len(value)
    try:
        if isinstance(value, list):
            return sum(map(len, value)) + 50 * len(value)
        fields = getattr(value, "_values", None) or getattr(value, "_bylex", None) or {}
        held = sum(map(len, fields)) + PER_ELEMENT_BYTES * len(fields)
        first = next(iter(fields.values()), None)
        return held + sum(map(len, fields.values())) if isinstance(first, bytes) else held
    except TypeError:
        return PER_ELEMENT_BYTES * len(value)

"""How much clients of the Redis port may add to the simulated Redis: its ``maxmemory``, without eviction."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from sim.serve.command_costs import string_bytes
from sim.serve.fakeredis_parts import is_write_command

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
        most_bytes: What there may be.
        databases: The simulated server's, by number.
        clock: Real seconds, from anywhere.
    """

    def __init__(self, most_bytes: int, databases: dict[int, Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes = most_bytes
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
        if self._added_bytes + growth > self._most_bytes:
            self._measure()
            if self._added_bytes + growth > self._most_bytes:
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

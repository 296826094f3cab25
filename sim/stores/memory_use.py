"""How many bytes redis-server needs for a key, worked out from its layout: what it allocates, as jemalloc rounds it.

An estimate of Redis 7.0 on 64 bits: used_memory of the real one differs by less than docs/bull-facts.md says
("Memory"). Lists, sets and sorted sets are counted by their lengths, with ids of a few digits.
"""

from bisect import bisect_left
from collections.abc import Mapping

EMPTY_BYTES = 1_050_000
"""What redis-server uses with no key and no client."""
ENTRY_BYTES = 32
ROBJ_BYTES = 16
TOKEN_BYTES = 36
"""How long Bull's lock tokens are, a UUID each."""
MAX_LISTPACK_ENTRIES, MAX_LISTPACK_VALUE = 128, 64
UNPACKED_SLOTS = 8
"""Slots of a job's dictionary as it is added. One that has grown since keeps its old table: nobody looks at it often
enough to bring everything over."""
QUICKLIST_BYTES = 48
NODE_BYTES = 8_192
ID_BYTES = 5
"""An id as an entry of a list, most often a number of 16 or 24 bits."""
SKIPLIST_BYTES = 53 + 16 + ENTRY_BYTES
"""One member of a large sorted set: its node, its text, its place in the dictionary."""


def _classes() -> list[int]:
    """List jemalloc's size classes: multiples of 16 up to 128, then four to each doubling."""
    sizes = [8, *range(16, 129, 16)]
    step = 32
    while sizes[-1] < 1 << 32:
        sizes += [sizes[-1] + step * number for number in range(1, 5)]
        step *= 2
    return sizes


_SIZES = _classes()


def allocated(size: int) -> int:
    """Return how many bytes an allocation of so many takes."""
    return _SIZES[bisect_left(_SIZES, size)]


def text_bytes(length: int) -> int:
    """Return what a text of its own takes: an sds with its header and its end."""
    header = 1 if length < 32 else 3 if length < 256 else 5 if length < 65_536 else 9
    return allocated(header + length + 1)


def key_bytes(name: str, *, expires: bool) -> int:
    """Return what a key takes besides its value: its name and its places in Redis' dictionaries."""
    return text_bytes(len(name)) + (2 * ENTRY_BYTES if expires else ENTRY_BYTES)


def string_bytes(length: int, *, number: bool) -> int:
    """Return what a string takes."""
    if number:
        return ROBJ_BYTES
    return allocated(ROBJ_BYTES + 3 + length + 1) if length <= 44 else ROBJ_BYTES + text_bytes(length)


def hash_bytes(fields: Mapping[str, str]) -> int:
    """Return what a hash takes: a listpack while all of it is short, else a dictionary."""
    lengths = [(len(field), len(value)) for field, value in fields.items()]
    longest = max((value for _field, value in lengths), default=0)
    if len(lengths) <= MAX_LISTPACK_ENTRIES and longest <= MAX_LISTPACK_VALUE:
        packed = 7 + sum(
            _packed(field) + (_packed_number(value) if text.isdigit() else _packed(value))
            for (field, value), text in zip(lengths, fields.values(), strict=True)
        )
        return ROBJ_BYTES + allocated(packed)
    entries = sum(ENTRY_BYTES + text_bytes(field) + text_bytes(value) for field, value in lengths)
    slots = table_slots(len(lengths))
    tables = allocated(8 * slots) + (allocated(4 * slots) if slots > UNPACKED_SLOTS else 0)
    return ROBJ_BYTES + 64 + tables + entries


def list_bytes(length: int) -> int:
    """Return what a list of ids takes."""
    packed = length * ID_BYTES
    nodes, rest = divmod(packed, NODE_BYTES)
    return ROBJ_BYTES + QUICKLIST_BYTES + nodes * (allocated(NODE_BYTES) + 32) + 32 + allocated(7 + rest)


def sorted_set_bytes(length: int) -> int:
    """Return what a sorted set of ids takes; scores are times."""
    if length <= MAX_LISTPACK_ENTRIES:
        return ROBJ_BYTES + allocated(7 + length * (ID_BYTES + 10))
    return ROBJ_BYTES + 160 + length * SKIPLIST_BYTES + 8 * table_slots(length)


def set_bytes(length: int) -> int:
    """Return what a set of ids takes, which are numbers."""
    return ROBJ_BYTES + allocated(8 + 4 * length)


def table_slots(entries: int) -> int:
    """Return how many slots a dictionary has for so many entries: a power of two, 4 at least."""
    return max(4, 1 << (entries - 1).bit_length()) if entries else 0


def _packed(length: int) -> int:
    """Return what a text takes in a listpack."""
    return length + (2 if length < 64 else 3 if length < 126 else 4)


def _packed_number(digits: int) -> int:
    """Return what a number takes in a listpack."""
    return 2 if digits <= 2 else 3 if digits <= 3 else 4 if digits <= 4 else 6 if digits <= 9 else 10

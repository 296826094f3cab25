"""Long lists and sorted sets of the store in memory answer as short ones do, whatever pieces they are kept in."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.clock import ManualClock
from sim.stores.memory import lists, long_list, sorted_set
from sim.stores.memory.long_list import LongList
from sim.stores.memory_store import MemoryStore

FEW = st.integers(-12, 12)
NAMES = st.sampled_from([f"job-{number}" for number in range(12)])
SCORES = st.sampled_from([-2, 0, 1, 1.5, 7, 8, 9])


@pytest.fixture(autouse=True)
def _short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a handful of values be many."""
    monkeypatch.setattr(sorted_set, "PIECE", 2)
    monkeypatch.setattr(long_list, "PIECE", 2)
    monkeypatch.setattr(lists, "SHORT", 3)


class PlainList:
    """A list of Redis as one walks through it: what the commands mean."""

    def __init__(self) -> None:
        self.items: list[str] = []

    def lpush(self, *values: str) -> int:
        """Put values at the left end, one after the other."""
        self.items[:0] = reversed(values)
        return len(self.items)

    def rpush(self, *values: str) -> int:
        """Put values at the right end."""
        self.items += values
        return len(self.items)

    def rpoplpush(self) -> str | None:
        """Take the last value away."""
        return self.items.pop() if self.items else None

    def lrange(self, start: int, end: int) -> list[str]:
        """List values between two places, both inclusive."""
        size = len(self.items)
        first = max(0, start + size if start < 0 else start)
        last = end + size if end < 0 else end
        return self.items[first : max(0, last + 1)]

    def lindex(self, index: int) -> str | None:
        """Return the value at a place."""
        return self.items[index] if -len(self.items) <= index < len(self.items) else None

    def linsert(self, where: str, pivot: str, value: str) -> int:
        """Put a value beside another."""
        if not self.items:
            return 0
        if pivot not in self.items:
            return -1
        self.items.insert(self.items.index(pivot) + (where == "AFTER"), value)
        return len(self.items)

    def lset(self, index: int, value: str) -> bool | None:
        """Put a value in place of another."""
        if not -len(self.items) <= index < len(self.items):
            return None
        self.items[index] = value
        return True

    def llen(self) -> int:
        """Count the values."""
        return len(self.items)

    def lrem(self, count: int, value: str) -> int:
        """Take a value out."""
        places = [place for place, other in enumerate(self.items) if other == value]
        doomed = places if not count else places[:count] if count > 0 else places[count:]
        for place in reversed(doomed):
            del self.items[place]
        return len(doomed)

    def lpos(self, value: str) -> int | None:
        """Return the first place of a value."""
        return self.items.index(value) if value in self.items else None


def _call(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, tuple[Any, ...]]]:
    return st.tuples(st.just(name), st.tuples(*arguments))


LIST_CALLS = st.one_of(
    st.tuples(st.sampled_from(["lpush", "rpush"]), st.lists(NAMES, min_size=1, max_size=6).map(tuple)),
    _call("rpoplpush"),
    _call("lrange", FEW, FEW),
    _call("lindex", FEW),
    _call("linsert", st.sampled_from(["BEFORE", "AFTER"]), NAMES, NAMES),
    _call("lset", FEW, NAMES),
    _call("lrem", st.integers(-2, 2), NAMES),
    _call("lpos", NAMES),
)


def _asked(store: MemoryStore, name: str, arguments: tuple[Any, ...]) -> object:
    if name == "rpoplpush":
        return store.rpoplpush("line", "elsewhere")
    if name == "lset" and store.lindex("line", arguments[0]) is None:
        return None
    return getattr(store, name)("line", *arguments)


@settings(max_examples=400)
@given(calls=st.lists(LIST_CALLS, max_size=40))
def test_a_list_in_pieces_answers_as_one_that_is_walked_through(calls: list[tuple[str, tuple[Any, ...]]]) -> None:
    """Every command for lists, with values that stand there once and with some that do so several times."""
    store, plain = MemoryStore(ManualClock(0)), PlainList()
    for name, arguments in calls:
        assert _asked(store, name, arguments) == getattr(plain, name)(*arguments)
        assert store.lrange("line", 0, -1) == plain.items
        assert store.llen("line") == len(plain.items)
        assert store.exists("line") == bool(plain.items)


class PlainSortedSet:
    """Members and scores, sorted anew for every question."""

    def __init__(self) -> None:
        self.scores: dict[str, float] = {}

    @property
    def entries(self) -> list[tuple[float, str]]:
        """Scores and members, sorted."""
        return sorted((score, member) for member, score in self.scores.items())

    def zadd(self, member: str, score: float) -> int:
        """Give a member a score."""
        new = member not in self.scores
        self.scores[member] = score
        return int(new)

    def zrem(self, *members: str) -> int:
        """Take members out."""
        return sum(self.scores.pop(member, None) is not None for member in members)

    def zcount(self, least: float, most: float) -> int:
        """Count scores between two bounds."""
        return len([score for score in self.scores.values() if least <= score <= most])

    def zrange(self, start: int, end: int, desc: bool) -> list[str]:
        """List members between two ranks."""
        members = [member for _score, member in self.entries]
        line = PlainList()
        line.items = members[::-1] if desc else members
        return line.lrange(start, end)

    def zrangebyscore(self, least: float, most: float, window: tuple[int, int] | None) -> list[str]:
        """List members with scores between two bounds."""
        found = [member for score, member in self.entries if least <= score <= most]
        if window is None:
            return found
        start, num = window
        return found[start : start + num] if num >= 0 else found[start:]


SET_CALLS = st.one_of(
    _call("zadd", NAMES, SCORES),
    _call("zadd", NAMES, SCORES),
    st.tuples(st.just("zrem"), st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple)),
    _call("zcount", SCORES, SCORES),
    _call("zrange", FEW, FEW, st.booleans()),
    _call("zrangebyscore", SCORES, SCORES, st.none() | st.tuples(st.integers(0, 4), st.integers(-1, 4))),
)


def _set_asked(store: MemoryStore, name: str, arguments: tuple[Any, ...]) -> object:
    if name == "zadd":
        return store.zadd("set", {arguments[0]: arguments[1]})
    if name == "zrange":
        return store.zrange("set", arguments[0], arguments[1], desc=arguments[2])
    if name == "zrangebyscore":
        start, num = arguments[2] or (None, None)
        return store.zrangebyscore("set", arguments[0], arguments[1], start=start, num=num)
    return getattr(store, name)("set", *arguments)


@settings(max_examples=400)
@given(calls=st.lists(SET_CALLS, max_size=60))
def test_a_sorted_set_in_pieces_answers_as_one_that_is_sorted_anew(calls: list[tuple[str, tuple[Any, ...]]]) -> None:
    """Every command for sorted sets; members leave at both ends and in the middle."""
    store, plain = MemoryStore(ManualClock(0)), PlainSortedSet()
    for name, arguments in calls:
        assert _set_asked(store, name, arguments) == getattr(plain, name)(*arguments)
        assert store.zrange("set", 0, -1, withscores=True) == [(member, score) for score, member in plain.entries]
        assert store.zcard("set") == len(plain.entries)
        assert store.exists("set") == bool(plain.entries)


class Compared(str):
    """A value that counts how often one is compared with another."""

    comparisons = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Compared.comparisons += 1
        return str.__eq__(self, other)


@pytest.fixture
def comparisons(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count comparisons, in pieces of the usual size."""
    monkeypatch.undo()
    return lambda: Compared.comparisons


@pytest.mark.parametrize("size", [4_000, 32_000])
def test_a_value_is_found_in_a_long_list_without_a_walk_through_it(size: int, comparisons: Callable[[], int]) -> None:
    """Putting a value beside another and taking it out looks at one piece, however long the list is."""
    line = LongList(map(Compared, map(str, range(size))))
    before = comparisons()
    for number in range(7, size, size // 100):
        assert line.insert_beside(str(number), Compared(f"new-{number}"), after=False)
        assert line.take_out(str(number), -1) == 1
    assert comparisons() - before < 100 * 2 * 3 * long_list.PIECE


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, SCORES), st.integers(0, 14))
def test_the_lowest_entries_are_the_first_in_order_and_can_go(scores: dict[str, float], count: int) -> None:
    """However many pieces they stand in, and as if each had been taken out by itself."""
    members, others = sorted_set.SortedSet(), sorted_set.SortedSet()
    for name, score in scores.items():
        members.add(name, score)
        others.add(name, score)
    ordered = sorted((float(score), name) for name, score in scores.items())
    assert members.lowest(count) == ordered[:count]
    members.drop_lowest(count)
    for _score, name in ordered[:count]:
        others.remove(name)
    assert list(members.entries(0, len(members))) == list(others.entries(0, len(others))) == ordered[count:]
    members.add("later", 100)
    assert members.lowest(1) == (ordered[count:] or [(100, "later")])[:1]

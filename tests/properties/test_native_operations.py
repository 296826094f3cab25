"""A native operation of the store in memory does what the queue's own step does, on whatever stands in the keys."""

from collections import Counter, deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.clock import ManualClock
from sim.queue.dequeue import LockParams, hand_out, hand_out_first
from sim.queue.finish import complete
from sim.queue.job import Job, JobOptions, Keep
from sim.queue.keys import QueueKeys
from sim.queue.limiter import RateLimit
from sim.queue.retention_options import BreaksOff
from sim.queue.submit import add_waiting
from sim.stores.memory import operations
from sim.stores.memory.lists import SHORT
from sim.stores.memory.long_list import LongList
from sim.stores.memory.operations import OPERATIONS
from sim.stores.memory.sorted_set import SortedSet
from sim.stores.memory_store import MemoryStore

T0 = 1_767_225_600_000
EXAMPLES = 800
KEYS = QueueKeys("q")
MINE = LockParams("mine", 1_000)
IDS = ["1", "2", "3"]
ODD_IDS = ["wait", "active", "completed", "1:lock", "own"]
"""Ids that somebody chose: their hashes, locks and logs may be keys that the queue needs for something else."""

Step = tuple[Callable[..., Any], tuple[Any, ...]]
Value = Any


def mostly(everyday: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw an everyday value about seven times in eight."""
    return st.sampled_from([everyday] * 7 + [odd]).flatmap(lambda values: values)


def chosen(*values: Any) -> st.SearchStrategy[Any]:
    """Draw one of these."""
    return st.sampled_from(values)


JOB_IDS = mostly(chosen(*IDS), chosen(*ODD_IDS))
SCORES = chosen(T0 - 2, T0 - 1, T0, T0, T0 + 1)


class Locked(NamedTuple):
    """A string that may expire."""

    value: str
    px: int | None


FIELDS = st.fixed_dictionaries(
    {"name": chosen("mail"), "data": chosen('{"a":1}', "{"), "opts": chosen("{}", '{"attempts":2}')},
    optional={"priority": chosen("0", "2"), "attemptsMade": chosen("1"), "processedOn": chosen("7")},
)
LISTS = st.lists(JOB_IDS, min_size=1, max_size=6).map(deque)
SETS = st.sets(JOB_IDS, min_size=1, max_size=4)
SORTED = st.dictionaries(JOB_IDS, SCORES, min_size=1, max_size=6)
STRINGS = st.builds(Locked, chosen("mine", "other", "1", "3", "text"), chosen(None, -1, 0, 500))
ANYTHING = st.one_of(st.none(), STRINGS, FIELDS, LISTS, SETS, SORTED)
QUEUE_KEYS = {
    KEYS.wait: LISTS,
    KEYS.active: LISTS,
    KEYS.completed: SORTED,
    KEYS.stalled: SETS,
    KEYS.priority: SORTED,
    KEYS.paused: LISTS,
    KEYS.meta_paused: STRINGS,
    KEYS.limiter: STRINGS,
    KEYS.limiter_limited: SETS,
    KEYS.delayed: SORTED,
}
JOB_KEYS = [key for job_id in IDS + ODD_IDS for key in (KEYS.job(job_id), KEYS.lock(job_id), KEYS.logs(job_id))]


@st.composite
def keyspaces(draw: st.DrawFn) -> dict[str, Value]:
    """Draw a queue with some jobs in each state, and put something else into a few of its keys."""
    line = draw(st.permutations(IDS))
    waiting = draw(chosen(0, 0, 1, 1, 2, 3))
    values: dict[str, Value] = {KEYS.job(job_id): draw(FIELDS) for job_id in IDS}
    values |= {KEYS.wait: deque(line[:waiting]), KEYS.active: deque(line[waiting:])}
    if draw(mostly(st.just(False), st.just(True))):
        values[KEYS.wait].append(line[-1])
    if draw(mostly(st.just(False), st.just(True))):
        values[KEYS.active].extend(map(str, range(100, 100 + SHORT)))
    values |= {KEYS.lock(job_id): Locked("mine", 1_000) for job_id in line[waiting:]}
    some = st.sets(st.sampled_from(IDS))
    values |= {KEYS.stalled: draw(some), KEYS.priority: dict.fromkeys(sorted(draw(some)), 1)}
    values[KEYS.completed] = draw(st.dictionaries(chosen("11", "12", *IDS), SCORES))
    odd = {name: right | ANYTHING for name, right in QUEUE_KEYS.items()} | dict.fromkeys(JOB_KEYS, ANYTHING)
    for name in draw(st.lists(st.sampled_from([*QUEUE_KEYS, *JOB_KEYS]), max_size=2)):
        values[name] = draw(odd[name])
    return values


OPTIONS = st.builds(
    JobOptions,
    remove_on_complete=mostly(
        chosen(1, 1, 2, 3, None, False) | st.integers(-1, 4),
        st.builds(Keep, st.none() | st.integers(0, 3), st.none() | chosen(0, 0.001, 5))
        | st.builds(BreaksOff, recorded=st.booleans(), age_s=st.none() | chosen(0, 1)),
    ),
    priority=mostly(st.just(0), st.integers(1, 3)),
    lifo=mostly(st.just(False), st.just(True)),
)
PAUSES_MS = mostly(st.just(0), chosen(1, 600))
TIMES = chosen(T0 - 1, T0, T0, T0 + 1)
LIMITS = mostly(st.none(), st.builds(RateLimit, st.integers(1, 3), st.just(100)))
PARAMS = mostly(st.just(MINE), st.just(LockParams("other", 500)))


def additions(fields: dict[str, str], number: str, own_id: str | None, options: JobOptions) -> Step:
    """Add a job under its own id, or under the number that the counter gave."""
    return add_waiting, (own_id or number, replace(options, job_id=own_id), fields)


def jobs(job_id: str, options: JobOptions) -> Job:
    """Make a job as a worker holds it."""
    return Job(job_id, "mail", {}, options)


STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(additions, FIELDS, chosen("3", "4", "5", "6", "7"), mostly(st.none(), JOB_IDS), OPTIONS),
    st.tuples(st.just(hand_out), st.tuples(JOB_IDS, PARAMS, TIMES, LIMITS, mostly(st.just(True), st.just(False)))),
    st.tuples(st.just(hand_out_first), st.tuples(PARAMS, TIMES, LIMITS)),
    st.tuples(
        st.just(complete),
        st.tuples(st.builds(jobs, JOB_IDS, OPTIONS), PARAMS, TIMES, st.just('{"ok":1}'), st.booleans()),
    ),
)


def filled(values: dict[str, Value]) -> MemoryStore:
    """Open a store that holds this."""
    store = MemoryStore(ManualClock(T0))
    for name, value in values.items():
        if isinstance(value, Locked):
            store.set(name, value.value, px=value.px)
        elif isinstance(value, deque) and value:
            store.rpush(name, *value)
        elif isinstance(value, set) and value:
            store.sadd(name, *sorted(value))
        elif value and all(isinstance(part, int) for part in value.values()):
            store.zadd(name, value)
        elif value:
            store.hset(name, mapping=value)
    return store


def contents(store: MemoryStore) -> list[Any]:
    """Everything in the store, in the order of the keys, with what expires."""
    return [[(name, *shown(value)) for name, value in store._data.items()], store._expires_ms]


def shown(value: Any) -> tuple[str, Any]:
    """Say of what type a value is, and what is in it, however the store keeps it."""
    if isinstance(value, SortedSet):
        return "zset", list(value.entries(0, len(value)))
    return ("list", list(value)) if isinstance(value, deque | LongList) else (type(value).__name__, value)


def outcome(step: Callable[..., Any], store: MemoryStore, args: tuple[Any, ...]) -> Any:
    """Carry a step out and return its answer as it is at that moment, or the error that it raised."""
    try:
        answer = deepcopy(step(store, KEYS, *deepcopy(args)))
    except Exception as error:
        return type(error), str(error)
    return (type(answer), answer.args) if isinstance(answer, Exception) else answer


def test_native_operations_do_what_the_steps_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer or the same error, and the same keys in the same order, after each of several steps.

    Every native form does a good part of its steps itself, else this would show nothing.
    """
    called: Counter[str] = Counter()
    left: Counter[str] = Counter()

    def left_to(step: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any) -> Any:
            left[step.__name__] += 1
            return step(*args)

        return counting

    for step in OPERATIONS:
        monkeypatch.setattr(operations, step.__name__, left_to(step))

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
    @given(keyspaces(), st.lists(st.tuples(STEPS, PAUSES_MS), min_size=1, max_size=5))
    def agree(values: dict[str, Value], steps: list[tuple[Step, int]]) -> None:
        native, plain = filled(values), filled(values)
        for (step, args), pause_ms in steps:
            for store in (native, plain):
                store.clock.now_ms += pause_ms
            called[step.__name__] += 1
            assert outcome(OPERATIONS[step], native, args) == outcome(step, plain, args)
            assert contents(native) == contents(plain)

    agree()
    assert [name for name, times in called.items() if left[name] > 0.85 * times] == []

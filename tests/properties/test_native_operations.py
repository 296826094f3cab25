"""A native form of an operation does what the operation itself does by commands, on whatever stands in the keys."""

from collections import Counter, deque
from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.clock import ManualClock
from sim.queue import submit
from sim.queue.backoff import Wait
from sim.queue.dequeue import LockParams, dequeue, lock_popped
from sim.queue.finish import FailedAttempt, complete_job, record_failure
from sim.queue.job import Job, JobOptions, Keep
from sim.queue.keys import QueueKeys
from sim.queue.limiter import RateLimit
from sim.queue.retention_options import BreaksOff
from sim.queue.store import native_form
from sim.queue.submit import Added, add_job
from sim.stores.memory import operations
from sim.stores.memory.job_row import EXACT, JobRow
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

Step = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
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


class Untouched(NamedTuple):
    """A job to which nothing unusual has happened; the store with native forms keeps it as a row."""

    data: dict[str, Any]
    options: JobOptions
    processed_on_ms: int | None
    completed: tuple[int, dict[str, Any]] | None

    def row(self) -> JobRow:
        """Make the row."""
        row = JobRow(self.data, self.options, T0 - 5)
        row.processed_on_ms = self.processed_on_ms
        if self.completed is not None:
            row.finished_on_ms, row.value = self.completed
        return row


FLAT = chosen({}, {"a": 1}, {"to": "b@c", "n": -3, "ok": True, "none": None}, {"most": EXACT, "least": -EXACT})
VALUES = mostly(
    FLAT,
    chosen(
        None,
        "text",
        7,
        [1],
        {"é": 1},
        {"a": "é"},
        {"a": "\ud800"},
        {"a": 1.0},
        {"a": 1.5},
        {"a": EXACT + 1},
        {"a": 2**70},
        {"a": [1]},
        {"a": {"b": 1}},
        {1: 2},
    ),
)
KEPT = mostly(chosen(None, False, 1, 2, 3), chosen(True, 0))
ROW_OPTIONS = st.builds(JobOptions, attempts=chosen(1, 3), remove_on_complete=KEPT)
UNTOUCHED = st.builds(Untouched, FLAT, ROW_OPTIONS, st.none(), st.none()) | st.builds(
    Untouched, FLAT, ROW_OPTIONS, chosen(7), st.none() | st.tuples(chosen(9), FLAT)
)
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
    KEYS.failed: SORTED,
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
    values: dict[str, Value] = {KEYS.job(job_id): draw(FIELDS | UNTOUCHED) for job_id in IDS}
    values |= {KEYS.wait: deque(line[:waiting]), KEYS.active: deque(line[waiting:])}
    if draw(mostly(st.just(False), st.just(True))):
        values[KEYS.wait].append(line[-1])
    if draw(mostly(st.just(False), st.just(True))):
        values[KEYS.active].extend(map(str, range(100, 100 + SHORT)))
    values |= {KEYS.lock(job_id): Locked("mine", 1_000) for job_id in line[waiting:]}
    some = st.sets(st.sampled_from(IDS))
    values |= {KEYS.stalled: draw(some), KEYS.priority: dict.fromkeys(sorted(draw(some)), 1)}
    if draw(mostly(st.just(True), st.just(False))):
        values[KEYS.id] = Locked(draw(mostly(chosen("3", "3", "10"), chosen("2", "x"))), None)
    values[KEYS.completed] = draw(st.dictionaries(mostly(chosen("11", "12"), chosen(*IDS)), SCORES))
    values[KEYS.failed] = draw(st.dictionaries(mostly(chosen("11", "12"), chosen(*IDS)), SCORES))
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
)
ADDED = mostly(
    OPTIONS,
    st.builds(
        JobOptions,
        attempts=chosen(None, 2),
        delay_ms=chosen(0, -1, 500),
        priority=st.integers(0, 3),
        lifo=st.booleans(),
        job_id=st.none() | JOB_IDS,
        as_text=st.booleans(),
        timestamp_ms=chosen(None, T0 - 9, 1.5),
    )
    | chosen(*map(JobOptions.from_json, ("{}", '{"timestamp":null}', '{"priority":"x"}', '{"other":1}'))),
)
PAUSES_MS = mostly(st.just(0), chosen(1, 600))
TIMES = chosen(T0 - 1, T0, T0, T0 + 1)
LIMITS = mostly(st.none(), st.builds(RateLimit, st.integers(1, 3), st.just(100)))
PARAMS = mostly(st.just(MINE), st.just(LockParams("other", 500)))
NAMES = mostly(st.just("__default__"), st.just("mail"))


def jobs(job_id: str, options: JobOptions) -> Job:
    """Make a job as a worker holds it."""
    return Job(job_id, "mail", {}, options)


def given_to(operation: Callable[..., Any], *args: Any, **kwargs: Any) -> st.SearchStrategy[Step]:
    """Draw what an operation is given besides its store and its keys."""
    return st.tuples(st.just(operation), st.tuples(*args), st.fixed_dictionaries(kwargs))


FAILED = st.builds(
    JobOptions,
    remove_on_fail=KEPT,
    lifo=st.booleans(),
)


def failures(job: Job, params: LockParams, now_ms: int, verdict: Any, wait: Wait, dead: QueueKeys | None) -> Step:
    """Record a failed attempt."""
    mark = {"stacktrace": "[]", "failedReason": "boom", "attemptsMade": "1"}
    return record_failure, (FailedAttempt(job, verdict, wait, mark), params, now_ms, dead), {}


STEPS: st.SearchStrategy[Step] = st.one_of(
    given_to(add_job, VALUES, ADDED, now_ms=TIMES, name=NAMES),
    given_to(lock_popped, JOB_IDS, PARAMS, now_ms=TIMES, limit=LIMITS),
    given_to(dequeue, PARAMS, now_ms=TIMES, limit=LIMITS),
    given_to(
        complete_job,
        st.builds(jobs, JOB_IDS, OPTIONS),
        PARAMS,
        now_ms=TIMES,
        return_value=VALUES,
        fetch_next=st.booleans(),
    ),
    st.builds(
        failures,
        st.builds(jobs, JOB_IDS, st.one_of(OPTIONS, FAILED)),
        PARAMS,
        TIMES,
        mostly(chosen("delayed", "failed"), st.just("retry")),
        chosen(Wait(0.5), Wait(20), Wait(1_000), Wait(1, "x"), Wait(1, "5")),
        mostly(st.none(), st.just(KEYS.dead_letters())),
    ),
)


def filled(values: dict[str, Value], *, rows: bool) -> MemoryStore:
    """Open a store that holds this.

    Args:
        rows: Keep untouched jobs as rows.
    """
    store = MemoryStore(ManualClock(T0))
    for name, value in values.items():
        if isinstance(value, Untouched):
            if rows:
                store._data[name] = value.row()
            else:
                store.hset(name, mapping=value.row().as_hash())
        elif isinstance(value, Locked):
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
    if isinstance(value, JobRow):
        value = value.as_hash()
    if isinstance(value, SortedSet):
        return "zset", list(value.entries(0, len(value)))
    if isinstance(value, dict):
        return "hash", list(value.items())
    return ("list", list(value)) if isinstance(value, deque | LongList) else (type(value).__name__, value)


def outcome(operation: Callable[..., Any], store: MemoryStore, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Carry an operation out; return its answer as it is at that moment, or its error, and what it was given first."""
    held = deepcopy(args)
    try:
        answer = deepcopy(operation(store, KEYS, *held, **deepcopy(kwargs)))
    except Exception as error:
        answer = type(error), str(error)
    return (type(answer), answer.args) if isinstance(answer, Exception) else answer, held[0]


def test_native_forms_do_what_the_operations_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer or the same error, and the same keys in the same order, after each of several operations.

    Every native form does a good part of its operations itself, else this would show nothing.
    """
    called: Counter[str] = Counter()
    left: Counter[str] = Counter()

    def left_to(operation: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **kwargs: Any) -> Any:
            left[operation.__name__] += 1
            return operation(*args, **kwargs)

        return counting

    for operation in OPERATIONS:
        monkeypatch.setattr(submit if operation is add_job else operations, operation.__name__, left_to(operation))

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
    @given(keyspaces(), st.lists(st.tuples(STEPS, PAUSES_MS), min_size=1, max_size=5))
    def agree(values: dict[str, Value], steps: list[tuple[Step, int]]) -> None:
        native, plain = filled(values, rows=True), filled(values, rows=False)
        for (operation, args, kwargs), pause_ms in steps:
            for store in (native, plain):
                store.clock.now_ms += pause_ms
            called[operation.__name__] += 1
            assert outcome(OPERATIONS[operation], native, args, kwargs) == outcome(operation, plain, args, kwargs)
            assert contents(native) == contents(plain)

    agree()
    assert [name for name, times in called.items() if left[name] > 0.85 * times] == []


def test_what_a_job_holds_is_its_own() -> None:
    """A handler that changes its data changes nothing of the job that is kept."""
    store = MemoryStore(ManualClock(T0))
    store.incr(KEYS.id)
    job_id = OPERATIONS[add_job](store, KEYS, {"a": 1}, JobOptions(), now_ms=T0).job_id
    store.rpoplpush(KEYS.wait, KEYS.active)
    job = OPERATIONS[lock_popped](store, KEYS, job_id, MINE, now_ms=T0)
    assert type(store._data[KEYS.job(job_id)]) is JobRow
    job.data["a"] = 2
    assert store.hget(KEYS.job(job_id), "data") == '{"a":1}'


def test_a_native_form_is_refused_while_the_server_is_down() -> None:
    """Who found the form before the server went away hears that it is away."""
    store = MemoryStore(ManualClock(T0))
    store.incr(KEYS.id)
    add = native_form(store, add_job)
    assert type(add(store, KEYS, {}, JobOptions(), now_ms=T0)) is Added
    store.connect(False)
    with pytest.raises(redis.ConnectionError):
        add(store, KEYS, {}, JobOptions(), now_ms=T0)

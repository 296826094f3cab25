"""The options of a job in Python; what Bull makes of odd ones is in the conformance cases, group ``options``."""

import json

import pytest

from sim.core.clock import ManualClock
from sim.queue.dequeue import LockParams, dequeue
from sim.queue.errors import NotModelled
from sim.queue.finish import ErrorText, FailureRules, fail_job
from sim.queue.job import Backoff, Job, JobOptions, Keep
from sim.queue.keys import QueueKeys
from sim.queue.semantics import BULL
from sim.queue.submit import add_job
from sim.stores.memory_store import MemoryStore

NOW_MS = 1_767_225_600_000
KEYS = QueueKeys("q")


def stored(options: JobOptions) -> dict[str, str]:
    """The hash of a job that was added with these options."""
    store = MemoryStore(ManualClock(NOW_MS))
    return store.hgetall(KEYS.job(add_job(store, KEYS, {}, options, now_ms=NOW_MS).job_id))


def test_options_in_python_say_the_same_as_in_json() -> None:
    """Field by field; they read the same from the hash."""
    in_python = JobOptions(
        attempts=3,
        backoff=Backoff("fixed", 5),
        delay_ms=7,
        priority=2,
        lifo=True,
        job_id="x",
        remove_on_complete=Keep(1, 2),
        remove_on_fail=5,
        stack_trace_limit=1,
        as_text=True,
        timestamp_ms=1_000,
    )
    words = {
        "priority": 2,
        "lifo": True,
        "jobId": "x",
        "removeOnComplete": {"count": 1, "age": 2},
        "removeOnFail": 5,
        "stackTraceLimit": 1,
        "preventParsingData": True,
        "attempts": 3,
        "delay": 7,
        "timestamp": 1_000,
        "backoff": {"type": "fixed", "delay": 5},
    }
    in_json = JobOptions.from_json(json.dumps(words))
    assert stored(in_python) == stored(in_json)
    assert json.loads(stored(in_json)["opts"]) == words
    assert (
        in_json.as_dict() == in_python.as_dict() == {key: value for key, value in words.items() if key != "timestamp"}
    )


def test_options_of_a_hash_have_no_time_stamp_of_their_own() -> None:
    """A job that is added with the options of another gets the time of its own add."""
    options = JobOptions.of_hash('{"attempts":2,"delay":0,"timestamp":1767000000000,"mine":1}')
    again = JobOptions.of_hash('{"attempts":2,"delay":0,"timestamp":1767000000999,"mine":1}')
    assert again is options
    assert stored(options)["timestamp"] == str(NOW_MS)
    assert json.loads(stored(options)["opts"]) == {"attempts": 2, "delay": 0, "timestamp": NOW_MS, "mine": 1}


def test_a_time_stamp_within_another_option_is_left_alone() -> None:
    """Only the job's own is set."""
    options = JobOptions.from_json('{"mine":{"timestamp":0},"attempts":1}')
    assert json.loads(stored(options)["opts"])["mine"] == {"timestamp": 0}
    assert json.loads(stored(options)["opts"])["timestamp"] == NOW_MS


@pytest.mark.parametrize("option", ["debounce"])
def test_an_option_that_is_not_modelled_is_refused_and_nothing_is_added(option: str) -> None:
    """Passing over it would be a silent lie; where it is null or false nothing is asked for."""
    store = MemoryStore(ManualClock(NOW_MS))
    asked = JobOptions.from_json(json.dumps({option: {"id": "a", "interval": 5}}))
    with pytest.raises(NotModelled, match=f"{option}.*leave it out"):
        add_job(store, KEYS, {}, asked, now_ms=NOW_MS)
    assert store.keys("*") == []
    assert json.loads(stored(JobOptions.from_json(json.dumps({option: None})))["opts"])[option] is None


@pytest.mark.parametrize(("limit", "kept"), [(None, 3), (0, 3), (1, 1), (2, 2), (-1, 2), (9, 3)])
def test_a_stack_trace_limit_keeps_the_newest(limit: int | None, kept: int) -> None:
    """In the hash and in the worker's memory."""
    store = MemoryStore(ManualClock(NOW_MS))
    job = Job("1", "x", {}, JobOptions(attempts=9, stack_trace_limit=limit), stacktrace=["a", "b"])
    add_job(store, KEYS, {}, job.options, now_ms=NOW_MS)
    taken = dequeue(store, KEYS, LockParams("w", 1_000), now_ms=NOW_MS)
    assert isinstance(taken, Job)
    fail_job(store, KEYS, job, LockParams("w", 1_000), ErrorText("c", "c"), FailureRules(BULL), now_ms=NOW_MS)
    assert json.loads(store.hget(KEYS.job("1"), "stacktrace") or "") == job.stacktrace
    assert (len(job.stacktrace), job.stacktrace[-1]) == (kept, "c")

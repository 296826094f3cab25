"""How fields and options are read, each by itself: what is there, what is missing, and what makes no sense."""

import math
from typing import Any

import pytest

from sim.queue.dead_lettering import Life, read_trail
from sim.queue.javascript import SAFE
from sim.queue.job import DEFAULT_NAME, Backoff, Job, JobOptions
from sim.queue.keys import QueueKeys
from sim.queue.retention_options import BreaksOff, Keep, read_when_finished, read_when_stalled

FIELDS = {
    "name": "mail",
    "data": '{"a":1}',
    "opts": '{"attempts":3}',
    "timestamp": "11",
    "delay": "12",
    "attemptsMade": "13",
    "stalledCounter": "14",
    "stacktrace": '["s"]',
    "failedReason": "boom",
    "returnvalue": '{"ok":true}',
    "processedOn": "15",
    "finishedOn": "16",
}


def test_every_field_of_a_job_is_read_from_its_own_place() -> None:
    """Bull's names on the left, all values different."""
    job = Job.from_hash(FIELDS, "7")
    assert (job.id, job.name, job.data, job.options.attempts) == ("7", "mail", {"a": 1}, 3)
    assert (job.timestamp_ms, job.delay_ms, job.attempts_made, job.stalled_counter) == (11, 12, 13, 14)
    assert (job.stacktrace, job.failed_reason, job.return_value) == (["s"], "boom", {"ok": True})
    assert (job.processed_on_ms, job.finished_on_ms, job.discarded) == (15, 16, False)


def test_a_job_of_an_empty_hash_has_the_defaults() -> None:
    """Each of them."""
    assert Job.from_hash({}, "7") == Job("7", DEFAULT_NAME, {}, JobOptions())
    empty = Job.from_hash(dict.fromkeys(FIELDS, ""), "7")
    assert empty == Job("7", DEFAULT_NAME, {}, JobOptions(), failed_reason="")


@pytest.mark.parametrize("broken", ["no json", "{}", "7"])
def test_stacks_and_a_value_that_cannot_be_read_are_none(broken: str) -> None:
    """A list is one of stacks; a value may be anything that JSON can hold."""
    job = Job.from_hash({"stacktrace": broken, "returnvalue": "no json"}, "7")
    assert (job.stacktrace, job.return_value) == ([], None)


def test_a_life_is_read_from_the_hash_that_it_ended_in_and_written_under_bulls_names() -> None:
    """Also one of which nothing is known."""
    life = Life.from_fields(FIELDS)
    assert life == Life("boom", 13, 14, ["s"], 16)
    assert life.as_json() == {
        "failedReason": "boom",
        "attemptsMade": 13,
        "stalledCounter": 14,
        "stacktrace": ["s"],
        "finishedOn": 16,
    }
    assert Life.from_fields({}) == Life("", 0, 0, [], 0)
    assert read_trail(None) == []


def test_the_keys_of_a_queue_are_those_of_bull() -> None:
    """All of them, letter by letter, with the prefix and the queue before them."""
    keys = QueueKeys("mail", "app")
    names = {name: getattr(keys, name) for name in QueueKeys.__slots__}
    assert names == {
        "name": "mail",
        "prefix": "app",
        "base": "app:mail:",
        "id": "app:mail:id",
        "wait": "app:mail:wait",
        "paused": "app:mail:paused",
        "active": "app:mail:active",
        "delayed": "app:mail:delayed",
        "repeat": "app:mail:repeat",
        "priority": "app:mail:priority",
        "completed": "app:mail:completed",
        "failed": "app:mail:failed",
        "stalled": "app:mail:stalled",
        "stalled_check": "app:mail:stalled-check",
        "meta_paused": "app:mail:meta-paused",
        "meta": "app:mail:meta",
        "limiter": "app:mail:limiter",
        "limiter_index": "app:mail:limiter:index",
        "limiter_limited": "app:mail:limiter:limited",
    }
    assert [keys.job("1"), keys.lock("1"), keys.logs("1"), keys.debounce("d")] == [
        "app:mail:1", "app:mail:1:lock", "app:mail:1:logs", "app:mail:de:d",
    ]  # fmt: skip
    states = ("waiting", "active", "completed", "failed", "delayed", "paused")
    assert [keys.of_state(state) for state in states] == [
        keys.wait, keys.active, keys.completed, keys.failed, keys.delayed, keys.paused,
    ]  # fmt: skip
    assert keys.dead_letters().base == "app:mail-dead:"
    assert QueueKeys("mail").base == "bull:mail:"


LATE, NEVER = BreaksOff(recorded=True), BreaksOff(recorded=False)


@pytest.mark.parametrize(
    ("value", "finished", "stalled"),
    [
        (True, True, True),
        (False, False, False),
        (None, NEVER, LATE),
        ("", False, False),
        ("x", True, False),
        ([], False, False),
        ([1], False, False),
        (0, 0, 0),
        (3, 3, 3),
        (3.0, 3, 3),
        (-1, False, -1),
        (1.5, LATE, LATE),
        ({}, Keep(), Keep()),
        ({"count": 0}, Keep(0), Keep()),
        ({"count": 0, "age": 9}, Keep(0), Keep(None, 9)),
        ({"count": 2}, Keep(2), Keep(2)),
        ({"count": 1}, Keep(1), Keep(1)),
        ({"count": -1}, Keep(), Keep()),
        ({"count": True}, LATE, LATE),
        ({"count": 1.5}, LATE, LATE),
        ({"count": 1.5, "age": 9}, BreaksOff(recorded=True, age_s=9), BreaksOff(recorded=True, age_s=9)),
        ({"count": None}, Keep(), LATE),
        ({"age": 0}, Keep(None, 0), Keep(None, 0)),
        ({"age": 9, "count": 2}, Keep(2, 9), Keep(2, 9)),
        ({"age": " 9 "}, Keep(None, 9), Keep(None, 9)),
        ({"age": "x"}, LATE, LATE),
        ({"age": True}, LATE, LATE),
        ({"age": None}, Keep(), LATE),
        ({"age": 1e300}, Keep(None, SAFE), Keep(None, SAFE)),
        ({"age": -1e300}, Keep(None, -SAFE), Keep(None, -SAFE)),
    ],
)
def test_a_retention_is_read_as_the_script_reads_it_that_needs_it(value: Any, finished: Any, stalled: Any) -> None:
    """The one that records an end, and the check that gives a stalled job up; they differ."""
    both = read_when_finished({"keep": value}, "keep"), read_when_stalled({"keep": value}, "keep")
    assert both == (finished, stalled)
    assert [type(one) for one in both] == [type(finished), type(stalled)]


def test_a_retention_that_is_not_set_is_none() -> None:
    """Whatever else is set."""
    assert read_when_finished({"other": 1}, "keep") is None
    assert read_when_stalled({"other": 1}, "keep") is None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("5", Backoff("fixed", 5)),
        ("0", Backoff("fixed", 0)),
        ("2.5", Backoff("fixed", 2.5)),
        ("1e300", Backoff("fixed", SAFE)),
        ("-1e300", Backoff("fixed", -SAFE)),
        ("null", None),
        ("false", None),
        ('""', None),
        ("true", Backoff("undefined", 0)),
        ('"x"', Backoff("undefined", 0)),
        ("[]", Backoff("undefined", 0)),
        ("{}", Backoff("undefined", 0)),
        ('{"delay":7}', Backoff("undefined", 7)),
        ('{"type":"exponential","delay":"7"}', Backoff("exponential", 7)),
        ('{"type":"exponential","delay":"x"}', Backoff("exponential", 0)),
        ('{"type":"fixed"}', Backoff("fixed", 0)),
        ('{"type":"fixed","delay":7}', Backoff("fixed", 7)),
        ('{"type":"fixed","delay":"7"}', Backoff("fixed", 1, "7")),
        ('{"type":"fixed","delay":[7,8]}', Backoff("fixed", 1, "7,8")),
        ('{"type":"fixed","delay":{}}', Backoff("fixed", 1, "[object Object]")),
        ('{"type":"fixed","delay":""}', Backoff("fixed", 0)),
        ('{"type":"mine","delay":"7"}', Backoff("mine", 7)),
        ('{"type":7,"delay":1}', Backoff("7", 1)),
    ],
)
def test_a_backoff_is_read_with_the_delay_that_its_type_makes_of_it(given: str, read: Backoff | None) -> None:
    """A number is a fixed one; a fixed delay that is a text is kept, as JavaScript glues it to the time."""
    assert JobOptions.from_json(f'{{"backoff":{given}}}').backoff == read


@pytest.mark.parametrize(
    ("given", "attempts"),
    [("3", 3), ("0", 0), ('"4x"', 4), ("2.9", 2), ('"x"', None), ("null", None), ("1e300", SAFE), ("-1e300", -SAFE)],
)
def test_attempts_are_the_whole_number_that_a_text_begins_with(given: str, attempts: int | None) -> None:
    """As ``parseInt`` reads it, no larger than every part of a run can hold."""
    if given.endswith("e300"):
        given = given.replace("1e300", "9" * 18)
    assert JobOptions.from_json(f'{{"attempts":{given}}}').attempts == attempts


@pytest.mark.parametrize(
    ("given", "limit"), [("2", 2), ('"2"', 2), ("0", None), ("-2", -2), ('"x"', 0), ("2.9", 2), ("null", None)]
)
def test_a_limit_of_stacks_is_read_as_slice_reads_it(given: str, limit: int | None) -> None:
    """0 for what is no number, None for what counts as false."""
    assert JobOptions.from_json(f'{{"stackTraceLimit":{given}}}').stack_trace_limit == limit


def test_a_priority_or_delay_that_is_no_number_stays_none() -> None:
    """Bull's script breaks off there."""
    options = JobOptions.from_json('{"priority":"x","delay":"x"}')
    assert math.isnan(options.priority)
    assert math.isnan(options.delay_ms)


@pytest.mark.parametrize("given", ["7", "[]", '"x"', "null"])
def test_options_that_are_no_object_are_refused(given: str) -> None:
    """Of a submit and of a hash."""
    for read in (JobOptions.from_json, JobOptions.of_hash):
        with pytest.raises(ValueError, match=r"^the options of a job must be a JSON object$"):
            read(given)

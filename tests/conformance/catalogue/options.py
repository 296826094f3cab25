"""Every option of ``add`` with every odd value that JSON can hold: what is stored, and what the queue makes of it."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.conformance.case import PRODUCER, Case, Script, Settings, Step, case, define

GROUP = "options"
STEPS = Settings(strategies={"steps": [3_000]})


def _name(value: Any) -> str:
    """Turn a value into a part of a case's name."""
    words = {"": "empty-text", "[]": "empty-list", "{}": "empty-object"}
    plain = words.get(value if isinstance(value, str) else json.dumps(value))
    if plain:
        return plain
    text = (
        f"text-{value}"
        if isinstance(value, str)
        else json.dumps(value).replace("-", "minus-").replace(': "', ": text-")
    )
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace(".", "-point-")).strip("-")


def _each(option: str, claim: str, values: list[Any], story: Callable[[Script, Any], None], also: str = "") -> None:
    """Put one case for each value into the catalogue."""
    for value in values:
        script = Script()
        story(script, value)
        words = f"{option} {json.dumps(value)}: {claim}"
        kebab = re.sub(r"([A-Z])", r"-\1", option).lower()
        suffix = f"-{also}" if also else ""
        define(Case(f"option-{kebab}-{_name(value)}{suffix}", GROUP, words, STEPS, script.steps))


def _data(q: Script, value: Any) -> None:
    q.steps.append(Step(PRODUCER, "add", {"data": value, "name": None, "opts": {}}))
    q.take()


def _job_id(q: Script, value: Any) -> None:
    q.add(jobId=value)
    q.add(jobId=value)
    q.add()
    q.take()
    q.jobs("waiting")


def _delay(q: Script, value: Any) -> None:
    q.add(delay=value)
    q.add(delay=1_000)
    q.jobs("delayed")
    for ms in (0, 1, 5_000):
        q.tick(ms)
        q.promote()
    q.take()


def _timestamp(q: Script, value: Any) -> None:
    q.add(timestamp=value)
    q.job("1")
    q.clean("waiting", grace=1_000)
    q.add(timestamp=value, delay=5)
    q.promote()
    q.take()


def _priority(q: Script, value: Any) -> None:
    q.add(priority=2)
    q.add(priority=1)
    q.add()
    q.add(priority=value, attempts=2)
    q.add(priority=2)
    q.jobs("waiting")
    for _ in range(5):
        q.take()
    q.fail("4")
    q.take()


def _delayed_priority(q: Script, value: Any) -> None:
    q.adds(2, priority=2)
    q.add()
    q.add(priority=value, delay=1_000)
    q.tick(2_000)
    q.promote()
    q.jobs("waiting")


def _lifo(q: Script, value: Any) -> None:
    q.add()
    q.add(lifo=value, attempts=2)
    q.adds(2)
    for _ in range(3):
        q.take()
    q.fail("2")
    q.take()


def _attempts(q: Script, value: Any) -> None:
    q.add(attempts=value)
    for _ in range(3):
        q.take()
        q.fail("1") if _ == 0 else None
        q.state("1")
    q.job("1")


def _backoff(q: Script, value: Any) -> None:
    q.add(attempts=4, backoff=value)
    q.take()
    q.fail("1")
    q.state("1")
    q.tick(10_000)
    q.promote()
    q.take()


def _retention(option: str) -> Callable[[Script, Any], None]:
    def story(q: Script, value: Any) -> None:
        q.adds(2)
        q.add(**{option: value})
        q.add()
        for number in ("1", "2", "3"):
            q.take()
            q.complete(number) if option == "removeOnComplete" else q.fail(number)
            q.tick(700)
        q.counts()
        q.complete("3") if option == "removeOnComplete" else q.fail("3")

    return story


def _stalled_retention(q: Script, value: Any) -> None:
    q.add()
    q.take()
    q.fail("1")
    q.tick(1_500)
    q.add(removeOnFail=value)
    q.take()
    q.crash(checks=2)
    q.take()
    q.crash(checks=3)
    q.counts()


def _stack_trace_limit(q: Script, value: Any) -> None:
    q.add(attempts=5, stackTraceLimit=value)
    for number in range(4):
        q.take()
        q.fail("1", f"boom {number}")
    q.job("1")


ODD = [None, False, True, 0, "", "abc", [], {}]
_each("data", "what is false in JavaScript is stored as {}.", [*ODD, 7, "text", [1], 0.5], _data)
_each(
    "jobId",
    "null and the empty text take the next number, all else is text.",
    [None, False, True, 0, "", 7, 1.5, "x", {}],
    _job_id,
)
_each(
    "delay",
    "is made a number, to the fraction of a millisecond.",
    [*ODD, 0.5, 0.25, -3, "5", "1e3", " 7 ", "-2", 1_500.7],
    _delay,
)
_each(
    "timestamp",
    "is stored as it is given.",
    [*[v for v in ODD if v not in ([], {})], 1_000, -5, 0.5, 1_000.7, "1000", "12x"],
    _timestamp,
)
_each(
    "priority",
    "0 and what is false mean none; it is stored as it is given.",
    [None, False, 0, "", "0", "2", 1.5, -1, 0.5, "1.5"],
    _priority,
)
_each("priority", "breaks the script off after the hash is stored.", [True, "abc", {}], _priority)
_each("priority", "counts when a delayed job becomes due.", [0, "2", 1.5, -1, "0"], _delayed_priority, "delayed")
_each("lifo", "is asked whether it is true in JavaScript.", [None, False, 0, "", True, 1, "false", [], {}], _lifo)
_each(
    "attempts",
    "is cut to a whole number; what is none means no retry.",
    [*ODD, -1, 2.9, 0.5, "3", "2x", " 2", "0x2"],
    _attempts,
)
_each(
    "backoff",
    "a number means fixed, what is false none; a delay is taken as JavaScript takes it.",
    [
        *ODD,
        5.5,
        -5,
        -1,
        "700",
        "fixed",
        {"type": "fixed"},
        {"type": "fixed", "delay": None},
        {"type": "fixed", "delay": 0.5},
        {"type": "fixed", "delay": "5"},
        {"type": "fixed", "delay": "abc"},
        {"type": "fixed", "delay": True},
        {"type": "fixed", "delay": -5},
        {"type": "fixed", "delay": -1},
        {"type": "fixed", "delay": 10, "more": [1, None]},
        {"type": "exponential"},
        {"type": "exponential", "delay": None},
        {"type": "exponential", "delay": "5"},
        {"type": "exponential", "delay": 1.5},
        {"type": "exponential", "delay": -1},
        {"type": "steps"},
        {"type": "steps", "delay": 7, "options": {"a": 1}},
        {"type": None, "delay": 5},
        {"delay": 5},
    ],
    _backoff,
)
KEEPS: list[Any] = [
    *ODD,
    1,
    -1,
    2.5,
    "5",
    {"count": None},
    {"count": 0},
    {"count": 1},
    {"count": -1},
    {"count": 1.5},
    {"count": "1"},
    {"count": False},
    {"age": None},
    {"age": 0},
    {"age": 1},
    {"age": 0.5},
    {"age": -1},
    {"age": "1"},
    {"age": "x"},
    {"age": False},
    {"age": 1, "count": "1"},
    {"age": 1, "count": 1},
    {"age": 1, "count": 0},
]
for option in ("removeOnComplete", "removeOnFail"):
    _each(
        option,
        "is read when the job ends, and breaks the script off where it makes no sense.",
        KEEPS,
        _retention(option),
    )
_each(
    "removeOnFail",
    "is read in another way where the job stalls too often.",
    [
        None,
        [],
        {},
        "5",
        "",
        2.5,
        {"count": None},
        {"count": 0},
        {"count": "1"},
        {"age": None},
        {"age": "1"},
        {"age": False},
    ],
    _stalled_retention,
    "stalls",
)
_each(
    "stackTraceLimit",
    "keeps the last so many traces, as slice() takes it.",
    [*ODD, 1, 2, -1, 1.5, 0.5, "1", 100],
    _stack_trace_limit,
)


@case()
def options_that_the_queue_does_not_know_are_stored(q: Script) -> None:
    """Whatever else stands among the options is kept as it is, also what looks like a time stamp within it."""
    q.add(timeout=100, mine={"timestamp": 0, "attempts": "x"}, other=[1, None, ""], attempts=2)
    q.take()
    q.fail("1")


@case()
def data_that_is_not_to_be_parsed_is_handed_out_as_text(q: Script) -> None:
    """With preventParsingData a worker gets the JSON as it stands."""
    q.add({"a": [1, 2]}, preventParsingData=True)
    q.add({"a": 1}, preventParsingData=0)
    q.take()
    q.take()


@case()
def a_negative_delay_is_stored_as_none_in_the_field_and_as_it_was_in_the_options(q: Script) -> None:
    """The field delay says 0."""
    q.add(delay=-0.5)
    q.take()


@case()
def an_own_time_stamp_is_what_a_delay_counts_from(q: Script) -> None:
    """A job of an hour ago with a delay of half an hour is due at once."""
    q.add(timestamp=1_767_222_000_000, delay=1_800_000)
    q.add(timestamp=1_767_222_000_000, delay=7_200_000)
    q.jobs("delayed")
    q.promote()
    q.take()


@case()
def a_clean_goes_by_an_own_time_stamp(q: Script) -> None:
    """A job that says that it is of yesterday is cleaned, its neighbour is not."""
    q.add(timestamp=1_767_139_200_000)
    q.add()
    q.clean("waiting", grace=3_600_000)
    q.jobs("waiting")


@case()
def a_whole_number_is_written_without_a_fraction(q: Script) -> None:
    """JavaScript has one kind of number: 5.0 and 1e15 are written as 5 and 1000000000000000."""
    q.add({"a": [5.0, 0.5]}, preventParsingData=True)
    q.add({"a": 1e15}, preventParsingData=True)
    q.take()
    q.take()

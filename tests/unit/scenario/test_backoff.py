"""What a scenario may say of backoff, and what is said of the rest."""

from typing import Any

import pytest

from sim.core.errors import ScenarioError
from sim.queue.semantics import BULL, DOCUMENTED
from sim.scenario.backoff import Backoff, ByError, CustomBackoff, RetryBackoff, SpreadBackoff
from sim.scenario.load import parse_scenario
from sim.scenario.retry_waits import WaitSpan, as_stored, is_drawn, needs_strategy, schedule_of, wait_span

HEAD = """title: Something
question: When is it tried again?
workload:
  - {queue: email, arrivals: {kind: constant, interval: 1s, count: 3}}
queues:
  email: {attempts: 5, backoff: WRITTEN}
"""


def backoff(written: str) -> RetryBackoff | None:
    """Read what stands behind `backoff:`."""
    return parse_scenario(HEAD.replace("WRITTEN", written), "s").queues["email"].backoff


def spans(written: str, *, permanent: bool = False, semantics: Any = BULL) -> list[tuple[float, float] | None]:
    """The bounds of the first four waits, ms."""
    return [wait_span(backoff(written), failures, semantics, permanent=permanent) for failures in (1, 2, 3, 4)]


@pytest.mark.parametrize("written", ["3000", "3s", "3000ms", "{type: fixed, delay: 3s}"])
def test_a_plain_delay_is_a_fixed_one(written: str) -> None:
    """A number is milliseconds, as in Bull."""
    assert backoff(written) == Backoff(type="fixed", delay="3s")


def test_jitter_takes_off_up_to_its_part() -> None:
    """Of each wait by itself, in either semantics."""
    written = "{type: exponential, delay: 2s, jitter: 0.25}"
    assert spans(written) == [(1_500, 2_000), (4_500, 6_000), (10_500, 14_000), (22_500, 30_000)]
    assert spans(written, semantics=DOCUMENTED)[:2] == [(1_500, 2_000), (3_000, 4_000)]
    assert is_drawn(backoff(written))
    assert needs_strategy(backoff(written))


def test_without_jitter_bulls_own_types_need_no_strategy() -> None:
    """The workers then do as without this setting."""
    for written in ("{type: exponential, delay: 2s}", "{type: fixed, delay: 2s, jitter: 0}", "2s", "null"):
        assert not needs_strategy(backoff(written))
        assert not is_drawn(backoff(written))


def test_listed_delays_come_in_turn_and_the_last_one_repeats() -> None:
    """Numbers are milliseconds."""
    assert spans("{type: custom, delays: [10s, 500]}") == [(10_000, 10_000), *[(500, 500)] * 3]
    assert spans("{type: custom, delays: [10s, 0], jitter: 0.5}") == [(5_000, 10_000), *[(0, 0)] * 3]


@pytest.mark.parametrize("never", ["never", "-1"])
def test_never_gives_the_job_up(never: str) -> None:
    """In a list from its place on; for a kind of error whatever came before."""
    assert spans(f"{{type: custom, delays: [1s, {never}]}}") == [(1_000, 1_000), None, None, None]
    by_error = f"{{type: custom, by_error: {{transient: 1s, permanent: {never}}}}}"
    assert spans(by_error, permanent=True) == [None] * 4
    assert spans(by_error) == [(1_000, 1_000)] * 4


def test_each_kind_of_error_has_a_backoff_of_its_own() -> None:
    """A wait, a list, or any other type."""
    written = "{type: custom, by_error: {transient: {type: exponential, delay: 1s, jitter: 1}, permanent: [5s, 9s]}}"
    assert spans(written) == [(0, 1_000), (0, 3_000), (0, 7_000), (0, 15_000)]
    assert spans(written, permanent=True) == [(5_000, 5_000), *[(9_000, 9_000)] * 3]
    assert is_drawn(backoff(written))
    assert not is_drawn(backoff("{type: custom, by_error: {transient: [1s, 2s], permanent: never}}"))


def test_a_wait_is_drawn_between_its_bounds() -> None:
    """The number 0 is the longest wait, and just below 1 the shortest."""
    (first, *_) = spans("{type: jitter, min: 5s, max: 5500ms}")
    assert first == WaitSpan(5_000, 5_500)
    assert [WaitSpan(5_000, 5_500).drawn_ms(unit) for unit in (0, 0.5, 0.9999)] == [5_500, 5_250, 5_000]


def test_a_job_carries_the_type_and_the_delay_alone() -> None:
    """What the strategy does is the workers' code."""
    stored = as_stored(backoff("{type: exponential, delay: 3s, jitter: 0.5}"))
    assert stored is not None
    assert (stored.type, stored.delay_ms, stored.options) == ("exponential", 3_000, None)
    listed = as_stored(backoff("{type: custom, delays: [1s]}"))
    assert listed is not None
    assert (listed.type, listed.delay_ms) == ("custom", 0)
    assert as_stored(None) is None


def test_a_timetable_has_the_bounds_of_each_wait() -> None:
    """It is as sure as its shortest waits, and ends where the strategy gives up."""
    schedule = schedule_of(4, SpreadBackoff(type="jitter", min="5s", max="6s"), BULL)
    assert [(row.delay_ms, row.jitter_ms) for row in schedule.attempts] == [(0, 0), *[(6_000, 1_000)] * 3]
    assert schedule.horizon_ms == 15_000
    given_up = CustomBackoff(
        type="custom",
        by_error=ByError(transient=["1s", "never"], permanent="never"),
    )
    assert [row.since_first_ms for row in schedule_of(9, given_up, BULL).attempts] == [0, 1_000]
    assert len(schedule_of(9, given_up, BULL, permanent=True).attempts) == 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{type: jitter}", "own code, so say what it answers: between which bounds it draws a wait, by min: and max:"),
        ("{type: jitter, min: 6s, max: 5s}", "max: 5s is less than min: 6s"),
        ("{type: custom}", "own code, so say what it answers after each failure: delays: [10s, 60s, 5m], or by_error:"),
        ("{type: custom, delays: [1s], by_error: {transient: 1s, permanent: 1s}}", "exclude each other"),
        ("{type: custom, by_error: {transient: 1s, permanent: 1s}, jitter: 0.5}", "put jitter: into the backoff of"),
        ("{type: linear}", "not 'linear'; a strategy of your own is type: custom with delays: or by_error:"),
        ("{type: custom, delays: []}", "a list of 1 to 1,000 entries, each a duration such as"),
        ("{type: custom, delays: [soon]}", "delays[0]: expected a duration such as"),
        ("{type: custom, delays: [true]}", "or a number of milliseconds, or never, not true"),
        ("{type: custom, by_error: {transient: 1s, permanent: soon}}", "by_error.permanent: expected a duration such"),
        ("{type: custom, by_error: {transient: 1s}}", "by_error.permanent: is missing"),
        ("-5", "or a number of milliseconds, or a mapping with type: custom, exponential, fixed or jitter, not the"),
        ("true", "or a number of milliseconds, or a mapping with type:"),
        ("[1s]", "or a number of milliseconds, or a mapping with type:"),
        ("{type: fixed, delay: 1s, jitter: 1.5}", "jitter: expected a number from 0 to 1, not the number 1.5"),
        ("{type: fixed, delay: 3000}", "which has no unit"),
        ("{type: fixed, delays: [1s], delay: 1s}", "delays: listed delays are of type: custom"),
        ("401d", "401d is longer than the limit of 400d"),
        ("34560000001", "longer than the limit of 400d"),
        ("{type: custom, delays: [-2]}", "or never, not the number -2"),
    ],
)
def test_what_is_wrong_is_said_once_and_with_what_would_be_right(written: str, said: str) -> None:
    """One line each."""
    with pytest.raises(ScenarioError) as caught:
        backoff(written)
    (line,) = caught.value.args
    assert said in line


def test_jitter_beside_backoff_is_sent_into_it() -> None:
    """With other settings of Bull that stand in another place here."""
    for written, place in (
        ("queues: {email: {jitter: 0.5}}", "put jitter: into backoff:"),
        ("workers: {email: {backoffStrategies: {}}}", "under backoff: of its queue, with type: custom"),
        ("queues: {email: {drainDelay: 5}}", "put it under workers:"),
        ("workers: {email: {maxRetriesPerRequest: null}}", "put it under redis:"),
        ("workers: {email: {drainDelay: 5s}}", "did you mean `drain_delay`?"),
        ("redis: {maxRetriesPerRequest: null}", "did you mean `max_retries_per_request`?"),
    ):
        with pytest.raises(ScenarioError) as caught:
            parse_scenario(HEAD.split("queues:")[0] + written, "s")
        (line,) = caught.value.args
        assert place in line

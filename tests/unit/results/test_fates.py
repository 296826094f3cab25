"""What had happened to the offered jobs, moment by moment."""

from pathlib import Path

import numpy as np
import pytest

from sim.engine.run import run
from sim.results.fates import Fates, fates_over_time
from sim.results.outcomes import Outcome, Place
from sim.results.result import ModeResult, Result
from sim.results.trace import EventKind
from tests.unit.results.traces import Tape, large_result, small_result

SCENARIOS = [
    "01-worker-crashes/crash-after-effect-with-key",
    "01-worker-crashes/poison-job",
    "02-redis-failures/crash-without-persistence",
    "02-redis-failures/lost-replies",
    "02-redis-failures/outage",
    "02-redis-failures/power-loss",
    "02-redis-failures/restart-from-snapshot",
    "03-database-failures/paid-twice",
    "03-database-failures/status-not-saved",
    "04-retries-and-retention/a-bad-day",
    "05-dead-letters/replayed",
    "06-operations/retry-all-pays-twice",
    "06-operations/retry-while-redis-is-away",
]


def assert_everybody_is_counted_once(one: ModeResult) -> None:
    """All groups together are what was offered so far, and in the end they are the outcomes."""
    fates = fates_over_time(one)
    arrivals = np.array([record.t_ms for record in one.trace if record.kind is EventKind.OFFERED])
    assert fates.offered.tolist() == [int((arrivals <= t_ms).sum()) for t_ms in fates.t_ms]
    assert all((counts >= 0).all() for counts in fates.counts.values())
    assert {outcome.field: number for outcome, number in fates.last.items()} == {
        outcome.field: getattr(one.totals, outcome.field) for outcome in Outcome
    }
    assert fates.extra_effects.last == one.totals.extra_effects
    assert (fates.t_ms[0], fates.t_ms[-1]) == (0, one.simulated_ms)


@pytest.mark.parametrize("result", [small_result(), large_result(1_000)], ids=["small", "large"])
def test_at_each_moment_every_offered_job_is_in_one_group(result: Result) -> None:
    """In both modes."""
    for one in result.modes.values():
        assert_everybody_is_counted_once(one)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("semantics", ["documented", "bull-4.16"])
def test_the_groups_of_a_run_end_as_its_outcomes(name: str, semantics: str) -> None:
    """Whatever broke on the way."""
    chosen = "bull-4.16" if semantics == "bull-4.16" else "documented"
    for one in run(Path(f"scenarios/{name}.yaml"), store="memory", semantics=chosen).modes.values():
        assert_everybody_is_counted_once(one)


def group_of(fates: Fates, t_ms: int) -> list[Outcome]:
    """The groups that have anybody at a moment."""
    return [outcome for outcome, number in fates.at(t_ms).items() if number]


def test_a_failure_is_kept_until_it_is_evicted() -> None:
    """As the record was: it moves from one group to another."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(10, "email-1", EventKind.STARTED, 1, "email-1")
    tape.job(20, "email-1", EventKind.FAILED, 1, "email-1", reason="no", kept=True)
    tape.job(50, "email-1", EventKind.EVICTED, 1, "email-1", **{"from": "failed"})
    fates = fates_over_time(tape.result(100, {}, ["email"]))
    groups = [group_of(fates, t_ms) for t_ms in (19, 20, 49, 50, 100)]
    assert groups == [
        [Outcome.PENDING],
        [Outcome.FAILED_RETAINED],
        [Outcome.FAILED_RETAINED],
        [Outcome.FAILED_EVICTED],
        [Outcome.FAILED_EVICTED],
    ]


def test_a_failed_job_that_is_put_back_in_line_is_not_settled_until_its_effect() -> None:
    """And a delivered one stays delivered, whatever the queue says of it later."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(20, "email-1", EventKind.FAILED, 1, "email-1", reason="no", kept=True)
    tape.job(30, "email-1", EventKind.RETRIED, 1, "operator")
    tape.job(40, "email-1", EventKind.EFFECT, 2, "email-1")
    tape.job(50, "email-1", EventKind.FAILED, 2, "email-1", reason="no", kept=True)
    fates = fates_over_time(tape.result(100, {"email-1": Place.FAILED}, ["email"]))
    groups = [group_of(fates, t_ms) for t_ms in (25, 35, 45, 100)]
    assert groups == [[Outcome.FAILED_RETAINED], [Outcome.PENDING], [Outcome.DELIVERED], [Outcome.DELIVERED]]


def test_a_loss_counts_from_when_the_last_trace_vanished() -> None:
    """Not from the end of the run, when it is certain."""
    fates = fates_over_time(small_result().modes["queue"])
    assert (fates.at(41_999)[Outcome.LOST], fates.at(42_000)[Outcome.LOST]) == (0, 1)


def test_first_effects_are_deliveries_and_further_ones_too_many() -> None:
    """Of two jobs, the second one each."""
    extra = fates_over_time(small_result().modes["queue"]).extra_effects
    assert [(t_ms, extra.at(t_ms)) for t_ms in (62_999, 63_000, 90_100)] == [(62_999, 0), (63_000, 1), (90_100, 2)]


def test_samples_are_the_counts_at_their_moments() -> None:
    """However many there were in between; the end is one of them."""
    fates = fates_over_time(large_result(1_000).modes["queue"])
    few = fates.sampled(50)
    assert len(few.t_ms) == 51
    assert [few.at(int(t_ms)) for t_ms in few.t_ms] == [fates.at(int(t_ms)) for t_ms in few.t_ms]
    assert few.last == fates.last
    assert fates.sampled(1_000_000) is fates


def test_an_empty_run_has_nobody_in_any_group() -> None:
    """From its beginning to its end."""
    fates = fates_over_time(Tape("queue").result(1_000, {}, ["email"]))
    assert fates.t_ms.tolist() == [0, 1_000]
    assert sum(fates.last.values()) == fates.extra_effects.last == 0

"""Numbers over time."""

import numpy as np
import pytest

from sim.results.replay import State
from sim.results.series import has_brief_spells, loss_times, queue_depth, summarise
from sim.results.trace import EventKind, Trace
from tests.unit.results.traces import SMALL_END_MS, Tape, large_result, queue_tape, small_result


def test_depth_counts_jobs_by_state_at_any_moment() -> None:
    """At 30 s one job is held by a frozen worker and one is abandoned."""
    depth = queue_depth(queue_tape().trace(), SMALL_END_MS)

    assert tuple(
        depth.at(30_000)[state] for state in (State.ACTIVE, State.ABANDONED, State.WAITING, State.DELAYED)
    ) == (1, 1, 0, 0)
    assert depth.at(41_000)[State.DELAYED] == 1
    assert depth.at(90_000)[State.ACTIVE] == 0


def test_depth_begins_at_zero_ends_with_the_run_and_is_never_negative() -> None:
    """Whatever happens, jobs are counted in and out in pairs."""
    result = large_result(1_000).modes["queue"]
    depth = queue_depth(result.trace, result.simulated_ms)

    assert (0, result.simulated_ms) == (depth.t_ms[0], depth.t_ms[-1])
    assert all((counts >= 0).all() for counts in depth.by_state.values())
    assert bool((np.diff(depth.t_ms) > 0).all())


def test_empty_run_has_empty_series() -> None:
    """A trace without records has nobody in any state."""
    assert queue_depth(Trace("queue"), 1_000).total.max() == 0


def test_loss_is_drawn_when_the_last_trace_vanished_not_at_the_end() -> None:
    """A loss counts from the crash of the process that held the job, or from when Redis forgot it."""
    result = small_result()

    assert loss_times(result.modes["in-process"].trace) == {"email-2": 2_500}
    assert loss_times(result.modes["queue"].trace) == {"email-6": 42_000}


def test_in_process_job_that_only_waited_is_lost_at_the_crash() -> None:
    """A job that waited in the application's memory did nothing itself when the process died."""
    tape = Tape("in-process")
    tape.arrival(10, "email-1")
    tape.world(50, EventKind.WORKER_CRASHED, "application")

    assert loss_times(tape.result(100, {}, ["email"]).trace) == {"email-1": 50}


def test_means_over_stretches_hold_as_much_time_as_the_changes() -> None:
    """Job-seconds in each state are the same, and the most of all stretches is the most of all moments."""
    result = large_result(1_000).modes["queue"]
    depth = queue_depth(result.trace, result.simulated_ms)
    seen = summarise(depth, 17_000)

    assert (seen.t_ms[0], seen.t_ms[-1]) == (0, result.simulated_ms)
    for state, mean in seen.mean.items():
        exact = (depth.by_state[state][:-1] * np.diff(depth.t_ms)).sum()
        assert (mean * np.diff(seen.t_ms)).sum() == pytest.approx(exact)
    assert seen.most.max() == depth.total.max()
    assert bool((sum(seen.mean.values()) <= seen.most + 1e-9).all())


def test_a_stretch_without_a_change_has_what_stood_before() -> None:
    """Its mean and its most."""
    tape = Tape("queue")
    tape.arrival(1_000, "email-1")
    seen = summarise(queue_depth(tape.trace(), 4_000), 1_000)

    assert seen.mean[State.WAITING].tolist() == [0, 1, 1, 1]
    assert seen.most.tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize(("jobs", "ms", "brief"), [(50, 200, True), (50, 9_000, False), (5, 200, False)])
def test_many_short_jobs_are_brief_spells(jobs: int, ms: int, brief: bool) -> None:
    """A few of them can be drawn one by one, and so can long ones."""
    tape = Tape("queue")
    for number in range(jobs):
        tape.arrival(number * 10_000, f"email-{number}")
        tape.succeed(f"email-{number}", 1, "email-1", number * 10_000, number * 10_000 + ms, number * 10_000 + ms)

    assert has_brief_spells(queue_depth(tape.trace(), 500_000)) is brief

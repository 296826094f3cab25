"""Numbers over time."""

import numpy as np

from sim.ledger.events import Event, Ledger
from sim.report.replay import State
from sim.report.series import loss_times, progress, queue_depth, thin
from tests.unit.report.ledgers import SMALL_END_MS, Tape, in_process_tape, large_result, queue_tape, small_result


def test_depth_counts_jobs_by_state_at_any_moment() -> None:
    """At 30 s one job is held by a frozen worker and one is abandoned."""
    depth = queue_depth(queue_tape().ledger(), SMALL_END_MS)

    assert tuple(
        depth.at(30_000)[state] for state in (State.ACTIVE, State.ABANDONED, State.WAITING, State.DELAYED)
    ) == (1, 1, 0, 0)
    assert depth.at(41_000)[State.DELAYED] == 1
    assert depth.at(90_000)[State.ACTIVE] == 0


def test_depth_begins_at_zero_ends_with_the_run_and_is_never_negative() -> None:
    """Whatever happens, jobs are counted in and out in pairs."""
    result = large_result(1_000).modes["queue"]
    depth = queue_depth(result.ledger, result.simulated_ms)

    assert (0, result.simulated_ms) == (depth.t_ms[0], depth.t_ms[-1])
    assert all((counts >= 0).all() for counts in depth.by_state.values())
    assert bool((np.diff(depth.t_ms) > 0).all())


def test_empty_run_has_empty_series() -> None:
    """A ledger without records gives curves that stay at zero."""
    empty = Ledger("queue")

    assert queue_depth(empty, 1_000).total.max() == 0
    assert progress(empty, 1_000).offered.last == 0


def test_first_effects_are_deliveries_and_further_ones_duplicates() -> None:
    """The curves end at the counts of the result."""
    result = small_result().modes["queue"]
    seen = progress(result.ledger, SMALL_END_MS)

    assert (result.totals.offered, result.totals.delivered) == (seen.offered.last, seen.delivered.last)
    assert (result.totals.extra_effects, result.totals.lost) == (seen.duplicates.last, seen.lost.last)
    assert [(t_ms, seen.duplicates.at(t_ms)) for t_ms in (62_999, 63_000, 90_100)] == [
        (62_999, 0),
        (63_000, 1),
        (90_100, 2),
    ]


def test_loss_is_drawn_when_the_last_trace_vanished_not_at_the_end() -> None:
    """A loss counts from the crash of the process that held the job, or from when Redis forgot it."""
    result = small_result()

    assert loss_times(result.modes["in-process"].ledger) == {"email-2": 2_500}
    assert loss_times(result.modes["queue"].ledger) == {"email-6": 42_000}


def test_in_process_job_that_only_waited_is_lost_at_the_crash() -> None:
    """A job that waited in the application's memory did nothing itself when the process died."""
    tape = Tape("in-process")
    tape.offer(10, "email-1")
    tape.world(50, Event.WORKER_CRASHED, "application")

    assert loss_times(tape.result(100, {}, ["email"]).ledger) == {"email-1": 50}


def test_thinning_keeps_the_peak_and_both_ends() -> None:
    """A picture of many changes still shows the highest one."""
    result = large_result(1_000).modes["queue"]
    depth = queue_depth(result.ledger, result.simulated_ms)
    thinned = thin(depth, 50)

    assert len(thinned.t_ms) <= 102
    assert depth.total.max() == thinned.total.max()
    assert (depth.t_ms[0], depth.t_ms[-1]) == (thinned.t_ms[0], thinned.t_ms[-1])
    assert thinned.total[np.searchsorted(thinned.t_ms, 3_500_000, side="right") - 1] == 0
    assert thin(queue_depth(in_process_tape().ledger(), SMALL_END_MS), 1_000).total.max() == 1

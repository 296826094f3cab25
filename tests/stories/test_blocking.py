"""Handlers that block a process with several slots: whose turn it is, and what waits meanwhile (times in ms).

Emails compute four fifths of their time, send, and compute the last fifth.
"""

from typing import Any

import pytest

from sim.engine.run import run
from sim.engine.world import World
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario, timeline

START = {"start_spread": "0s"}
"""The processes start with the run, so that their stalled checks come at 0, 30 and 60 s."""
BOTH_DELIVERED = {"stalled": 0, "attempts": 2, "duplicated": 0, "false_failures": 0}


def blocking(size: int, service: str, slots: int, *, processes: int = 1, **parts: Any) -> Scenario:
    """So many emails at 1 s, each with one attempt and no key, and processes whose handlers block them."""
    base: dict[str, Any] = {
        "workload": [
            {
                "queue": "email",
                "arrivals": {"kind": "bursts", "interval": "1s", "size": size, "bursts": 1, "start": "1s"},
            }
        ],
        "queues": {"email": {"service": service, "attempts": 1, "idempotency_key": "off"}},
        "workers": {"email": {"processes": processes, "concurrency": slots, "blocking": "on", **START}},
    }
    return scenario(**{**base, **parts})


def told(story: Scenario) -> list[str]:
    """What happened in the library, without the errors of the queue that every refusal brings."""
    return [line for line in timeline(story, semantics="bull-4.16") if not line.endswith("worker-error")]


def totals(story: Scenario) -> dict[str, int]:
    """What happened."""
    counts = run(story, modes=["queue"], semantics="bull-4.16").as_dict()["modes"]["queue"]
    return {name: counts[name] for name in BOTH_DELIVERED}


def test_three_that_block_for_75_s_together_all_lose_their_locks_of_30_s_and_fail() -> None:
    """All are locked before the first computes, and no renewal gets a turn before the last has ended, twice over."""
    assert told(blocking(3, "25s", 3)) == [
        "1000 email-1 started",
        "1000 email-2 started",
        "1000 email-3 started",
        "21000 email-1 effect",
        "41000 email-2 effect",
        "61000 email-3 effect",
        "76000 email-1 ack-rejected",
        "76000 email-2 ack-rejected",
        "76000 email-3 ack-rejected",
        "106001 email-1 stalled",
        "106001 email-2 stalled",
        "106001 email-3 stalled",
        "106001 email-3 started",
        "106001 email-2 started",
        "106001 email-1 started",
        "126001 email-3 effect",
        "146001 email-2 effect",
        "166001 email-1 effect",
        "181001 email-3 ack-rejected",
        "181001 email-2 ack-rejected",
        "181001 email-1 ack-rejected",
        "211002 email-1 stalled",
        "211002 email-1 failed",
        "211002 email-2 stalled",
        "211002 email-2 failed",
        "211002 email-3 stalled",
        "211002 email-3 failed",
    ]


def test_of_two_that_block_for_32_s_together_the_second_loses_its_lock_and_runs_twice() -> None:
    """The first reports after 28.8 s. Run again, the second has the process to itself."""
    assert told(blocking(2, "16s", 2)) == [
        "1000 email-1 started",
        "1000 email-2 started",
        "13800 email-1 effect",
        "26600 email-2 effect",
        "29800 email-1 completed",
        "33000 email-2 ack-rejected",
        "63001 email-2 stalled",
        "63001 email-2 started",
        "75801 email-2 effect",
        "79001 email-2 completed",
    ]


@pytest.mark.parametrize(
    ("service_ms", "slots", "refused"),
    [(15_000, 2, 0), (15_001, 2, 1), (10_000, 3, 0), (10_001, 3, 1), (11_000, 3, 2), (6_000, 5, 0), (6_001, 5, 1)],
)
def test_a_lock_lasts_as_long_as_all_slots_compute_together(service_ms: int, slots: int, refused: int) -> None:
    """To the millisecond, on both sides; of three times 11 s the first ends after 28.6 s, the second after 30.8 s."""
    lines = told(blocking(slots, f"{service_ms}ms", slots))
    assert sum(line.endswith("ack-rejected") for line in lines if int(line.split()[0]) < 60_000) == refused
    assert sum(line.endswith("completed") for line in lines) == slots


def test_a_single_job_among_several_slots_has_the_lock_of_a_process_with_one() -> None:
    """For 40 s nothing renews it, though other slots are idle."""
    assert told(blocking(1, "40s", 2)) == told(blocking(1, "40s", 1))
    assert told(blocking(1, "30s", 2)) == told(blocking(1, "30s", 1))


def test_two_processes_share_the_jobs_and_the_one_with_two_loses_both_locks() -> None:
    """The other completes its own, and finds theirs without a lock when it looks for the second time."""
    assert told(blocking(3, "25s", 3, processes=2)) == [
        "1000 email-1 started",
        "1000 email-2 started",
        "1000 email-3 started",
        "21000 email-1 effect",
        "21000 email-2 effect",
        "26000 email-2 completed",
        "41000 email-3 effect",
        "51000 email-1 ack-rejected",
        "51000 email-3 ack-rejected",
        "60012 email-1 stalled",
        "60012 email-3 stalled",
        "60012 email-3 started",
        "60012 email-1 started",
        "80012 email-3 effect",
        "80012 email-1 effect",
        "85012 email-3 completed",
        "85012 email-1 completed",
    ]


def test_the_next_jobs_are_locked_by_the_reports_and_computed_when_all_have_reported() -> None:
    """The third is locked at 19 s by the first's report and begins with the fourth, at 21 s."""
    assert told(blocking(4, "10s", 2)) == [
        "1000 email-1 started",
        "1000 email-2 started",
        "9000 email-1 effect",
        "17000 email-2 effect",
        "19000 email-1 completed",
        "21000 email-2 completed",
        "21000 email-3 started",
        "21000 email-4 started",
        "29000 email-3 effect",
        "37000 email-4 effect",
        "39000 email-3 completed",
        "41000 email-4 completed",
    ]


def test_timers_get_their_turn_between_two_rounds() -> None:
    """A process that is never idle looks for stalled jobs when its loop is free, as a round ends every 20 s.

    The locks of the dead process's jobs run out at 31 s; the check at 41 s marks them, that of 81 s finds them.
    """
    story = blocking(30, "10s", 2, processes=2, faults=[{"kind": "worker-crash", "target": "email-1", "at": "5s"}])
    stalled = [line for line in told(story) if line.endswith("stalled")]
    assert stalled == ["81000 email-1 stalled", "81000 email-3 stalled"]


def test_timers_get_their_turn_between_two_jobs_of_a_process_with_one_slot() -> None:
    """Of ten emails of 20 s the dead process's first is found while both processes are busy, as in the real Bull.

    Its lock runs out at 31 s.
    """
    story = blocking(10, "20s", 1, processes=2, faults=[{"kind": "worker-crash", "target": "email-1", "at": "5s"}])
    stalled = next(line for line in told(story) if line.endswith("email-1 stalled"))
    assert 31_000 < int(stalled.split()[0]) < 86_000


def test_a_job_that_redis_hands_to_a_blocked_process_has_no_lock_until_the_loop_is_free() -> None:
    """It comes at 3 s to the second slot; the loop is free at 21 s."""
    alone = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "3s"]}}],
        queues={"email": {"service": "20s", "attempts": 1}},
        workers={"email": {"concurrency": 2, "blocking": "on"}},
    )
    assert told(alone) == [
        "1000 email-1 started",
        "17000 email-1 effect",
        "21000 email-1 completed",
        "21000 email-2 started",
        "37000 email-2 effect",
        "41000 email-2 completed",
    ]


def orders(service: str, latency: str) -> Scenario:
    """Two orders at 1 s for two slots of one process; each calls the database before and after its first stretch."""
    return scenario(
        workload=[
            {"queue": "order", "arrivals": {"kind": "bursts", "interval": "1s", "size": 2, "bursts": 1, "start": "1s"}}
        ],
        queues={"order": {"service": service, "attempts": 1, "idempotency_key": "off"}},
        workers={"order": {"concurrency": 2, "blocking": "on"}},
        database={"latency": latency},
    )


def test_a_neighbour_that_waits_for_the_database_waits_for_the_loop_as_well() -> None:
    """The first order's second call is made at 10 s and would be answered at 11 s; the second computes until 18 s."""
    assert told(orders("10s", "1s")) == [
        "1000 order-1 started",
        "1000 order-2 started",
        "18000 order-1 effect",
        "20000 order-1 completed",
        "20000 order-2 effect",
        "22000 order-2 completed",
    ]


def test_calls_that_take_time_let_the_renewals_have_their_turn() -> None:
    """Of two orders of 16 s none loses its lock where calls take 50 ms, and one does where they take no time."""
    assert totals(orders("16s", "50ms")) == BOTH_DELIVERED
    assert totals(orders("16s", "0s"))["stalled"] == 1


def test_redis_away_while_the_loop_is_blocked_is_not_missed() -> None:
    """From 5 s to 15 s; the reports of 19 s and 21 s wait until the loop is free to see that the connection is cut."""
    story = blocking(2, "10s", 2, faults=[{"kind": "redis-outage", "at": "5s", "duration": "10s"}])
    assert told(story)[-2:] == ["21003 email-1 completed", "21003 email-2 completed"]


def test_redis_away_when_the_reports_are_due_delays_both() -> None:
    """From 15 s to 25 s; the client is back a while later, before the locks run out at 31 s."""
    story = blocking(2, "10s", 2, faults=[{"kind": "redis-outage", "at": "15s", "duration": "10s"}])
    lines = told(story)
    assert [line.split()[1:] for line in lines[-3:]] == [
        ["redis", "fault-ended"],
        ["email-1", "completed"],
        ["email-2", "completed"],
    ]
    assert all(25_000 <= int(line.split()[0]) < 31_000 for line in lines[-2:])


def test_a_stop_in_a_stretch_of_work_ends_it_late_and_the_line_goes_on_from_there() -> None:
    """From 5 s to 15 s; the first stretch would have ended at 9 s."""
    story = blocking(2, "10s", 2, faults=[{"kind": "worker-freeze", "at": "5s", "duration": "10s"}])
    assert told(story) == [
        "1000 email-1 started",
        "1000 email-2 started",
        "5000 email-1 fault-began",
        "15000 email-1 fault-ended",
        "15000 email-1 effect",
        "23000 email-2 effect",
        "25000 email-1 completed",
        "27000 email-2 completed",
    ]


def test_a_stop_past_the_lock_costs_both_locks_as_no_timer_comes_before_the_line_is_empty() -> None:
    """It goes on at 25 s with 12 s to compute; the locks run out at 31 s."""
    story = blocking(2, "10s", 2, faults=[{"kind": "worker-freeze", "at": "5s", "duration": "20s"}])
    assert [line for line in told(story) if line.endswith("ack-rejected")] == [
        "37000 email-1 ack-rejected",
        "37000 email-2 ack-rejected",
    ]


def test_a_crash_takes_the_whole_line_with_it_and_the_replacement_begins_with_none() -> None:
    """At 12 s the first has sent, the second computes; both run again, to their ends."""
    story = blocking(
        2, "10s", 2, faults=[{"kind": "worker-crash", "target": "email-1", "at": "12s", "restart_after": "1s"}]
    )
    assert told(story) == [
        "1000 email-1 started",
        "1000 email-2 started",
        "9000 email-1 effect",
        "12000 email-1 worker-crashed",
        "73002 email-1 stalled",
        "73002 email-2 stalled",
        "73002 email-2 started",
        "73002 email-1 started",
        "81002 email-2 effect",
        "89002 email-1 effect",
        "91002 email-2 completed",
        "93002 email-1 completed",
    ]


def test_a_crash_at_a_step_of_a_job_takes_its_neighbours_along() -> None:
    """The first dies before its effect at 9 s, while the second waits for its turn; both come back."""
    story = blocking(
        2,
        "10s",
        2,
        faults=[{"kind": "worker-crash", "jobs": ["email-1"], "step": "before-effect", "restart_after": "1s"}],
    )
    lines = told(story)
    assert lines[:5] == [
        "1000 email-1 started",
        "1000 email-2 started",
        "9000 email-1 killed",
        "9000 email-1 worker-crashed",
        "70002 email-1 stalled",
    ]
    assert [line.split()[1] for line in lines if line.endswith("completed")] == ["email-2", "email-1"]


def test_a_handler_that_fails_reports_at_once_and_its_slot_goes_on_after_the_round() -> None:
    """It fails at 9 s and is due again at 11 s; the process is free at 19 s."""
    story = blocking(
        2,
        "10s",
        2,
        queues={"email": {"service": "10s", "attempts": 2, "idempotency_key": "off"}},
        faults=[{"kind": "handler-error", "jobs": ["email-1"]}],
    )
    assert told(story) == [
        "1000 email-1 started",
        "1000 email-2 started",
        "9000 email-1 attempt-failed",
        "9000 email-1 retry-scheduled",
        "17000 email-2 effect",
        "19000 email-2 completed",
        "19000 email-1 started",
        "27000 email-1 attempt-failed",
        "27000 email-1 failed",
    ]


def test_handlers_that_block_nothing_compute_side_by_side() -> None:
    """Renewed every 15 s, three of 25 s end together."""
    story = blocking(3, "25s", 3, workers={"email": {"concurrency": 3, "blocking": "off"}})
    assert told(story)[-3:] == ["26000 email-1 completed", "26000 email-2 completed", "26000 email-3 completed"]


def test_resuming_a_process_that_nobody_stopped_does_not_free_its_loop() -> None:
    """By hand, at 5 s: its handler computes until 9 s, and nothing is written down."""
    story = blocking(1, "10s", 1)
    world = World(story, semantics="bull-4.16")
    world.run_until("5s")
    (worker,) = world.faults.processes("email")
    world.faults.resume(worker)
    assert worker.frozen
    world.run()
    assert EventKind.FAULT_ENDED not in {record.kind for record in world.trace}

"""An outage of Redis and a frozen process: it notices when it goes on (BULL_FACTS 7, 8; times in ms).

An email of 3 s begins at 1 s: its effect comes at 3.4 s, its handler ends at 4 s. Clients try to come back 3, 10, 30,
85, 240, 645, 1750 and 4730 ms after they noticed.
"""

from typing import Any

import pytest

from sim.engine.world import World
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario, timeline

BULL = "bull-4.16"


def span(kind: str, from_ms: int, to_ms: int, **more: Any) -> dict[str, Any]:
    """Something that breaks from one moment to another."""
    return {"kind": kind, "at": f"{from_ms}ms", "duration": f"{to_ms - from_ms}ms", **more}


def email(*faults: dict[str, Any], service: str = "3s", **parts: Any) -> Scenario:
    """One email, and a lock that outlasts all of it."""
    base: dict[str, Any] = {
        "queues": {"email": {"service": service, "attempts": 1}},
        "workers": {"email": {"lock_duration": "10m"}},
    }
    return scenario(**{**base, **parts, "faults": list(faults)})


def ends(story: Scenario, semantics: str = BULL) -> list[str]:
    """The ends of jobs."""
    return [line for line in timeline(story, semantics=semantics) if line.endswith("completed")]


def test_redis_back_before_a_stopped_worker_goes_on_costs_it_the_first_try() -> None:
    """It was down from 4 s to 7 s, and a worker that was frozen from 3.5 s to 9 s has missed that."""
    story = email(span("worker-freeze", 3_500, 9_000), span("redis-outage", 4_000, 7_000))
    assert timeline(story, semantics=BULL) == [
        "1000 email-1 started",
        "3400 email-1 effect",
        "3500 email-1 fault-began",
        "4000 redis fault-began",
        "7000 redis fault-ended",
        "9000 email-1 fault-ended",
        "9003 email-1 completed",
    ]


@pytest.mark.parametrize(
    ("back_ms", "completed_ms"),
    [
        (4_001, 9_003),
        (8_999, 9_003),
        (9_003, 9_003),
        (9_004, 9_010),
        (9_010, 9_010),
        (9_011, 9_030),
        (10_750, 10_750),
        (10_751, 13_730),
    ],
)
def test_a_stopped_worker_s_schedule_begins_when_it_goes_on(back_ms: int, completed_ms: int) -> None:
    """At 9 s; the connection was cut at 4 s, of which it knew nothing."""
    story = email(span("worker-freeze", 3_500, 9_000), span("redis-outage", 4_000, back_ms))
    assert ends(story) == [f"{completed_ms} email-1 completed"]


@pytest.mark.parametrize(("cut_ms", "completed_ms"), [(3_498, 9_000), (3_499, 9_000), (3_501, 9_003), (8_999, 9_003)])
def test_a_loss_that_was_noticed_before_the_stop_leaves_a_try_that_is_due(cut_ms: int, completed_ms: int) -> None:
    """Stopped at 3.5 s, it makes that try when it goes on at 9 s; one that noticed nothing before begins then."""
    story = email(span("worker-freeze", 3_500, 9_000), span("redis-outage", cut_ms, 9_000))
    assert ends(story) == [f"{completed_ms} email-1 completed"]


@pytest.mark.parametrize(
    ("on_ms", "back_ms", "completed_ms"),
    [
        (3_749, 3_600, 4_000),
        (5_000, 3_600, 5_000),
        (9_000, 9_000, 9_000),
        (9_000, 9_001, 11_980),
        (9_000, 11_980, 11_980),
        (9_000, 11_981, 20_090),
    ],
)
def test_a_try_that_came_due_in_a_stop_puts_the_later_ones_off(on_ms: int, back_ms: int, completed_ms: int) -> None:
    """Cut at 2 s and stopped from 3.5 s, over the try of 3.75 s: the next is 2.98 s after that, then 8.11 s later."""
    story = email(span("worker-freeze", 3_500, on_ms), span("redis-outage", 2_000, back_ms))
    assert ends(story) == [f"{completed_ms} email-1 completed"]


def test_a_stop_between_two_tries_moves_none() -> None:
    """Cut at 2 s; from 3.8 s to 6.7 s no try is due, and the next is at 6.73 s."""
    story = email(span("worker-freeze", 3_800, 6_700), span("redis-outage", 2_000, 5_000))
    assert ends(story) == ["6730 email-1 completed"]


BLOCKED = {"workers": {"email": {"blocking": "on", "lock_duration": "10m"}}}


@pytest.mark.parametrize(
    ("back_ms", "completed_ms"), [(8_000, 10_003), (10_003, 10_003), (10_004, 10_010), (11_000, 11_750)]
)
def test_a_blocked_worker_notices_when_its_loop_is_free(back_ms: int, completed_ms: int) -> None:
    """It computes from 1 s to 10 s, and Redis is down from 2 s. Measured: 70 to 177 ms late, and 825 ms for 11 s."""
    story = email(span("redis-outage", 2_000, back_ms), service="9s", **BLOCKED)
    assert ends(story) == [f"{completed_ms} email-1 completed"]


def test_a_timer_that_came_due_in_a_stop_waits_for_the_handler_that_has_the_loop() -> None:
    """The renewal of 7 s would save the lock that runs out at 13 s; the handler goes on at 11.5 s until 13.5 s."""
    workers = {"email": {"blocking": "on", "lock_duration": "12s"}}
    story = email(span("worker-freeze", 5_000, 11_500), service="10s", workers=workers)
    assert "13500 email-1 ack-rejected" in timeline(story, semantics=BULL)


def test_a_stop_that_ends_in_a_blocking_handler_notices_nothing_yet() -> None:
    """Redis is down from 3 s to 6 s, the process stopped from 4 s to 5 s; its handler has the loop until 10 s."""
    story = email(span("redis-outage", 3_000, 6_000), span("worker-freeze", 4_000, 5_000), service="9s", **BLOCKED)
    assert ends(story) == ["10003 email-1 completed"]


@pytest.mark.parametrize(("back_ms", "started_ms"), [(5_000, 5_000), (6_750, 6_750), (6_751, 9_730)])
def test_a_process_that_starts_in_an_outage_counts_from_its_start(back_ms: int, started_ms: int) -> None:
    """Killed at 2 s, started at 5 s; Redis is down from 3 s. Measured: 4.77 to 4.83 s where Redis came 2.5 s late."""
    crash = {"kind": "worker-crash", "at": "2s", "restart_after": "3s"}
    story = email(
        crash,
        span("redis-outage", 3_000, back_ms),
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["2500ms"]}}],
    )
    assert f"{started_ms} email-1 started" in timeline(story, semantics=BULL)


def test_a_short_return_between_two_tries_does_not_begin_the_schedule_again() -> None:
    """Cut at 2 s; Redis is there from 3 s to 3.1 s, and from 4 s on: the next try is at 6.73 s."""
    story = email(span("redis-outage", 2_000, 3_000), span("redis-outage", 3_100, 4_000))
    assert ends(story) == ["6730 email-1 completed"]


def submitted(at_ms: int, *faults: dict[str, Any]) -> list[str]:
    """What happens to a submit, made at a moment."""
    story = email(*faults, workload=[{"queue": "email", "arrivals": {"kind": "times", "at": [f"{at_ms}ms"]}}])
    return [
        line for line in timeline(story, semantics=BULL) if line.split()[2] in ("submit-waiting", "started", "rejected")
    ]


@pytest.mark.parametrize(("back_ms", "through_ms"), [(7_000, 9_003), (9_003, 9_003), (9_500, 9_645)])
def test_a_stopped_application_notices_when_it_goes_on(back_ms: int, through_ms: int) -> None:
    """Stopped from 2 s to 9 s, asked at 4 s; the worker is back before or with it, as it noticed at once."""
    stop = span("worker-freeze", 2_000, 9_000, target="application")
    lines = submitted(4_000, stop, span("redis-outage", 3_000, back_ms))
    assert lines[0] == "9000 email-1 submit-waiting"
    assert accepted_ms(4_000, stop, span("redis-outage", 3_000, back_ms)) == through_ms


def accepted_ms(at_ms: int, *faults: dict[str, Any]) -> int:
    """When a submit gets through."""
    world = World(
        email(*faults, workload=[{"queue": "email", "arrivals": {"kind": "times", "at": [f"{at_ms}ms"]}}]),
        semantics=BULL,
    )
    world.run()
    return next(record.t_ms for record in world.trace if record.kind.value == "enqueued")


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "rejected_ms"),
    [
        (500, 9_000, 241_900),
        (100_000, 200_000, 320_050),
        (233_840, 240_000, 240_050),
        (233_870, 240_000, 240_000),
        (233_860, 233_890, 233_900),
    ],
)
def test_a_client_runs_out_of_tries_as_much_later_as_its_process_held_one_up(
    from_ms: int, to_ms: int, rejected_ms: int
) -> None:
    """Cut at 1 s and submitted at 1.5 s: rejected at 233.9 s, 50 ms after the last try, if nothing stands still."""
    stop = span("worker-freeze", from_ms, to_ms, target="application")
    lines = submitted(1_500, stop, span("redis-outage", 1_000, 600_000))
    assert lines[-1] == f"{rejected_ms} email-1 rejected"


def test_with_documented_semantics_all_of_them_are_back_with_redis() -> None:
    """A blocked worker's report of 10 s finds Redis, which came back at 8 s; a stopped one's goes through at 9 s."""
    blocked = email(span("redis-outage", 2_000, 8_000), service="9s", **BLOCKED)
    assert ends(blocked, "documented") == ["10000 email-1 completed"]
    stopped = email(span("worker-freeze", 3_500, 9_000), span("redis-outage", 4_000, 7_000))
    assert ends(stopped, "documented") == ["9000 email-1 completed"]


@pytest.mark.parametrize("story", ["stopped", "blocked"])
def test_both_stores_and_any_steps_make_the_same_run(story: str) -> None:
    """Record by record."""
    of = {
        "stopped": email(span("worker-freeze", 3_500, 9_000), span("redis-outage", 2_000, 9_500)),
        "blocked": email(
            span("worker-freeze", 4_000, 5_000), span("redis-outage", 3_000, 12_000), service="9s", **BLOCKED
        ),
    }[story]
    runs = []
    for store, step_ms in (("memory", 0), ("fakeredis", 0), ("memory", 250), ("fakeredis", 333)):
        world = World(of, semantics=BULL, store=store)
        for until_ms in range(step_ms, 30_000, step_ms) if step_ms else ():
            world.run_until(until_ms)
        world.run()
        runs.append(list(world.trace))
    assert runs[0] == runs[1] == runs[2] == runs[3]

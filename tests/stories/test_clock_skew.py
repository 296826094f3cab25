"""The clocks of processes differ: what goes by whose clock (BULL_FACTS 41)."""

from typing import Any

import pytest
from pydantic import ValidationError

from sim.engine.world import World
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario, timeline

SKEW: dict[str, Any] = {"kind": "clock-skew"}
BULL = "bull-4.16"


def delayed(*faults: dict[str, Any], processes: int = 1, delay: str = "1m", **parts: Any) -> Scenario:
    """An email at 1 s with a delay, and workers whose timers have run since then."""
    workload = [{"queue": "email", "delay": delay, "arrivals": {"kind": "times", "at": ["1s"]}}]
    return scenario(workload=workload, workers={"email": {"processes": processes}}, faults=list(faults), **parts)


def started(story: Scenario) -> list[str]:
    """When the attempts start, and where."""
    world = World(story, semantics=BULL)
    world.run()
    return [f"{event.t_ms} {event.worker}" for event in world.trace if event.kind == "started"]


@pytest.mark.parametrize(
    ("faults", "processes", "start"),
    [
        ([], 1, "61001"),
        ([{**SKEW, "target": "application", "by": "10s"}], 1, "71001"),
        ([{**SKEW, "target": "application", "by": "-10s"}], 1, "51001"),
        ([{**SKEW, "target": "application", "by": "-2m"}], 1, "1000"),
        ([{**SKEW, "target": "email-1", "by": "10s"}], 1, "51001"),
        ([{**SKEW, "target": "email-1", "by": "-10s"}], 1, "71001"),
        ([{**SKEW, "target": "email", "by": "10s"}, {**SKEW, "target": "application", "by": "10s"}], 1, "61001"),
        ([{**SKEW, "target": "email-1", "by": "10s"}], 2, "51001"),
        ([{**SKEW, "target": "email-2", "by": "10s"}], 2, "51001"),
        ([{**SKEW, "target": "email-1", "by": "-10s"}], 2, "61001"),
        ([{**SKEW, "target": "email-1", "by": "10s"}, {**SKEW, "target": "email-2", "by": "20s"}], 2, "41001"),
        ([{**SKEW, "target": "email-1", "by": "2m"}], 2, "1000"),
        ([{**SKEW, "target": "email-1", "by": "10s"}, {**SKEW, "target": "email", "by": "5s"}], 1, "46001"),
    ],
)
def test_a_delay_counts_from_the_producer_s_clock_and_ends_by_that_of_the_worker_furthest_ahead(
    faults: list[dict[str, Any]], processes: int, start: str
) -> None:
    """Whoever is ahead promotes for everybody; who is behind changes nothing where another is right. Shifts add up."""
    (told,) = started(delayed(*faults, processes=processes))
    assert told.split()[0] == start


def test_who_is_ahead_promotes_and_another_may_run_it() -> None:
    """The alarm of one process is enough for all; the job goes to the longest blocked pop."""
    world = World(delayed({**SKEW, "target": "email-2", "by": "10s"}, processes=2), semantics=BULL)
    world.run()
    (promoted,) = [event for event in world.trace if event.kind == "promoted"]
    assert (promoted.t_ms, promoted.worker) == (51_001, "email-2")


@pytest.mark.parametrize(("at", "start"), [("51s", "61001"), ("51002ms", "51001")])
def test_without_the_process_that_is_ahead_the_others_go_by_their_own(at: str, start: str) -> None:
    """It dies a millisecond before it would have promoted, and nobody else is early."""
    stop = {"kind": "worker-crash", "target": "email-2", "at": at, "restart_after": None}
    told = started(delayed({**SKEW, "target": "email-2", "by": "10s"}, stop, processes=2))
    assert told[0].split()[0] == start


def test_a_replacement_has_the_clock_of_its_machine() -> None:
    """It looks for delayed jobs at its start."""
    crash = {"kind": "worker-crash", "target": "email-1", "at": "40s", "restart_after": "15s"}
    told = started(delayed({**SKEW, "target": "email-1", "by": "10s"}, crash))
    assert told == ["55000 email-1"]


def test_a_clock_that_jumps_ahead_is_noticed_at_the_next_look() -> None:
    """A timer runs as it was set: here the guard interval of 5 s, counted from the add at 1 s."""
    assert started(delayed({**SKEW, "target": "email-1", "by": "5m", "at": "12s"})) == ["16000 email-1"]


def test_a_clock_that_jumps_back_lets_a_timer_come_too_early_and_wait_again() -> None:
    """Due at 3 s, set back by 3 s at 2 s: the look at 3 s finds nothing due, and the next comes 3 s later."""
    assert started(delayed({**SKEW, "target": "email-1", "by": "-3s", "at": "2s"}, delay="2s")) == ["6001 email-1"]


def test_a_clock_that_is_set_right_again_is_right() -> None:
    """From 2 s to 20 s it is 2 minutes behind."""
    skew = {**SKEW, "target": "email-1", "by": "-2m", "at": "2s", "duration": "18s"}
    assert started(delayed(skew)) == ["61001 email-1"]


def test_the_window_has_its_process_and_outlives_it() -> None:
    """A crash does not set a clock right."""
    story = delayed(
        {**SKEW, "target": "email-1", "by": "-10s", "at": "2s", "duration": "10s"},
        {"kind": "worker-crash", "target": "email-1", "at": "5s", "restart_after": "1s"},
    )
    assert [line for line in timeline(story, semantics=BULL) if "fault" in line] == [
        "2000 email-1 fault-began",
        "12000 email-1 fault-ended",
    ]


def test_a_backoff_counts_from_the_worker_that_failed_and_ends_by_the_one_furthest_ahead() -> None:
    """email-1 is ahead and fails first: due 10 s late by the others' clocks, and promoted in time by its own."""
    fails = {"kind": "handler-error", "error": "transient", "first_attempts": 1}
    queue = {"email": {"service": "1s", "attempts": 2, "backoff": {"type": "fixed", "delay": "5s"}}}
    one = scenario(queues=queue, workers={"email": {"processes": 1}}, faults=[fails, {**SKEW, "by": "10s"}])
    assert [line.split()[0] for line in started(one)] == ["1000", "6801"]
    dies = {"kind": "worker-crash", "target": "email-1", "at": "3s", "restart_after": None}
    both = {"email": {"processes": 2, "start_spread": "0s"}}
    ahead = {**SKEW, "target": "email-1", "by": "10s"}
    two = scenario(queues=queue, workers=both, faults=[fails, ahead, dies])
    assert started(two) == ["1000 email-1", "16801 email-2"]


def test_what_a_job_stores_is_the_time_of_who_stored_it() -> None:
    """The producer's at submit, the worker's at start and end; its lock lasts as long as ever."""
    story = scenario(
        queues={"email": {"service": "40s"}},
        faults=[{**SKEW, "target": "application", "by": "-1h"}, {**SKEW, "target": "email", "by": "1h"}],
    )
    world = World(story, semantics=BULL)
    world.run()
    job = world.redis.hgetall("bull:email:1")
    hour, epoch = 3_600_000, 1_767_225_600_000
    assert int(job["timestamp"]) - epoch == 1_000 - hour
    assert int(job["processedOn"]) - epoch == 1_000 + hour
    assert int(job["finishedOn"]) - epoch == 41_000 + hour
    assert not any(event.kind == "stalled" for event in world.trace)


@pytest.mark.parametrize(("by", "kept"), [("58999ms", 3), ("59s", 1)])
def test_retention_by_age_goes_by_the_clock_of_who_ends_a_job(by: str, kept: int) -> None:
    """Two jobs end by a right clock; then it goes ahead, and the third removes what it takes for old."""
    story = scenario(
        queues={"email": {"service": "0s", "remove_on_complete": {"age": "1m"}}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "1s", "2s"]}}],
        faults=[{**SKEW, "target": "email", "by": by, "at": "1500ms"}],
    )
    world = World(story, semantics=BULL)
    world.run()
    assert world.queue("email").counts["completed"] == kept


def test_in_process_timers_know_no_clock() -> None:
    """The application waits for a backoff by a timer."""
    story = scenario(faults=[{**SKEW, "target": "application", "by": "2m"}])
    assert "11000 email-1 completed" in timeline(story, "in-process")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"by": "0s"}, "must be longer than 0s"),
        ({"by": "-0s"}, "must be longer than 0s"),
        ({"by": 120}, "expected a duration such as 2m, or -2m"),
        ({"by": "2m", "at": "1s", "mean_interval": "1m"}, "not both"),
        ({"by": "2m", "mean_interval": "1m"}, "duration: is needed"),
        ({"by": "2m", "at": ["1s", "2s"]}, "duration: is needed"),
    ],
)
def test_what_makes_no_sense_is_refused(more: dict[str, Any], says: str) -> None:
    """With what would be right."""
    with pytest.raises(ValidationError, match=says):
        scenario(faults=[{**SKEW, **more}])


def test_a_schedule_goes_by_the_clock_of_who_plans_it() -> None:
    """Each full minute: the application plans the first by its own clock, the worker that takes a job the next."""
    every = {"queue": "email", "repeat": {"cron": "* * * * *"}}
    ahead = {**SKEW, "target": "email", "by": "20s"}
    both = {**SKEW, "target": "application", "by": "20s"}
    queue = {"email": {"service": "1s"}}
    for faults, starts in (
        ([ahead], ["40001 email-1", "100001 email-1"]),
        ([both, ahead], ["40001 email-1", "100001 email-1"]),
        ([both], ["60001 email-1", "120001 email-1"]),
    ):
        story = scenario(workload=[every], queues=queue, faults=faults, duration="2m30s")
        assert started(story)[:2] == starts
    in_process = scenario(workload=[every], queues=queue, faults=[both], duration="2m")
    told = timeline(in_process, "in-process", BULL)
    assert [line for line in told if "started" in line] == ["40000 email-1 started", "100000 email-2 started"]

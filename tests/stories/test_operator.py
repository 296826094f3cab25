"""Stories of an operator: what is asked for, at which moment, and the timeline that follows (times in ms)."""

from typing import Any

import pytest

from sim.core.errors import UnknownName
from sim.engine.run import run
from sim.engine.world import World
from sim.queue.errors import JobLocked, NotDelayed
from sim.results.outcomes import Outcome
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario, timeline

NO_RETRIES = {"email": {"service": "1s", "attempts": 1}}
FAILS_ONCE = [{"kind": "handler-error", "first_attempts": 1}]


def failing(*steps: dict[str, Any], **parts: Any) -> Scenario:
    """One email at 1 s whose only attempt fails, and an operator."""
    return scenario(**{"queues": NO_RETRIES, "faults": FAILS_ONCE, "operator": list(steps), **parts})


def three(**parts: Any) -> Scenario:
    """Three emails at once, one worker."""
    workload = [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "1s", "1s"]}}]
    return scenario(**{"queues": NO_RETRIES, "workload": workload, **parts})


def deeds(story: Scenario, **options: Any) -> list[dict[str, Any]]:
    """What the trace says of the operator's steps."""
    trace = run(story, modes=["queue"], **options).modes["queue"].trace
    return [r.more or {} for r in trace if r.kind in (EventKind.OPERATOR_ACTED, EventKind.OPERATOR_FAILED)]


@pytest.mark.parametrize(
    "step",
    [
        {"do": "retry", "job": "email-1"},
        {"do": "retry", "queue": "email", "id": "1"},
        {"do": "retry-all", "queue": "email"},
    ],
)
def test_a_failed_job_is_retried_at_its_moment(step: dict[str, Any]) -> None:
    """By its offer's name, by its id, or with all others; the run waits for the operator."""
    assert timeline(failing({"at": "90s", **step})) == [
        "1000 email-1 started",
        "1800 email-1 attempt-failed",
        "1800 email-1 failed",
        "90000 operator operator-acted",
        "90000 email-1 retried",
        "90000 email-1 started",
        "90800 email-1 effect",
        "91000 email-1 completed",
    ]


def test_the_same_on_either_store() -> None:
    """To the byte."""
    story = failing({"at": "90s", "do": "retry-all", "queue": "email"}, {"at": "95s", "do": "drain", "queue": "email"})
    traces = [
        run(story, modes=["queue"], store=store).modes["queue"].trace.sha256() for store in ("fakeredis", "memory")
    ]
    assert traces[0] == traces[1]


def test_what_is_asked_for_while_redis_is_away_is_not_done() -> None:
    """Written down, and nobody does it later; while it loads it says so."""
    away = {"kind": "redis-crash", "at": "50s", "duration": "20s", "loading": "10s"}
    steps = [{"at": f"{at}s", "do": "retry-all", "queue": "email"} for at in (60, 75, 81)]
    story = failing(*steps, faults=[*FAILS_ONCE, away])
    assert deeds(story) == [
        {"do": "retry-all", "error": "connect ECONNREFUSED"},
        {"do": "retry-all", "error": "LOADING Redis is loading the dataset in memory"},
        {"do": "retry-all", "jobs": 1},
    ]


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ({"do": "retry", "job": "email-1"}, "Couldn't retry job: The job is locked"),
        ({"do": "promote", "job": "email-1"}, "Job 1 is not in a delayed state"),
        ({"do": "remove", "job": "email-1"}, "Could not remove job 1"),
    ],
)
def test_what_the_queue_refuses_is_written_down(step: dict[str, Any], error: str) -> None:
    """In the queue's words, with the job."""
    story = scenario(operator=[{"at": "5s", **step}])
    assert deeds(story) == [{"do": step["do"], "name": "email-1", "error": error}]
    assert timeline(story)[-1] == "11000 email-1 completed"


def test_a_job_that_the_queue_never_had_is_unknown() -> None:
    """Its offer comes later."""
    (deed,) = deeds(scenario(operator=[{"at": "0s", "do": "retry", "job": "email-1"}]))
    assert "email-1" in deed["error"]


def test_a_job_in_backoff_is_promoted() -> None:
    """Instead of waiting an hour it runs at once; its worker has no part in that."""
    hour = {"email": {"service": "1s", "attempts": 2, "backoff": {"type": "fixed", "delay": "1h"}}}
    story = failing({"at": "5s", "do": "promote", "job": "email-1"}, queues=hour)
    assert timeline(story)[3:] == [
        "5000 operator operator-acted",
        "5000 email-1 started",
        "5800 email-1 effect",
        "6000 email-1 completed",
    ]


def test_a_paused_queue_finishes_what_runs_and_waits_with_the_rest() -> None:
    """Until it is resumed."""
    story = three(
        operator=[{"at": "1500ms", "do": "pause", "queue": "email"}, {"at": "60s", "do": "resume", "queue": "email"}]
    )
    starts = [line for line in timeline(story) if line.endswith("started")]
    assert starts == ["1000 email-1 started", "60000 email-2 started", "61000 email-3 started"]


def test_what_is_drained_is_lost_and_what_runs_is_not() -> None:
    """No record of it is left."""
    result = run(three(operator=[{"at": "1500ms", "do": "drain", "queue": "email"}]), modes=["queue"]).modes["queue"]
    assert [job.outcome for job in result.jobs] == [Outcome.DELIVERED, Outcome.LOST, Outcome.LOST]


def test_what_is_cleaned_out_of_the_failed_set_counts_as_evicted() -> None:
    """As if retention had removed it."""
    story = failing({"at": "30s", "do": "clean", "queue": "email", "state": "failed"})
    assert [job.outcome for job in run(story, modes=["queue"]).modes["queue"].jobs] == [Outcome.FAILED_EVICTED]


@pytest.mark.parametrize(("older_than", "left"), [("29s", 0), ("30s", 1)])
def test_only_what_is_old_enough_is_cleaned(older_than: str, left: int) -> None:
    """It failed at 1.8 s, and the operator comes 30 s later."""
    step = {"at": "31800ms", "do": "clean", "queue": "email", "state": "failed", "older_than": older_than}
    assert run(failing(step), modes=["queue"]).modes["queue"].totals.failed_retained == left


def test_in_process_there_is_nothing_to_operate() -> None:
    """What failed there is gone."""
    story = failing({"at": "90s", "do": "retry-all", "queue": "email"})
    assert timeline(story, "in-process") == [
        "1000 email-1 started",
        "1800 email-1 attempt-failed",
        "1800 email-1 failed",
    ]


def test_a_hand_that_steps_through_a_world_has_the_same_verbs() -> None:
    """Each says what it did, and refuses by exceptions."""
    world = World(three(workers={"email": {"processes": 1}}))
    queue = world.queue("email")
    world.run_until("1s")
    with pytest.raises(JobLocked):
        queue.remove("1")
    with pytest.raises(NotDelayed):
        queue.promote("2")
    with pytest.raises(UnknownName, match="99"):
        queue.remove("99")
    with pytest.raises(UnknownName, match="finished"):
        queue.clean("1h", "finished")
    queue.remove(queue.id_of("email-3"))
    world.run_until("5s")
    assert queue.clean("1h") == []
    assert queue.clean(0, "completed", 1) == ["1"]
    assert queue.drain() == []
    world.run()
    assert [job.outcome for job in world.result().jobs] == [Outcome.DELIVERED, Outcome.DELIVERED, Outcome.LOST]

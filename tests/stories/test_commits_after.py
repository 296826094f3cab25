"""A transaction that commits after it has submitted its job: a handler that is faster finds no row (times in ms)."""

from typing import Any

from sim.engine.run import run
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario, timeline


def late_commit(*, delay: str = "0s", **parts: Any) -> Scenario:
    """One email at 1 s, whose row is committed half a second after its submit."""
    entry = {"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}, "commits_after": "500ms", "delay": delay}
    return scenario(**{"workload": [entry], "queues": {"email": {"service": "1s", "attempts": 1}}, **parts})


def test_a_handler_that_starts_before_the_commit_finds_no_row() -> None:
    """That costs an attempt, and with one attempt the job."""
    assert timeline(late_commit()) == ["1000 email-1 started", "1000 email-1 attempt-failed", "1000 email-1 failed"]
    (failed,) = [
        event
        for event in run(late_commit(), modes=["queue"]).modes["queue"].trace
        if event.kind is EventKind.ATTEMPT_FAILED
    ]
    assert failed.more == {"error": "email-1 not found: its row is not in the database", "permanent": False}


def test_a_second_attempt_after_the_commit_finds_it() -> None:
    """One that comes at once does not."""
    later = {"service": "1s", "attempts": 2, "backoff": {"type": "fixed", "delay": "600ms"}}
    assert timeline(late_commit(queues={"email": later})) == [
        "1000 email-1 started",
        "1000 email-1 attempt-failed",
        "1000 email-1 retry-scheduled",
        "1500 email-1 committed",
        "1601 email-1 started",
        "2401 email-1 effect",
        "2601 email-1 completed",
    ]
    at_once = {"service": "1s", "attempts": 3, "backoff": None}
    assert timeline(late_commit(queues={"email": at_once}))[-1] == "1000 email-1 failed"


def test_a_delay_as_long_as_the_transaction_is_the_cure() -> None:
    """One that is shorter is none."""
    assert timeline(late_commit(delay="501ms"))[-1].endswith("email-1 completed")
    assert any(line.endswith("email-1 failed") for line in timeline(late_commit(delay="450ms")))


def test_a_slow_database_gives_the_commit_time() -> None:
    """The row is looked for when the call arrives."""
    assert timeline(late_commit(database={"latency": "500ms"}))[-1].endswith("email-1 completed")


def test_in_process_the_job_runs_inside_the_transaction() -> None:
    """It sees the row that nobody else sees yet."""
    assert timeline(late_commit(), "in-process")[-1] == "2000 email-1 completed"


def test_an_application_that_dies_before_the_commit_rolls_back() -> None:
    """The job stays in the queue, and no attempt ever finds its row."""
    retried = {"service": "1s", "attempts": 4, "backoff": {"type": "fixed", "delay": "10s"}}
    story = late_commit(
        queues={"email": retried},
        faults=[{"kind": "worker-crash", "target": "application", "at": "1400ms", "restart_after": "1s"}],
    )
    told = timeline(story)
    assert not any("committed" in line for line in told)
    assert told[-1].endswith("email-1 failed")
    after = late_commit(
        queues={"email": retried},
        faults=[{"kind": "worker-crash", "target": "application", "at": "1600ms", "restart_after": "1s"}],
    )
    assert timeline(after)[-1].endswith("email-1 completed")


def test_a_frozen_application_commits_when_it_goes_on() -> None:
    """The transaction stays open."""
    freeze = {"kind": "worker-freeze", "target": "application", "at": "1200ms", "duration": "5s"}
    assert "6200 email-1 committed" in timeline(late_commit(faults=[freeze]))


def test_the_transaction_waits_with_the_submit() -> None:
    """A submit that waits for Redis holds the transaction open; it commits half a second after the job is in."""
    outage = {"kind": "redis-outage", "at": "500ms", "duration": "5s"}
    queue = {"service": "1s", "attempts": 2, "backoff": {"type": "fixed", "delay": "5s"}}
    told = timeline(late_commit(queues={"email": queue}, faults=[outage]), semantics="bull-4.16")
    started = next(int(line.split()[0]) for line in told if line.endswith("started"))
    assert started > 5_000
    assert f"{started + 500} email-1 committed" in told
    assert told[-1].endswith("email-1 completed")

"""Effects that happen twice: missing keys, and submits that are sent again."""

from typing import Any

import pytest

from sim.advise.finding import Severity
from tests.unit.advise.given import database_down, email, finding, findings, order


@pytest.mark.parametrize("queue", ["email", "order", "payment"])
@pytest.mark.parametrize("key", ["on", "off"])
def test_an_effect_without_a_key_is_shown_to_happen_twice(queue: str, key: str) -> None:
    """Whatever the handler does; with a key there is nothing to say."""
    workload = [{"queue": queue, "arrivals": {"kind": "times", "at": ["0s"]}}]
    scenario = order(workload=workload, queues={queue: {"idempotency_key": key}}, workers={})
    found = findings(scenario, "no-idempotency-key")
    assert [(one.severity, one.queue) for one in found] == ([(Severity.DUPLICATE, queue)] if key == "off" else [])
    for one in found:
        assert one.trial is not None
        assert one.trial.counts.duplicated == 1


@pytest.mark.parametrize(("attempts", "max_stalled", "twice"), [(1, 0, False), (1, 1, True), (2, 0, True)])
def test_a_job_that_runs_at_most_once_needs_no_key(attempts: int, max_stalled: int, twice: bool) -> None:
    """One attempt and no recovery; a second attempt or one recovery is enough for a second effect."""
    queues = {"email": {"idempotency_key": "off", "attempts": attempts}}
    scenario = email(queues=queues, workers={"email": {"max_stalled": max_stalled}})
    assert bool(findings(scenario, "no-idempotency-key")) is twice


def test_where_the_database_fails_that_is_what_shows_it() -> None:
    """Ten emails of 4 s at work, and their status cannot be saved for 3 s."""
    scenario = email(
        queues={"email": {"service": "4s", "idempotency_key": "off"}},
        workers={"email": {"concurrency": 10}},
        faults=[database_down("3s", at="6s")],
    )
    found = finding(scenario, "no-idempotency-key")
    assert found.see == "scenarios/03-database-failures/status-not-saved.yaml"
    assert found.trial is not None
    assert found.trial.counts.duplicated == 3


def unanswered(key: str, semantics: str, *, lost: int = 1) -> dict[str, Any]:
    """An email a second; Redis goes as the sixth comes, and has carried its submit out."""
    fault = {"kind": "redis-outage", "at": "5s", "duration": "2s", "lost_replies": lost}
    return email(queues={"email": {"idempotency_key": key}}, semantics=semantics, faults=[fault])


@pytest.mark.parametrize(
    ("key", "semantics", "severity"),
    [
        ("off", "bull-4.16", Severity.DUPLICATE),
        ("off", "documented", Severity.KNOW),
        ("on", "documented", Severity.KNOW),
    ],
)
def test_a_submit_without_an_answer_is_sent_again_by_the_library(key: str, semantics: str, severity: Severity) -> None:
    """By the document the caller is left with an error for a job that runs."""
    assert finding(unanswered(key, semantics), "lost-replies").severity is severity


@pytest.mark.parametrize("scenario", [unanswered("on", "bull-4.16"), unanswered("off", "bull-4.16", lost=0)])
def test_a_key_or_an_answer_is_enough(scenario: dict[str, Any]) -> None:
    """Nothing happens twice, and nobody is told anything wrong."""
    assert findings(scenario, "lost-replies") == []

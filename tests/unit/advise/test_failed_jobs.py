"""What is left of failed jobs: retention and dead letters."""

from typing import Any

import pytest

from sim.advise.finding import Severity
from tests.unit.advise.given import database_down, finding, findings, order


@pytest.mark.parametrize(("duration", "evicted"), [("31s", 0), ("31500ms", 1), ("36s", 10)])
def test_what_an_outage_fails_beyond_the_retention_is_gone(duration: str, evicted: int) -> None:
    """50 are kept; an outage fails two a second from its seventh second on. The run agrees to the job."""
    found = [
        one for one in findings(order(faults=[database_down(duration)]), "retention") if one.severity is Severity.LOSE
    ]
    assert [one.numbers["jobs_evicted"] for one in found] == ([evicted] if evicted else [])
    for one in found:
        assert one.trial is not None
        assert one.trial.counts.failed_evicted == evicted
        assert one.trial.counts.failed_retained == 50


@pytest.mark.parametrize("keep", [False, 200, {"count": 200}])
def test_enough_room_loses_no_record(keep: Any) -> None:
    """However it is written."""
    scenario = order(queues={"order": {"remove_on_fail": keep}}, faults=[database_down("60s")])
    assert findings(scenario, "retention") == []


@pytest.mark.parametrize(("age", "lost"), [("54s", False), ("50s", True)])
def test_an_age_evicts_what_failed_longer_ago(age: str, lost: bool) -> None:
    """Failures come over 54 s of an outage of 60 s."""
    scenario = order(queues={"order": {"remove_on_fail": {"age": age}}}, faults=[database_down("60s")])
    assert bool(findings(scenario, "retention")) is lost


def test_a_queue_that_keeps_no_failed_job_loses_the_first() -> None:
    """Permanent errors are enough."""
    scenario = order(queues={"order": {"remove_on_fail": True}}, database={"stock": 199})
    assert finding(scenario, "retention").numbers["jobs_evicted"] == 1


def test_without_failures_it_says_which_outage_would_fill_the_failed_set() -> None:
    """6 s of retries, and 25 s of two failures a second."""
    found = finding(order(), "retention")
    assert (found.severity, found.numbers["full_after_ms"]) == (Severity.KNOW, 31_000)


def test_a_workload_that_cannot_fill_the_failed_set_is_not_spoken_of() -> None:
    """50 jobs, 50 places."""
    workload = [{"queue": "order", "arrivals": {"kind": "constant", "interval": "500ms", "count": 50}}]
    assert findings(order(workload=workload), "retention") == []


def test_every_queue_without_dead_letters_is_named_in_one_finding() -> None:
    """With what it keeps instead."""
    found = finding(order(queues={"order": {}, "email": {"remove_on_fail": False}}), "dead-letters")
    assert found.severity is Severity.KNOW
    assert found.arithmetic == "of failed jobs order keeps 50; email keeps all"


def test_a_queue_with_dead_letters_is_spoken_of_neither_for_its_retention_nor_for_having_none() -> None:
    """Nothing that fails there can be pushed out."""
    told = order(queues={"order": {"dead_letter": "on"}})
    assert findings(told, "retention") == findings(told, "dead-letters") == []

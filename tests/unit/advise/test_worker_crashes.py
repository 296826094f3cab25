"""Workers that die: the stalled limit, and the wait for another worker."""

from typing import Any

import pytest

from sim.advise.finding import Severity
from tests.unit.advise.given import finding, findings, order


def crashing(fault: dict[str, Any] | None = None, **workers: Any) -> dict[str, Any]:
    """Orders of 5 s, 40 at once."""
    return order(
        queues={"order": {"service": "5s"}},
        workers={"order": {"processes": 10, "concurrency": 4, **workers}},
        faults=[] if fault is None else [{"kind": "worker-crash", **fault}],
    )


@pytest.mark.parametrize(("max_stalled", "told"), [(0, True), (1, True), (2, False)])
def test_attempts_that_a_crash_would_not_use_are_told(max_stalled: int, told: bool) -> None:
    """Three attempts: the third is of use to nobody while two crashes fail the job. A limit of 0 is always told."""
    found = findings(crashing(max_stalled=max_stalled), "stalled-limit")
    assert [one.severity for one in found] == ([Severity.KNOW] if told else [])
    for one in found:
        assert one.trial is not None
        assert one.trial.counts.attempts == max_stalled + 1


@pytest.mark.parametrize(("every", "severity"), [("102s", Severity.KNOW), ("90s", Severity.LOSE)])
def test_random_crashes_lose_when_half_a_job_is_expected_to_be_hit_twice(every: str, severity: Severity) -> None:
    """Of 200 jobs of 5 s: (5 s / 102 s)^2 x 200 is just below one half; the exact share is 1 - exp(-5/102)."""
    found = finding(crashing({"mean_interval": every}), "stalled-limit")
    assert found.severity is severity
    assert found.setting == {"workers": {"order": {"max_stalled": 2}}}


def test_a_crash_that_strikes_one_of_ten_processes_is_a_tenth_of_it() -> None:
    """A process is hit ten times as rarely."""
    assert finding(crashing({"mean_interval": "20s", "target": "order-1"}), "stalled-limit").severity is Severity.KNOW


@pytest.mark.parametrize(("max_stalled", "severity"), [(0, Severity.LOSE), (1, Severity.KNOW)])
def test_with_a_limit_of_none_one_crash_is_enough(max_stalled: int, severity: Severity) -> None:
    """Ten orders run when every process dies once."""
    found = finding(crashing({"at": "50s"}, max_stalled=max_stalled), "stalled-limit")
    assert found.severity is severity
    assert found.numbers["jobs_failing"] == (10 if severity is Severity.LOSE else 0)


def test_a_job_that_kills_its_workers_is_mended_by_no_setting() -> None:
    """It fails, whatever the limit is."""
    scenario = crashing(max_stalled=5) | {"faults": [{"kind": "poison-job", "jobs": ["order-5"]}]}
    found = finding(scenario, "stalled-limit")
    assert (found.severity, found.setting, found.numbers["jobs_failing"]) == (Severity.LOSE, None, 1)


def test_without_a_limit_only_a_job_that_kills_its_workers_is_spoken_of() -> None:
    """It kills them for ever; crashes by chance fail no job."""
    assert findings(crashing({"mean_interval": "10s"}, max_stalled="unlimited"), "stalled-limit") == []
    poison = [{"kind": "poison-job", "jobs": ["order-5", "order-6"]}]
    found = finding(crashing(max_stalled="unlimited") | {"faults": poison}, "stalled-limit")
    assert found.severity is Severity.LOSE
    assert "2 jobs kill every process that runs them, and nothing limits stalls: they never fail" in found.what
    assert found.setting == {"workers": {"order": {"max_stalled": 1}}}


def test_what_a_dead_process_held_waits_for_its_lock_and_a_check() -> None:
    """15 s to 90 s at the defaults, as far as no check falls out."""
    found = finding(crashing({"at": "50s"}), "crash-recovery")
    assert found.severity is Severity.DELAY
    assert (found.numbers["soonest_ms"], found.numbers["latest_ms"]) == (15_000, 90_000)


@pytest.mark.parametrize("scenario", [crashing(), crashing({"at": "50s"}, lock_duration="8s", stalled_interval="8s")])
def test_a_wait_shorter_than_the_job_or_no_crash_is_not_spoken_of(scenario: dict[str, Any]) -> None:
    """4 s against orders of 5 s."""
    assert findings(scenario, "crash-recovery") == []

"""Locks that run out while their job still runs."""

from typing import Any

import pytest

from sim.advise.finding import Severity
from tests.unit.advise.given import email, finding, findings


def long_job(service: Any, *, key: str = "off", **workers: Any) -> dict[str, Any]:
    """One email to one worker."""
    return email(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}}],
        queues={"email": {"service": service, "idempotency_key": key}},
        workers={"email": {"processes": 1, **workers}},
    )


@pytest.mark.parametrize(("service", "lost"), [("30s", False), ("30001ms", True)])
def test_a_handler_that_blocks_for_longer_than_the_lock_loses_it(service: str, lost: bool) -> None:
    """The lock lasts 30 s, and no timer of the process renews it."""
    found = findings(long_job(service, blocking="on"), "lock-runs-out")
    assert [one.severity for one in found] == ([Severity.DUPLICATE] if lost else [])
    for one in found:
        assert one.trial is not None
        assert one.trial.counts.duplicated == 1
        assert one.setting == {"workers": {"email": {"lock_duration": "40s"}}}


def blocked_together(size: int, service: Any, **workers: Any) -> dict[str, Any]:
    """So many emails in one go, without a key, to processes whose handlers block them."""
    arrivals = {"kind": "bursts", "interval": "10m", "size": size, "bursts": 2}
    scenario = long_job(service, **{"blocking": "on", "concurrency": size, **workers})
    return scenario | {"workload": [{"queue": "email", "arrivals": arrivals}]}


@pytest.mark.parametrize(
    ("size", "service", "processes", "lost"),
    [
        (2, "15s", 1, False),
        (2, "15001ms", 1, True),
        (3, "10s", 1, False),
        (3, "10001ms", 1, True),
        (3, "15s", 2, False),
        (3, "15001ms", 2, True),
        (40, "750ms", 1, False),
        (40, "751ms", 1, True),
        (3, "25s", 3, False),
    ],
)
def test_slots_that_block_one_process_hold_their_locks_for_all_of_them(
    size: int, service: str, processes: int, lost: bool
) -> None:
    """What a burst puts into one process, times the work, against the lock of 30 s."""
    found = findings(blocked_together(size, service, processes=processes), "lock-runs-out")
    assert [one.severity for one in found] == ([Severity.DUPLICATE] if lost else [])
    for one in found:
        assert one.trial is not None
        assert one.trial.counts.stalled > 0
        assert one.setting == {"workers": {"email": {"concurrency": 1}}}


def test_three_blocking_handlers_of_25_s_get_their_consequences_explained() -> None:
    """They run twice and fail, all three, in the trial as in the real Bull."""
    found = finding(blocked_together(3, "25s"), "lock-runs-out")
    assert "fetches and locks 3 jobs at once" in found.what
    assert found.arithmetic == "25 s + 2 x 25 s = 1 min 15 s > 30 s; longer: 6 of 6 jobs"
    assert found.trial is not None
    assert (found.trial.counts.attempts, found.trial.counts.stalled) == (6, 6)
    scenario = blocked_together(3, "25s", concurrency=1)
    assert findings(scenario, "lock-runs-out") == []


def test_slots_that_never_have_two_jobs_at_once_hold_one_lock() -> None:
    """An email of 25 s every 60 s, and every 20 s, which is more than the process can do."""
    seldom = long_job("25s", blocking="on", concurrency=3)
    seldom["workload"] = [{"queue": "email", "arrivals": {"kind": "constant", "interval": "60s", "count": 20}}]
    assert findings(seldom, "lock-runs-out") == []
    seldom["workload"][0]["arrivals"]["interval"] = "20s"
    assert finding(seldom, "lock-runs-out").numbers["jobs_together"] == 3


def test_one_slot_does_not_mend_a_job_that_is_longer_than_its_lock() -> None:
    """Then the lock has to be longer as well."""
    found = finding(blocked_together(2, "40s"), "lock-runs-out")
    assert found.setting == {"workers": {"email": {"concurrency": 1, "lock_duration": "50s"}}}


def test_calls_that_take_time_let_renewals_through_and_the_trial_says_so() -> None:
    """Two orders of 16 s keep their locks where the database takes 50 ms."""
    scenario = blocked_together(2, "16s")
    scenario["queues"] = {"order": {"service": "16s", "idempotency_key": "off"}}
    scenario["workload"][0]["queue"] = "order"
    scenario["workers"] = {"order": scenario["workers"]["email"]}
    assert len(findings(scenario, "lock-runs-out")) == 1
    assert findings(scenario | {"database": {"latency": "50ms"}}, "lock-runs-out") == []


@pytest.mark.parametrize(
    ("service", "lost"),
    [
        ({"kind": "uniform", "min": "10s", "max": "30s"}, False),
        ({"kind": "uniform", "min": "10s", "max": "60s"}, True),
        ({"kind": "exponential", "mean": "43s"}, False),
        ({"kind": "exponential", "mean": "44s"}, True),
        ({"kind": "lognormal", "median": "29s"}, False),
        ({"kind": "lognormal", "median": "31s"}, True),
    ],
)
def test_of_a_distribution_the_share_above_the_lock_counts(service: dict[str, str], lost: bool) -> None:
    """Half a job is enough: exp(-30/43.3) is one half, and the median of a lognormal time is one half."""
    assert bool(findings(long_job(service, blocking="on"), "lock-runs-out")) is lost


def test_with_a_key_the_work_is_done_again_for_nothing() -> None:
    """And still counts as failed in the end."""
    found = finding(long_job("40s", key="on", blocking="on"), "lock-runs-out")
    assert found.severity is Severity.DELAY
    assert found.trial is not None
    assert found.trial.counts.false_failures == 1


@pytest.mark.parametrize(("renew", "lost"), [("29900ms", False), ("31s", True)])
def test_a_renewal_after_the_lock_has_run_out_is_none(renew: str, lost: bool) -> None:
    """Of a job of 45 s that blocks nothing."""
    assert bool(findings(long_job("45s", lock_renew=renew), "lock-runs-out")) is lost


@pytest.mark.parametrize(("service", "told"), [("30s", False), ("31s", True)])
def test_a_job_longer_than_its_lock_lives_on_renewals(service: str, told: bool) -> None:
    """It is well, until its process pauses for the 15 s that are left of the lock at worst."""
    found = findings(long_job(service), "lives-on-renewals")
    assert [one.severity for one in found] == ([Severity.KNOW] if told else [])
    assert findings(long_job(service), "lock-runs-out") == []


def frozen(duration: str, *, key: str = "off", at: str = "2s") -> dict[str, Any]:
    """An email of 5 s every 10 s, and a frozen process."""
    return email(
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "10s", "count": 6}}],
        queues={"email": {"service": "5s", "idempotency_key": key}},
        faults=[{"kind": "worker-freeze", "target": "email-1", "at": at, "duration": duration}],
    )


@pytest.mark.parametrize(("duration", "lost"), [("30s", False), ("31s", True)])
def test_a_process_that_stands_still_longer_than_its_lock_is_overtaken(duration: str, lost: bool) -> None:
    """Both finish the job."""
    found = findings(frozen(duration), "frozen-past-lock")
    assert [one.severity for one in found] == ([Severity.DUPLICATE] if lost else [])


def test_a_key_makes_a_frozen_process_harmless() -> None:
    """It is still told."""
    found = finding(frozen("2m", key="on"), "frozen-past-lock")
    assert found.severity is Severity.KNOW
    assert found.trial is not None
    assert found.trial.counts.suppressed_duplicates == 1


def test_a_process_that_holds_nothing_when_it_stops_is_not_spoken_of() -> None:
    """The last email came at 50 s."""
    assert findings(frozen("2m", at="70s"), "frozen-past-lock") == []


def redis_away(duration: str, at: str = "2s") -> dict[str, Any]:
    """An email of 5 s every 10 s, and Redis down."""
    return email(
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "10s", "count": 6}}],
        queues={"email": {"service": "5s", "idempotency_key": "off"}},
        faults=[{"kind": "redis-outage", "at": at, "duration": duration}],
    )


@pytest.mark.parametrize(("duration", "at", "lost"), [("30s", "2s", False), ("31s", "2s", True), ("31s", "6s", False)])
def test_what_ran_when_redis_went_for_longer_than_the_lock_runs_again(duration: str, at: str, lost: bool) -> None:
    """At 6 s nothing runs."""
    found = findings(redis_away(duration, at), "redis-down-past-lock")
    assert [one.severity for one in found] == ([Severity.DUPLICATE] if lost else [])
    for one in found:
        assert one.trial is not None
        assert one.trial.counts.duplicated == 1


def test_a_job_of_hours_is_tried_to_its_end() -> None:
    """A run that waits for nothing would end an hour after the last job."""
    assert finding(long_job("2h", blocking="on", lock_duration="90m"), "lock-runs-out").trial is not None


def test_processes_that_start_late_refute_nothing() -> None:
    """In a trial all of them start at once."""
    scenario = frozen("2m", at="5m")
    scenario["workload"][0]["arrivals"]["count"] = 60
    scenario["workers"]["email"]["start_spread"] = "2m"
    assert finding(scenario, "frozen-past-lock").severity is Severity.DUPLICATE


@pytest.mark.parametrize(("max_stalled", "severity"), [(0, Severity.KNOW), (1, Severity.DUPLICATE)])
def test_a_job_that_may_not_stall_is_not_done_twice(max_stalled: int, severity: Severity) -> None:
    """It fails at the first stall; whoever stood still still finishes it, once."""
    scenario = frozen("2m")
    scenario["workers"]["email"]["max_stalled"] = max_stalled
    found = finding(scenario, "frozen-past-lock")
    assert found.severity is severity
    blocked = finding(long_job("40s", blocking="on", max_stalled=max_stalled), "lock-runs-out")
    assert (blocked.severity is Severity.DUPLICATE) is (max_stalled == 1)

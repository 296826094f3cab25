"""What advice says agrees with a run of the scenario as it stands."""

from typing import Any

import pytest

from sim.advise.as_it_stands import Backlog, lines_of
from sim.advise.finding import Severity
from sim.results.trace import EventKind
from tests.unit.advise.given import advice_on, email, finding, findings, order
from tests.unit.results.traces import Tape


def severities(scenario: dict[str, Any]) -> list[Severity]:
    """The severities of what no check speaks of."""
    return [one.severity for one in findings(scenario, "as-it-stands")]


def test_jobs_that_known_crashes_fail_for_good_are_lost() -> None:
    """Two crashes hit the only job; each alone it would survive."""
    base = {
        "queues": {"order": {"service": "2m"}},
        "workload": [{"queue": "order", "arrivals": {"kind": "times", "at": ["0s"]}}],
        "workers": {"order": {"processes": 1}},
    }
    once = order(**base, faults=[{"kind": "worker-crash", "at": ["30s"]}])
    twice = order(**base, faults=[{"kind": "worker-crash", "at": ["30s", "150s"]}])
    assert severities(once) == []
    assert severities(twice) == [Severity.LOSE]
    (found,) = findings(twice, "as-it-stands")
    assert found.what == "Not delivered: 1 of 1 job (1 failed-retained)."
    assert found.numbers["failed_retained"] == 1
    assert advice_on(twice).hurts


def test_a_poison_job_that_nothing_limits_goes_round_until_the_end() -> None:
    """It is pending, and yet no time would deliver it."""
    scenario = order(
        duration="20m",
        workers={"order": {"processes": 2, "max_stalled": 1_000}},
        faults=[{"kind": "poison-job", "jobs": ["order-10"], "restart_after": "10s"}],
    )
    (found,) = findings(scenario, "as-it-stands")
    assert found.severity is Severity.LOSE
    assert found.what.startswith("Not delivered: 1 of 200 jobs (1 pending). Jobs move from worker to worker until")


def test_jobs_that_starve_behind_others_that_never_end_are_lost() -> None:
    """Four slots run the same jobs over and over, because no lock is renewed."""
    scenario = email(
        queues={"email": {"service": "40s"}},
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "5s", "count": 20}}],
        workers={"email": {"processes": 2, "concurrency": 2, "lock_renew": "1h", "max_stalled": 100}},
        duration="1h",
    )
    (found,) = findings(scenario, "as-it-stands")
    assert found.severity is Severity.LOSE
    assert found.numbers["delivered"] < 20
    assert "done again each time" in finding(scenario, "lock-runs-out").what
    assert "does not drain before the run ends" in finding(scenario, "utilisation").what


def test_what_a_check_has_said_is_not_said_again() -> None:
    """An outage that outlasts the retries is the retries' finding."""
    scenario = order(faults=[{"kind": "database-failure", "at": "5s", "duration": "60s"}])
    assert finding(scenario, "retry-horizon").severity is Severity.LOSE
    assert severities(scenario) == []


def test_failures_of_jobs_that_nothing_could_deliver_are_no_surprise() -> None:
    """Invalid data fails whatever the settings are."""
    scenario = order()
    scenario["workload"][0]["invalid"] = 0.2
    assert severities(scenario) == []


def test_a_backlog_is_the_one_that_the_run_has() -> None:
    """Half a minute of a slow database makes a line of 19 orders, though the workers are 250% busy meanwhile."""
    scenario = order(
        queues={"order": {"service": "1s"}},
        workload=[{"queue": "order", "arrivals": {"kind": "constant", "interval": "1s", "count": 1_200}}],
        workers={"order": {"processes": 1, "concurrency": 2}},
        faults=[{"kind": "slow-database", "at": "10m", "duration": "30s", "latency": "2s"}],
    )
    found = finding(scenario, "utilisation")
    assert found.numbers["utilisation"] == 2.5
    assert found.numbers["backlog"] in range(15, 25)
    assert found.numbers["drain_ms"] < 60_000


@pytest.mark.parametrize(("size", "told"), [(119, False), (126, True)])
def test_a_burst_whose_last_job_waits_a_minute_is_told(size: int, told: bool) -> None:
    """Two processes do an email a second each; they keep up at other times."""
    scenario = email(
        queues={"email": {"service": "1s", "idempotency_key": "on"}},
        workload=[{"queue": "email", "arrivals": {"kind": "bursts", "interval": "20m", "size": size, "bursts": 1}}],
    )
    found = findings(scenario, "burst-backlog")
    assert [one.severity for one in found] == ([Severity.DELAY] if told else [])
    if told:
        assert (found[0].numbers["most_waiting"], found[0].numbers["burst"]) == (size, size)
        assert 60_000 <= found[0].numbers["longest_wait_ms"] <= 64_000


def test_jobs_that_never_fail_within_the_run_disappear_from_nowhere() -> None:
    """A hundred attempts that double take longer than anybody waits."""
    scenario = order(queues={"order": {"attempts": 100}}, duration="1h")
    scenario["workload"][0]["invalid"] = 0.5
    assert findings(scenario, "retention") == []
    found = finding(scenario, "permanent-errors")
    assert "still have retries left when the run ends" in found.what
    assert "more than 10 years" in found.what
    assert found.numbers["jobs_pending"] > 50


@pytest.mark.parametrize(("kept", "told"), [(False, True), (1_000, False), (True, False)])
def test_completed_jobs_that_are_kept_for_ever_fill_redis(kept: bool | int, told: bool) -> None:
    """Worth knowing, with how many a day."""
    found = findings(order(queues={"order": {"remove_on_complete": kept}}), "completed-kept")
    assert [one.severity for one in found] == ([Severity.KNOW] if told else [])
    if told:
        assert found[0].arithmetic == "order: 172,800 jobs a day"


def test_a_line_is_followed_from_its_peak_to_its_end() -> None:
    """A delayed job does not wait, and one that comes back after the end begins no new line here."""
    tape = Tape("queue")
    for number, t_ms in ((1, 0), (2, 100), (3, 200)):
        tape.arrival(t_ms, f"email-{number}")
    tape.arrival(250, "email-4", delay_ms=5_000)
    tape.job(300, "email-1", EventKind.STARTED, 1, "w")
    tape.job(700, "email-2", EventKind.STARTED, 1, "w")
    tape.job(900, "email-3", EventKind.STARTED, 1, "w")
    tape.job(950, "email-3", EventKind.STALLED, 1, "w")
    tape.job(990, "email-3", EventKind.STARTED, 2, "w")
    assert lines_of(tape.trace(), 2_000) == {"email": Backlog(most=3, drain_ms=700, wait_ms=700)}


def test_a_line_that_stands_at_the_end_is_not_worked_off() -> None:
    """Whoever still waits has waited until the end."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.arrival(500, "email-2")
    tape.job(600, "email-2", EventKind.STARTED, 1, "w")
    assert lines_of(tape.trace(), 2_000) == {"email": Backlog(most=2, drain_ms=None, wait_ms=2_000)}

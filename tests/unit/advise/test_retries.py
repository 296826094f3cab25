"""Retries: horizons and outages, chance, permanent errors, and jobs that arrive back together."""

from typing import Any

import pytest

from sim.advise.finding import Severity
from tests.unit.advise.given import database_down, email, finding, findings, order


@pytest.mark.parametrize(("duration", "lost"), [("6s", 0), ("6500ms", 1), ("16s", 20)])
def test_an_outage_past_the_horizon_fails_those_who_came_too_early(duration: str, lost: int) -> None:
    """Orders give up 2 s + 4 s after their first attempt: 6 s are survived to the millisecond."""
    found = findings(order(faults=[database_down(duration)]), "retry-horizon")
    if not lost:
        assert found == []
        return
    assert found[0].severity is Severity.LOSE
    assert found[0].numbers["jobs_failing"] == lost
    assert found[0].trial is not None
    assert found[0].trial.failed == lost


@pytest.mark.parametrize(("semantics", "held"), [("documented", False), ("bull-4.16", True)])
def test_the_horizon_is_that_of_the_semantics_the_scenario_speaks_of(semantics: str, held: bool) -> None:
    """An outage of 7 s lies between 6 s by the document and 2 s + 6 s by the library; the other is not told."""
    scenario = order(semantics=semantics, faults=[database_down("7s")])
    found = findings(scenario, "retry-horizon")
    assert (found == []) is held
    if found:
        assert found[0].arithmetic.startswith("2 s + 4 s = 6 s; jobs that arrive")
        assert "horizon_bull_ms" not in found[0].numbers


def test_without_an_outage_it_says_which_one_is_survived() -> None:
    """And how many attempts would outlast a minute."""
    found = finding(order(), "retry-horizon")
    assert found.severity is Severity.KNOW
    assert "of this length: 6 s." in found.what
    both = finding(order(semantics=["bull-4.16", "documented"]), "retry-horizon")
    assert "bull-4.16: 8 s; documented: 6 s" in both.what
    assert found.setting == {"queues": {"order": {"attempts": 6}}}


def test_an_outage_in_which_no_job_of_the_queue_comes_fails_none() -> None:
    """The last order comes at 99.5 s."""
    assert findings(order(faults=[database_down("60s", at="100s")]), "retry-horizon") == []


def test_a_share_of_failing_calls_is_no_outage() -> None:
    """Only where every call fails is the horizon compared."""
    assert finding(order(faults=[database_down("60s", rate=0.9)]), "retry-horizon").severity is Severity.KNOW


def test_a_job_that_is_tried_once_survives_no_outage() -> None:
    """And a queue without backoff is given one."""
    own = {"order": {"attempts": 1, "backoff": None}}
    found = finding(order(queues=own, faults=[database_down("30s")]), "retry-horizon")
    assert found.numbers["jobs_failing"] == 60
    assert found.setting == {"queues": {"order": {"attempts": 6, "backoff": {"type": "exponential", "delay": "1s"}}}}


@pytest.mark.parametrize(("count", "severity"), [(121, Severity.KNOW), (122, Severity.LOSE)])
def test_chance_loses_when_half_a_job_is_expected_to_fail_every_time(count: int, severity: Severity) -> None:
    """A third to the fifth is 1 in 243."""
    workload = [{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": count}}]
    faults = [{"kind": "handler-error", "rate": 1 / 3}]
    found = finding(email(workload=workload, faults=faults), "flaky-dependency")
    assert found.severity is severity
    assert (found.setting is None) is (severity is Severity.KNOW)


def invalid(share: float, **queue: Any) -> dict[str, Any]:
    """Emails of which some have no valid address."""
    scenario = email(queues={"email": {"idempotency_key": "on", **queue}})
    scenario["workload"][0]["invalid"] = share
    return scenario


def test_permanent_errors_are_counted_in_starts_for_nothing() -> None:
    """A fifth of 30 emails, four more starts each."""
    found = finding(invalid(0.2), "permanent-errors")
    assert (found.severity, found.numbers["starts_wasted"]) == (Severity.DELAY, 24)
    assert found.numbers["late_ms"] == 15_000


@pytest.mark.parametrize("scenario", [invalid(0), invalid(0.2, discard_permanent="on"), invalid(0.2, attempts=1)])
def test_permanent_errors_cost_nothing_where_there_are_none_or_they_are_not_tried_again(
    scenario: dict[str, Any],
) -> None:
    """Each of the three mends it."""
    assert findings(scenario, "permanent-errors") == []


@pytest.mark.parametrize(("stock", "short"), [(200, 0), (190, 10)])
def test_orders_that_find_no_stock_are_permanent_errors_too(stock: int, short: int) -> None:
    """Each order takes one item."""
    found = findings(order(database={"stock": stock}), "permanent-errors")
    assert [one.numbers["jobs_failing"] for one in found] == ([short] if short else [])


def burst(size: int, **workers: Any) -> dict[str, Any]:
    """Orders that come at one moment, in an outage of 5 s, to one slot that does five a second."""
    return order(
        workload=[{"queue": "order", "arrivals": {"kind": "bursts", "interval": "60s", "size": size, "bursts": 1}}],
        workers={"order": {"processes": 1, **workers}},
        faults=[database_down("5s", at="0s")],
    )


@pytest.mark.parametrize(("size", "severity"), [(5, Severity.KNOW), (6, Severity.DELAY)])
def test_jobs_that_failed_together_come_back_together(size: int, severity: Severity) -> None:
    """All of them 6 s after the first attempt; five can begin within that second."""
    found = finding(burst(size), "thundering-herd")
    assert found.severity is severity
    assert (found.numbers["jobs_returning"], found.numbers["busiest_second"]) == (size, size)


def test_a_herd_that_is_not_twice_the_usual_rate_is_none() -> None:
    """One slot more, and one job."""
    assert findings(burst(1), "thundering-herd") == []

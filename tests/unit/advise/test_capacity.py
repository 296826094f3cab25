"""Whether the workers keep up."""

from typing import Any

import pytest

from sim.advise.finding import Severity
from tests.unit.advise.given import database_down, finding, findings, order


def served(service: Any, **more: Any) -> dict[str, Any]:
    """Two orders a second for 100 s, and four slots."""
    return order(queues={"order": {"service": service}}, workers={"order": {"processes": 4}}, **more)


@pytest.mark.parametrize(("service", "full"), [("1999ms", False), ("2s", True), ("2500ms", True)])
def test_arrivals_times_service_over_slots(service: str, full: bool) -> None:
    """At 100% nothing is left over."""
    found = findings(served(service), "utilisation")
    assert [one.severity for one in found] == ([Severity.DELAY] if full else [])


def test_a_backlog_grows_and_takes_time_to_work_off() -> None:
    """2/s come and 1.6/s go, for 100 s: 40 wait, and are gone 24.5 s after the last has come, as a run shows."""
    found = finding(served("2500ms"), "utilisation")
    assert (found.numbers["backlog"], found.numbers["drain_ms"]) == (40, 24_500)
    assert found.setting == {"workers": {"order": {"processes": 8}}}


@pytest.mark.parametrize(("latency", "full"), [("1s", False), ("1001ms", True)])
def test_a_slow_database_counts_twice_an_attempt(latency: str, full: bool) -> None:
    """An order makes two calls; with 1 s each and 0.05 s of work it takes 2.05 s of the 2.05 s that there are."""
    arrivals = {"kind": "constant", "interval": "513ms", "count": 100}
    fault = {"kind": "slow-database", "at": "5s", "duration": "10s", "latency": latency}
    scenario = served("50ms", faults=[fault], workload=[{"queue": "order", "arrivals": arrivals}])
    assert bool(findings(scenario, "utilisation")) is full


@pytest.mark.parametrize(("most", "full"), [(22, True), (23, False)])
def test_a_limiter_lets_less_through_than_it_says(most: int, full: bool) -> None:
    """20 in 10 s come; jobs are spaced 1.1 times as far apart as the limiter says, so 22 are the limit."""
    scenario = served("100ms")
    scenario["queues"]["order"]["limiter"] = {"max": most, "duration": "10s"}
    assert bool(findings(scenario, "utilisation")) is full


def test_a_handler_that_blocks_has_its_process_to_itself() -> None:
    """Concurrency adds nothing then."""
    scenario = served("1100ms") | {"workers": {"order": {"processes": 2, "concurrency": 4, "blocking": "on"}}}
    assert finding(scenario, "utilisation").numbers["slots"] == 2


def test_attempts_that_fail_by_chance_are_work_too() -> None:
    """Half of all attempts, three at most: 1.75 for each job."""
    faults = [{"kind": "handler-error", "rate": 0.5}]
    assert findings(served("1100ms", faults=faults), "utilisation") == []
    assert finding(served("1200ms", faults=faults), "utilisation").numbers["utilisation"] == 1.05


@pytest.mark.parametrize(("service", "told"), [("1s", False), ("1200ms", True)])
def test_workers_that_are_more_than_half_busy_take_longer_to_catch_up_than_the_outage(service: str, told: bool) -> None:
    """At 60% the ten orders of an outage of 5 s take 7.5 s beside the new ones."""
    found = findings(served(service, faults=[database_down("5s")]), "drain-after-outage")
    assert [one.numbers["drain_ms"] for one in found] == ([7_500] if told else [])


@pytest.mark.parametrize(("processes", "told"), [(0, True), (1, False)])
def test_a_queue_that_nobody_works_on_is_a_loss(processes: int, told: bool) -> None:
    """None of its jobs is ever done."""
    found = findings(order(workers={"order": {"processes": processes}}), "no-workers")
    assert [one.severity for one in found] == ([Severity.LOSE] if told else [])

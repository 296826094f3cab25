"""Alerts that would not see a fault."""

from sim.advise.finding import Severity
from tests.unit.advise.given import finding, findings, order

CRASH = [{"kind": "worker-crash", "target": "order-1", "at": "30s", "restart_after": "60s"}]
WORKLOAD = [{"queue": "order", "arrivals": {"kind": "constant", "interval": "1s", "count": 120}}]
ALONE = {"order": {"processes": 1}}


def alert(above: int) -> dict[str, object]:
    """Make a rule that fires when more jobs wait than so many."""
    return {"name": "Backlog", "metric": "waiting", "when": f"> {above}"}


def test_a_fault_at_which_no_alert_fires_is_named() -> None:
    """A minute without a worker leaves some sixty jobs waiting, which is no thousand."""
    given = order(workload=WORKLOAD, workers=ALONE, faults=CRASH, alerts=[alert(1_000)])
    found = finding(given, "blind-alerts")
    assert found.severity is Severity.DELAY
    assert "No alert fires for 1 of 1 faults: order-1 down at 30 s" in found.what
    assert found.numbers["unseen"] == 1


def test_an_alert_that_sees_every_fault_is_not_spoken_of() -> None:
    """Ten waiting jobs are there after ten seconds."""
    assert findings(order(workload=WORKLOAD, workers=ALONE, faults=CRASH, alerts=[alert(10)]), "blind-alerts") == []


def test_a_scenario_without_alerts_is_not_told_of_them() -> None:
    """It has not said that anybody watches."""
    assert findings(order(workload=WORKLOAD, faults=CRASH), "blind-alerts") == []

"""Alerts that would not see a fault."""

from collections.abc import Iterator

from sim.advise.finding import Finding, Severity
from sim.advise.phrases import span
from sim.advise.reading import Reading
from sim.advise.sources import ALERT_ON_FAILURES, WATCH_DEPTH
from sim.advise.trials import MAX_JOBS, MAX_STEPS, SEED
from sim.core.errors import BudgetExceeded
from sim.engine.run import run
from sim.results.detection import Detections, FaultDetection
from sim.scenario.schema import Scenario

MAX_NAMED = 4


def unseen_faults(reading: Reading) -> Iterator[Finding]:
    """Run the scenario with its alerts, and name the faults at which none of them fires."""
    scenario = reading.scenario
    detections = _detections(scenario) if scenario.alerts and "queue" in scenario.modes else None
    if detections is None:
        return
    faults = [fault for fault in detections.faults if not fault.is_operator_action]
    unseen = [fault for fault in faults if not fault.alerts]
    if not unseen:
        return
    by_health = sum(fault.health_ms is not None for fault in unseen)
    names = ", ".join(alert.name for alert in scenario.alerts)
    told = "; ".join(map(_in_words, unseen[:MAX_NAMED]))
    more = f"; and {len(unseen) - MAX_NAMED:,} more" if len(unseen) > MAX_NAMED else ""
    yield Finding(
        "blind-alerts",
        Severity.DELAY,
        None,
        f"No alert fires for {len(unseen):,} of {len(faults):,} faults: {told}{more}. "
        "Without an alert, customers report them first."
        + (f" Worker health shows {by_health:,} of them." if by_health else ""),
        f"{len(faults):,} faults - {len(faults) - len(unseen):,} covered by {names} = "
        f"{len(unseen):,} (a run with seed {SEED})",
        (WATCH_DEPTH, ALERT_ON_FAILURES),
        "Alert on what such a fault changes first: the age of the oldest waiting job, stalls, or workers that are "
        "down; `python -m sim alerts` shows when each rule fires.",
        {"faults": len(faults), "unseen": len(unseen), "seen_by_health": by_health},
        None,
        "scenarios/07-monitoring/nobody-notices.yaml",
    )


def _detections(scenario: Scenario) -> Detections | None:
    """Return the outcome of the scenario's faults and alerts in a run; None where it would take too long."""
    if sum(entry.jobs for entry in scenario.workload) > MAX_JOBS:
        return None
    try:
        result = run(scenario, modes=["queue"], seed=SEED, store="memory", max_steps=MAX_STEPS)
    except BudgetExceeded:
        return None
    return result.modes["queue"].detections


def _in_words(fault: FaultDetection) -> str:
    window = fault.window
    return f"{window.label} at {span(window.start_ms)}"

"""What monitoring saw of a run, as rows: faults and who noticed them, alerts, and the health of workers."""

from collections.abc import Sequence
from typing import NamedTuple

from sim.core.durations import format_duration
from sim.results.alerts import Episode
from sim.results.detection import Detections, FaultDetection
from sim.results.health import Status
from sim.results.metrics import Metrics
from sim.scenario.monitoring import Alert

MAX_ROWS = 50


class Rows(NamedTuple):
    """A table; the first cell of each row names the row."""

    caption: str
    headings: list[str]
    rows: list[list[str]]


def monitoring_tables(metrics: Metrics, detections: Detections) -> list[Rows]:
    """Lay out faults, alerts (where the scenario has any) and workers."""
    tables = [fault_rows(detections)]
    if metrics.scenario.alerts:
        tables.append(alert_rows(metrics, detections))
    tables.append(health_rows(metrics))
    return tables


def fault_rows(detections: Detections) -> Rows:
    """Say of each fault how long after its begin health and alerts detected it, and when everything had recovered."""
    caption = "Faults and what detected them"
    if len(detections.faults) > MAX_ROWS:
        caption += f" (the first {MAX_ROWS} of {len(detections.faults):,})"
    one_queue = len({episode.queue for episode in detections.episodes} - {None}) < 2
    rows = [_fault_row(fault, one_queue) for fault in detections.faults[:MAX_ROWS]]
    headings = ["fault", "from", "until", "unhealthy after", "recovered", "alerts after"]
    return Rows(caption, headings, rows)


def _fault_row(fault: FaultDetection, one_queue: bool) -> list[str]:
    window = fault.window
    unhealthy = "-" if fault.health_ms is None else _span(fault.after_ms(fault.health_ms))
    well = "-"
    if fault.health_ms is not None:
        well = "never" if fault.well_ms is None else _span(max(0, fault.well_ms - window.end_ms))
    alerts = "\n".join(
        f"{_span(fault.after_ms(episode.fired_ms))} {_named(episode, one_queue)}"
        for episode in fault.alerts
        if episode.fired_ms is not None
    )
    until = _moment(window.end_ms) if window.mended else "the end"
    return [
        window.label,
        _moment(window.start_ms),
        until,
        unhealthy,
        well,
        alerts or ("NOT DETECTED" if fault.unnoticed else "-" if fault.is_operator_action else "none"),
    ]


def _span(ms: int) -> str:
    return format_duration(ms) if ms else "0s"


def _moment(ms: int) -> str:
    """Write when something happened; after the first minute to the second, which fits a narrow column."""
    return _span(ms if ms < 60_000 else round(ms, -3))


def alert_rows(metrics: Metrics, detections: Detections) -> Rows:
    """Say of each alert how often it fired, when first, how often for nothing, and how it stood in the end."""
    rows = []
    for alert in metrics.scenario.alerts:
        fired = detections.fired(alert.name)
        first = min((episode.fired_ms for episode in fired if episode.fired_ms is not None), default=None)
        rows.append(
            [
                alert.name,
                condition_in_words(alert),
                f"{len(fired):,}",
                "-" if first is None else _span(first),
                f"{sum(episode.alert == alert.name for episode in detections.false):,}",
                _standing(detections, alert.name),
            ]
        )
    return Rows("Alerts", ["alert", "fires when", "fired", "first at", "false", "at the end"], rows)


def _standing(detections: Detections, name: str) -> str:
    open_ones = [one for one in detections.episodes if one.alert == name and one.resolved_ms is None]
    if any(one.fired_ms is not None for one in open_ones):
        return "firing"
    return "pending" if open_ones else "quiet"


def condition_in_words(alert: Alert) -> str:
    """Write a rule on one line: ``email waiting > 100 for 30s``."""
    parts = [alert.queue, alert.metric.replace("_", " ")]
    if alert.over is not None:
        parts.append(f"in {format_duration(alert.over)}")
    parts.append(alert.when)
    if alert.for_:
        parts.append(f"for {format_duration(alert.for_)}")
    return " ".join(part for part in parts if part)


def health_rows(metrics: Metrics) -> Rows:
    """Say of each worker how long it was healthy, degraded and down, and why."""
    rows = []
    for queue, worker in metrics.health.workers[:MAX_ROWS]:
        spells = metrics.health.spells(queue, worker)
        times = dict.fromkeys(Status, 0)
        for spell in spells:
            times[spell.status] += spell.end_ms - spell.start_ms
        reasons = list(dict.fromkeys(reason for spell in spells for reason in spell.reasons))
        name = worker if metrics.mode == "queue" else f"{worker} ({queue})"
        rows.append([name, *(_span(times[status]) for status in Status), ", ".join(reasons) or "-"])
    caption = "Health of workers"
    if len(metrics.health.workers) > MAX_ROWS:
        caption += f" (the first {MAX_ROWS} of {len(metrics.health.workers):,})"
    return Rows(caption, ["worker", "healthy", "degraded", "down", "because"], rows)


def _named(episode: Episode, one_queue: bool) -> str:
    return episode.alert if episode.queue is None or one_queue else f"{episode.alert} ({episode.queue})"


def _all(count: int) -> str:
    return "Both" if count == 2 else f"All {count:,}"


def monitoring_verdict(detections: Detections) -> str:
    """Say in a sentence or two how many faults went unnoticed, and how many alarms were false."""
    overloads = [fault for fault in detections.faults if fault.is_overload]
    broken = [fault for fault in detections.faults if not fault.is_overload and not fault.is_operator_action]
    faults, false = len(broken), len(detections.false)
    missed = sum(fault.unnoticed for fault in broken)
    if not faults:
        first = "There was no fault"
    elif not missed:
        first = "The only fault was detected" if faults == 1 else f"{_all(faults)} faults were detected"
    elif faults == 1:
        first = "No alert detected the only fault"
    else:
        first = f"No alert detected {missed:,} of {faults:,} faults"
    alarms = "there was no false alarm" if not false else f"{false:,} false alarm{'s' * (false > 1)}"
    return f"{first};{_overloads(overloads)} {alarms}."


def _overloads(overloads: Sequence[FaultDetection]) -> str:
    missed = sum(fault.unnoticed for fault in overloads)
    noticed = len(overloads) - missed
    text = {0: "", 1: " an overload was detected;"}.get(noticed, f" {noticed:,} overloads were detected;")
    if missed:
        text += f" jobs were late without a fault{f' {missed:,} times' if missed > 1 else ''}, and no alert fired;"
    return text

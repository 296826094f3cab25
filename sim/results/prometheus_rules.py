"""A scenario's alerts as a Prometheus rule file."""

from typing import Any

import yaml

from sim.core.durations import UNITS_MS, format_duration
from sim.metrics.catalogue import METRICS
from sim.scenario.monitoring import Alert, MetricsConfig

GROUP = "jobqueue"


def rule_file(alerts: list[Alert], config: MetricsConfig, title: str) -> str:
    """Write the alerts as rules that Prometheus judges at the same interval."""
    group = {
        "name": GROUP,
        "interval": promql_duration(config.interval),
        "rules": [_rule(alert) for alert in alerts],
    }
    text: str = yaml.safe_dump({"groups": [group]}, sort_keys=False, width=120, allow_unicode=True)
    return f"# Alerts of the scenario: {' '.join(title.split())}\n{text}"


def _rule(alert: Alert) -> dict[str, Any]:
    rule: dict[str, Any] = {"alert": alert.name, "expr": expression(alert)}
    if alert.for_:
        rule["for"] = promql_duration(alert.for_)
    growth = f" grew within {format_duration(alert.over)} by" if alert.over is not None else ""
    said = f"{alert.metric}{growth} {alert.when}" + (f" for {format_duration(alert.for_)}" if alert.for_ else "")
    whose = "" if not METRICS[alert.metric].per_queue else "queue {{ $labels.queue }}: "
    rule["annotations"] = {"summary": f"{whose}{said} (now {{{{ $value }}}})"}
    return rule


def expression(alert: Alert) -> str:
    """Write an alert's condition in PromQL; times are in seconds there."""
    series = METRICS[alert.metric].selector(alert.queue)
    if alert.over is not None:
        series = f"increase({series}[{promql_duration(alert.over)}])"
    return f"{series} {alert.condition.operator} {alert.condition.limit:.15g}"


def promql_duration(ms: int) -> str:
    """Write milliseconds as Prometheus reads them: whole numbers of each unit, ``1m30s500ms``."""
    if ms == 0:
        return "0s"
    text = ""
    for unit, size_ms in UNITS_MS.items():
        count, ms = divmod(ms, size_ms)
        text += f"{count}{unit}" if count else ""
    return text

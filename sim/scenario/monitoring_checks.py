"""What does not fit together in a scenario's monitoring: queues, units, windows and names."""

from collections.abc import Iterator
from typing import Any

from sim.core.durations import format_duration
from sim.metrics.catalogue import COUNTERS, METRICS
from sim.scenario.expect_checks import how_to_promise, promising
from sim.scenario.monitoring import Alert, MetricsConfig
from sim.scenario.parts import Parts
from sim.yaml_files.problems import Path, Problem, did_you_mean, listed

MAX_SAMPLES = 1_000_000
OF_PROMISES = ("overdue", "late_deliveries")
"""Metrics that count what ``deliver_within`` promises."""


def check_monitoring(parts: Parts) -> Iterator[Problem]:
    """Find what is wrong with metrics and alerts, and with what is expected of alerts."""
    yield from _samples(parts)
    first: dict[str, int] = {}
    for number, alert in parts.alerts.items():
        here: Path = ("alerts", number)
        if alert.name in first:
            yield Problem((*here, "name"), f"alerts[{first[alert.name]}] is already called {alert.name}")
        first.setdefault(alert.name, number)
        yield from _queue(parts, here, alert)
        yield from _unit(here, alert)
        yield from _promised(parts, here, alert)
        yield from _window(here, alert, parts.metrics or MetricsConfig())
    yield from _expected(parts, list(first))


def _samples(parts: Parts) -> Iterator[Problem]:
    config = parts.metrics or (MetricsConfig() if parts.alerts or parts.data.get("health") is not None else None)
    if config is None:
        return
    samples = parts.span_ms // config.interval
    if samples > MAX_SAMPLES:
        path: Path = ("metrics", "interval") if parts.metrics is not None else ("alerts",)
        text = f"{samples:,} samples in {format_duration(parts.span_ms)}; the limit is {MAX_SAMPLES:,}"
        yield Problem(path, f"{text}: use a longer metrics.interval")


def _queue(parts: Parts, here: Path, alert: Alert) -> Iterator[Problem]:
    if alert.queue is None:
        return
    if not METRICS[alert.metric].per_queue:
        yield Problem((*here, "queue"), f"{alert.metric} is not per queue; remove queue:", True)
    elif alert.queue not in parts.queue_names:
        near = did_you_mean(alert.queue, parts.queue_names)
        text = near or f"; there are: {listed(parts.queue_names[:20])}"
        yield Problem((*here, "queue"), f"there is no queue {alert.queue!r}{text}")


def _unit(here: Path, alert: Alert) -> Iterator[Problem]:
    limit = alert.condition
    if METRICS[alert.metric].is_time and not limit.is_time:
        yield Problem(
            (*here, "when"), f'{alert.metric} is a time: compare it with a duration, such as "{limit.operator} 30s"'
        )
    elif not METRICS[alert.metric].is_time and limit.is_time:
        yield Problem(
            (*here, "when"), f'{alert.metric} is a number: compare it with a number, such as "{limit.operator} 100"'
        )


def _promised(parts: Parts, here: Path, alert: Alert) -> Iterator[Problem]:
    """Find an alert that can never fire, because nothing was promised."""
    if alert.metric not in OF_PROMISES or not parts.whole:
        return
    promised = promising(parts)
    if not promised if alert.queue is None else alert.queue in parts.queue_names and alert.queue not in promised:
        text = f"nothing was promised, so {alert.metric} stays 0: {how_to_promise(alert.queue)}"
        yield Problem((*here, "metric"), text)


def _window(here: Path, alert: Alert, config: MetricsConfig) -> Iterator[Problem]:
    every = format_duration(config.interval)
    if METRICS[alert.metric].only_grows:
        if alert.over is None:
            text = f"is missing; {alert.metric} is a counter: add over: 1m to compare its growth in one minute"
            yield Problem((*here, "over"), text)
        elif alert.over % config.interval:
            more = format_duration(config.interval * 60)
            yield Problem(
                (*here, "over"), f"expected a multiple of metrics.interval ({every}), such as {every} or {more}"
            )
    elif alert.over is not None:
        counters = listed(list(COUNTERS))
        yield Problem((*here, "over"), f"over: is only for counters: {counters}", True)


def _expected(parts: Parts, names: list[str]) -> Iterator[Problem]:
    expect = parts.data.get("expect")
    scopes: list[tuple[Path, Any]] = [(("expect",), expect)]
    if isinstance(expect, dict):
        scopes += [(("expect", name), expect.get(name)) for name in ("documented", "bull-4.16")]
    for path, scope in scopes:
        alerts = scope.get("alerts") if isinstance(scope, dict) else None
        for name in alerts if isinstance(alerts, dict) else ():
            if name not in names and parts.whole:
                near = did_you_mean(name, names) or f"; there are: {listed(names[:20]) or 'none'}"
                yield Problem((*path, "alerts", name), f"there is no alert {name!r}{near}", True)

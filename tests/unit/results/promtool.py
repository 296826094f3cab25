"""Prometheus's own tool, which says whether a text is what Prometheus reads."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.metrics.catalogue import METRICS
from sim.results.metrics import Metrics
from sim.results.prometheus_rules import promql_duration, rule_file


def promtool(*arguments: str, given: str = "", folder: Path | None = None) -> str:
    """Run promtool and return what it says of something that it accepts; skipped where there is none."""
    binary = shutil.which("promtool")
    if binary is None:
        pytest.skip("no promtool on this machine (Debian package: prometheus)")
    done = subprocess.run(
        [binary, *arguments], input=given, capture_output=True, text=True, check=False, cwd=folder, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def check_firing(metrics: Metrics, folder: Path) -> int:
    """Let Prometheus judge the exported rules on the same series, and hold it to our moments; return how many.

    Every alert is looked at one interval before each of its changes and at the change. A sample that could not be taken
    is a staleness marker, as Prometheus writes one when a scrape fails.
    """
    scenario = metrics.scenario
    rules = yaml.safe_load(rule_file(scenario.alerts, metrics.config, scenario.title))
    for rule in rules["groups"][0]["rules"]:
        del rule["annotations"]  # they have the value in them, which is no matter of moments
    (folder / "rules.yml").write_text(yaml.safe_dump(rules))
    every = promql_duration(metrics.every_ms)
    looks = _looks(metrics)
    test = {"interval": every, "input_series": _series(metrics), "alert_rule_test": looks}
    (folder / "test.yml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yml"], "evaluation_interval": every, "tests": [test]}, width=1_000_000)
    )
    promtool("test", "rules", "test.yml", folder=folder)
    return len(looks)


def _series(metrics: Metrics) -> list[dict[str, str]]:
    found = {}
    for alert in metrics.scenario.alerts:
        metric = METRICS[alert.metric]
        for queue in metrics.queue_names if metric.per_queue else [None]:
            values = metrics.series(queue, alert.metric)
            text = " ".join("stale" if np.isnan(value) else f"{value:.15g}" for value in values)
            found[metric.selector(queue)] = text
    return [{"series": name, "values": text} for name, text in found.items()]


def _looks(metrics: Metrics) -> list[dict[str, Any]]:
    looks = []
    states = {alert.name: METRICS[alert.metric].state for alert in metrics.scenario.alerts}
    counters = {alert.name for alert in metrics.scenario.alerts if METRICS[alert.metric].only_grows}
    for name, state in states.items():
        own = [episode for episode in metrics.alerts if episode.alert == name]
        changes = {t for one in own for t in (one.active_ms, one.fired_ms, one.resolved_ms) if t is not None}
        moments = {t - back for t in changes for back in (0, metrics.every_ms)} | {int(metrics.t_ms[-1])}
        for t_ms in sorted(t for t in moments if t >= 0):
            firing = [
                {"exp_labels": {"queue": one.queue} | ({"state": state} if state and name not in counters else {})}
                if one.queue is not None
                else {"exp_labels": {}}
                for one in own
                if one.fired_ms is not None
                and one.fired_ms <= t_ms
                and (one.resolved_ms is None or t_ms < one.resolved_ms)
            ]
            looks.append({"eval_time": promql_duration(t_ms), "alertname": name, "exp_alerts": firing})
    return looks

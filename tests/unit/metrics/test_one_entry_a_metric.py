"""A metric is one entry: whatever the program knows of it stands there."""

import json
import re

import pytest

from sim.metrics.catalogue import DURATIONS, METRICS, STORED
from sim.results.counters import QueueCounters
from sim.results.trace import EventKind
from tests.package_copy import ROOT, copy_package, python

ENTRIES = """
    _gauge(
        "backlog",
        "jobqueue_backlog",
        "jobs",
        "Jobs that are not taken yet.",
        lambda seen: seen.jobs("waiting") + seen.jobs("delayed") + seen.jobs("paused"),
    ),
    _gauge(
        "workers_up",
        "jobqueue_workers_up",
        "processes",
        "Worker processes that run.",
        lambda seen: seen.processes(lambda process: process.alive),
    ),
    _counter("effects", "jobs", "Effects of jobs.", Growth("effect")),
)

METRICS ="""
PROBE = '''
import json, sim
from sim.metrics.catalogue import METRICS
from sim.results.prometheus import exposition
from sim.results.prometheus_rules import rule_file
from sim.scenario.json_schema import json_schema
from tests.docs.metric_table import table

scenario = sim.parse_scenario("""
title: t
question: q
metrics: {}
queues: {email: {service: 10s}}
workload:
  - {queue: email, arrivals: {kind: times, at: [1s, 1s, 1s]}}
workers: {email: {processes: 2}}
alerts:
  - {name: Backlog, metric: backlog, when: "> 0"}
  - {name: NobodyUp, metric: workers_up, when: "== 0"}
  - {name: Delivers, metric: effects, over: 5m, when: "> 2"}
""")
metrics = sim.run(scenario, modes=["queue"], store="memory").modes["queue"].metrics
print(json.dumps({
    "schema": json.dumps(json_schema()),
    "prometheus": exposition(metrics),
    "rules": rule_file(scenario.alerts, metrics.config, "t"),
    "fired": sorted({one.alert for one in metrics.alerts if one.fired_ms is not None}),
    "table": table(),
    "columns": list(metrics.to_frame().columns),
    "series": {name: metrics.series("email", name).tolist() for name in ("backlog", "workers_up", "effects")},
}))
'''


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What the package says of itself with three entries more in the catalogue, and no other change."""
    catalogue = (ROOT / "sim/metrics/catalogue.py").read_text()
    assert catalogue.count("\n)\n\nMETRICS =") == 1
    folder = tmp_path_factory.mktemp("copy")
    copy_package(folder, "metrics", {"catalogue.py": catalogue.replace("\n)\n\nMETRICS =", ENTRIES)})
    found: dict[str, object] = json.loads(python(folder, "-c", PROBE))
    return found


@pytest.mark.parametrize("name", ["backlog", "workers_up", "effects"])
def test_one_more_entry_is_in_schema_prometheus_rules_frame_and_docs(probed: dict[str, object], name: str) -> None:
    """Whether it is made of others, read from processes, or counted."""
    assert f'"{name}"' in str(probed["schema"])
    family = f"jobqueue_{name}" + ("_total" if name == "effects" else "")
    assert f"# HELP {family}" in str(probed["prometheus"])
    assert re.search(rf'^{family}\{{queue="email"\}} \d', str(probed["prometheus"]), re.M)
    assert family in str(probed["rules"])
    assert f"| `{name}` | `{family}` |" in str(probed["table"])
    assert name in list(probed["columns"])


def test_one_more_entry_has_values_and_alerts_judge_it(probed: dict[str, object]) -> None:
    """Three jobs, two of which two workers take at once; all three have their effect."""
    assert probed["fired"] == ["Backlog", "Delivers"]
    series: dict[str, list[float]] = probed["series"]
    assert max(series["backlog"]) == 1
    assert max(series["workers_up"]) == 2
    assert series["effects"][-1] == 3


def test_every_entry_is_complete() -> None:
    """Its name in Prometheus is its own and ends as Prometheus wants it; what it counts and asks for is there."""
    names = [metric.selector(None) for metric in METRICS.values()]
    assert len(set(names)) == len(names)
    for metric in METRICS.values():
        assert metric.family.startswith("jobqueue_")
        assert metric.family.endswith("_total") == metric.only_grows == bool(metric.growths)
        assert metric.family.endswith("_seconds") == metric.is_time
        assert metric.meaning.endswith(".")
        assert {growth.event for growth in metric.growths} <= set(EventKind)
    assert {of.name: of.name for of in DURATIONS} == {name: name for name in QueueCounters().durations}
    assert set(STORED) <= set(METRICS)

"""Prometheus reads what is written for it, and fires when we say that it does."""

from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from sim.core.durations import parse_duration
from sim.engine.run import run
from sim.engine.world import World
from sim.metrics.catalogue import METRICS
from sim.results.metrics import Metrics
from sim.results.prometheus import Collector, exposition
from sim.results.prometheus_rules import expression, promql_duration, rule_file
from sim.results.samples import Now
from sim.scenario.load import load_scenario, parse_scenario
from sim.scenario.monitoring import Alert, MetricsConfig
from tests.unit.results.made import metrics, reading
from tests.unit.results.promtool import check_firing, promtool
from tests.unit.results.traces import Tape

SHIPPED = [path for path in sorted(Path("scenarios").glob("*/*.yaml")) if load_scenario(path).alerts]
EVERYTHING = """
title: Two queues, much trouble
question: Does Prometheus agree?
modes: [queue]
queues:
  email: {service: 2s}
  order: {service: {kind: exponential, mean: 1s}, attempts: 2, dead_letter: on}
workload:
  - {queue: email, arrivals: {kind: constant, interval: 1s, count: 90}}
  - {queue: order, arrivals: {kind: poisson, interval: 2s, count: 60}}
workers: {email: {processes: 2}, order: {processes: 2}}
faults:
  - {kind: worker-crash, target: email-1, at: 20500ms, restart_after: 20s}
  - {kind: redis-outage, at: 60s, duration: 15s}
  - {kind: handler-error, rate: 0.4, queues: [order]}
metrics: {interval: 500ms, window: 30s}
health: {failure_least: 3}
alerts:
  - {name: Down, metric: workers_down, when: "> 0", for: 5s}
  - {name: Backlog, metric: waiting, when: ">= 3", for: 1500ms}
  - {name: Age, queue: email, metric: oldest_waiting_age, when: "> 2500ms", for: 1s}
  - {name: Redis, metric: redis_up, when: "!= 1"}
  - {name: Slow, metric: delivery_p95, when: "> 4s"}
  - {name: Rejected, metric: rejections, over: 10s, when: "> 2"}
  - {name: Retried, metric: retries, over: 5s, when: ">= 2", for: 2s}
  - {name: Unwell, metric: workers_unhealthy, when: "> 0"}
  - {name: Idle, queue: order, metric: active, when: "== 0", for: 700ms}
  - {name: Dead, metric: dead_letters, when: ">= 3", for: 1s}
"""


@pytest.fixture(scope="module")
def world() -> World:
    """A finished run in which every metric has something to say."""
    made = World(parse_scenario(EVERYTHING), store="memory")
    made.run()
    return made


def test_promtool_accepts_the_exposition_and_has_nothing_to_remark(world: World) -> None:
    """Names, units and kinds follow Prometheus's conventions."""
    assert promtool("check", "metrics", given=exposition(world.metrics)) == ""


def test_every_metric_is_exposed_with_its_last_value(world: World) -> None:
    """As the series have it at the last sample, where nothing happened after that."""
    families = text_string_to_metric_families(exposition(world.metrics))
    samples = {(one.name, frozenset(one.labels.values())): one.value for family in families for one in family.samples}
    world.metrics.end()
    for name, metric in METRICS.items():
        for queue in ("email", "order") if metric.per_queue else (None,):
            labels = frozenset(part for part in (queue, metric.state) if part)
            assert samples[metric.family, labels] == world.metrics.series(queue, name)[-1], (name, queue)


def test_a_histogram_counts_what_took_at_most_so_long(world: World) -> None:
    """Cumulated, and all of it in the last bucket."""
    registry = CollectorRegistry()
    registry.register(Collector(world.metrics))
    took_ms = world.metrics.counters.queues["email"].processing.took_ms
    for bound_s in (1.0, 2.5, 30.0):
        labels = {"queue": "email", "le": str(bound_s)}
        within = sum(took <= bound_s * 1_000 for took in took_ms)
        assert registry.get_sample_value("jobqueue_processing_seconds_bucket", labels) == within
    assert sum(took <= 2_500 for took in took_ms) not in (0, len(took_ms))
    labels = {"queue": "email", "le": "+Inf"}
    assert registry.get_sample_value("jobqueue_processing_seconds_bucket", labels) == len(took_ms)
    total = registry.get_sample_value("jobqueue_processing_seconds_sum", {"queue": "email"})
    assert total == sum(took_ms) / 1_000


def test_a_collector_reads_a_running_world_whenever_it_is_asked() -> None:
    """Without samples too; what cannot be read while Redis is down is left out."""
    made = World(parse_scenario(EVERYTHING), store="memory", metrics=False)
    registry = CollectorRegistry()
    registry.register(Collector(made.metrics))
    labels = {"queue": "email", "state": "completed"}
    seen = []
    for until in ("10s", "30s", "65s", "90s"):
        made.run_until(until)
        up = registry.get_sample_value("jobqueue_redis_up")
        assert (registry.get_sample_value("jobqueue_jobs", labels) is None) == (up == 0)
        seen.append((up, registry.get_sample_value("jobqueue_submits_total", {"queue": "email"})))
    assert seen == [(1, 11), (1, 31), (0, 60), (1, 75)]


def test_promtool_accepts_the_exported_rules(world: World) -> None:
    """All ten of them."""
    scenario = world.scenario
    text = rule_file(scenario.alerts, world.metrics.config, "A title:\nwith a break")
    assert "10 rules found" in promtool("check", "rules", "/dev/stdin", given=text)


def test_prometheus_fires_at_the_same_moments(world: World, tmp_path: Path) -> None:
    """Each alert, each queue, one sample before every change and at it: pending, firing, over."""
    fired = {episode.alert for episode in world.metrics.alerts if episode.fired_ms is not None}
    assert fired == {alert.name for alert in world.scenario.alerts}, "an alert that never fires would show nothing"
    assert check_firing(world.metrics, tmp_path) > 50


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_prometheus_agrees_on_every_shipped_scenario(path: Path, tmp_path: Path) -> None:
    """With the rules as ``python -m sim alerts --export`` writes them."""
    assert check_firing(run(path, modes=["queue"], store="memory").metrics["queue"], tmp_path) > 0


@pytest.mark.parametrize(
    ("alert", "expr"),
    [
        ({"metric": "waiting", "when": "> 100"}, 'jobqueue_jobs{state="waiting"} > 100'),
        ({"metric": "waiting", "queue": "a", "when": ">100"}, 'jobqueue_jobs{queue="a",state="waiting"} > 100'),
        ({"metric": "redis_up", "when": "== 0"}, "jobqueue_redis_up == 0"),
        ({"metric": "dead_letters", "queue": "a", "when": "> 0"}, 'jobqueue_dead_letters{queue="a"} > 0'),
        ({"metric": "stalls", "when": "> 0", "over": "5m"}, "increase(jobqueue_stalls_total[5m]) > 0"),
        ({"metric": "delivery_p95", "when": ">= 1m0.25s"}, "jobqueue_delivery_p95_seconds >= 60.25"),
        ({"metric": "waiting", "when": "> 1000000"}, 'jobqueue_jobs{state="waiting"} > 1000000'),
    ],
)
def test_a_condition_is_written_in_promql(alert: dict[str, str], expr: str) -> None:
    """Times in seconds, counters as what they grew by."""
    assert expression(Alert.model_validate({"name": "A", **alert})) == expr


@pytest.mark.parametrize(("ms", "text"), [(0, "0s"), (500, "500ms"), (90_500, "1m30s500ms"), (86_400_000, "1d")])
def test_durations_have_no_fractions_in_prometheus(ms: int, text: str) -> None:
    """Every unit is a whole number there, and the scenario files read it too."""
    assert promql_duration(ms) == text
    assert parse_duration(text) == ms


def test_the_rule_file_says_what_a_person_reads(world: World) -> None:
    """Name, condition, how long, at which interval, and a summary with the queue and the value."""
    (group,) = yaml.safe_load(rule_file(world.scenario.alerts, world.metrics.config, "t"))["groups"]
    assert (group["name"], group["interval"]) == ("jobqueue", "500ms")
    assert group["rules"][1] == {
        "alert": "Backlog",
        "expr": 'jobqueue_jobs{state="waiting"} >= 3',
        "for": "1s500ms",
        "annotations": {"summary": "queue {{ $labels.queue }}: waiting >= 3 for 1.5s (now {{ $value }})"},
    }


def test_a_rule_file_is_written_letter_by_letter() -> None:
    """In the order in which people read it; times in seconds, a title in one line."""
    alerts = [
        Alert.model_validate({"name": "TooLate", "metric": "oldest_waiting_age", "when": "> 1m30s", "queue": "email"}),
        Alert.model_validate({"name": "Stalls", "metric": "stalls", "when": ">= 2", "over": "5m", "for": "10s"}),
        Alert.model_validate({"name": "Gone", "metric": "redis_up", "when": "== 0"}),
    ]
    assert rule_file(alerts, MetricsConfig.model_validate({"interval": "1500ms"}), "Ein\n  Titel") == (
        "# Alerts of the scenario: Ein Titel\n"
        "groups:\n"
        "- name: jobqueue\n"
        "  interval: 1s500ms\n"
        "  rules:\n"
        "  - alert: TooLate\n"
        '    expr: jobqueue_oldest_waiting_age_seconds{queue="email"} > 90\n'
        "    annotations:\n"
        "      summary: 'queue {{ $labels.queue }}: oldest_waiting_age > 1m30s (now {{ $value }})'\n"
        "  - alert: Stalls\n"
        "    expr: increase(jobqueue_stalls_total[5m]) >= 2\n"
        "    for: 10s\n"
        "    annotations:\n"
        "      summary: 'queue {{ $labels.queue }}: stalls grew within 5m by >= 2 for 10s (now {{ $value }})'\n"
        "  - alert: Gone\n"
        "    expr: jobqueue_redis_up == 0\n"
        "    annotations:\n"
        "      summary: redis_up == 0 (now {{ $value }})\n"
    )


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0s"), (1, "1ms"), (999, "999ms"), (1_000, "1s"), (90_500, "1m30s500ms"), (90_000_000, "1d1h")]
)
def test_a_duration_is_written_in_the_units_of_prometheus(ms: int, text: str) -> None:
    """Whole numbers of each, and none of which there are none."""
    assert promql_duration(ms) == text


def test_an_exposition_says_of_each_family_what_it_is() -> None:
    """Its kind, its meaning and its labels; what cannot be read while Redis is down is left out."""
    made = metrics([reading(3)])
    text = exposition(Metrics(made.scenario, "queue", made.counters._trace, None, look=lambda: Now(0, reading(3))))
    assert [line for line in text.splitlines() if "jobqueue_jobs" in line][:3] == [
        "# HELP jobqueue_jobs Jobs in each state, as Bull counts them.",
        "# TYPE jobqueue_jobs gauge",
        'jobqueue_jobs{queue="email",state="waiting"} 3.0',
    ]
    for family, kind, meaning in (
        ("jobqueue_redis_up", "gauge", "Whether Redis answers: 1 or 0."),
        ("jobqueue_submits_total", "counter", "Jobs that the queue accepted."),
        (
            "jobqueue_delivery_p95_seconds",
            "gauge",
            "95th percentile, within the window, of the time from when a job was due to its first effect.",
        ),
        (
            "jobqueue_processing_seconds",
            "histogram",
            "How long an attempt took, from the start of its handler to its report.",
        ),
    ):
        assert f"# HELP {family} {meaning}\n# TYPE {family} {kind}\n" in text
    down = Metrics(made.scenario, "queue", made.counters._trace, None, look=lambda: Now(0, reading(None)))
    assert "jobqueue_jobs{" not in exposition(down)


def test_a_duration_on_a_bucket_s_bound_is_in_it() -> None:
    """One second is at most one second; a millisecond more is not."""
    tape = Tape("queue")
    for number, took_ms in enumerate((1_000, 1_001), 1):
        tape.arrival(0, f"email-{number}")
        tape.succeed(f"email-{number}", 1, "email-1", 0, took_ms, took_ms)
    registry = CollectorRegistry()
    made = metrics([reading()], tape)
    registry.register(Collector(Metrics(made.scenario, "queue", tape.trace(), None, look=lambda: Now(0, reading()))))
    labels = {"queue": "email", "le": "1.0"}
    assert registry.get_sample_value("jobqueue_processing_seconds_bucket", labels) == 1

"""Whatever an operator does while metrics, alerts, health and the error log watch: no errors, and it all adds up."""

import json
from collections import Counter
from io import StringIO
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from sim.engine.run import run
from sim.engine.world import World, simulation_of
from sim.metrics.catalogue import METRICS, STORED
from sim.operator_verbs.base import OnJob
from sim.operator_verbs.registry import VERBS
from sim.queue.dead_letter import dead_letter_ids
from sim.reports.tables import print_monitoring, print_result
from sim.results.metrics import Metrics
from sim.results.monitoring_rows import monitoring_verdict
from sim.results.prometheus import exposition
from sim.results.result import ModeResult
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from sim.stores.open_store import STORES
from tests.properties.random_scenarios import ms, scenarios
from tests.sizes import sized

EXAMPLES = sized(60)
ON_QUEUE = [do for do, verb in VERBS.items() if not issubclass(verb, OnJob)]
ON_JOB = [do for do, verb in VERBS.items() if issubclass(verb, OnJob)]
OF_EVENT = {
    EventKind.ENQUEUED: "submits", EventKind.REJECTED: "rejections", EventKind.STARTED: "attempts",
    EventKind.STALLED: "stalls",
    EventKind.ATTEMPT_FAILED: "attempt_failures", EventKind.COMPLETED: "completions", EventKind.FAILED: "failures",
}  # fmt: skip
thorough = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@st.composite
def steps(draw: st.DrawFn, queues: list[str]) -> dict[str, Any]:
    """Something that an operator does to a queue or to one of its jobs, whether there is such a job or not."""
    queue, do = draw(st.sampled_from(queues)), draw(st.sampled_from(ON_QUEUE + ON_JOB))
    step: dict[str, Any] = {"at": draw(ms(0, 40_000)), "do": do}
    number = draw(st.integers(1, 5))
    if do in ON_JOB:
        return step | draw(st.sampled_from([{"job": f"{queue}-{number}"}, {"queue": queue, "id": str(number)}]))
    if do == "clean":
        states = ["waiting", "active", "completed", "failed", "delayed", "paused"]
        step |= {"state": draw(st.sampled_from(states)), "older_than": draw(ms(0, 3_000)), "limit": number - 1}
    return step | {"queue": queue}


@st.composite
def alerts(draw: st.DrawFn, queues: list[str], number: int) -> dict[str, Any]:
    """A rule on any metric."""
    metric = draw(st.sampled_from(sorted(METRICS)))
    sign, limit = draw(st.sampled_from([">", ">=", "==", "!="])), draw(st.integers(0, 3))
    rule: dict[str, Any] = {"name": f"A{number}", "metric": metric, "for": draw(ms(0, 5_000))}
    rule["when"] = f"{sign} {limit}{'s' if METRICS[metric].is_time else ''}"
    if METRICS[metric].only_grows:
        rule["over"] = "10s"
    if METRICS[metric].per_queue and draw(st.booleans()):
        rule["queue"] = draw(st.sampled_from(queues))
    return rule


@st.composite
def watched(draw: st.DrawFn) -> dict[str, Any]:
    """A scenario with an operator and everything that watches."""
    raw = draw(scenarios())
    names = list(raw["queues"])
    for name in names:
        raw["queues"][name]["dead_letter"] = draw(st.booleans())
    raw["operator"] = draw(st.lists(steps(names), min_size=1, max_size=6))
    raw["metrics"] = {"interval": draw(st.sampled_from(["500ms", "1s", "5s"])), "window": "20s"}
    raw["health"] = {"no_progress_after": "5s", "failure_least": 2}
    raw["alerts"] = [draw(alerts(names, number)) for number in range(draw(st.integers(1, 4)))]
    return raw


def everything_told(one: ModeResult) -> str:
    """All that is said of a mode's monitoring."""
    assert one.metrics is not None
    console = Console(file=StringIO(), width=200)
    print_monitoring(one.metrics, one.detections, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue() + monitoring_verdict(one.detections) + exposition(one.metrics)


def series_of(metrics: Metrics) -> dict[tuple[str, str], list[float]]:
    """Every series; -1 where a value is missing."""
    return {
        (queue, name): np.nan_to_num(metrics.series(queue, name), nan=-1).tolist()
        for queue in metrics.queue_names
        for name in METRICS
    }


@thorough
@given(watched())
def test_runs_with_an_operator_can_be_watched_and_add_up(raw: dict[str, Any]) -> None:
    """The same on both stores and without the trace; every counter is the trace's, every failed attempt has a line."""
    scenario = Scenario.model_validate(raw)
    first, second = (run(scenario, store=store, error_log=True, max_steps=2_000_000) for store in STORES)
    bare = run(scenario, store="memory", error_log=True, trace=False, max_steps=2_000_000)
    assert first.as_dict() == second.as_dict() | {"store": first.as_dict()["store"]}
    assert list(first.error_lines()) == list(second.error_lines()) == list(bare.error_lines())
    assert first.jobs == bare.jobs
    print_result(first, Console(file=StringIO(), width=200))
    print_result(bare, Console(file=StringIO(), width=200))
    for mode, one in first.modes.items():
        assert one.totals.adds_up
        assert one.totals.offered == scenario.jobs
        metrics = one.metrics
        assert metrics is not None
        assert series_of(metrics) == series_of(second.metrics[mode])
        assert everything_told(one) == everything_told(second.modes[mode])
        check_counters(one, metrics)
        check_lines(one)


def check_counters(one: ModeResult, metrics: Metrics) -> None:
    """Nothing that was done to a whole queue is counted as a job's."""
    told = Counter((record.queue, OF_EVENT.get(record.kind)) for record in one.trace if record.job is not None)
    for queue in metrics.queue_names:
        counted = {name: len(times) for name, times in metrics.counters.queues[queue].counted.items()}
        del counted["retries"], counted["late_deliveries"]  # of several kinds of events; held by other tests
        assert counted == {name: told[queue, name] for name in OF_EVENT.values()}
        assert all(not fault.unnoticed for fault in one.detections.faults if fault.is_operator_action)


def check_lines(one: ModeResult) -> None:
    """One for each failure of a handler, and ``dead-lettered`` says what the trace says."""
    lines = [json.loads(line) for line in one.error_lines or ()]
    handlers = Counter((x["t_ms"], x["job"], x["attempt"]) for x in lines if x["kind"] != "queue")
    assert handlers == Counter((r.t_ms, r.job, r.attempt) for r in one.trace if r.kind is EventKind.ATTEMPT_FAILED)
    dead = Counter(x["job"] for x in lines if x["next"] == "dead-lettered")
    stalled = Counter(
        record.job
        for record in one.trace
        if record.kind is EventKind.FAILED
        and (record.more or {}).get("reason") == "job stalled more than allowable limit"
    )
    told = Counter(record.job for record in one.trace if record.kind is EventKind.DEAD_LETTERED)
    assert all(dead[job] <= count <= dead[job] + stalled[job] for job, count in told.items())
    assert not dead - told


@thorough
@given(watched(), st.sampled_from(STORES))
def test_gauges_and_ages_are_those_of_the_keys_at_every_look(raw: dict[str, Any], store: Any) -> None:
    """Dead letters, and who stands in line: also after removals, replays, drains and older snapshots.

    A process that is frozen, or busy with something else, cannot tell yet what Redis has handed to it.
    """
    world = World(Scenario.model_validate(raw), store=store, max_steps=2_000_000)
    for until_ms in range(5_000, 65_000, 5_000):
        world.run_until(until_ms)
        if world.faults.redis_state != "up":
            continue
        for name in world.scenario.queues:
            handle = world.queue(name)
            last = {gauge: world.metrics.series(name, gauge)[-1] for gauge in STORED}
            assert last["dead_letters"] == len(dead_letter_ids(world.redis, handle.keys))
            assert {gauge: last[gauge] for gauge in handle.counts} == handle.counts
            if not loses_replies(raw):
                line = set(world.metrics.counters.queues[name].line)
                standing = names(world, name, [handle.keys.wait, handle.keys.paused])
                handed_over = names(world, name, [handle.keys.active])
                assert standing <= line <= standing | handed_over, (until_ms, name)


def names(world: World, queue: str, keys: list[str]) -> set[str | None]:
    """The offers behind the ids in these lists."""
    return {
        simulation_of(world).recorder.known_name(queue, job_id)
        for key in keys
        for job_id in world.redis.lrange(key, 0, -1)
    }


def loses_replies(raw: dict[str, Any]) -> bool:
    """Whether a submit may be repeated, so that one offer stands in the queue twice."""
    return any(fault.get("lost_replies") for fault in raw["faults"])

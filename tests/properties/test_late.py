"""Whatever breaks: late jobs are delivered jobs, times are those of the jobs, and a promise changes nothing else."""

import copy
import json
import math
from typing import Any

import pytest

from sim.engine.run import run
from sim.results.job_results import JobResult, Outcome
from sim.results.result import ModeResult
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.properties.wide_scenarios import scenario_of
from tests.sizes import sized

NUMBERS = range(7_000, 7_000 + sized(60))
GIVEN_UP = {EventKind.REJECTED, EventKind.IGNORED, EventKind.FAILED, EventKind.REMOVED}
TAKEN_BACK = {EventKind.RETRIED, EventKind.REPLAYED}


def raw(number: int) -> dict[str, Any]:
    """A random scenario in which every queue promises something."""
    made = scenario_of(number)
    for place, queue in enumerate(made["queues"].values()):
        queue.setdefault("deliver_within", ("1s", "7s", "20s")[(number + place) % 3])
    return {**made, "metrics": {"interval": "1s"}}


@pytest.mark.parametrize("number", NUMBERS)
def test_counts_and_times_are_those_of_the_jobs(number: int) -> None:
    """In both modes, for every queue and for all together."""
    result = run(Scenario.model_validate(raw(number)), store="memory", max_steps=2_000_000)
    for one in result.modes.values():
        for queue, counts in one.queues.items():
            jobs = [job for job in one.jobs if job.queue == queue]
            assert counts.late == sum(map(came_late, jobs)) <= counts.delivered
            agree(one, queue, jobs)
        assert one.totals.late == sum(counts.late for counts in one.queues.values())
        agree(one, None, list(one.jobs))
        seen_by_monitoring(one)


def came_late(job: JobResult) -> bool:
    """The definition of docs/outcomes.md."""
    if job.outcome is not Outcome.DELIVERED or job.first_effect_ms is None or job.deliver_within_ms is None:
        return False
    return job.first_effect_ms > job.due_ms + job.deliver_within_ms


def agree(one: ModeResult, queue: str | None, jobs: list[JobResult]) -> None:
    """Each percentile is a time that occurred, and as many jobs as it says took no longer."""
    took = [
        max(0, job.first_effect_ms - job.due_ms)
        for job in jobs
        if job.outcome is Outcome.DELIVERED and job.first_effect_ms is not None
    ]
    for measure, percent in (("delivery_p50", 50), ("delivery_p95", 95), ("delivery_p99", 99), ("delivery_max", 100)):
        value = one.measured(measure, queue)
        if not took:
            assert value is None
            continue
        assert value in took
        needed = math.ceil(len(took) * percent / 100)
        assert sum(ms <= value for ms in took) >= needed > sum(ms < value for ms in took)


def seen_by_monitoring(one: ModeResult) -> None:
    """The metrics say at every sample what a look at every event of the trace says."""
    assert one.metrics is not None
    t_ms = [int(moment) for moment in one.metrics.t_ms]
    for queue in one.queue_names:
        waits: dict[str, tuple[int, int]] = {}
        spans: list[tuple[int, int, float]] = []
        since: dict[str, int] = {}
        late = 0
        for record in one.trace:
            if record.queue != queue or record.job is None:
                continue
            job, now = record.job, record.t_ms
            if record.kind is EventKind.OFFERED:
                told = record.more or {}
                due = now + told.get("delay_ms", 0)
                waits[job] = (due, due + told.get("deliver_within_ms", 10**15))
                since[job] = due
            elif record.kind is EventKind.EFFECT and job in waits and not (record.more or {}).get("missing"):
                due, by = waits.pop(job)
                late += now > by
                if job in since:
                    spans.append((max(by, since.pop(job)), due, now))
            elif record.kind in GIVEN_UP and job in since:
                spans.append((max(waits[job][1], since.pop(job)), waits[job][0], now))
            elif record.kind in TAKEN_BACK and job in waits and job not in since:
                since[job] = max(now, waits[job][0])
        spans += [(max(waits[job][1], begun), waits[job][0], math.inf) for job, begun in since.items()]
        overdue = [sum(first < t < last for first, _due, last in spans) if t else 0 for t in t_ms]
        assert list(one.metrics.series(queue, "overdue")) == overdue
        assert one.metrics.counters.queues[queue].counted["late_deliveries"].__len__() == late


@pytest.mark.parametrize("number", NUMBERS[:20])
def test_a_promise_changes_nothing_but_what_the_offers_say(number: int) -> None:
    """The same events at the same times, and the same outcomes; and without one the trace says nothing of it."""
    promised, free = raw(number), copy.deepcopy(raw(number))
    for one in (*free["queues"].values(), *free["workload"]):
        one.pop("deliver_within", None)
    for scenario in (promised, free):
        scenario.pop("alerts", None)
    with_, without = (run(Scenario.model_validate(one), store="memory") for one in (promised, free))
    for mode, one in with_.modes.items():
        stripped = []
        for line in map(json.loads, one.trace.lines()):
            if line["event"] == "offered" and line.pop("deliver_within_ms", None) and line.get("by") != "repeat":
                line.pop("delay_ms", None)  # which an offer of a repeat says anyway
            stripped.append(line)
        assert stripped == list(map(json.loads, without.modes[mode].trace.lines()))
        assert [job.outcome for job in one.jobs] == [job.outcome for job in without.modes[mode].jobs]
        assert without.modes[mode].totals.late == 0

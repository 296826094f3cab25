"""Every way in which a run can be large: what a job costs must not depend on how many there are.

A shape is an entry of ``SHAPES``: a name, what there are more of, the size at which it is measured, and what is carried
out at a size.
"""

import contextlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sim.engine.run import run
from sim.engine.world import World
from sim.reports.results_folder import write_results
from sim.reports.tables import print_result
from sim.reports.terminal import Terminal
from sim.results.result import ModeResult
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario


class Work(NamedTuple):
    """Something of one size, ready to be carried out.

    Attributes:
        jobs: What the cost is divided by: the jobs that were offered, or the calls that are made.
    """

    jobs: int
    carry_out: Callable[[], object]


class Shape(NamedTuple):
    """One way of being large.

    Attributes:
        grows: What there are ``n`` of.
        size: The smaller size at which it is measured; the other one is eight times as large.
        prepare: Makes everything ready at a size.
    """

    name: str
    grows: str
    size: int
    prepare: Callable[[int], Work]


def _text(
    arrivals: str,
    *,
    mode: str = "queue",
    queue: str = "service: 150ms, remove_on_complete: 100",
    entry: str = "",
    workers: str = "processes: 2",
    more: str = "",
) -> str:
    return f"""
title: Shape
question: What does a job cost?
modes: [{mode}]
queues:
  email: {{{queue}}}
workload:
  - queue: email
    arrivals: {arrivals}
    {entry}
workers:
  email: {{{workers}}}
{more}
"""


def _burst(jobs: int) -> str:
    return f"{{kind: bursts, bursts: 1, interval: 1s, size: {jobs}}}"


def _steady(jobs: int, interval: str = "100ms") -> str:
    return f"{{kind: constant, interval: {interval}, count: {jobs}}}"


def _parsed(text: str) -> Scenario:
    return parse_scenario(text, "shape.yaml")


def _ran(scenario: Scenario, **asked: Any) -> ModeResult:
    (mode,) = run(scenario, store="memory", **asked).modes.values()
    if mode.totals.offered != scenario.jobs:
        raise SystemExit("not every job was offered: this measures something else")
    return mode


def _of(text: Callable[[int], str]) -> Callable[[int], Work]:
    """Prepare a whole run on the store in memory."""

    def prepare(n: int) -> Work:
        scenario = _parsed(text(n))
        return Work(scenario.jobs, lambda: _ran(scenario))

    return prepare


def _three_priorities(n: int) -> str:
    """Jobs of three priorities by turns, the most urgent last: each goes into the middle of the line."""
    third = f"{{kind: bursts, bursts: {max(1, n // 30)}, interval: 1ms, size: 10}}"
    more = "".join(f"\n  - {{queue: email, arrivals: {third}, priority: {priority}}}" for priority in (2, 1))
    return _text(third, entry=f"priority: 3{more}")


def _alerts(arrivals: Callable[[int], str], workers: str = "processes: 2", more: str = "") -> Callable[[int], Work]:
    """Prepare a run that is sampled every second, and what its alerts noticed.

    Args:
        workers: A ``{n}`` in there is the size.
    """

    def prepare(n: int) -> Work:
        scenario = _parsed(_text(arrivals(n), workers=workers.format(n=n), more=_ALERTS + more))
        return Work(scenario.jobs, lambda: _ran(scenario).detections)

    return prepare


def _report(n: int) -> Work:
    """Tables, pictures, trace and page of a run that has ended."""
    metrics = 'alerts:\n  - {name: Late, metric: delivery_p95, when: "> 5m"}\n'
    result = run(_parsed(_text(_steady(n, "70ms"), more=metrics)), store="memory", error_log=True)

    def carry_out() -> None:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            print_result(result, Terminal())
            write_results(result, Path(folder))

    return Work(n, carry_out)


_ALERTS = """metrics: {interval: 1s}
alerts:
  - {name: Backlog, metric: waiting, when: "> 100", for: 1m}
  - {name: Late, metric: delivery_p95, when: "> 5m"}
  - {name: Slow, metric: processing_p95, when: "> 5m"}
  - {name: Failing, metric: attempt_failures, when: "> 10", over: 5m}
  - {name: Sick, metric: workers_unhealthy, when: "> 0"}
"""
_PAUSED = """operator:
  - {at: 0s, do: pause, queue: email}
  - {at: 1s, do: resume, queue: email}
"""
_SAMPLED = "metrics: {interval: 1s}\n"
_CRASHES = "faults:\n  - {kind: worker-crash, mean_interval: 20s}\n"
_FAILURES = "faults:\n  - {kind: database-failure, mean_interval: 60s, duration: 10s}\n"
_DIES = "faults:\n  - {kind: worker-crash, target: email-1, at: 10s}\nduration: 3m\n"
_FREEZES = "faults:\n  - {kind: worker-freeze, mean_interval: 20s, duration: 5s}\n"
_OUTAGE = "semantics: bull-4.16\nfaults:\n  - {kind: redis-outage, at: 0s, duration: 5s}\n"
_LOSS = "redis: {persistence: rdb, save_interval: 10s}\nfaults:\n  - {kind: redis-crash, at: 15s, duration: 1s}\n"
_LOSSES = "redis: {persistence: none}\nfaults:\n  - {kind: redis-crash, mean_interval: 10s, duration: 1s}\n"
_FAILING = "faults:\n  - {kind: handler-error, error: transient, rate: 1.0}\n"


def _operated(
    queue: str, do: Callable[[World], object], *, entry: str = "", workers: str = "", more: str = ""
) -> Callable[[int], Work]:
    """Prepare what is done by hand to the queue of a run that has come to a moment."""

    def prepare(n: int) -> Work:
        text = _text(_burst(n), queue=queue, entry=entry, workers=workers or _MANY, more=more)
        world = World(_parsed(text), store="memory")
        world.run_until("30m")
        return Work(n, lambda: do(world))

    return prepare


def _by_name(verb: str, dead: bool = False) -> Callable[[World], None]:
    """Do something to every job of the queue by its name."""

    def do(world: World) -> None:
        queue = world.queue("email")
        for number in range(1, world.scenario.jobs + 1):
            name = f"email-{number}"
            getattr(queue, verb)(queue.dead_id_of(name) if dead else queue.id_of(name))

    return do


_SHORT = "service: 20ms, remove_on_complete: 100"
_LONG = "service: 700ms, remove_on_complete: 100"
_KEEP_ALL = "service: 10ms, attempts: 1, remove_on_fail: false, remove_on_complete: false"
_HELD = "service: 1h, remove_on_complete: false"
_GIVEN_UP = "service: 1h, remove_on_fail: 5000"
_DEAD = "service: 10ms, attempts: 1, dead_letter: on"
_RETRIED = "attempts: 5, backoff: {type: exponential, delay: 1s}, remove_on_fail: false"
_LATER = "delay: 1h"
_NOBODY = "processes: 0"
_MANY = "processes: 8, concurrency: 50"


def _slow(jobs: int) -> str:
    return _steady(jobs, "1s")


def _spread_over(workers: int) -> str:
    """Ten jobs for each of so many, so close that seven of eight are busy."""
    return _steady(workers * 10, f"{max(1, 800 // workers)}ms")


SHAPES = (
    Shape("backlog, first in first out", "jobs", 1_000, _of(lambda n: _text(_burst(n)))),
    Shape("backlog, last in first out", "jobs", 1_000, _of(lambda n: _text(_burst(n), entry="lifo: true"))),
    Shape("backlog, one priority", "jobs", 1_000, _of(lambda n: _text(_burst(n), entry="priority: 3"))),
    Shape("backlog, three priorities", "jobs", 1_000, _of(_three_priorities)),
    Shape("backlog in a paused queue", "jobs", 1_000, _of(lambda n: _text(_burst(n), more=_PAUSED))),
    Shape(
        "idle workers",
        "processes",
        100,
        _of(lambda n: _text(_steady(n * 10, f"{max(1, 800 // n)}ms"), queue=_SHORT, workers=f"processes: {n}")),
    ),
    Shape(
        "busy workers",
        "processes",
        100,
        _of(lambda n: _text(_spread_over(n), queue=_LONG, workers=f"processes: {n}")),
    ),
    Shape(
        "slots of one process",
        "slots",
        100,
        _of(lambda n: _text(_spread_over(n), queue=_LONG, workers=f"concurrency: {n}")),
    ),
    Shape("delayed to one moment", "jobs", 1_000, _of(lambda n: _text(_burst(n), entry=_LATER))),
    Shape("delayed, spread", "jobs", 1_000, _of(lambda n: _text(_steady(n), entry=_LATER))),
    Shape(
        "delayed to one moment, a priority",
        "jobs",
        1_000,
        _of(lambda n: _text(_burst(n), entry=f"{_LATER}\n    priority: 3")),
    ),
    Shape(
        "retention, the newest n",
        "jobs kept",
        100,
        _of(lambda n: _text(_steady(n * 8), queue=f"service: 150ms, remove_on_complete: {n}")),
    ),
    Shape(
        "retention by age",
        "jobs",
        1_000,
        _of(lambda n: _text(_steady(n), queue="service: 150ms, remove_on_complete: {age: 5m}")),
    ),
    Shape("retention, all are kept", "jobs", 1_000, _of(lambda n: _text(_steady(n), queue="service: 150ms"))),
    Shape(
        "rate limiter",
        "jobs",
        1_000,
        _of(lambda n: _text(_burst(n), queue="service: 10ms, limiter: {max: 10, duration: 1s}")),
    ),
    Shape("retries, spread", "jobs", 1_000, _of(lambda n: _text(_steady(n), queue=_RETRIED, more=_FAILING))),
    Shape(
        "retries of one burst",
        "jobs",
        1_000,
        _of(lambda n: _text(_burst(n), queue=_RETRIED, workers=_MANY, more=_FAILING)),
    ),
    Shape("workers crash", "jobs", 1_000, _of(lambda n: _text(_steady(n), workers="processes: 5", more=_CRASHES))),
    Shape(
        "a process dies with all its slots",
        "slots",
        100,
        _of(lambda n: _text(_burst(n), queue=_HELD, workers=f"concurrency: {n}", more=_DIES)),
    ),
    Shape(
        "a process dies and its jobs are given up",
        "slots",
        100,
        _of(lambda n: _text(_burst(n), queue=_GIVEN_UP, workers=f"concurrency: {n}, max_stalled: 0", more=_DIES)),
    ),
    Shape("processes freeze", "jobs", 1_000, _of(lambda n: _text(_steady(n), workers="processes: 5", more=_FREEZES))),
    Shape("submits wait for Redis", "jobs", 1_000, _of(lambda n: _text(_burst(n), more=_OUTAGE))),
    Shape(
        "Redis loses its data again and again",
        "jobs",
        1_000,
        _of(lambda n: _text(_steady(n), more=f"{_LOSSES}duration: {n}00ms\n")),
    ),
    Shape("Redis loses its data", "jobs", 1_000, _of(lambda n: _text(_burst(n), more=_LOSS))),
    Shape(
        "all to dead letters", "jobs", 1_000, _of(lambda n: _text(_burst(n), queue=_DEAD, workers=_MANY, more=_FAILING))
    ),
    Shape("in-process, one burst", "jobs", 1_000, _of(lambda n: _text(_burst(n), mode="in-process"))),
    Shape(
        "in-process, long jobs",
        "jobs",
        1_000,
        _of(lambda n: _text(_steady(n, "10ms"), mode="in-process", queue="service: 1h")),
    ),
    Shape(
        "in-process, few at a time",
        "jobs",
        1_000,
        _of(lambda n: _text(_burst(n), mode="in-process", more="application: {concurrency: 10}")),
    ),
    Shape(
        "in-process, one burst, sampled",
        "jobs",
        1_000,
        _of(lambda n: _text(_burst(n), mode="in-process", queue="service: 5m", more=_SAMPLED)),
    ),
    Shape("alerts judged", "jobs", 1_000, _alerts(_steady)),
    Shape("alerts judged, a burst", "jobs", 1_000, _alerts(_burst)),
    Shape("alerts judged, many workers", "processes", 100, _alerts(_spread_over, "processes: {n}")),
    Shape("alerts judged beside crashes", "jobs", 1_000, _alerts(_slow, "processes: 5", _CRASHES)),
    Shape("alerts judged beside database failures", "jobs", 1_000, _alerts(_slow, "processes: 5", _FAILURES)),
    Shape("report", "jobs", 1_000, _report),
    Shape(
        "operator retries all",
        "jobs",
        1_000,
        _operated(_KEEP_ALL, lambda world: world.queue("email").retry_all(), more=_FAILING),
    ),
    Shape("operator retries each by name", "jobs", 1_000, _operated(_KEEP_ALL, _by_name("retry"), more=_FAILING)),
    Shape("operator removes each by name", "jobs", 1_000, _operated(_HELD, _by_name("remove"), workers=_NOBODY)),
    Shape("operator cleans", "jobs", 1_000, _operated(_KEEP_ALL, lambda world: world.queue("email").clean())),
    Shape(
        "operator drains", "jobs", 1_000, _operated(_HELD, lambda world: world.queue("email").drain(), workers=_NOBODY)
    ),
    Shape("operator promotes each by name", "jobs", 1_000, _operated(_HELD, _by_name("promote"), entry=_LATER)),
    Shape(
        "operator replays all dead letters",
        "jobs",
        1_000,
        _operated(_DEAD, lambda world: world.queue("email").replay_all(), more=_FAILING),
    ),
    Shape(
        "operator replays each by name", "jobs", 1_000, _operated(_DEAD, _by_name("replay", dead=True), more=_FAILING)
    ),
    Shape("operator purges each by name", "jobs", 1_000, _operated(_DEAD, _by_name("purge", dead=True), more=_FAILING)),
)

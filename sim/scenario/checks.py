"""What the models cannot see because it concerns several parts of a scenario: names, moments and repetitions."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from sim.core.durations import format_duration
from sim.faults.base import ScheduledFault
from sim.queue.timeout import LONGEST_MS
from sim.scenario.expect_checks import check_expectations
from sim.scenario.limits import check_limits
from sim.scenario.monitoring_checks import check_monitoring
from sim.scenario.parts import Parts
from sim.scenario.queues import DOCUMENTED_QUEUES
from sim.scenario.workload import MAX_JOBS, Workload
from sim.yaml_files.distributions import UniformTime
from sim.yaml_files.problems import MAX_SHOWN, Path, Problem, did_you_mean, listed

GROUPS = ("workers", "application")
"""Names of groups of processes, which a fault may strike."""


def check(parts: Parts) -> list[Problem]:
    """Find what does not fit together, and what asks for more than the limits; at most one more than is shown."""
    checks = (
        check_limits,
        _queues,
        _workload,
        _schedules,
        _workers,
        _faults,
        _operator,
        _moments,
        check_monitoring,
        _expect,
        check_expectations,
        _repetitions,
    )
    return list(islice(chain.from_iterable(one(parts) for one in checks), MAX_SHOWN + 1))


def _unknown_queue(parts: Parts, path: Path, name: str, *, at_key: bool = False) -> Iterator[Problem]:
    if name in parts.queue_names:
        return
    near = did_you_mean(name, parts.queue_names)
    if name in DOCUMENTED_QUEUES:
        text = f"this scenario has no queue {name}: no job is offered to it, and it is not under queues:"
    elif near:
        text = f"there is no queue {name!r}{near}"
    else:
        text = f"there is no queue {name!r}; add it under queues:, or use {listed(parts.queue_names[:20]) or 'another'}"
    yield Problem(path, text, at_key)


def _queues(parts: Parts) -> Iterator[Problem]:
    for name, queue in parts.queues.items():
        if name in GROUPS:
            yield Problem(("queues", name), f"a queue cannot be called {name}: faults use that name as a target", True)
        if queue.timeout is not None and queue.timeout > LONGEST_MS:
            told = f"{format_duration(queue.timeout)} is longer than a timer of Node can wait (24.8 days)"
            yield Problem(("queues", name, "timeout"), f"{told}: Bull would give up after 1 ms")
        yield from _service(("queues", name), queue.service)


def _service(path: Path, service: object) -> Iterator[Problem]:
    if isinstance(service, UniformTime) and service.min > service.max:
        least, most = format_duration(service.min), format_duration(service.max)
        yield Problem((*path, "service", "max"), f"max: {most} is less than min: {least}")


def _workload(parts: Parts) -> Iterator[Problem]:
    for number, entry in parts.workload.items():
        yield from _service(("workload", number), entry.service)
        if entry.queue in parts.queue_names:
            if entry.groups is not None and not _is_limited_by_group(parts, entry.queue):
                text = f"groups are for a limiter that goes by them; give the queue {entry.queue} one with group_key:"
                yield Problem(("workload", number, "groups"), text, True)
            continue
        known = list(dict.fromkeys([*parts.queue_names, *DOCUMENTED_QUEUES]))
        near = did_you_mean(entry.queue, known)
        help_ = near or f"; add it under queues: with a handler:, or use {listed(known[:20])}"
        yield Problem(("workload", number, "queue"), f"there is no queue {entry.queue!r}{help_}")


def _schedules(parts: Parts) -> Iterator[Problem]:
    """Find schedules that would never let a run end, or plan more jobs than the limit, or whose jobs differ in time."""
    first: dict[str, Workload] = {}
    for number, entry in parts.workload.items():
        if entry.schedules:
            other = first.setdefault(entry.queue, entry)
            for key in ("service", "deliver_within"):
                if getattr(entry, key) != getattr(other, key):
                    text = (
                        f"all schedules of a queue have one {key}:, as a worker plans their next jobs; use two queues"
                    )
                    yield Problem(("workload", number), text, True)
        for place, one in enumerate(entry.schedules):
            path: Path = ("workload", number, "repeat", *([place] if isinstance(entry.repeat, list) else []))
            if one.is_endless and parts.duration_ms is None:
                text = "this schedule never ends, so the run needs a duration:, or the schedule a limit: or an end:"
                yield Problem(path, text, True)
            jobs = one.limit or parts.span_ms // (one.every or 1_000)
            if min(jobs, parts.span_ms // (one.every or 1_000)) > MAX_JOBS:
                yield Problem(path, f"this schedule plans {jobs:,} jobs; the limit is {MAX_JOBS:,}", True)


def _is_limited_by_group(parts: Parts, queue: str) -> bool:
    """Tell whether a queue's limiter goes by groups, or the queue is broken or unknown, of which others speak."""
    config = parts.queues.get(queue)
    return config is None or (config.limiter is not None and config.limiter.group_key is not None)


def _workers(parts: Parts) -> Iterator[Problem]:
    for name in parts.workers:
        yield from _unknown_queue(parts, ("workers", name), name, at_key=True)


def _faults(parts: Parts) -> Iterator[Problem]:
    offered = _offered(parts)
    for number, fault in parts.faults.items():
        here: Path = ("faults", number)
        target = getattr(fault, "target", None)
        if target is not None:
            yield from _target(parts, (*here, "target"), target)
        for place, name in enumerate(getattr(fault, "queues", None) or []):
            yield from _unknown_queue(parts, (*here, "queues", place), name)
        for place, job in enumerate(getattr(fault, "jobs", None) or []):
            yield from _job(parts, offered, (*here, "jobs", place), job)
        if (effect := getattr(fault, "effect", None)) is not None:
            yield from _effect(parts, (*here, "effect"), effect)


def _effect(parts: Parts, path: Path, effect: str) -> Iterator[Problem]:
    known = [name for queue in parts.queues.values() for name in queue.listed_effects]
    if effect in known or not parts.whole:
        return
    if not known:
        yield Problem(
            path, "no queue lists its effects; say them in its handler: {effects: [...]}, or leave effect: out"
        )
        return
    near = did_you_mean(effect, known)
    yield Problem(path, f"no job has an effect {effect!r}{near or f'; there are: {listed(known[:20])}'}")


def _offered(parts: Parts) -> Counter[str]:
    offered = Counter[str]()
    for entry in parts.workload.values():
        offered[entry.queue] += entry.jobs
    return offered


def _has_dead_letters(parts: Parts, queue: str) -> bool:
    """Tell whether a queue has dead letters, or is broken or unknown, of which others speak."""
    config = parts.queues.get(queue)
    return config is None or config.dead_letter


def _operator(parts: Parts) -> Iterator[Problem]:
    offered = _offered(parts)
    for number, step in parts.operator.items():
        here: Path = ("operator", number)
        if getattr(step, "job", None) is not None:
            yield from _job(parts, offered, (*here, "job"), step.job)
        else:
            yield from _unknown_queue(parts, (*here, "queue"), step.queue)
        if step.on_dead_letters and not _has_dead_letters(parts, step.queue_name):
            yield Problem((*here, "do"), f"queue {step.queue_name} has no dead letters; set its dead_letter: on")
        if parts.duration_ms is not None and step.at > parts.duration_ms:
            yield Problem((*here, "at"), _too_late(step.at, parts.duration_ms))
    modes = parts.data.get("modes")
    if parts.operator and isinstance(modes, list) and modes and "queue" not in modes:
        yield Problem(("operator",), "an operator works on queues; add queue to modes:", True)


def _target(parts: Parts, path: Path, target: str) -> Iterator[Problem]:
    if target in GROUPS or target in parts.queue_names:
        return
    queue, dash, number = target.rpartition("-")
    if dash and queue in parts.queue_names:
        if not parts.whole and queue not in parts.workers:
            return
        processes = parts.processes(queue)
        own = number.isascii() and number.isdigit() and len(number) <= 4 and number == str(int(number))
        if not own or not 1 <= int(number) <= processes:
            names = [f"{queue}-1"] if processes == 1 else [f"{queue}-1", f"{queue}-{processes}"]
            there = f"its workers are {listed(names, 'to')}" if processes > 1 else f"its worker is {names[0]}"
            yield Problem(path, f"there is no worker {target!r}; {there if processes else f'{queue} has no workers'}")
        return
    if target in DOCUMENTED_QUEUES:
        yield from _unknown_queue(parts, path, target)
        return
    known = [*GROUPS, *parts.queue_names]
    workers = [f"{name}-1" for name in parts.queue_names[:50] if parts.processes(name)]
    near = did_you_mean(target, [*known, *workers])
    example = f", or one process such as {workers[0]}" if workers else ""
    yield Problem(path, f"there is no target {target!r}{near or f'; there are: {listed(known[:20])}{example}'}")


def _is_scheduled(parts: Parts, queue: str) -> bool:
    """Tell whether a queue has jobs that nobody can count beforehand."""
    return any(entry.schedules for entry in parts.workload.values() if entry.queue == queue)


def _job(parts: Parts, offered: Counter[str], path: Path, job: str) -> Iterator[Problem]:
    queue, _, digits = job.rpartition("-")
    number = int(digits)
    if queue not in parts.queue_names:
        near = did_you_mean(queue, parts.queue_names)
        yield Problem(path, f"there is no queue {queue!r}{near or f'; there are: {listed(parts.queue_names[:20])}'}")
    elif digits != str(number) or number == 0:
        text = (
            f"jobs are numbered from {queue}-1"
            if number == 0
            else f"job numbers have no leading zeros; write {queue}-{number}"
        )
        yield Problem(path, text)
    elif parts.whole and number > offered[queue] and not _is_scheduled(parts, queue):
        yield Problem(path, f"the queue {queue} is offered {offered[queue]:,} jobs; there is no {job}")


def _moments(parts: Parts) -> Iterator[Problem]:
    end_ms = parts.duration_ms
    for number, fault in parts.faults.items():
        if not isinstance(fault, ScheduledFault):
            continue
        here: Path = ("faults", number)
        if fault.until is not None and fault.until < fault.start:
            times = f"until: {format_duration(fault.until)} is before start: {format_duration(fault.start)}"
            yield Problem((*here, "until"), f"{times}, so the fault never happens")
        if end_ms is None:
            continue
        for place, moment_ms in enumerate(fault.at if isinstance(fault.at, list) else fault.moments):
            if moment_ms > end_ms:
                path = (*here, "at", place) if isinstance(fault.at, list) else (*here, "at")
                yield Problem(path, _too_late(moment_ms, end_ms))
        if fault.start > end_ms:
            yield Problem((*here, "start"), _too_late(fault.start, end_ms))


def _too_late(moment_ms: int, end_ms: int) -> str:
    return f"{format_duration(moment_ms)} is after the end of the run (duration: {format_duration(end_ms)})"


def _expect(parts: Parts) -> Iterator[Problem]:
    expect = parts.data.get("expect")
    scopes: list[tuple[Path, Any]] = [(("expect",), expect)]
    if isinstance(expect, dict):
        scopes += [(("expect", name), expect.get(name)) for name in ("documented", "bull-4.16")]
    for path, scope in scopes:
        for mode in ("queue", "in-process"):
            block = scope.get(mode) if isinstance(scope, dict) else None
            queues = block.get("queues") if isinstance(block, dict) else None
            for name in queues if isinstance(queues, dict) else ():
                yield from _unknown_queue(parts, (*path, mode, "queues", name), name, at_key=True)


def _repetitions(parts: Parts) -> Iterator[Problem]:
    for section in ("modes", "semantics"):
        entries = parts.data.get(section)
        if isinstance(entries, list) and len(entries) == 2 and entries[0] == entries[1]:
            yield Problem((section, 1), f"{entries[1]!r} is listed twice")

"""What does not fit together in ``expect:`` with the rest of a scenario: queues, units, and promises."""

from collections.abc import Iterator
from typing import Any

from sim.scenario.expect import MEASURES, TIMES, is_of_time, parse_bound
from sim.scenario.parts import Parts
from sim.yaml_files.problems import Path, Problem


def check_expectations(parts: Parts) -> Iterator[Problem]:
    """Find bounds with the wrong unit, and bounds on late jobs where nothing was promised."""
    expect = parts.data.get("expect")
    scopes: list[tuple[Path, Any]] = [(("expect",), expect)]
    if isinstance(expect, dict):
        scopes += [(("expect", name), expect.get(name)) for name in ("documented", "bull-4.16")]
    for path, scope in scopes:
        for mode in ("queue", "in-process"):
            block = scope.get(mode) if isinstance(scope, dict) else None
            if not isinstance(block, dict):
                continue
            here = (*path, mode)
            total = block.get("total")
            yield from _bounds(parts, (*here, "total") if isinstance(total, dict) else here, total or block, None)
            queues = block.get("queues")
            for name, bounds in queues.items() if isinstance(queues, dict) else ():
                yield from _bounds(parts, (*here, "queues", name), bounds, name)


def _bounds(parts: Parts, path: Path, bounds: Any, queue: str | None) -> Iterator[Problem]:
    for measure, bound in bounds.items() if isinstance(bounds, dict) else ():
        of_time = _of_time(bound) if measure in MEASURES else None
        if of_time is False and measure in TIMES:
            yield Problem((*path, measure), f'{measure} is a time: compare it with a duration, such as "<= 30s"')
        elif of_time and measure not in TIMES:
            yield Problem((*path, measure), f'{measure} is a number: compare it with a number, such as "<= 3"')
        if measure == "late" and parts.whole and not _promises(parts, queue):
            text = f"nothing was promised, so no job can be late: {how_to_promise(queue)}"
            yield Problem((*path, "late"), text, True)


def _of_time(bound: Any) -> bool | None:
    """Tell whether a bound has durations in it; None where it is no bound."""
    try:
        return is_of_time(parse_bound(bound))
    except ValueError:
        return None


def _promises(parts: Parts, queue: str | None) -> bool:
    return bool(promising(parts)) if queue is None else queue in promising(parts)


def promising(parts: Parts) -> list[str]:
    """List the queues with jobs that were promised to be delivered within a time."""
    return [
        entry.queue
        for entry in parts.workload.values()
        if entry.deliver_within is not None
        or (entry.queue in parts.queues and parts.queues[entry.queue].deliver_within is not None)
    ]


def how_to_promise(queue: str | None) -> str:
    """Say what gives the jobs of a queue, or of any, a time to be delivered within."""
    return f"add deliver_within: to {f'queue {queue}' if queue else 'a queue'} or to its workload"

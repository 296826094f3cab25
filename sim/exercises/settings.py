"""What a check reads of a policy's settings, without a run: what they would allow on a worse day than this one."""

from collections.abc import Callable, Iterator

from sim.core.durations import format_duration
from sim.operator_verbs.registry import VERBS, OperatorStep
from sim.scenario.schema import Scenario, Workers

MANUAL_RETRIES = tuple(do for do, verb in VERBS.items() if verb.brings_back)
"""Steps of an operator that bring failed or dead jobs back."""


def setting(scenario: Scenario, measure: str, queue: str | None) -> float:
    """Return what the settings come to; ms for a time.

    Args:
        queue: Only this queue; None for all together, or for the most generous of them.

    Raises:
        KeyError: There is no such measure.
    """
    return _SETTINGS[measure](scenario, _queues(scenario, queue))


def settings_behind(scenario: Scenario, measure: str, queue: str | None) -> list[str]:
    """List the settings that a measure is made of, a line for each queue or step."""
    names = _queues(scenario, queue)
    if measure == "manual_retries":
        return [f"{format_duration(step.at):>9}  {step.do}" for step in _manual(scenario, names)]
    return [f"{name:<16}{_WORDS[measure](scenario, name)}" for name in names]


def _queues(scenario: Scenario, queue: str | None) -> list[str]:
    return [name for name in scenario.queues if queue in (None, name)]


def _workers(scenario: Scenario, queue: str) -> Workers:
    return scenario.workers.get(queue) or Workers()


def _slots(scenario: Scenario, queue: str) -> int:
    workers = _workers(scenario, queue)
    return workers.processes * workers.concurrency


def _backoff_ms(scenario: Scenario, queue: str) -> int:
    """Return the wait after the first failure, ms, which is the shortest: the base of either kind of backoff."""
    backoff = scenario.queues[queue].backoff
    return 0 if backoff is None else backoff.delay


def _manual(scenario: Scenario, queues: list[str]) -> Iterator[OperatorStep]:
    return (step for step in scenario.operator if step.do in MANUAL_RETRIES and step.queue_name in queues)


_SETTINGS: dict[str, Callable[[Scenario, list[str]], float]] = {
    "attempts_limit": lambda scenario, queues: max(scenario.queues[name].attempts for name in queues),
    "stalls_limit": lambda scenario, queues: max(_workers(scenario, name).max_stalled for name in queues),
    "worker_slots": lambda scenario, queues: sum(_slots(scenario, name) for name in queues),
    "backoff_min": lambda scenario, queues: min(_backoff_ms(scenario, name) for name in queues),
    "manual_retries": lambda scenario, queues: sum(1 for _ in _manual(scenario, queues)),
}
_WORDS: dict[str, Callable[[Scenario, str], str]] = {
    "attempts_limit": lambda scenario, queue: f"attempts: {scenario.queues[queue].attempts:,}",
    "stalls_limit": lambda scenario, queue: f"max_stalled: {_workers(scenario, queue).max_stalled:,}",
    "worker_slots": lambda scenario, queue: (
        f"{_workers(scenario, queue).processes:,} processes with {_workers(scenario, queue).concurrency:,} jobs each"
    ),
    "backoff_min": lambda scenario, queue: f"{format_duration(_backoff_ms(scenario, queue))} after the first failure",
}
SETTINGS = tuple(_SETTINGS)
"""Measures that need no run."""

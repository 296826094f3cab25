"""What a check reads of a policy's settings, without a run: what they would allow on a worse day than this one."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.core.durations import format_duration
from sim.operator_verbs.registry import VERBS, OperatorStep
from sim.queue.semantics import BULL
from sim.scenario.retry_waits import needs_strategy, wait_span
from sim.scenario.schema import Scenario, Workers

MANUAL_RETRIES = tuple(sorted((do for do in VERBS if VERBS[do].brings_back), key=lambda do: VERBS[do].order))
"""Steps of an operator that bring failed or dead jobs back."""
NO_LIMIT = 1_000_000
"""What a limit that is none counts as."""
Lines = Callable[[Scenario, list[str]], list[str]]


@dataclass(frozen=True)
class Setting:
    """What a check can measure of the settings of some queues.

    Attributes:
        unit: What it counts; ``duration`` for a time.
        about: What it is, for the table.
        value: What the settings of these queues come to; ms for a time.
        lines: What it is made of, a line for each queue or step.
    """

    name: str
    unit: str
    about: str
    value: Callable[[Scenario, list[str]], float]
    lines: Lines


def setting(scenario: Scenario, measure: str, queue: str | None) -> float:
    """Return what the settings come to; ms for a time.

    Args:
        queue: Only this queue; None for all together, or for the most generous of them.

    Raises:
        KeyError: There is no such measure.
    """
    return SETTINGS[measure].value(scenario, _queues(scenario, queue))


def settings_behind(scenario: Scenario, measure: str, queue: str | None) -> list[str]:
    """List the settings that a measure is made of, a line for each queue or step."""
    return SETTINGS[measure].lines(scenario, _queues(scenario, queue))


def _queues(scenario: Scenario, queue: str | None) -> list[str]:
    return [name for name in scenario.queues if queue in (None, name)]


def _workers(scenario: Scenario, queue: str) -> Workers:
    return scenario.workers.get(queue) or Workers()


def _stalls(scenario: Scenario, queue: str) -> str:
    limit = _workers(scenario, queue).max_stalled
    return limit if isinstance(limit, str) else f"{limit:,}"


def _slots(scenario: Scenario, queue: str) -> int:
    workers = _workers(scenario, queue)
    return workers.processes * workers.concurrency


def _backoff_ms(scenario: Scenario, queue: str) -> int:
    """Return the shortest wait before a retry, ms; of Bull's own types it is that after the first failure."""
    config = scenario.queues[queue]
    spans = [
        wait_span(config.backoff, failures, BULL, permanent=permanent)
        for failures in range(1, max(2, config.attempts))
        for permanent in (False, True)
    ]
    return math.floor(min((span.least_ms for span in spans if span is not None), default=0))


def _when(scenario: Scenario, queue: str) -> str:
    return "at least" if needs_strategy(scenario.queues[queue].backoff) else "after the first failure"


def _manual(scenario: Scenario, queues: list[str]) -> Iterator[OperatorStep]:
    return (step for step in scenario.operator if step.do in MANUAL_RETRIES and step.queue_name in queues)


def _each(words: Callable[[Scenario, str], str]) -> Lines:
    return lambda scenario, queues: [f"{name:<16}{words(scenario, name)}" for name in queues]


def _slot_words(scenario: Scenario, queue: str) -> str:
    workers = _workers(scenario, queue)
    return f"{workers.processes:,} processes with {workers.concurrency:,} jobs each"


_ALL = (
    Setting(
        "attempts_limit",
        "starts",
        "the most attempts that a queue gives a job",
        lambda scenario, queues: max(scenario.queues[name].attempts for name in queues),
        _each(lambda scenario, queue: f"attempts: {scenario.queues[queue].attempts:,}"),
    ),
    Setting(
        "stalls_limit",
        "stalls",
        "the largest `max_stalled`",
        lambda scenario, queues: max(min(NO_LIMIT, _workers(scenario, name).stall_limit) for name in queues),
        _each(lambda scenario, queue: f"max_stalled: {_stalls(scenario, queue)}"),
    ),
    Setting(
        "worker_slots",
        "jobs",
        "processes times concurrency, over all queues",
        lambda scenario, queues: sum(_slots(scenario, name) for name in queues),
        _each(_slot_words),
    ),
    Setting(
        "backoff_min",
        "duration",
        "the shortest wait before a retry",
        lambda scenario, queues: min(_backoff_ms(scenario, name) for name in queues),
        _each(lambda scenario, queue: f"{format_duration(_backoff_ms(scenario, queue))} {_when(scenario, queue)}"),
    ),
    Setting(
        "manual_retries",
        "steps",
        f"how often the operator brings jobs back: {', '.join(f'`{do}`' for do in MANUAL_RETRIES)}",
        lambda scenario, queues: sum(1 for _ in _manual(scenario, queues)),
        lambda scenario, queues: [f"{format_duration(step.at):>9}  {step.do}" for step in _manual(scenario, queues)],
    ),
)
SETTINGS = {one.name: one for one in _ALL}
"""Measures that need no run, by name: whoever adds one writes an entry in the list above."""

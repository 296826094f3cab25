"""The retry timetable, as tables or JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.core.durations import format_duration
from sim.core.errors import UnknownName
from sim.queue.backoff import RetrySchedule, retry_schedule
from sim.queue.job import Backoff
from sim.queue.semantics import PROFILES
from sim.scenario.load import load_scenario
from sim.scenario.queues import DOCUMENTED_QUEUES, QueueConfig


def queues_to_show(scenario: Path | None, queue: str | None) -> dict[str, QueueConfig]:
    """Choose the queues: a scenario's, or the documented ones; all of them or one.

    Raises:
        ScenarioError: The file cannot be used.
        UnknownName: There is no such queue.
    """
    if scenario is None:
        queues = {name: QueueConfig.model_validate(said) for name, said in DOCUMENTED_QUEUES.items()}
    else:
        queues = dict(load_scenario(scenario).queues)
    if queue is None:
        return queues
    if queue not in queues:
        raise UnknownName("queue", queue, list(queues))
    return {queue: queues[queue]}


def print_backoff(queues: dict[str, QueueConfig], profiles: Sequence[str], *, as_json: bool) -> None:
    """Print one timetable for each queue and semantics on standard output."""
    tables = {
        name: {profile: _retry_schedule(config, profile) for profile in profiles} for name, config in queues.items()
    }
    if as_json:
        print(json.dumps({name: {p: _as_dict(t) for p, t in both.items()} for name, both in tables.items()}, indent=2))
        return
    from rich.table import Table

    from sim.reports.terminal import SafeConsole

    console = SafeConsole()
    for name, by_profile in tables.items():
        config = queues[name]
        table = Table(title=f"{name}: {_in_words(config)}", title_justify="left", title_style="bold")
        table.add_column("attempt", justify="right")
        for profile in profiles:
            table.add_column(f"{profile}\ndelay before", justify="right")
            table.add_column("since\nfirst", justify="right")
        for row in range(config.attempts):
            cells = [str(row + 1)]
            for profile in profiles:
                attempt = by_profile[profile].attempts[row]
                cells += [
                    "-" if row == 0 else format_duration(attempt.delay_ms),
                    format_duration(attempt.since_first_ms),
                ]
            table.add_row(*cells)
        console.print(table)
        for profile in profiles:
            console.print(_remark(profile, by_profile[profile]), highlight=False)
        console.print()


def _retry_schedule(config: QueueConfig, profile: str) -> RetrySchedule:
    backoff = None if config.backoff is None else Backoff(config.backoff.type, config.backoff.delay)
    return retry_schedule(config.attempts, backoff, PROFILES[profile])


def _in_words(config: QueueConfig) -> str:
    attempts = f"{config.attempts} attempt{'s' if config.attempts != 1 else ''}"
    if config.backoff is None:
        return f"{attempts}, no backoff"
    return f"{attempts}, {config.backoff.type} backoff from {format_duration(config.backoff.delay)}"


def _remark(profile: str, table: RetrySchedule) -> str:
    horizon = f"{profile}: gives up {format_duration(table.horizon_ms)} after the first attempt"
    if not table.never_ms:
        return horizon + "."
    never = ", ".join(format_duration(delay) for delay in table.never_ms)
    return f"{horizon}; the listed delay of {never} never occurs."


def _as_dict(table: RetrySchedule) -> dict[str, Any]:
    return {
        "attempts": [row._asdict() for row in table.attempts],
        "horizon_ms": table.horizon_ms,
        "never_ms": table.never_ms,
    }

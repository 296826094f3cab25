"""The retry timetable, as tables or JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.core.durations import format_duration
from sim.core.errors import UnknownName
from sim.queue.backoff import Attempt, RetrySchedule
from sim.queue.semantics import PROFILES
from sim.scenario.backoff import Backoff, CustomBackoff
from sim.scenario.load import load_scenario
from sim.scenario.queues import DOCUMENTED_QUEUES, QueueConfig
from sim.scenario.retry_waits import schedule_of


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
    """Print one timetable for each queue, kind of error and semantics on standard output."""
    tables: dict[str, dict[str, RetrySchedule]] = {}
    titles: dict[str, str] = {}
    for name, config in queues.items():
        for kind in ("transient", "permanent") if _asks_for_kind(config) else ("",):
            key = f"{name}, {kind} errors" if kind else name
            tables[key] = {
                profile: schedule_of(config.attempts, config.backoff, PROFILES[profile], permanent=kind == "permanent")
                for profile in profiles
            }
            titles[key] = f"{key}: {_in_words(config)}"
    if as_json:
        print(json.dumps({name: {p: _as_dict(t) for p, t in both.items()} for name, both in tables.items()}, indent=2))
        return
    from rich.table import Table

    from sim.reports.terminal import SafeConsole

    console = SafeConsole()
    for name, by_profile in tables.items():
        table = Table(title=titles[name], title_justify="left", title_style="bold")
        table.add_column("attempt", justify="right")
        for profile in profiles:
            table.add_column(f"{profile}\ndelay before", justify="right")
            table.add_column("since\nfirst", justify="right")
        for row in range(len(by_profile[profiles[0]].attempts)):
            cells = [str(row + 1)]
            for profile in profiles:
                attempt = by_profile[profile].attempts[row]
                cells += [
                    "-" if row == 0 else _between(attempt.delay_ms, attempt.jitter_ms),
                    _between(attempt.since_first_ms, attempt.since_jitter_ms),
                ]
            table.add_row(*cells)
        console.print(table)
        for profile in profiles:
            console.print(_remark(profile, by_profile[profile]), highlight=False)
        console.print()


def _asks_for_kind(config: QueueConfig) -> bool:
    return isinstance(config.backoff, CustomBackoff) and config.backoff.by_error is not None


def _between(longest_ms: int, jitter_ms: int) -> str:
    longest = format_duration(longest_ms)
    return f"{format_duration(longest_ms - jitter_ms)} to {longest}" if jitter_ms else longest


def _in_words(config: QueueConfig) -> str:
    attempts = f"{config.attempts} attempt{'s' if config.attempts != 1 else ''}"
    backoff = config.backoff
    if backoff is None:
        return f"{attempts}, no backoff"
    if not isinstance(backoff, Backoff):
        return f"{attempts}, {backoff.type} backoff"
    jitter = f", jitter {backoff.jitter:g}" if backoff.jitter else ""
    return f"{attempts}, {backoff.type} backoff from {format_duration(backoff.delay)}{jitter}"


def _remark(profile: str, table: RetrySchedule) -> str:
    last = table.attempts[-1]
    horizon = f"{profile}: gives up {_between(last.since_first_ms, last.since_jitter_ms)} after the first attempt"
    if not table.never_ms:
        return horizon + "."
    never = ", ".join(format_duration(delay) for delay in table.never_ms)
    return f"{horizon}; the listed delay of {never} never occurs."


def _as_dict(table: RetrySchedule) -> dict[str, Any]:
    return {
        "attempts": [_row(row) for row in table.attempts],
        "horizon_ms": table.horizon_ms,
        "never_ms": table.never_ms,
    }


def _row(attempt: Attempt) -> dict[str, int]:
    """Say how much less chance may make its times only where it has a part in them."""
    return {
        name: value
        for name, value in attempt._asdict().items()
        if value or name not in ("jitter_ms", "since_jitter_ms")
    }

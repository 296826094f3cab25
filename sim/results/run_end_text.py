"""A run that ended before all was settled, in words: what was left, why, and what more time would do."""

from sim.core.durations import format_duration
from sim.results.facts import Place
from sim.results.result import ModeResult, Result
from sim.results.run_end import RunEnd
from sim.results.text import duration_in_words
from sim.yaml_files.problems import listed

_PLACES = {
    Place.WAITING: "waiting in the queue",
    Place.ACTIVE: "taken by a worker",
    Place.SUBMITTING: "not yet accepted by Redis",
}
_HELD_UP = {
    "paused": "queue {} is paused",
    "no workers": "no worker of queue {} is running",
    "hung": "handlers of queue {} hang for ever",
}


def early_ends(result: Result) -> list[str]:
    """Say of every mode that ended early how many jobs were left, where they stand, and what to set; often nothing."""
    return [
        f"Stopped early, {mode}: {_sentence(result, one, one.end)}"
        for mode, one in result.modes.items()
        if one.end is not None and one.end.is_early
    ]


def _sentence(result: Result, mode: ModeResult, end: RunEnd) -> str:
    count = sum(end.pending.values())
    jobs = f"{count:,} of {mode.totals.offered:,} jobs {'is' if count == 1 else 'are'} pending"
    when = f"at the end ({_why_then(result, end)})"
    parts = [_part(place, number, end, mode.mode) for place, number in end.pending.items()]
    return f"{jobs} {when}: {', '.join(parts)}. {_help(result, end)}"


def _why_then(result: Result, end: RunEnd) -> str:
    if end.by == "duration":
        return f"duration: {format_duration(result.scenario.duration or end.at_ms)}"
    return f"{duration_in_words(end.at_ms)}; without `duration` a run ends " + (
        "then at the latest" if end.by == "horizon" else "later"
    )


def _part(place: Place, number: int, end: RunEnd, mode: str) -> str:
    if place is Place.DELAYED:
        if end.due_ms is None:
            return f"{number:,} delayed"
        first, last = (duration_in_words(max(0, moment)) for moment in end.due_ms)
        return f"{number:,} delayed until {first if first == last else f'{first} to {last}'}"
    where = "still running in the application or waiting for it" if mode == "in-process" else _PLACES[place]
    return f"{number:,} {where}"


def _help(result: Result, end: RunEnd) -> str:
    if end.held_up:
        why = listed([_HELD_UP[reason].format(queue) for queue, reason in end.held_up.items()], "and")
        return f"More time alone would not help: {why}."
    if end.enough_ms is None:
        lately = "1 job" if end.lately == 1 else f"{end.lately:,} jobs" if end.lately else "no job"
        span = duration_in_words(end.lately_ms)
        return f"More time alone would hardly help: {lately} ended in the last {span}."
    enough = format_duration(end.enough_ms)
    if result.scenario.duration is None:
        return f"Set `duration: {enough}` to let them finish."
    return f"Set a longer one, such as `duration: {enough}`, to let them finish."

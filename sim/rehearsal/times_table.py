"""The times of a rehearsal in the terminal: the jobs that are off, or the distributions, and where both were cut."""

from typing import TYPE_CHECKING

from sim.rehearsal.spread import P_LIMIT
from sim.rehearsal.times import JobTimes
from sim.rehearsal.verdict import TimeOff, Verdict
from sim.report.words import duration_in_words

if TYPE_CHECKING:
    from rich.console import Console


def print_times(verdict: Verdict, console: "Console", stories: int) -> None:
    """Print which times are off.

    Args:
        stories: Of how many jobs to tell both stories, at most.
    """
    from rich.text import Text

    for number, one in enumerate(verdict.times_off):
        console.print(Text(_off(one), style="bold"), soft_wrap=True)
        if number < stories:
            print_story(one.predicted_story, one.real_story, console)
    for row in verdict.distributions:
        word = "agrees" if row.agrees else "DIFFERS"
        console.print(
            Text(
                f"{row.queue}, {row.what} after the offer: median {_seconds(row.real_median_ms)}, predicted "
                f"{_seconds(row.low_median_ms)} to {_seconds(row.high_median_ms)}; "
                f"two-sample distance {row.distance:.2f}, p = {row.p:.3f} (at least {P_LIMIT:g}): {word}",
                style="" if row.agrees else "bold red",
            ),
            soft_wrap=True,
        )


def print_story(predicted: list[str], real: list[str], console: "Console") -> None:
    """Print what was predicted of a job and what really happened to it, event by event."""
    from rich.text import Text

    for head, story in (("predicted", predicted), ("real", real)):
        for number, line in enumerate(story):
            console.print(Text(f"  {head if number == 0 else '':<9} {line}"), soft_wrap=True)


def cut_in_words(verdict: Verdict) -> str:
    """Say where both sides were cut, or nothing."""
    cut_ms = verdict.prediction.cut_ms
    if cut_ms is None:
        return ""
    return f" Not all was settled: both are compared as they stood after {duration_in_words(cut_ms)} of the scenario."


def _off(one: TimeOff) -> str:
    """Say of a job what its times should have been and were."""
    off = "" if one.off_ms is None else f", {_seconds(one.off_ms)} off where {_seconds(one.allowed_ms)} are allowed"
    return f"{one.job}: predicted to {_times(one.predicted)}; {_times(one.real, past=True)}{off}"


def _times(times: JobTimes, *, past: bool = False) -> str:
    start, end = ("started", "ended") if past else ("start", "end")
    started = f"first {start} at {_seconds(times.started_ms)}" if times.started_ms is not None else f"never {start}"
    ended = f"{end} at {_seconds(times.ended_ms)}" if times.ended_ms is not None else f"never {end}"
    return f"{started}, {ended}"


def _seconds(ms: int) -> str:
    return f"{ms / 1_000:.2f} s"

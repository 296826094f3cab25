"""A rehearsal as a table in the terminal, and as a row of docs/fidelity.md.

The times of a rehearsal in the terminal: the jobs that are off, or the distributions, and where both were cut.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.rehearsal.prediction import SEMANTICS
from sim.rehearsal.rehearse import RehearsalReport
from sim.rehearsal.scale import Scale
from sim.rehearsal.time_distributions import P_LIMIT
from sim.rehearsal.times import JobTimes
from sim.rehearsal.verdict import Disagreement, TimeOff, Verdict
from sim.results.text import duration_in_words, in_words

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
    return f" Not every job had finished: both are compared as of {duration_in_words(cut_ms)} of the scenario."


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


SHOWN_JOBS = 3
HEAD = (
    "| scenario | scale | seed | jobs | compared | real (predicted, where it is not the same) | outcomes | times |",
    "|---|---|---:|---:|---|---|---|---|",
)
LATE_MS = 10.0
"""Real ms; events on an idle machine are at most about 5 late."""


def print_rehearsal(report: RehearsalReport, console: "Console") -> None:
    """Print predicted and real side by side, the first jobs that disagree, and the verdict; 80 columns are enough."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    verdict = report.verdict
    versions = report.versions
    console.print()
    console.print(Text(report.scenario.title, style="bold"))
    console.print(Text(report.scenario.question, style="italic"))
    console.print(
        Text(
            f"Bull {versions['bull']}, Node {versions['node']}, Redis {versions['redis']}, scale {report.scale}, "
            f"seed {report.seed}, {duration_in_words(round(report.real_s * report.scale.factor) * 1_000)} "
            f"in {report.real_s:.1f} s, events at most {report.late_ms:.0f} ms late",
            style="dim",
        )
    )
    table = Table(title="Predicted and real", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    table.add_column("predicted", justify="right", no_wrap=True)
    table.add_column("real", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in verdict.rows:
        word = "agrees" if row.agrees else "DIFFERS"
        cells = (in_words(row.measure), row.predicted, str(row.real), word)
        table.add_row(*cells, style="" if row.agrees else "bold red")
    console.print(table)
    for one in verdict.disagreements[:SHOWN_JOBS]:
        _print_disagreement(one, console)
    hidden = len(verdict.disagreements) - SHOWN_JOBS
    if hidden > 0:
        jobs = "job" if hidden == 1 else "jobs"
        console.print(f"... and {hidden:,} more {jobs} with another outcome than predicted.", highlight=False)
    print_times(verdict, console, SHOWN_JOBS - len(verdict.disagreements))
    console.print(
        sentence(report), style="bold" if verdict.agrees else "bold red", highlight=False, markup=False, soft_wrap=False
    )


def sentence(report: RehearsalReport) -> str:
    """Say the verdict, and what it rests on."""
    verdict = report.verdict
    runs = verdict.prediction.runs
    if verdict.job_by_job:
        basis = f"every job one by one, under {runs} timings of the stalled checks"
    else:
        basis = f"totals, between the smallest and largest of {runs} simulated runs, because of random "
        basis += " and ".join(verdict.prediction.random)
    note = f" Times may be off by {verdict.tolerance}." + cut_in_words(verdict)
    if SEMANTICS not in report.scenario.profiles:
        note += f" Predicted with {SEMANTICS}, which the file does not name."
    if not verdict.agrees and report.late_ms > LATE_MS:
        late_ms = round(report.late_ms * report.scale.factor)
        note += f" The machine was busy: events came up to {late_ms} ms late; a smaller --scale forgives more."
    return f"Prediction and reality {verdict.word}{_in_what(verdict)} ({basis}).{note}"


def _in_what(verdict: Verdict) -> str:
    if verdict.agrees:
        return " in outcomes and times"
    wrong = {"outcomes": not verdict.outcomes_agree, "times": not verdict.times_agree}
    return f" in {' and '.join(what for what, differs in wrong.items() if differs)}"


def _print_disagreement(one: Disagreement, console: "Console") -> None:
    from rich.text import Text

    console.print(Text(f"{one.job}: predicted {' or '.join(one.predicted)}; was {one.real}", style="bold"))
    print_story(one.predicted_story, one.real_story, console)


def _word(agree: bool) -> str:
    return "agree" if agree else "DISAGREE"


def row(report: RehearsalReport) -> str:
    """Write a row for docs/fidelity.md: what happened, and in brackets what was predicted where it is not the same."""
    verdict = report.verdict
    cells = []
    for one in verdict.rows:
        if one.measure != "offered":
            predicted = "" if one.predicted == str(one.real) else f" ({one.predicted})"
            cells.append(f"{in_words(one.measure)} {one.real}{predicted}")
    compared = "job by job" if verdict.job_by_job else f"totals of {verdict.prediction.runs} runs"
    head = (f"`{report.name}`", str(report.scale), str(report.seed), str(verdict.real.offered), compared)
    words = (_word(verdict.outcomes_agree), _word(verdict.times_agree))
    return f"| {' | '.join((*head, ', '.join(cells), *words))} |"


def broken_row(name: str, scale: Scale, why: str) -> str:
    """Write the row of a rehearsal that broke off, with why in one line."""
    safe = why.replace("|", "\\|")
    return f"| `{name}` | {scale} | - | - | - | broke off: {safe} | - | - |"


def done_with(report: RehearsalReport) -> str:
    """Say which versions a rehearsal was done with, and when."""
    versions = report.versions
    return f"Bull {versions['bull']}, Node {versions['node']}, Redis {versions['redis']}, on {report.day}"


def markdown(rows: Sequence[str], all_done_with: Sequence[str]) -> str:
    """Write the rows for docs/fidelity.md, and under them what they were done with, each once."""
    return "\n".join([*HEAD, *rows, "", *(f"Done with {text}." for text in dict.fromkeys(all_done_with))]) + "\n"

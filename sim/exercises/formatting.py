"""A verdict in words, at most 80 columns wide.

An exercise on the terminal: its story, its task, what may change, and what is checked.
"""

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from sim.core.program import as_called
from sim.exercises.evidence import Evidence
from sim.exercises.exercise import STORY, Exercise
from sim.exercises.judgement import CheckResult, JudgedAnswer, Judgement
from sim.exercises.measures import WHOLE_RUN
from sim.exercises.settings import SETTINGS

if TYPE_CHECKING:
    from rich.console import Console


WIDTH = 80


class StyledLine(NamedTuple):
    """One line of what is told, and how it stands out: ``good``, ``bad``, ``head``, ``dim`` or not at all."""

    text: str
    look: str = ""


_HEADS = {
    Judgement.PASS: ("PASSED", "good"),
    Judgement.FAIL: ("NOT YET", "bad"),
    Judgement.CANNOT_TELL: ("CANNOT TELL", "bad"),
}


def format_verdict(verdict: JudgedAnswer) -> str:
    """Tell a verdict as plain text."""
    return "\n".join(line.text for line in tell(verdict))


def tell(verdict: JudgedAnswer, why: str = "") -> Iterator[StyledLine]:
    """Tell a verdict line by line: what holds, the first check that does not and what shows it, and the predictions.

    Args:
        why: The command that explains the solution, for a policy that passes.
    """
    head, look = _HEADS[verdict.judgement]
    yield StyledLine(f"{head}: {verdict.exercise}, {verdict.title}", look)
    if verdict.problems:
        yield StyledLine("")
        yield from (StyledLine(problem) for problem in verdict.problems)
        return
    if verdict.seeds:
        yield StyledLine(f"on {verdict.seeds} runs with seeds that you have not seen", "dim")
    else:
        yield StyledLine("by its settings: a run with them takes too many steps and was given up", "dim")
    yield StyledLine("")
    yield from _checks(verdict.checks, "worst")
    failing = verdict.first_failing
    if failing is not None:
        yield StyledLine("")
        yield from _failing(verdict, failing)
    elif why:
        yield StyledLine("")
        yield StyledLine("Why the solution holds, and what it costs:")
        yield StyledLine(f"  {why}", "head")
    if verdict.predictions:
        yield StyledLine("")
        yield from _predictions(verdict)


def tell_once(checks: list[CheckResult], then: str) -> Iterator[StyledLine]:
    """Tell what the checks measure in one run.

    Args:
        then: The command that judges on many.
    """
    yield StyledLine("What the checks measure, in this one run", "head")
    yield from _checks(checks, "here")
    yield StyledLine("")
    yield StyledLine("Judge it on runs that you have not seen:")
    yield StyledLine(f"  {then}", "head")


def tell_evidence(evidence: Evidence) -> Iterator[StyledLine]:
    """Tell what a run shows."""
    yield StyledLine(evidence.heading, "head")
    if evidence.note:
        yield StyledLine(f"  {evidence.note}", "dim")
    for line in evidence.lines:
        yield from (StyledLine(part) for part in _kept(line))


def _checks(checks: list[CheckResult], which: str) -> Iterator[StyledLine]:
    wide = max(len(one.check.name) for one in checks)
    bounds = max(len(one.expected_text) for one in checks)
    for one in checks:
        mark = "holds" if one.holds else "FAILS"
        by = "set" if one.check.measure in SETTINGS else which
        yield StyledLine(
            f"  {mark}  {one.check.name:<{wide}}  {one.expected_text:<{bounds}}  {by}: {one.observed_text}",
            "" if one.holds else "bad",
        )


def _failing(verdict: JudgedAnswer, failing: CheckResult) -> Iterator[StyledLine]:
    yield StyledLine(f"The first that fails: {failing.check.name}", "head")
    whose = f" of {failing.check.queue}" if failing.check.queue else ""
    where = "" if failing.check.mode == "queue" else f", {failing.check.mode}"
    yield StyledLine(f"  measured  {failing.check.measure}{whose}{where}")
    yield StyledLine(f"  expected  {failing.expected_text}")
    seed = "" if failing.check.measure in SETTINGS else f" (seed {failing.seed})"
    yield StyledLine(f"  observed  {failing.observed_text}{seed}")
    if verdict.became:
        yield from _prose(verdict.became)
    yield StyledLine("")
    yield from _prose(failing.check.message)
    if verdict.evidence is not None:
        yield StyledLine("")
        yield from tell_evidence(verdict.evidence)
    if verdict.replay:
        yield StyledLine("")
        yield StyledLine("See it again:")
        yield StyledLine(f"  {verdict.replay}", "head")


def _predictions(verdict: JudgedAnswer) -> Iterator[StyledLine]:
    right = sum(one.right for one in verdict.predictions)
    yield StyledLine(f"Your predictions of the untouched start: {right} of {len(verdict.predictions)} right", "head")
    for one in verdict.predictions:
        yield from _prose(one.ask)
        mark = "right" if one.right else "not so"
        yield StyledLine(
            f"    you thought {one.thought}; it was {one.happened}: {mark}", "good" if one.right else "bad"
        )
        yield from _prose(one.why, indent="    ")


def _prose(text: str, indent: str = "  ") -> Iterator[StyledLine]:
    for paragraph in text.strip().split("\n\n"):
        joined = " ".join(paragraph.split())
        yield from (StyledLine(line) for line in wrap(joined, WIDTH, initial_indent=indent, subsequent_indent=indent))


def _kept(line: str) -> list[str]:
    """Break a line of a story that is too wide, below its text."""
    if len(line) <= WIDTH:
        return [line]
    return wrap(line, WIDTH, subsequent_indent=" " * 16, drop_whitespace=True, replace_whitespace=False) or [line]


def print_exercise(exercise: Exercise, console: "Console") -> None:
    """Print everything that a learner needs to know before they begin."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    description = exercise.description
    print_markdown(exercise.text(STORY), console)
    console.print()
    console.print(Text("You may change", style="bold"))
    for path in description.editable:
        console.print(Text(f"  {path}"))
    console.print()
    table = Table(title="Checks", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("check", "measure", "of"):
        table.add_column(heading)
    table.add_column("bound", justify="right", no_wrap=True)
    for check in description.checks:
        whose = "the run" if check.measure in WHOLE_RUN else check.queue or "all jobs"
        whose += "" if check.mode == "queue" else f", {check.mode}"
        table.add_row(check.name, check.measure, whose, check.limit.text)
    console.print(table)
    about = f"{description.minutes} minutes · {', '.join(description.concepts)}"
    if description.prerequisites:
        about += f" · after {', '.join(description.prerequisites)}"
    console.print(Text(about, style="dim"))
    console.print(Text(f"A real case: {description.source.address}", style="dim"))


def print_markdown(text: str, console: "Console") -> None:
    """Print Markdown; on a narrow terminal it folds."""
    from rich.markdown import Markdown

    console.print(Markdown(as_called(text), hyperlinks=False))

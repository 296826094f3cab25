"""A verdict in words, at most 80 columns wide."""

from collections.abc import Iterator
from textwrap import wrap
from typing import NamedTuple

from sim.exercises.evidence import Evidence
from sim.exercises.judgement import CheckResult, JudgedAnswer, Judgement
from sim.exercises.settings import SETTINGS

WIDTH = 80


class StyledLine(NamedTuple):
    """One line of text, and how it stands out: ``good``, ``bad``, ``head``, ``dim`` or not at all."""

    text: str
    look: str = ""


_HEADS = {
    Judgement.PASS: ("PASSED", "good"),
    Judgement.FAIL: ("NOT YET", "bad"),
    Judgement.CANNOT_TELL: ("CANNOT TELL", "bad"),
}


def format_verdict(verdict: JudgedAnswer) -> str:
    """Write a verdict as plain text."""
    return "\n".join(line.text for line in verdict_lines(verdict))


def verdict_lines(verdict: JudgedAnswer, why: str = "") -> Iterator[StyledLine]:
    """Write a verdict line by line: what holds, the first check that does not and what shows it, and the predictions.

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
        runs = "1 run with a seed" if verdict.seeds == 1 else f"{verdict.seeds} runs with seeds"
        yield StyledLine(f"on {runs} that you have not seen", "dim")
    else:
        yield StyledLine("because of its settings: a run with them takes too many steps and was stopped", "dim")
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


def single_run_lines(checks: list[CheckResult], then: str) -> Iterator[StyledLine]:
    """Write what the checks measure in one run.

    Args:
        then: The command that judges on many.
    """
    yield StyledLine("What the checks measure, in this one run", "head")
    yield from _checks(checks, "here")
    yield StyledLine("")
    yield StyledLine("Judge it on runs that you have not seen:")
    yield StyledLine(f"  {then}", "head")


def evidence_lines(evidence: Evidence) -> Iterator[StyledLine]:
    """Write what a run shows."""
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
    yield StyledLine(f"First failing check: {failing.check.name}", "head")
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
        yield from evidence_lines(verdict.evidence)
    if verdict.replay:
        yield StyledLine("")
        yield StyledLine("To replay it:")
        yield StyledLine(f"  {verdict.replay}", "head")


def _predictions(verdict: JudgedAnswer) -> Iterator[StyledLine]:
    right = sum(one.right for one in verdict.predictions)
    yield StyledLine(f"Your predictions for the original policy: {right} of {len(verdict.predictions)} right", "head")
    for one in verdict.predictions:
        yield from _prose(one.ask)
        mark = "right" if one.right else "wrong"
        yield StyledLine(
            f"    you predicted {one.thought}; it was {one.happened}: {mark}", "good" if one.right else "bad"
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

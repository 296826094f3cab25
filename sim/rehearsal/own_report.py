"""How a person's own processor did with the real Bull: outcomes, what it threw, and what was expected."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.rehearsal.own_processor import look_at
from sim.rehearsal.perform import perform
from sim.rehearsal.prediction import SEMANTICS
from sim.rehearsal.real_parts import find_real_parts
from sim.rehearsal.rehearse import load_rehearsable
from sim.rehearsal.scale import Scale
from sim.reports.tables import expectation_table, outcome_table, print_delivery
from sim.results.result import Result
from sim.results.text import duration_in_words, verdict
from sim.results.trace import Event, EventKind

if TYPE_CHECKING:
    from rich.console import Console


class Thrown(NamedTuple):
    """What the processor threw, how often, and the line of the file that it came from; None where none is known."""

    error: str
    line: int | None
    times: int


class OwnReport(NamedTuple):
    """What one run of a person's own processor gives back; there is no prediction of it.

    Attributes:
        own: The file.
        versions: Of ``bull``, ``node`` and ``redis``.
        result: Outcomes of queue mode, and the scenario's expectations of it.
    """

    name: str
    own: Path
    scale: Scale
    versions: dict[str, str]
    late_ms: float
    cut_ms: int | None
    result: Result

    @property
    def thrown(self) -> list[Thrown]:
        """What the processor threw, most frequent first."""
        return thrown_in(self.result.modes["queue"].trace)

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {
            "scenario": self.name,
            "own": str(self.own),
            "scale": str(self.scale),
            "versions": self.versions,
            "late_ms": round(self.late_ms, 1),
            "cut_ms": self.cut_ms,
            "verdict": None,
            "thrown": [one._asdict() for one in self.thrown],
            **{key: value for key, value in self.result.as_dict().items() if key not in ("scenario", "store")},
        }


def rehearse_own(path: Path, own: Path, scale: Scale, seed: int | None = None) -> OwnReport:
    """Run a scenario for real with a person's own Bull processor in place of the project's handlers.

    Args:
        path: The scenario's file.
        own: A JavaScript file that exports a processor.
        seed: Left out, the scenario's.

    Raises:
        ScenarioError: The scenario cannot be used.
        RealPartMissing: Something that a rehearsal needs is not on this machine.
        NotRehearsable: The scenario asks for what cannot be done for real; nothing was started.
        OwnFileError: The file cannot be used, or what it threw ended a process.
        RehearsalBroken: Something happened that is no part of the scenario.
    """
    scenario = load_rehearsable(path, scale, own=True)
    parts = find_real_parts()
    look_at(own, scenario, str(path), parts)
    chosen = scenario.seed if seed is None else seed
    performance = perform(scenario, scale, chosen, parts, own)
    result = Result(scenario, chosen, SEMANTICS, "redis", {"queue": performance.result})
    return OwnReport(path.stem, own, scale, performance.versions, performance.late_ms, performance.cut_ms, result)


def thrown_in(records: Iterable[Event]) -> list[Thrown]:
    """Count what failed attempts threw, most frequent first, then in the order of the first one."""
    failures = (record.more or {} for record in records if record.kind is EventKind.ATTEMPT_FAILED)
    counted = Counter((more["error"], more.get("line")) for more in failures)
    return [Thrown(error, line, times) for (error, line), times in counted.most_common()]


def print_own(report: OwnReport, console: "Console") -> None:
    """Print what happened to the jobs, what the processor threw, and whether the scenario's expectations hold."""
    from rich.text import Text

    result, versions = report.result, report.versions
    console.print()
    console.print(Text(result.scenario.title, style="bold"))
    console.print(Text(result.scenario.question, style="italic"))
    facts = (
        f"{report.own} with Bull {versions['bull']}, Node {versions['node']}, Redis {versions['redis']}, "
        f"scale {report.scale}, seed {result.seed}, {duration_in_words(result.simulated_ms)} of the scenario"
    )
    console.print(Text(facts, style="dim"))
    console.print(outcome_table({"queue": result.modes["queue"].totals}))
    print_delivery(result, console)
    for one in report.thrown:
        where = report.own.name if one.line is None else f"{report.own.name}:{one.line}"
        often = "once" if one.times == 1 else f"{one.times} times"
        console.print(Text(f"{where} threw {often}: {one.error}"), soft_wrap=True)
    if report.cut_ms is not None:
        span = duration_in_words(report.cut_ms)
        console.print(
            f"Not every job had finished after {span} of the scenario; the run was stopped there.", highlight=False
        )
    if result.expectations:
        console.print(expectation_table(result.expectations))
    words = "This is what the real Bull did; there is no prediction for code that the simulator does not know. "
    style = "bold" if result.holds else "bold red"
    console.print(words + verdict(result), style=style, highlight=False, markup=False)

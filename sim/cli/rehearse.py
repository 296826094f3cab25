"""``rehearse``: run a scenario on real Bull; compare it with the prediction."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sim.cli.exit_codes import HOLDS
from sim.cli.scenario_path import ScenarioPath
from sim.cli.several import one_by_one

if TYPE_CHECKING:
    from sim.rehearsal.scale import Scale
    from sim.results.trace import Trace

PLACE = 30


class _Targets(NamedTuple):
    """Where what was asked for goes: files, ``-`` for standard output, None for what nobody asked for."""

    json: str | None
    trace: str | None
    markdown: str | None

    @property
    def printing(self) -> list[str]:
        """The options that want standard output."""
        return [f"--{name}" for name, target in self._asdict().items() if target == "-"]


class _Done(NamedTuple):
    """The outcome of one scenario: its JSON, what really happened, and its row for docs/fidelity.md.

    Attributes:
        trace: None where the rehearsal broke off.
        done_with: The versions and the day; empty where it broke off.
    """

    as_dict: dict[str, Any]
    trace: "Trace | None"
    row: str = ""
    done_with: str = ""


@click.command()
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True, type=ScenarioPath())
@click.option(
    "--scale",
    "scale_text",
    metavar="1:N",
    help="N times faster than the scenario says.  [default: 1:20; with --own 1:1]",
)
@click.option("--own", type=click.Path(path_type=Path), metavar="FILE.js", help="Run your own Bull processor.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Default: the scenario's seed.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the reports as JSON; - is standard output.")
@click.option("--trace", "trace_to", metavar="FILE|-", help="Write what really happened, one JSON object per line.")
@click.option("--markdown", "markdown_to", metavar="FILE|-", help="Write table rows for docs/fidelity.md.")
def command(
    scenarios: tuple[Path, ...],
    scale_text: str | None,
    own: Path | None,
    seed: int | None,
    json_to: str | None,
    trace_to: str | None,
    markdown_to: str | None,
) -> int:
    """Run each SCENARIO on real Bull and Redis and compare with the prediction.

    Starts redis-server, real Bull workers and a producer, injects the scenario's
    faults (kill -9, SIGSTOP, a killed Redis, a database that refuses), and stops
    everything it started. Queue mode only: in-process mode has nothing to rehearse.

    With --own, your processor (module.exports = async job => ...) runs in place of
    the handlers and reports its effects with job.effect("name"). There is no
    prediction then: you see what the real Bull did.

    Exit code 0: prediction and reality agree (with --own: the scenario's
    expectations hold); 1: they do not; 2: a scenario or file cannot be used or
    rehearsed, or Node, Bull or redis-server is missing; 3: the program itself
    failed. If one scenario fails, it is reported and the others still run.
    """
    targets = _Targets(json_to, trace_to, markdown_to)
    if len(targets.printing) > 1:
        raise click.UsageError(f"{' and '.join(targets.printing)} write to standard output; give all but one a file")
    from sim.rehearsal.real_parts import find_real_parts
    from sim.rehearsal.rehearse import load_rehearsable
    from sim.rehearsal.scale import DEFAULT, parse_scale

    scale = parse_scale(scale_text or (DEFAULT if own is None else "1:1"))
    if own is not None and markdown_to is not None:
        raise click.UsageError("--markdown writes verdicts, and --own has none; leave one of them out")
    for path in scenarios:
        load_rehearsable(path, scale)
    find_real_parts()
    done: list[_Done] = []

    def carry_out(path: Path) -> int:
        head = f"[{len(done) + 1}/{len(scenarios)}] {path}"
        one, code = (
            _compare(path, scale, seed, head, targets) if own is None else _own(path, own, scale, seed, head, targets)
        )
        done.append(one)
        return code

    def broke_off(path: Path, why: str) -> None:
        from sim.rehearsal.tables import broken_row

        failed = {"scenario": path.stem, "scale": str(scale), "verdict": None, "error": why}
        done.append(_Done(failed, None, broken_row(path.stem, scale, why)))

    code = 0
    try:
        code = one_by_one(scenarios, carry_out, broke_off)
    finally:
        code = max(code, _write_all(targets, len(scenarios), done))
    return code


def _compare(path: Path, scale: "Scale", seed: int | None, head: str, targets: _Targets) -> tuple[_Done, int]:
    """Rehearse a scenario and print the verdict; return what came of it and the exit code."""
    from sim.rehearsal.rehearse import rehearse
    from sim.rehearsal.tables import done_with, print_rehearsal, row
    from sim.reports.terminal import Terminal

    report = rehearse(path, scale, seed=seed, say=lambda text: click.echo(f"{head}: {text}", err=True))
    if not targets.printing:
        print_rehearsal(report, Terminal())
    verdict = report.verdict
    return _Done(report.as_dict(), verdict.real_trace, row(report), done_with(report)), int(not verdict.agrees)


def _own(path: Path, own: Path, scale: "Scale", seed: int | None, head: str, targets: _Targets) -> tuple[_Done, int]:
    """Run a scenario with a person's own processor; return what came of it and the exit code."""
    from sim.rehearsal.own_report import print_own, rehearse_own
    from sim.reports.terminal import Terminal

    click.echo(f"{head}: running {own} for real", err=True)
    report = rehearse_own(path, own, scale, seed)
    if not targets.printing:
        print_own(report, Terminal())
    return _Done(report.as_dict(), report.result.modes["queue"].trace), int(not report.result.holds)


def _write_all(targets: _Targets, scenarios: int, done: Sequence[_Done]) -> int:
    """Write what was asked for of all that was done, unless nothing was; return the exit code.

    Args:
        scenarios: How many were asked for: the JSON of one is an object, that of several a list.
    """
    from sim.rehearsal.tables import markdown

    if all(one.trace is None for one in done):
        return HOLDS

    def as_json() -> str:
        dicts = [one.as_dict for one in done]
        return json.dumps(dicts if scenarios > 1 else dicts[0], indent=2, ensure_ascii=False) + "\n"

    def as_lines() -> str:
        return "".join(line + "\n" for one in done if one.trace is not None for line in one.trace.lines())

    def as_markdown() -> str:
        return markdown([one.row for one in done], [one.done_with for one in done if one.done_with])

    texts: Iterable[tuple[str | None, Callable[[], str]]] = zip(targets, (as_json, as_lines, as_markdown), strict=True)
    return one_by_one([(target, text) for target, text in texts if target is not None], _write)


def _write(output: tuple[str, Callable[[], str]]) -> int:
    target, text = output
    if target == "-":
        click.echo(text(), nl=False)
        return HOLDS
    from sim.core.file_set import write_text

    write_text(Path(target), text())
    return HOLDS

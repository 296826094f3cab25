"""``rehearse``: run a scenario for real, and hold it against what the simulator predicts."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.scenario_path import ScenarioPath

if TYPE_CHECKING:
    from sim.rehearsal.scale import Scale
    from sim.results.trace import Trace


@click.command()
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True, type=ScenarioPath())
@click.option("--scale", "scale_text", help="Real time to the scenario's.  [default: 1:20; with --own 1:1]")
@click.option("--own", type=click.Path(path_type=Path), metavar="FILE.js", help="Your own Bull processor instead.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Default: the scenario's seed.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the reports as JSON; - is standard output.")
@click.option("--trace", "trace_to", metavar="FILE|-", help="Write what really happened, one JSON object a line.")
@click.option("--markdown", "markdown_to", metavar="FILE|-", help="Write table rows for docs/fidelity.md.")
def command(
    scenarios: tuple[Path, ...],
    scale_text: str | None,
    own: Path | None,
    seed: int | None,
    json_to: str | None,
    trace_to: str | None,
    markdown_to: str | None,
) -> None:
    """Run each SCENARIO for real and compare with its prediction.

    Starts redis-server, real Bull workers and a producer, does the scenario's
    faults to them (kill -9, SIGSTOP, Redis killed, the database refusing), and
    ends all of it. Queue mode only: in-process mode has nothing to rehearse.

    With --own your processor (module.exports = async job => ...) runs in place of
    the handlers; it tells its effects with job.effect("name"). There is no
    prediction then: you see what the real Bull did.

    Exit code 0: prediction and reality agree (with --own: what the scenario expects
    holds); 1: not so; 2: a scenario or file cannot be used or rehearsed, or Node,
    Bull or redis-server is missing.
    """
    targets = {"--json": json_to, "--trace": trace_to, "--markdown": markdown_to}
    printing = [name for name, target in targets.items() if target == "-"]
    if len(printing) > 1:
        raise click.UsageError(f"{' and '.join(printing)} both want standard output; give one of them a file")
    from sim.rehearsal.real_parts import find_real_parts
    from sim.rehearsal.rehearse import load_rehearsable, rehearse
    from sim.rehearsal.scale import DEFAULT, parse_scale
    from sim.rehearsal.tables import markdown, print_rehearsal

    scale = parse_scale(scale_text or (DEFAULT if own is None else "1:1"))
    if own is not None:
        if markdown_to is not None:
            raise click.UsageError("--markdown writes verdicts, and with --own there is none; leave one of them out")
        _rehearse_own(scenarios, own, scale, seed, json_to, trace_to, printing=not printing)
        return
    for path in scenarios:
        load_rehearsable(path, scale)
    find_real_parts()
    reports = []
    for number, path in enumerate(scenarios, 1):

        def say(text: str, head: str = f"[{number}/{len(scenarios)}] {path}") -> None:
            click.echo(f"{head}: {text}", err=True)

        report = rehearse(path, scale, seed=seed, say=say)
        reports.append(report)
        if not printing:
            from sim.reports.terminal import Terminal

            print_rehearsal(report, Terminal())
    _write_both(json_to, trace_to, [one.as_dict() for one in reports], [one.verdict.real_trace for one in reports])
    if markdown_to is not None:
        _write(markdown_to, markdown(reports))
    if not all(report.verdict.agrees for report in reports):
        sys.exit(1)


def _rehearse_own(
    scenarios: tuple[Path, ...],
    own: Path,
    scale: "Scale",
    seed: int | None,
    json_to: str | None,
    trace_to: str | None,
    *,
    printing: bool,
) -> None:
    from sim.rehearsal.own_report import print_own, rehearse_own
    from sim.reports.terminal import Terminal

    reports = []
    for number, path in enumerate(scenarios, 1):
        click.echo(f"[{number}/{len(scenarios)}] {path}: running {own} for real", err=True)
        reports.append(rehearse_own(path, own, scale, seed))
        if printing:
            print_own(reports[-1], Terminal())
    traces = [one.result.modes["queue"].trace for one in reports]
    _write_both(json_to, trace_to, [one.as_dict() for one in reports], traces)
    if not all(one.result.holds for one in reports):
        sys.exit(1)


def _write_both(
    json_to: str | None, trace_to: str | None, dicts: "list[dict[str, Any]]", traces: "list[Trace]"
) -> None:
    if json_to is not None:
        _write(json_to, json.dumps(dicts if len(dicts) > 1 else dicts[0], indent=2, ensure_ascii=False) + "\n")
    if trace_to is not None:
        _write(trace_to, "".join(line + "\n" for trace in traces for line in trace.lines()))


def _write(target: str, text: str) -> None:
    if target == "-":
        click.echo(text, nl=False)
        return
    from sim.core.file_set import write_text

    write_text(Path(target), text)

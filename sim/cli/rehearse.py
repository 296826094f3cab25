"""``rehearse``: run a scenario for real, and hold it against what the simulator predicts."""

import json
import sys
from pathlib import Path

import click


@click.command()
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--scale", "scale_text", default="1:20", show_default=True, help="Real time to the scenario's.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Default: the scenario's seed.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the reports as JSON; - is standard output.")
@click.option("--trace", "trace_to", metavar="FILE|-", help="Write what really happened, one JSON object a line.")
@click.option("--markdown", "markdown_to", metavar="FILE|-", help="Write table rows for docs/fidelity.md.")
def command(
    scenarios: tuple[Path, ...],
    scale_text: str,
    seed: int | None,
    json_to: str | None,
    trace_to: str | None,
    markdown_to: str | None,
) -> None:
    """Run each SCENARIO for real and compare with its prediction.

    Starts redis-server, real Bull workers and a producer, does the scenario's
    faults to them (kill -9, SIGSTOP, Redis killed, the database refusing), and
    ends all of it. Queue mode only: in-process mode has nothing to rehearse.

    Exit code 0: prediction and reality agree; 1: they do not; 2: a scenario cannot
    be used or rehearsed, or Node, Bull or redis-server is missing.
    """
    targets = {"--json": json_to, "--trace": trace_to, "--markdown": markdown_to}
    printing = [name for name, target in targets.items() if target == "-"]
    if len(printing) > 1:
        raise click.UsageError(f"{' and '.join(printing)} both want standard output; give one of them a file")
    from sim.rehearsal.real_parts import find_real_parts
    from sim.rehearsal.rehearse import load_rehearsable, rehearse
    from sim.rehearsal.scale import parse_scale
    from sim.rehearsal.tables import markdown, print_rehearsal

    scale = parse_scale(scale_text)
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
            from sim.report.terminal import Terminal

            print_rehearsal(report, Terminal())
    if json_to is not None:
        dicts = [report.as_dict() for report in reports]
        _write(json_to, json.dumps(dicts if len(dicts) > 1 else dicts[0], indent=2, ensure_ascii=False) + "\n")
    if trace_to is not None:
        _write(trace_to, "".join(line + "\n" for one in reports for line in one.verdict.real_ledger.lines()))
    if markdown_to is not None:
        _write(markdown_to, markdown(reports))
    if not all(report.verdict.agrees for report in reports):
        sys.exit(1)


def _write(target: str, text: str) -> None:
    if target == "-":
        click.echo(text, nl=False)
        return
    from sim.report.folder import write_text

    write_text(Path(target), text)

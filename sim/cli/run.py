"""``run``: run a scenario and show what was delivered, duplicated and lost."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.exit_codes import HOLDS, VIOLATED
from sim.cli.scenario_path import ScenarioPath
from sim.cli.several import one_by_one

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.schema import Scenario

PLACE = 10


@click.command()
@click.argument("scenario", type=ScenarioPath())
@click.option("--mode", type=click.Choice(["in-process", "queue", "both"]), help="Default: the scenario's modes.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Default: the scenario's seed.")
@click.option("--semantics", type=click.Choice(["documented", "bull-4.16"]), help="Default: the scenario's first.")
@click.option(
    "--store",
    type=click.Choice(["fakeredis", "memory"]),
    default="fakeredis",
    help="Where keys live; memory is faster.  [default: fakeredis]",
)
@click.option(
    "--set", "changes", metavar="PATH=VALUE", multiple=True, help="Change a value of the scenario. May be repeated."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for result.json, trace, pictures and report.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the result as JSON; - is standard output.")
@click.option("--trace", "trace_to", metavar="FILE|-", help="Write the trace, one JSON object per line.")
@click.option(
    "--error-log", "errors_to", metavar="FILE|-", help="Write every failed attempt, one JSON object per line."
)
@click.option(
    "--error-log-omit",
    "omit",
    metavar="FIELD",
    multiple=True,
    help="Leave out a field, such as data.to. May be repeated.",
)
@click.option("--no-trace", is_flag=True, help="Keep only counts, no events: a long run needs less memory.")
@click.option("--metrics", "metrics_to", metavar="FILE|-", help="Write the final metrics in Prometheus text format.")
@click.option("--no-plots", is_flag=True, help="With --out: no pictures and no report.")
def command(
    scenario: Path,
    mode: str | None,
    seed: int | None,
    semantics: str | None,
    store: Any,
    changes: tuple[str, ...],
    out: Path | None,
    json_to: str | None,
    trace_to: str | None,
    errors_to: str | None,
    omit: tuple[str, ...],
    no_trace: bool,
    metrics_to: str | None,
    no_plots: bool,
) -> int:
    """Run SCENARIO in simulated time and show what was delivered, duplicated and lost.

    SCENARIO is a file, or the number or name of a scenario that comes with the project, as `scenarios` prints them.

    Exit code 0: every expectation holds; 1: one is violated; 2: the scenario or a file cannot be used.
    """
    targets = {"--json": json_to, "--trace": trace_to, "--metrics": metrics_to, "--error-log": errors_to}
    printed = [f"{option} -" for option, target in targets.items() if target == "-"]
    if len(printed) > 1:
        raise click.UsageError(f"{' and '.join(printed)} write to standard output; give all but one a file")
    if omit and errors_to is None and out is None:
        raise click.UsageError("--error-log-omit needs an error log; add --error-log or --out")
    needs_events = {"--trace": trace_to, "--metrics": metrics_to, "--out": out}
    for option, target in needs_events.items():
        if no_trace and target is not None:
            raise click.UsageError(f"--no-trace keeps no events, and {option} needs them; use --json for the counts")
    from sim.engine.run import run

    modes: Any = None if mode is None else ["in-process", "queue"] if mode == "both" else [mode]
    chosen: Any = semantics
    loaded = _loaded(scenario, changes)
    sampling = "1s" if metrics_to is not None and loaded.sampling is None else None
    result = run(
        loaded,
        modes=modes,
        seed=seed,
        semantics=chosen,
        store=store,
        trace=not no_trace,
        metrics=sampling,
        error_log=errors_to is not None or out is not None,
        error_log_omit=omit,
    )
    if not printed:
        from sim.reports.tables import print_result
        from sim.reports.terminal import Terminal

        console = Terminal()
        print_result(result, console)
        if loaded.variants:
            from sim.reports.variants import print_variants

            print_variants(loaded, scenario, console)
        if out is None:
            folder = "-".join(filter(None, (scenario.stem, loaded.variant)))
            hint = f"For pictures and an HTML report, add --out results/{folder}"
            console.print(hint, style="dim", highlight=False, markup=False, soft_wrap=True)
    outputs: list[Callable[[], object]] = []
    if json_to is not None:
        outputs.append(lambda: write(json_to, json.dumps(result.as_dict(), indent=2, ensure_ascii=False) + "\n"))
    if trace_to is not None:
        lines = (line for one in result.modes.values() for line in one.trace.lines())
        outputs.append(lambda: _write_lines(trace_to, lines))
    if metrics_to is not None:
        outputs.append(lambda: _write_metrics(result, metrics_to))
    if errors_to is not None:
        outputs.append(lambda: _write_errors(result, errors_to))
    if out is not None:
        outputs.append(lambda: _write_folder(result, out, plots=not no_plots))
    return max(HOLDS if result.holds else VIOLATED, one_by_one(outputs, _carried_out))


def _carried_out(output: Callable[[], object]) -> int:
    output()
    return HOLDS


def _write_metrics(result: "Result", target: str) -> None:
    from sim.results.prometheus import exposition

    metrics = result.metrics
    write(target, exposition(metrics["queue"] if "queue" in metrics else metrics["in-process"]))


def _write_errors(result: "Result", target: str) -> None:
    """Write the error log; a terminal gets a table by message in its place."""
    if target != "-" or not sys.stdout.isatty():
        _write_lines(target, result.error_lines())
        return
    from sim.reports.errors_table import print_errors
    from sim.reports.terminal import Terminal

    print_errors(result.errors, Terminal())


def _write_folder(result: "Result", folder: Path, *, plots: bool) -> None:
    from sim.reports.results_folder import write_results

    for path in write_results(result, folder, plots=plots):
        click.echo(f"wrote {path}", err=True)


def _loaded(path: Path, changes: tuple[str, ...]) -> "Scenario":
    """Load the scenario, with the changes that were asked for.

    Raises:
        click.UsageError: It cannot be used with them.
    """
    from sim.scenario.load import load_scenario, read_text

    if not changes:
        return load_scenario(path)
    from sim.sweeps.points import Vary, VaryError, grid, parse_setting, scenario_at

    try:
        settings = [parse_setting(change) for change in changes]
        grid([Vary(name, (value,)) for name, value in settings])
        return scenario_at(read_text(path), str(path), tuple(settings))
    except VaryError as error:
        raise click.UsageError(str(error).replace("--vary ", "--set ")) from None


def write(target: str, text: str) -> None:
    """Write to a file, or to standard output where the target is ``-``."""
    if target == "-":
        click.echo(text, nl=False)
        return
    from sim.core.file_set import write_text

    write_text(Path(target), text)


def _write_lines(target: str, lines: Iterator[str]) -> None:
    if target == "-":
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return
    from sim.core.file_set import write_lines

    write_lines(Path(target), lines)

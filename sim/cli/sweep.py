"""``sweep``: run a scenario many times, over a grid of values."""

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import click

from sim.cli.exit_codes import BAD_INPUT, HOLDS, INTERNAL
from sim.cli.scenario_path import ScenarioPath
from sim.core.program import as_called

PLACE = 70

DATABASE = "sweep.sqlite"


class Asked(NamedTuple):
    """What the command line asks for."""

    scenario: Path
    runs: int | None
    until_interval: str | None
    varies: tuple[str, ...]
    jobs: int | None
    cluster: str | None
    out: Path | None
    resume: bool
    mode: Any
    seed: int | None
    semantics: Any
    measures: tuple[str, ...]
    json_to: str | None
    no_plots: bool


@click.command()
@click.argument("scenario", type=ScenarioPath())
@click.option(
    "--runs",
    type=click.IntRange(1, 10_000_000),
    metavar="N",
    help="Runs per point. Default: 100; with --until-interval at most 10,000.",
)
@click.option("--until-interval", metavar="1%", help="Stop when every interval is this narrow; --runs is the limit.")
@click.option("--vary", "varies", metavar="PATH=V,V", multiple=True, help="Values to try; repeat for a grid.")
@click.option("--jobs", type=click.IntRange(1, 1_000), metavar="N", help="Processes. Default: one per CPU.")
@click.option("--cluster", metavar="ADDRESS", help="Run on the workers of this Dask scheduler.")
@click.option("--out", type=click.Path(path_type=Path), help=f"Folder for {DATABASE}, summary.json and pictures.")
@click.option("--resume", is_flag=True, help=f"Continue the {DATABASE} in --out.")
@click.option("--mode", type=click.Choice(["in-process", "queue", "both"]), help="Default: the scenario's modes.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Default: the scenario's seed.")
@click.option("--semantics", type=click.Choice(["documented", "bull-4.16"]), help="Default: the scenario's first.")
@click.option("--measure", "measures", metavar="NAME", multiple=True, help="Show only this measure. May be repeated.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the answers as JSON; - is standard output.")
@click.option("--no-plots", is_flag=True, help="With --out: no pictures.")
def command(**words: Any) -> int:
    """Run SCENARIO many times and show every outcome with its 95% interval.

    Example: --vary workers.email.processes=1,2,4 --vary faults.0.duration=5s,30s

    Exit code 0: all runs are done; 2: the scenario, a value or a file cannot be used,
    or a run exceeded a limit; 3: the program failed in a run; 130, 143: ended by
    Ctrl-C or SIGTERM (with --out, finished runs are kept).
    """
    asked = Asked(**words)
    if asked.resume and asked.out is None:
        raise click.UsageError("--resume continues a sweep that was started with --out; name that folder")
    if asked.jobs is not None and asked.cluster is not None:
        raise click.UsageError("--jobs and --cluster both say where to run; give only one of them")
    from sim.sweeps.processes import started_ahead

    with started_ahead(asked.jobs):  # before all else is loaded
        return _sweep(asked)


def _sweep(asked: Asked) -> int:
    from sim.reports.progress import progress
    from sim.results.failed_runs import format_failures
    from sim.scenario.load import read_text
    from sim.sweeps.plan import Plan
    from sim.sweeps.points import parse_vary
    from sim.sweeps.run_missing import run_missing, runs_asked, until_of

    shown = _known(asked.measures)
    until = until_of(asked.until_interval, shown)
    plan = Plan(
        read_text(asked.scenario),
        str(asked.scenario),
        [parse_vary(vary) for vary in asked.varies],
        modes=None if asked.mode is None else ["in-process", "queue"] if asked.mode == "both" else [asked.mode],
        seed=asked.seed,
        semantics=asked.semantics,
    )
    database = None if asked.out is None else asked.out / DATABASE
    with plan.open_store(database, resume=asked.resume) as store:
        try:
            with progress("runs") as show:
                ending = run_missing(
                    plan,
                    store,
                    runs_asked(asked.runs, until),
                    jobs=asked.jobs,
                    cluster=asked.cluster,
                    until=until,
                    watch=lambda how: show(how.done, how.of),
                )
        except KeyboardInterrupt:
            click.echo(_interrupted(store.count(), asked.out), err=True)
            raise
        result = plan.result(store, stop=ending.stop)
    _tell(result, shown, asked.json_to, asked.out, plots=not asked.no_plots)
    if not ending.failures:
        return HOLDS
    click.echo(as_called(format_failures(ending.failures)), err=True)
    return INTERNAL if any(one.broke for one in ending.failures) else BAD_INPUT


def _known(measures: tuple[str, ...]) -> tuple[str, ...]:
    from sim.results.sweep_values import MEASURES
    from sim.yaml_files.problems import did_you_mean
    from sim.yaml_files.renamed import renamed

    named = tuple(_written_out(measure.replace("-", "_"), MEASURES) for measure in measures)
    for measure in named:
        if measure not in MEASURES:
            if now := renamed(measure, MEASURES):
                raise click.UsageError(f"--measure {measure}: {now}")
            near = did_you_mean(measure, list(MEASURES)) or f"; there are: {', '.join(MEASURES)}"
            raise click.UsageError(f"--measure {measure}: no such measure{near}")
    return tuple(dict.fromkeys(named))


def _written_out(measure: str, known: Collection[str]) -> str:
    """Return the column of a time: ``delivery_p95``, as scenarios write it, is ``delivery_p95_ms`` here."""
    return f"{measure}_ms" if f"{measure}_ms" in known else measure


def _interrupted(runs: int, out: Path | None) -> str:
    count = f"{runs:,} run{'' if runs == 1 else 's'}"
    if out is None:
        return f"interrupted after {count}; without --out, finished runs are not kept"
    return f"interrupted; {count} kept in {out / DATABASE}; continue with the same command and --resume"


def _tell(result: Any, shown: tuple[str, ...], json_to: str | None, out: Path | None, *, plots: bool) -> None:
    from sim.core.file_set import replace_together, write_text
    from sim.reports.sweep_json import summary_of

    if json_to != "-" and result.rows:
        from sim.reports.sweep_tables import print_sweep
        from sim.reports.terminal import Terminal

        print_sweep(result, Terminal(), shown)
    if json_to is None and out is None:
        return
    text = json.dumps(summary_of(result), indent=2, ensure_ascii=False) + "\n"
    if json_to == "-":
        click.echo(text, nl=False)
    elif json_to is not None:
        write_text(Path(json_to), text)
    if out is None:
        return
    files = {"summary.json": text.encode()}
    if plots and result.rows:
        from sim.plots.sweep_pictures import sweep_pictures

        files |= {f"{name}.png": png for name, png in sweep_pictures(result, shown).items()}
    written = replace_together(out, files, gone=("outcomes.png", "heat-map.png", "distribution.png"))
    for path in (out / DATABASE, *written):
        print(f"wrote {path}", file=sys.stderr)

"""``compare``: run two scenarios with the same seeds and show what differs."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sim.cli.exit_codes import BAD_INPUT, HOLDS, INTERNAL
from sim.cli.scenario_path import ScenarioPath

if TYPE_CHECKING:
    from sim.comparisons.comparison import Comparison
    from sim.comparisons.sides import Version

PLACE = 75

_SEMANTICS = ("documented", "bull-4.16")
_MAX_SEED = 2**63 - 1


class Asked(NamedTuple):
    """What the command line asks for."""

    a: Path
    b: Path | None
    set_a: tuple[str, ...]
    set_b: tuple[str, ...]
    runs: int
    seed: tuple[int | None, int | None]
    mode: Any
    semantics: tuple[Any, Any]
    jobs: int | None
    out: Path | None
    json_to: str | None
    no_plots: bool


class _Two(click.ParamType[Any]):
    """One value for both sides, or two with a comma between: that of A and that of B."""

    def __init__(self, name: str, one: click.ParamType[Any]) -> None:
        self.name = name
        self._one = one

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read both."""
        if isinstance(value, tuple):
            return value
        parts = [self._one.convert(part.strip(), param, ctx) for part in str(value).split(",")]
        if len(parts) > 2:
            self.fail(f"expected one value, or two with a comma between, got {len(parts)}", param, ctx)
        return (parts[0], parts[-1])


@click.command()
@click.argument("a", type=ScenarioPath())
@click.argument("b", type=ScenarioPath(), required=False)
@click.option("--set-a", metavar="PATH=VALUE", multiple=True, help="Change a value of A. May be repeated.")
@click.option("--set-b", metavar="PATH=VALUE", multiple=True, help="Change a value of B. May be repeated.")
@click.option("--runs", type=click.IntRange(1, 100_000), metavar="N", default=20, help="Of each.  [default: 20]")
@click.option(
    "--seed",
    type=_Two("seed", click.IntRange(0, _MAX_SEED)),
    metavar="N[,N]",
    default=(None, None),
    help="Default: A's, for both.",
)
@click.option("--mode", type=click.Choice(["in-process", "queue", "both"]), help="Default: the modes that both have.")
@click.option(
    "--semantics",
    type=_Two("semantics", click.Choice(_SEMANTICS)),
    metavar="NAME[,NAME]",
    default=(None, None),
    help=f"{' or '.join(_SEMANTICS)}, or one for each. Default: each scenario's first.",
)
@click.option("--jobs", type=click.IntRange(1, 1_000), metavar="N", help="Processes. Default: one per CPU.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for compare.json and pictures.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the comparison as JSON; - is standard output.")
@click.option("--no-plots", is_flag=True, help="With --out: no pictures.")
def command(**words: Any) -> int:
    """Run A and B with the same seeds and show what differs: settings, measures, one job.

    B may be a variant, as in compare deploy.yaml deploy.yaml:cured. Without B it is A
    with another value (--set-b), other semantics (--semantics documented,bull-4.16) or
    other seeds (--seed 1,2).

    Exit code 0: all runs are done, whatever differs; 2: a scenario, a value or a file
    cannot be used, or a run exceeded a limit; 3: the program failed in a run.
    """
    asked = Asked(**words)
    from sim.sweeps.processes import started_ahead

    with started_ahead(asked.jobs):  # before all else is loaded
        return _compare(asked)


def _compare(asked: Asked) -> int:
    from sim.comparisons.compare import compare_versions
    from sim.comparisons.words import failures_told
    from sim.core.program import as_called
    from sim.reports.progress import progress
    from sim.sweeps.points import VaryError

    a, b = _versions(asked)
    if asked.b is None and a == b:
        raise click.UsageError(
            "there is nothing to compare: name a second scenario, or give --set-b PATH=VALUE, "
            "--semantics documented,bull-4.16 or --seed 1,2"
        )
    modes: Any = {None: None, "both": ["in-process", "queue"]}.get(asked.mode, [asked.mode])
    try:
        with progress("runs") as show:
            comparison = compare_versions(a, b, asked.runs, modes=modes, jobs=asked.jobs, watch=show)
    except KeyboardInterrupt:
        click.echo("interrupted; finished runs are not kept", err=True)
        raise
    except VaryError as error:
        option = "--set-a" if any(f"{path}={value}" in error.args[0] for path, value in a.settings) else "--set-b"
        raise click.UsageError(str(error).replace("--vary ", f"{option} ")) from None
    _tell(comparison, asked)
    if not comparison.failures:
        return HOLDS
    click.echo(as_called(failures_told(comparison)), err=True)
    return INTERNAL if any(one.broke for one in comparison.failures) else BAD_INPUT


def _versions(asked: Asked) -> "tuple[Version, Version]":
    from sim.comparisons.sides import Version

    set_a, set_b = _settings("--set-a", asked.set_a), _settings("--set-b", asked.set_b)
    second = asked.a if asked.b is None else asked.b
    semantics, seed = asked.semantics, asked.seed
    return Version(asked.a, set_a, semantics[0], seed[0]), Version(second, set_b, semantics[1], seed[1])


def _settings(option: str, changes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    from sim.sweeps.points import Vary, VaryError, grid, parse_setting

    try:
        settings = tuple(parse_setting(change) for change in changes)
        grid([Vary(name, (value,)) for name, value in settings])
    except VaryError as error:
        raise click.UsageError(str(error).replace("--vary ", f"{option} ")) from None
    return settings


def _tell(comparison: "Comparison", asked: Asked) -> None:
    if asked.json_to != "-":
        from sim.comparisons.screen import print_comparison
        from sim.reports.terminal import Terminal

        print_comparison(comparison, Terminal())
    if asked.json_to is not None:
        text = json.dumps(comparison.as_dict(), indent=2, ensure_ascii=False) + "\n"
        if asked.json_to == "-":
            click.echo(text, nl=False)
        else:
            from sim.core.file_set import write_text

            write_text(Path(asked.json_to), text)
    if asked.out is not None:
        from sim.comparisons.folder import write_comparison

        for path in write_comparison(comparison, asked.out, plots=not asked.no_plots):
            print(f"wrote {path}", file=sys.stderr)

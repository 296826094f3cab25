"""``new``: write a first scenario of your own."""

import sys
from pathlib import Path
from shlex import quote
from typing import Any

import click

from sim.core.durations import parse_duration
from sim.core.errors import DurationError, SimError
from sim.core.program import program_name
from sim.faults.registry import FAULTS
from sim.scenario.first_draft import QUEUES, Draft, draft_text

PLACE = 90


class _DurationText(click.ParamType[str]):
    """A duration as a scenario file says it."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            if parse_duration(value) == 0:
                self.fail(f"{value}: must be longer than zero", param, ctx)
        except DurationError as error:
            self.fail(f"{value}: {error}", param, ctx)
        return str(value).strip()


class _Faults(click.ParamType[tuple[str, ...]]):
    """Several kinds of faults, with commas between."""

    name = "faults"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        kinds = tuple(word for word in value.replace(",", " ").split() if word != "none")
        return tuple(click.Choice(list(FAULTS)).convert(kind, param, ctx) for kind in kinds)


DURATION = _DurationText()
JOBS = click.IntRange(1, 100_000)
WORKERS = click.IntRange(1, 1_000)
ATTEMPTS = click.IntRange(1, 1_000)
QUESTIONS: dict[str, tuple[str, click.ParamType[Any]]] = {
    "queue": ("Queue", click.Choice(QUEUES)),
    "jobs": ("Number of jobs", JOBS),
    "interval": ("Time between two jobs", DURATION),
    "service": ("How long a job takes", DURATION),
    "workers": ("Number of worker processes", WORKERS),
    "attempts": ("Attempts per job", ATTEMPTS),
    "faults": (f"What breaks (none, or any of {', '.join(FAULTS)})", _Faults()),
}
"""What is asked at a terminal, by the field of the draft."""


@click.command()
@click.argument("name")
@click.option("--queue", type=click.Choice(QUEUES), help="Default: email.")
@click.option("--jobs", type=JOBS, metavar="N", help="Default: 30.")
@click.option("--interval", type=DURATION, help="Time between two submitted jobs, such as 500ms. Default: 1s.")
@click.option("--service", type=DURATION, help="How long a job takes. Default: 2s.")
@click.option("--workers", type=WORKERS, metavar="N", help="Processes. Default: 2.")
@click.option(
    "--concurrency", type=click.IntRange(1, 1_000), metavar="N", help="Jobs that each process runs at once. Default: 1."
)
@click.option(
    "--attempts", type=ATTEMPTS, metavar="N", help="Maximum attempts of a job, the first included. Default: 3."
)
@click.option("--fault", "faults", type=click.Choice(list(FAULTS)), multiple=True, help="May be repeated.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Default: 1.")
def command(name: str, **given: Any) -> None:
    """Write a commented scenario of your own to NAME.yaml.

    In a terminal and without options, it first asks a few questions. No file is overwritten.

    Exit code 0: the scenario is written and can be run; 2: it cannot be written.
    """
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    must_be_new(path)
    said = {field: value for field, value in given.items() if value not in (None, ())}
    draft = Draft(path.stem.replace("-", " ").replace("_", " ").strip().capitalize() or path.stem)
    if not said and sys.stdin.isatty() and sys.stdout.isatty():
        said = {field: _asked(question, kind, getattr(draft, field)) for field, (question, kind) in QUESTIONS.items()}
    file = quote(str(path))
    text = draft_text(draft._replace(**said), program_name(), file)
    from sim.scenario.load import parse_scenario

    parse_scenario(text, str(path))
    write_new(path, text)
    click.echo(f"wrote {path}\n\nEdit it, and then:\n  {program_name()} check {file}\n  {program_name()} run {file}")


def _asked(question: str, kind: "click.ParamType[Any]", default: Any) -> Any:
    return click.prompt(question, type=kind, default="none" if default == () else default)


def must_be_new(path: Path) -> None:
    """Refuse a path at which no new file can be written.

    Raises:
        SimError: There is a file already, or no folder for it.
    """
    if not str(path).isprintable() or path.stem.startswith("."):
        raise SimError(f"{str(path)!r}: is not a scenario name; use letters, digits and '-'")
    if path.exists() or path.is_symlink():
        raise SimError(f"{path}: already exists; choose another name")
    if not path.parent.is_dir():
        raise SimError(f"{path}: there is no folder {path.parent}")


def write_new(path: Path, text: str) -> None:
    """Write a file that there was not; see ``must_be_new``."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        must_be_new(path)
        raise

"""``exercise``: list, show, start, run, check, hint, why, reset and verify exercises."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

LOOKS = {"good": "bold green", "bad": "bold red", "head": "bold", "dim": "dim"}


def _folder(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--folder", type=click.Path(path_type=Path), help="Your files; default: my-exercises/ and its name."
    )(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
def command() -> None:
    """Training: exercises that check themselves.

    Each one is a system that breaks, a policy.yaml to edit and a predict.yaml to fill in first.
    """


@command.command("list")
def list_() -> None:
    """List the exercises, and which of them you have passed."""
    from rich import box
    from rich.table import Table

    from sim.exercises.answers import answer_folder, passed
    from sim.exercises.catalogue import all_exercises
    from sim.report.terminal import Terminal

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, options in {"": {}, "exercise": {"ratio": 1}, "minutes": {"justify": "right"}, "passed": {}}.items():
        table.add_column(name, **options)  # type: ignore[arg-type]
    for one in all_exercises():
        done = "yes" if passed(answer_folder(one)) else ""
        table.add_row(one.number, one.description.title, str(one.description.minutes), done)
    console = Terminal()
    console.print(table)
    console.print("Begin with: python -m sim exercise start 01", highlight=False)


@command.command()
@click.argument("exercise")
def show(exercise: str) -> None:
    """Show the story, the task and the checks of EXERCISE (a number such as 03, or a name)."""
    from sim.exercises.catalogue import find_exercise
    from sim.exercises.showing import print_exercise
    from sim.report.terminal import Terminal

    print_exercise(find_exercise(exercise), Terminal())


@command.command()
@click.argument("exercise")
@_folder
def start(exercise: str, folder: Path | None) -> None:
    """Copy the files of EXERCISE into a folder of your own."""
    from sim.exercises.answers import answer_folder
    from sim.exercises.answers import start as copy
    from sim.exercises.catalogue import find_exercise

    found = find_exercise(exercise)
    place = answer_folder(found, folder)
    for path in copy(found, place):
        click.echo(f"wrote {path}")
    where = "" if folder is None else f" --folder {folder}"
    click.echo(
        f"\nRead README.md, fill in predict.yaml, then edit policy.yaml. Next:\n"
        f"  python -m sim exercise run {found.number}{where}\n"
        f"  python -m sim exercise check {found.number}{where}"
    )


@command.command()
@click.argument("exercise")
@_folder
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Default: the scenario's seed.")
@click.option("--mode", type=click.Choice(["in-process", "queue", "both"]), default="both", help="Default: both.")
@click.option("--out", type=click.Path(path_type=Path), help="Write result.json, trace, pictures and report here.")
def run(exercise: str, folder: Path | None, seed: int | None, mode: str, out: Path | None) -> None:
    """Run the scenario of EXERCISE once with your policy, and show what came of it."""
    from sim.exercises.answers import answer_folder, read_answer
    from sim.exercises.catalogue import find_exercise
    from sim.exercises.measures import MOST_STEPS
    from sim.exercises.policy import read_policy
    from sim.experiments.run import run as run_scenario
    from sim.report.tables import print_result
    from sim.report.terminal import Terminal

    found = find_exercise(exercise)
    answer = read_answer(found, answer_folder(found, folder))
    policy = read_policy(found, answer.policy, answer.name)
    modes: Any = ["in-process", "queue"] if mode == "both" else [mode]
    result = run_scenario(policy.scenario, modes=modes, seed=seed, most_steps=MOST_STEPS)
    print_result(result, Terminal())
    if out is not None:
        from sim.report.folder import write_results

        for path in write_results(result, out):
            click.echo(f"wrote {path}", err=True)


@command.command()
@click.argument("exercise")
@_folder
@click.option("--results", metavar="FILE|-", help="Where the verdict goes as JSON; default: results.json beside them.")
def check(exercise: str, folder: Path | None, results: str | None) -> None:
    """Judge your answer to EXERCISE on seeds that you have not seen; your files are not changed.

    Exit code 0: every check holds; 1: one does not; 2: it cannot be told, as a file cannot be used.
    """
    from rich.text import Text

    from sim import exercises
    from sim.cli.run import write
    from sim.exercises.answers import RESULTS, answer_folder, changed_scenario
    from sim.exercises.telling import tell
    from sim.report.terminal import Terminal

    found = exercises.find_exercise(exercise)
    place = answer_folder(found, folder)
    verdict = exercises.check(found.name, folder=place)
    if results != "-":
        console = Terminal()
        for line in tell(verdict):
            console.print(Text(line.text, style=LOOKS.get(line.look, "")), soft_wrap=True)
        if place.is_dir() and changed_scenario(found, place):
            click.echo(f"\n{place / 'scenario.yaml'}: is changed; checks use the exercise's own", err=True)
    if results is not None or place.is_dir():
        write(results or str(place / RESULTS), verdict.json())
    sys.exit(verdict.judgement.exit_code)


@command.command()
@click.argument("exercise")
@click.option("--level", type=click.IntRange(1, 3), default=1, help="1: where to look; 2: how it works; 3: nearly all.")
def hint(exercise: str, level: int) -> None:
    """Give a hint for EXERCISE."""
    from sim.exercises.catalogue import find_exercise
    from sim.exercises.showing import print_markdown
    from sim.report.terminal import Terminal

    found = find_exercise(exercise)
    print_markdown(found.hint(level), Terminal())
    if level < 3:
        click.echo(f"\nMore: python -m sim exercise hint {found.number} --level {level + 1}")


@command.command()
@click.argument("exercise")
def why(exercise: str) -> None:
    """Tell why the solution of EXERCISE holds and what it costs; read it when you have passed."""
    from sim.exercises.catalogue import find_exercise
    from sim.exercises.exercise import WHY
    from sim.exercises.showing import print_markdown
    from sim.report.terminal import Terminal

    print_markdown(find_exercise(exercise).text(WHY), Terminal())


@command.command()
@click.argument("exercise")
@_folder
def reset(exercise: str, folder: Path | None) -> None:
    """Put the untouched files of EXERCISE back; yours are kept beside them."""
    from sim.exercises.answers import answer_folder
    from sim.exercises.answers import reset as put_back
    from sim.exercises.catalogue import find_exercise

    found = find_exercise(exercise)
    changed = put_back(found, answer_folder(found, folder))
    for path, aside in changed:
        click.echo(f"{path} is as at the start" + (f"; yours is {aside.name}" if aside else ""))
    if not changed:
        click.echo("nothing was changed")


@command.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--seeds", type=click.IntRange(1, 1_000), default=20, help="Unseen seeds for every claim; default: 20.")
def verify(folders: tuple[Path, ...], seeds: int) -> None:
    """Prove exercises: FOLDERS, or all that come with the project.

    The start fails for the stated reason, the wrong ideas fail, the solution passes, and hints do not give it away.
    """
    from sim.core.errors import SimError
    from sim.exercises.catalogue import COURSE, exercise_names
    from sim.exercises.exercise import load_exercise
    from sim.exercises.verifying import verify as prove

    broken = False
    for folder in folders or [COURSE / name for name in exercise_names()]:
        try:
            found = load_exercise(folder.resolve())
        except SimError as error:
            click.echo(str(error), err=True)
            broken = True
            continue
        click.echo(f"{found.name}: {found.description.title}")
        for claim in prove(found, seeds=seeds):
            broken |= not claim.holds
            click.echo(f"  {'holds' if claim.holds else 'FAILS'}  {claim.claim}")
            for fault in claim.faults[:5]:
                click.echo(f"         {fault}")
    if broken:
        sys.exit(1)

"""``exercise``: training: exercises that check your answers.

What teachers do is in ``exercise_teacher.py``.
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.exercise_name import ExerciseName
from sim.cli.exercise_teacher import grade, new, notebook, verify
from sim.cli.exit_codes import HOLDS, VIOLATED
from sim.core.program import as_called

if TYPE_CHECKING:
    from rich.console import Console

    from sim.exercises.formatting import StyledLine

PLACE = 40

STYLES = {"good": "bold green", "bad": "bold red", "head": "bold", "dim": "dim"}


def _folder(command: Callable[..., int | None]) -> Callable[..., int | None]:
    return click.option(
        "--folder", type=click.Path(path_type=Path), help="Your files; default: my-exercises/<exercise>."
    )(command)


def _say(text: str, *, err: bool = False) -> None:
    click.echo(as_called(text), err=err)


def _print(lines: "Iterable[StyledLine]", console: "Console") -> None:
    from rich.text import Text

    for line in lines:
        console.print(Text(as_called(line.text), style=STYLES.get(line.look, "")), soft_wrap=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.option(
    "--course", type=click.Path(path_type=Path), help="Folder of the exercises; default: the built-in course."
)
@click.pass_context
def command(context: click.Context, course: Path | None) -> None:
    """Training: exercises that check your answers.

    Each exercise is a system that breaks, a predict.yaml to fill in first and a policy.yaml to edit.
    """
    from sim.exercises.catalogue import COURSE

    context.obj = COURSE if course is None else course


for one in (verify, grade, notebook, new):
    command.add_command(one)


@command.command("list")
@click.pass_obj
def list_(course: Path) -> None:
    """List the exercises, and which of them you have passed."""
    from rich import box
    from rich.table import Table

    from sim.exercises.answers import answer_folder, passed
    from sim.exercises.catalogue import all_exercises, command_for
    from sim.reports.terminal import Terminal

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("exercise", ratio=1)
    table.add_column("minutes", justify="right")
    table.add_column("passed")
    found = all_exercises(course)
    for one in found:
        done = "yes" if passed(one, answer_folder(one)) else ""
        table.add_row(one.number, one.description.title, str(one.description.minutes), done)
    console = Terminal()
    console.print(table)
    console.print(as_called(f"Begin with: {command_for(found[0], 'start')}"), highlight=False, soft_wrap=True)


@command.command(short_help="Show the story, the task and the checks.")
@click.argument("exercise", type=ExerciseName())
@click.pass_obj
def show(course: Path, exercise: str) -> None:
    """Show the story, the task and the checks of EXERCISE (a number such as 03, or a name)."""
    from sim.exercises.catalogue import find_exercise
    from sim.exercises.view import print_exercise
    from sim.reports.terminal import Terminal

    print_exercise(find_exercise(exercise, course), Terminal())


@command.command()
@click.argument("exercise", type=ExerciseName())
@_folder
@click.pass_obj
def start(course: Path, exercise: str, folder: Path | None) -> None:
    """Copy the files of EXERCISE into a folder of your own."""
    from sim.exercises.answers import answer_folder
    from sim.exercises.answers import start as copy
    from sim.exercises.catalogue import command_for, find_exercise

    found = find_exercise(exercise, course)
    place = answer_folder(found, folder)
    for path in copy(found, place):
        click.echo(f"wrote {path}")
    _say(
        f"\nRead README.md, fill in predict.yaml, then edit policy.yaml. Next:\n"
        f"  {command_for(found, 'run', place)}\n"
        f"  {command_for(found, 'check', place)}\n"
        f"If you are stuck: {command_for(found, 'hint')}"
    )


@command.command(short_help="Run the scenario once with your policy.")
@click.argument("exercise", type=ExerciseName())
@_folder
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Default: the scenario's seed.")
@click.option("--mode", type=click.Choice(["in-process", "queue", "both"]), default="queue", help="Default: queue.")
@click.option("--job", metavar="JOB", help="Also tell the story of this job, such as order-7.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for result.json, trace, pictures and report.")
@click.pass_obj
def run(
    course: Path,
    exercise: str,
    folder: Path | None,
    seed: int | None,
    mode: str,
    job: str | None,
    out: Path | None,
) -> None:
    """Run the scenario of EXERCISE once with your policy, and show what happened."""
    from sim.engine.run import run as run_scenario
    from sim.exercises.answers import answer_folder, read_answer
    from sim.exercises.catalogue import command_for, find_exercise
    from sim.exercises.checking import measure_once
    from sim.exercises.evidence import story_of
    from sim.exercises.formatting import evidence_lines, single_run_lines
    from sim.exercises.observation import MAX_STEPS
    from sim.exercises.policy import read_policy
    from sim.reports.tables import print_outcomes
    from sim.reports.terminal import Terminal

    found = find_exercise(exercise, course)
    answer = read_answer(found, answer_folder(found, folder))
    policy = read_policy(found, answer.policy, answer.name)
    modes: Any = ["in-process", "queue"] if mode == "both" else [mode]
    result = run_scenario(policy.scenario, modes=modes, seed=seed, max_steps=MAX_STEPS)
    told = result.modes[modes[-1]]
    asked = next((one for one in told.jobs if one.job == job), None)
    if job is not None and asked is None:
        raise click.UsageError(f"no job {job!r} in this run; there are {told.jobs[0].job} to {told.jobs[-1].job}")
    console = Terminal()
    print_outcomes(result, console)
    if asked is not None:
        _print(evidence_lines(story_of(told, asked, whole=True)), console)
        console.print()
    once = measure_once(found, policy, result.seed)
    _print(single_run_lines(once, command_for(found, "check", folder)), console)
    if out is not None:
        from sim.reports.results_folder import write_results

        for path in write_results(result, out):
            click.echo(f"wrote {path}", err=True)


@command.command(short_help="Judge your answer on seeds that you have not seen.")
@click.argument("exercise", type=ExerciseName())
@_folder
@click.option("--results", metavar="FILE|-", help="Write the verdict as JSON; default: results.json beside your files.")
@click.pass_obj
def check(course: Path, exercise: str, folder: Path | None, results: str | None) -> None:
    """Judge your answer to EXERCISE on seeds that you have not seen; your files stay as they are.

    Exit code 0: every check holds; 1: one does not; 2: nothing was judged, because a file cannot be used.
    """
    from sim import exercises
    from sim.cli.run import write
    from sim.exercises.answers import PASSED, RESULTS, answer_folder, changed_scenario
    from sim.exercises.catalogue import command_for
    from sim.exercises.formatting import verdict_lines
    from sim.reports.terminal import Terminal

    found = exercises.find_exercise(exercise, course)
    place = answer_folder(found, folder)
    verdict = exercises.check(found.name, folder=place, course=course)
    if results != "-":
        console = Terminal()
        _print(verdict_lines(verdict, why=command_for(found, "why", folder)), console)
        if place.is_dir() and changed_scenario(found, place):
            click.echo(f"\n{place / 'scenario.yaml'}: has changed; checks use the exercise's own", err=True)
    if results is not None or place.is_dir():
        write(results or str(place / RESULTS), verdict.json())
    if verdict.passed:
        write(str(place / PASSED), verdict.json())
    sys.exit(verdict.judgement.exit_code)


@command.command()
@click.argument("exercise", type=ExerciseName())
@click.option(
    "--level",
    type=click.IntRange(1, 3),
    metavar="N",
    default=1,
    help="1: where to look; 2: how it works; 3: almost everything.",
)
@click.pass_obj
def hint(course: Path, exercise: str, level: int) -> None:
    """Give a hint for EXERCISE."""
    from sim.exercises.catalogue import command_for, find_exercise
    from sim.exercises.view import print_markdown
    from sim.reports.terminal import Terminal

    found = find_exercise(exercise, course)
    print_markdown(found.hint(level), Terminal())
    if level < 3:
        _say(f"\nMore: {command_for(found, 'hint')} --level {level + 1}")


@command.command(short_help="Explain why the solution works.")
@click.argument("exercise", type=ExerciseName())
@_folder
@click.option("--spoil", is_flag=True, help="Show it even though you have not passed; it gives the solution away.")
@click.pass_obj
def why(course: Path, exercise: str, folder: Path | None, spoil: bool) -> int:
    """Explain why the solution of EXERCISE works and what it costs, once you have passed its check.

    Exit code 0: the explanation is shown; 1: you have not passed yet.
    """
    from sim.exercises.answers import answer_folder, passed
    from sim.exercises.catalogue import command_for, find_exercise
    from sim.exercises.exercise import WHY
    from sim.exercises.view import print_markdown
    from sim.reports.terminal import Terminal

    found = find_exercise(exercise, course)
    place = answer_folder(found, folder)
    if not (spoil or passed(found, place)):
        _say(
            f"{place}:\nno check has passed here yet, and this gives the solution away. To continue:\n"
            f"  {command_for(found, 'check', folder)}\n"
            f"  {command_for(found, 'hint')}\n"
            f"To see the solution anyway:\n"
            f"  {command_for(found, 'why', folder)} --spoil",
            err=True,
        )
        return VIOLATED
    print_markdown(found.text(WHY), Terminal())
    return HOLDS


@command.command(short_help="Restore the original files; yours are kept.")
@click.argument("exercise", type=ExerciseName())
@_folder
@click.pass_obj
def reset(course: Path, exercise: str, folder: Path | None) -> None:
    """Restore the original files of EXERCISE; yours are kept beside them."""
    from sim.exercises.answers import answer_folder
    from sim.exercises.answers import reset as put_back
    from sim.exercises.catalogue import find_exercise

    found = find_exercise(exercise, course)
    changed = put_back(found, answer_folder(found, folder))
    for path, aside in changed:
        click.echo(f"restored {path}" + (f"; yours is now {aside.name}" if aside else ""))
    if not changed:
        click.echo("nothing to restore")

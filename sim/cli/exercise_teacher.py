"""What teachers do with exercises: grade a class, make notebooks, add exercises and prove them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.exercise_name import ExerciseName
from sim.cli.exit_codes import BAD_INPUT, HOLDS, INTERNAL
from sim.core.extras import need
from sim.core.program import program_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.exercises.grading import Grade


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--seeds", type=click.IntRange(1, 1_000), metavar="N", default=20, help="Unseen seeds per claim; default: 20."
)
@click.pass_obj
def verify(course: Path, folders: tuple[Path, ...], seeds: int) -> int:
    """Verify exercises: those in FOLDERS, or the whole course.

    The claims: the starting policy fails for the stated reason, the distractors fail, the solution passes, and the
    hints do not give it away.

    Exit code 0: every claim holds; 1: one does not; 2: an exercise cannot be used.
    """
    from sim.cli.several import one_by_one
    from sim.core.text import printable
    from sim.exercises.catalogue import exercise_names
    from sim.exercises.exercise import load_exercise
    from sim.exercises.verifying import verify as prove

    def prove_all(folder: Path) -> int:
        found = load_exercise(folder.resolve())
        broken = False
        click.echo(printable(f"{found.name}: {found.description.title}"))
        for claim in prove(found, seeds=seeds):
            broken |= not claim.holds
            click.echo(printable(f"  {'holds' if claim.holds else 'FAILS'}  {claim.claim}"))
            for fault in claim.faults[:5]:
                click.echo(printable(f"         {fault}"))
        return int(broken)

    return one_by_one(folders or [course / name for name in exercise_names(course)], prove_all)


@click.command(short_help="Grade a class: one folder for each student.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--csv", "csv_to", metavar="FILE|-", help="Write one row per student and exercise; - is stdout.")
@click.option("--exercises", metavar="01,03", help="Only these; a missing answer gets a row too.")
@click.option("--salt", default=None, metavar="WORD", help="Picks the unseen seeds; default: the seeds of check.")
@click.option(
    "--seeds", type=click.IntRange(1, 1_000), metavar="N", help="Number of unseen seeds; default: the exercise's."
)
@click.option(
    "--strict", is_flag=True, help="Do not judge an answer with an empty prediction; by default it counts as wrong."
)
@click.option("--jobs", type=click.IntRange(1, 1_000), metavar="N", help="Processes. Default: one per CPU.")
@click.option("--results", is_flag=True, help="Also write results.json beside each answer.")
@click.pass_obj
def grade(
    course: Path,
    folder: Path,
    csv_to: str | None,
    exercises: str | None,
    salt: str | None,
    seeds: int | None,
    strict: bool,
    jobs: int | None,
    results: bool,
) -> int:
    """Grade a class: FOLDER has one folder per student, and in it one per exercise.

    Answers are files that are read, never programs that are run. An answer that cannot be judged gets a row that
    says why.

    Exit code 0: everything is graded, whatever the verdicts; 2: the folder or a file cannot be used; 3: the program
    itself failed on an answer.
    """
    if csv_to is not None and csv_to != "-":
        _writable(Path(csv_to))
    from sim.core.text import printable
    from sim.exercises.grading import Rules, grade_class
    from sim.exercises.seeds import CHECK
    from sim.reports.progress import progress

    only = None if exercises is None else [name.strip() for name in exercises.split(",")]
    rules = Rules(CHECK if salt is None else salt, seeds, strict)
    with progress("answers") as show:
        grades = grade_class(folder, course=course, only=only, rules=rules, jobs=jobs, watch=show)
    _tell(grades, csv_to)
    broke = [grade for grade in grades if grade.details is not None and grade.details.broke]
    for grade in broke:
        click.echo(printable(f"{grade.student}, {grade.exercise}: {grade.message}"), err=True)
    if broke:
        click.echo("This is a bug in the program, not in the answers; please report it with the lines above.", err=True)
    if not results:
        return INTERNAL if broke else HOLDS
    from sim.exercises.write_results import write_verdicts

    unwritten = list(write_verdicts(grades))
    for error in unwritten:
        click.echo(str(error), err=True)
    return INTERNAL if broke else BAD_INPUT if unwritten else HOLDS


def _writable(path: Path) -> None:
    """Find out before the work whether its fruit can be written.

    Raises:
        click.UsageError: It cannot.
    """
    if path.is_dir():
        raise click.UsageError(f"--csv {path}: is a folder; give a file")
    if not path.parent.is_dir():
        raise click.UsageError(f"--csv {path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise click.UsageError(f"--csv {path}: cannot write to the folder {path.parent}")


def _tell(grades: "Sequence[Grade]", csv_to: str | None) -> None:
    from sim.cli.run import write
    from sim.exercises.grade_table import as_csv, as_table, overview
    from sim.reports.terminal import Terminal

    if csv_to is not None:
        write(csv_to, as_csv(grades))
    if csv_to == "-":
        return
    console = Terminal()
    console.print(as_table(grades))
    console.print(overview(grades))
    students = len({grade.student for grade in grades})
    empty = sorted({grade.student for grade in grades if not grade.exercise})
    console.print(f"{students} {'student' if students == 1 else 'students'}", highlight=False)
    if empty:
        console.print(f"no exercise found for: {', '.join(empty)}", highlight=False, markup=False)


@click.command(short_help="Write an exercise as a notebook for nbgrader.")
@click.argument("exercise", type=ExerciseName())
@click.option("-o", "--out", metavar="FILE|-", help="Where to write it; default: <exercise>.ipynb.")
@click.option("--student", is_flag=True, help="Leave out the solution and hidden tests, for use without nbgrader.")
@click.option("--salt", metavar="WORD", help="Picks the seeds of the hidden test; keep it secret.")
@click.pass_obj
def notebook(course: Path, exercise: str, out: str | None, student: bool, salt: str | None) -> None:
    """Write EXERCISE as a notebook for nbgrader, with its solution and hidden tests."""
    from sim.cli.run import write
    from sim.exercises.catalogue import find_exercise

    need("a notebook for nbgrader", "notebook", "nbformat")
    from sim.exercises.notebook import HIDDEN, as_text, instructor_notebook, student_notebook

    found = find_exercise(exercise, course)
    made = instructor_notebook(found, course=course, salt=HIDDEN if salt is None else salt)
    target = out or f"{found.name}.ipynb"
    write(target, as_text(student_notebook(made) if student else made))
    if target != "-":
        click.echo(f"wrote {target}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write a small, complete exercise to start from. FOLDER is named NN-some-words."""
    from shlex import quote

    from sim.exercises.skeleton import write_skeleton

    for path in write_skeleton(folder):
        click.echo(f"wrote {path}")
    click.echo(
        "\nThis is a small, complete exercise. Make it yours step by step, and after each step run\n"
        f"  {program_name()} exercise verify {quote(str(folder))}"
    )

"""Where exercises are, and how they are found by number or name."""

from pathlib import Path
from shlex import quote

from sim.core.program import MODULE
from sim.exercises.errors import ExerciseError, UnknownExercise
from sim.exercises.exercise import DESCRIPTION, Exercise, load_exercise

COURSE = Path(__file__).parent / "course"
"""The exercises that come with the project."""
MINE = Path("my-exercises")
"""Where a learner's own files are, unless they say otherwise."""


def exercise_names(course: Path = COURSE) -> list[str]:
    """List the names of a course's exercises, in order.

    Raises:
        ExerciseError: The course cannot be read, or has none.
    """
    try:
        names = sorted(path.name for path in course.iterdir() if (path / DESCRIPTION).is_file())
    except OSError as error:
        raise ExerciseError(f"{course}: cannot be read: {error.strerror}") from None
    if not names:
        raise ExerciseError(f"{course}: has no exercises; expected folders with an {DESCRIPTION}")
    return names


def all_exercises(course: Path = COURSE) -> list[Exercise]:
    """Read every exercise of a course, in order.

    Args:
        course: The folder with the exercises; default: those that come with the project.

    Raises:
        ExerciseError: One of them cannot be used.
    """
    return [load_exercise(course / name) for name in exercise_names(course)]


def find_exercise(name: str, course: Path = COURSE) -> Exercise:
    """Read one exercise.

    Args:
        name: Its number (``03`` or ``3``), its whole name, or a part of it that no other has.
        course: The folder with the exercises; default: those that come with the project.

    Raises:
        UnknownExercise: There is none, or it could mean several.
        ExerciseError: It, or the course, cannot be used.
    """
    names = exercise_names(course)
    wanted = name.strip().strip("/")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 3:
        found = [one for one in names if int(one[:2]) == int(wanted)]
    else:
        found = [one for one in names if one == wanted] or [one for one in names if wanted and wanted in one]
    if len(found) != 1:
        raise UnknownExercise(name, found or names)
    return load_exercise(course / found[0])


def command_for(exercise: Exercise, verb: str, folder: Path | None = None) -> str:
    """Write the command that does something with an exercise, as a learner types it in a checkout.

    Args:
        folder: Where the learner's files are, if not in their usual place.
    """
    course = exercise.folder.parent
    of = "" if course == COURSE else f" --course {quote(str(course))}"
    where = "" if folder in (None, MINE / exercise.name) else f" --folder {quote(str(folder))}"
    return f"{MODULE} exercise{of} {verb} {exercise.number}{where}"

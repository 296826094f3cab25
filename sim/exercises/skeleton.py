"""The files of a new exercise, with comments that say what goes where; they can be loaded and proved as they are."""

import shutil
from pathlib import Path

from sim.core.errors import OutputError
from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import is_exercise_name

TEMPLATE = Path(__file__).parent / "template"


def write_skeleton(folder: Path) -> list[Path]:
    """Write the files of a new exercise and return them.

    Args:
        folder: Its name becomes the exercise's: two digits and some words.

    Raises:
        ExerciseError: That is no name for an exercise, or the folder is there already.
        OutputError: They cannot be written.
    """
    name = folder.resolve().name
    if not is_exercise_name(name):
        raise ExerciseError(f"{folder}: an exercise's folder is called NN-some-words, such as 03-twice-the-same-email")
    if folder.exists():
        raise ExerciseError(f"{folder}: already exists; choose another name")
    try:
        shutil.copytree(TEMPLATE, folder, copy_function=shutil.copyfile)
    except (OSError, shutil.Error) as error:
        raise OutputError(str(folder), getattr(error, "strerror", None) or str(error)) from None
    return sorted(path for path in folder.rglob("*") if path.is_file())

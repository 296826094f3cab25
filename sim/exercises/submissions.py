"""Finding what learners handed in: a folder for each student, in it one for each exercise.

Nothing that a student could put there is trusted: a link that leads out of the student's folder is not followed, and
only ordinary files of a sane size are read.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sim.exercises.catalogue import MINE
from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import POLICY, PREDICT, Exercise
from sim.yaml_files.problems import Marks, Problem, lines
from sim.yaml_files.source import MAX_BYTES, decode

_NUMBER = re.compile(r"^(\d{2})(?!\d)")


class File(NamedTuple):
    """One file of a submission.

    Attributes:
        text: What it says; None where it cannot be used.
        problem: Why it cannot be used; empty otherwise.
    """

    text: str | None
    problem: str = ""


class Submission(NamedTuple):
    """What one student handed in for one exercise.

    Attributes:
        exercise: None where there is no such exercise.
        named: The exercise's name, or what stands there instead.
        folder: Where it is; None where nothing was handed in.
        problem: Why there is nothing to judge; empty where there is.
    """

    student: str
    exercise: Exercise | None
    named: str
    folder: Path | None
    problem: str = ""
    policy: File = File(None)
    predict: File = File(None)


def find_submissions(
    root: Path, exercises: Sequence[Exercise], wanted: Sequence[Exercise] | None = None
) -> list[Submission]:
    """Read everything that was handed in, sorted by student and exercise.

    Args:
        root: Has a folder for each student, and in it ``NN-some-words`` or ``my-exercises/NN-some-words``.
        exercises: All of the course.
        wanted: Only these, and a student who lacks one has a submission without a folder; default: what is there.

    Raises:
        ExerciseError: The folder cannot be read or has no students in it.
    """
    try:
        students = [path for path in _listed(root) if path.is_dir() or path.is_symlink()]
    except OSError as error:
        raise ExerciseError(f"{root}: cannot be read: {_why(error)}") from None
    if not students:
        raise ExerciseError(f"{root}: has no folders in it; expected one for each student")
    if all(_NUMBER.match(path.name) and os.path.lexists(path / POLICY) for path in students):
        raise ExerciseError(f"{root}: contains exercises, not students; give its parent folder")
    found = [one for path in students for one in _of_student(path, exercises, wanted)]
    return sorted(found, key=lambda one: (one.student, one.named))


def _of_student(place: Path, exercises: Sequence[Exercise], wanted: Sequence[Exercise] | None) -> Iterator[Submission]:
    student = printable(place.name)
    places: dict[str, list[Path]] = {}
    problem = ""
    if place.is_symlink():
        problem = "is a link; expected a folder"
    else:
        try:
            for path in _handed_in(place):
                exercise = _exercise_of(path.name, exercises)
                if exercise is not None:
                    places.setdefault(exercise.name, []).append(path)
                elif path.is_dir():
                    places.setdefault(printable(path.name), []).append(path)
        except OSError as error:
            problem = f"the student's folder cannot be read: {_why(error)}"
    known = {one.name: one for one in exercises}
    names = sorted(places) if wanted is None else [one.name for one in wanted]
    for name in names:
        if problem or name not in places:
            yield Submission(student, known[name], name, None, problem)
        else:
            yield _read(student, place, known.get(name), name, places[name])
    if not names:
        yield Submission(student, None, "", None, problem)


def _handed_in(place: Path) -> list[Path]:
    """List what has an exercise's number in front, also in ``my-exercises``; a folder goes before a file."""
    inner = place / MINE
    there = _listed(place)
    if inner.is_dir() and _inside(inner, place):
        there += _listed(inner)
    numbered = [path for path in there if _NUMBER.match(path.name)]
    folders = [path for path in numbered if path.is_dir()]
    with_folder = {path.name[:2] for path in folders}
    return folders + [path for path in numbered if not path.is_dir() and path.name[:2] not in with_folder]


def _exercise_of(name: str, exercises: Sequence[Exercise]) -> Exercise | None:
    """Find the exercise that a folder is meant for: by its whole name, else by its number."""
    exact = [one for one in exercises if one.name == name]
    numbered = [one for one in exercises if one.number == name[:2]]
    return exact[0] if exact else numbered[0] if len(numbered) == 1 else None


def _read(student: str, place: Path, exercise: Exercise | None, name: str, paths: list[Path]) -> Submission:
    if exercise is None:
        return Submission(student, None, name, None, f"there is no exercise {name[:2]} in this course")
    if len(paths) > 1:
        both = " and ".join(sorted(printable(str(path.relative_to(place))) for path in paths))
        return Submission(student, exercise, name, None, f"there are two of them, {both}; remove one")
    try:
        return _read_folder(student, place, exercise, paths[0])
    except OSError as error:
        return Submission(student, exercise, name, None, f"cannot be read: {_why(error)}")


def _read_folder(student: str, place: Path, exercise: Exercise, folder: Path) -> Submission:
    name = exercise.name
    if not _inside(folder, place):
        return Submission(student, exercise, name, None, "is a link that leaves the student's folder; it is not read")
    if not folder.is_dir():
        return Submission(student, exercise, name, None, f"is a file; expected a folder with {POLICY} and {PREDICT}")
    policy, predict = (read_file(folder / file, file, place) for file in (POLICY, PREDICT))
    return Submission(student, exercise, name, folder, "", policy, predict)


def read_file(path: Path, name: str, within: Path) -> File:
    """Read a file of a submission.

    Args:
        name: What a problem calls it.
        within: The folder that it has to be in, also behind links.
    """
    try:
        return _read_file(path, name, within)
    except OSError as error:
        return File(None, f"{name}: cannot be read: {_why(error)}")


def _read_file(path: Path, name: str, within: Path) -> File:
    if not os.path.lexists(path):
        return File(None, f"{name}: there is no such file")
    if not _inside(path, within):
        return File(None, f"{name}: is a link that leaves the student's folder; it is not read")
    if path.is_dir():
        return File(None, f"{name}: is a folder; expected a file")
    if not path.is_file():
        return File(None, f"{name}: is not a regular file; it is not read")
    with path.open("rb") as file:
        text = decode(file.read(MAX_BYTES + 1))
    if isinstance(text, Problem):
        (problem,) = lines(name, Marks(), [text])
        return File(None, problem)
    return File(text)


def _inside(path: Path, folder: Path) -> bool:
    """Tell whether a path, with all links followed, lies in a folder.

    Raises:
        PermissionError: It may not be looked at.
    """
    try:
        return path.resolve(strict=True).is_relative_to(folder.resolve(strict=True))
    except PermissionError:
        raise
    except (OSError, RuntimeError):  # a link to nothing, or links in a circle
        return False


def _listed(folder: Path) -> list[Path]:
    """List a folder, sorted, without hidden entries."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def printable(name: str) -> str:
    """Write a file's name so that every program can read it, whatever bytes it has."""
    text = os.fsencode(name).decode(errors="backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)

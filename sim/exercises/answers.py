"""A learner's own copy of an exercise's files."""

import json
from pathlib import Path
from typing import NamedTuple

from sim.core.errors import OutputError, ScenarioError
from sim.core.file_set import replace_one
from sim.core.files import read_ordinary
from sim.core.program import MODULE, SCRIPT, as_called, program_name
from sim.exercises.catalogue import MINE, command_for
from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import POLICY, PREDICT, SCENARIO, STORY, Exercise
from sim.exercises.prediction import Guess, read_predictions
from sim.scenario.load import read_text

COPIED = (STORY, SCENARIO, POLICY, PREDICT)
EDITED = (POLICY, PREDICT)
RESULTS = "results.json"
"""The last verdict."""
PASSED = "passed.json"
"""The verdict of the last check that was passed; a later failure leaves it."""


class Answer(NamedTuple):
    """What a learner hands in.

    Attributes:
        name: What problems call the policy: its file's path.
        guesses: The predictions.
    """

    policy: str
    name: str
    guesses: dict[str, Guess]


def answer_folder(exercise: Exercise, folder: Path | None = None) -> Path:
    """Return where a learner's copy is: the folder given, or ``my-exercises/`` and the exercise's name."""
    return MINE / exercise.name if folder is None else folder


def start(exercise: Exercise, folder: Path) -> list[Path]:
    """Copy an exercise's files for a learner into a new folder, and return them.

    Raises:
        ExerciseError: The folder has files of such names already; nothing is changed then.
        OutputError: They cannot be written.
    """
    there = [name for name in COPIED if (folder / name).exists()]
    if there:
        raise ExerciseError(
            f"{folder}: already has {there[0]}; use that one, or restore the original: "
            f"{command_for(exercise, 'reset', folder)}"
        )
    return [_copy(exercise, name, folder) for name in COPIED]


def reset(exercise: Exercise, folder: Path) -> list[tuple[Path, Path | None]]:
    """Put the untouched start back, and return each file with where the old one was put aside.

    Raises:
        ExerciseError: There is no such folder.
        OutputError: A file cannot be written.
    """
    _need_folder(exercise, folder)
    return [(folder / name, _put_back(exercise, name, folder)) for name in COPIED if _differs(exercise, name, folder)]


def read_answer(exercise: Exercise, folder: Path) -> Answer:
    """Read a learner's policy and predictions.

    Raises:
        ExerciseError: A file is missing or cannot be read, or a prediction is still empty; a line for each problem.
    """
    _need_folder(exercise, folder)
    problems: list[str] = []
    guesses: dict[str, Guess] = {}
    policy = ""
    try:
        guesses = read_predictions(exercise, _read(folder / PREDICT), str(folder / PREDICT))
    except ExerciseError as error:
        problems += error.args
    try:
        policy = _read(folder / POLICY)
    except ExerciseError as error:
        problems += error.args
    if problems:
        raise ExerciseError(*problems)
    return Answer(policy, str(folder / POLICY), guesses)


def changed_scenario(exercise: Exercise, folder: Path) -> bool:
    """Tell whether a learner's copy of the locked scenario is another one; a check uses the exercise's own."""
    copy = folder / SCENARIO
    return copy.is_file() and _read(copy) != exercise.text(SCENARIO)


def _need_folder(exercise: Exercise, folder: Path) -> None:
    if not folder.is_dir():
        raise ExerciseError(f"{folder}: there is no such folder; `{command_for(exercise, 'start', folder)}` makes one")


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except ScenarioError as error:
        raise ExerciseError(*error.args) from None


def _differs(exercise: Exercise, name: str, folder: Path) -> bool:
    path = folder / name
    return not path.is_file() or path.read_bytes() not in [
        _content(exercise, name, program) for program in (MODULE, SCRIPT)
    ]


def _put_back(exercise: Exercise, name: str, folder: Path) -> Path | None:
    path = folder / name
    aside = _free_name(path) if path.exists() else None
    if aside is not None:
        try:
            path.rename(aside)
        except OSError as error:
            raise OutputError(str(path), error.strerror) from None
    _copy(exercise, name, folder)
    return aside


def _free_name(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.before-reset-{number}")).exists():
        number += 1
    return aside


def _copy(exercise: Exercise, name: str, folder: Path) -> Path:
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        content = _content(exercise, name, program_name())
    except OSError as error:
        raise OutputError(str(target), error.strerror) from None
    return replace_one(target, content)


def _content(exercise: Exercise, name: str, program: str) -> bytes:
    """Return what a file of an exercise says, a story with its commands as they are typed."""
    own = (exercise.folder / name).read_bytes()
    return as_called(own.decode(), program).encode() if name == STORY else own


def passed(exercise: Exercise, folder: Path) -> bool:
    """Tell whether a check of this exercise was ever passed in a learner's folder."""
    return any(_is_pass(exercise, folder / name) for name in (PASSED, RESULTS))


def _is_pass(exercise: Exercise, path: Path) -> bool:
    try:
        data = json.loads(read_ordinary(path, 1_000_000))
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and data.get("verdict") == "pass" and data.get("exercise") == exercise.name

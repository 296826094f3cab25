"""Exercises that check themselves: a broken system, a policy to edit, predictions to make, and checks to pass.

In a notebook::

    from sim import exercises

    exercises.start("03")        # copies the files to my-exercises/03-...
    exercises.check("03")        # judges them, on seeds that nobody has seen
    exercises.check("03", policy={"queues": {"email": {"attempts": 3}}}, predict=None)
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.exercises.answers import Answer, answer_folder, read_answer
from sim.exercises.answers import start as _start
from sim.exercises.catalogue import all_exercises, find_exercise
from sim.exercises.checking import judge
from sim.exercises.errors import ExerciseError, UnknownExercise
from sim.exercises.exercise import Exercise
from sim.exercises.prediction import as_guesses
from sim.exercises.verdict import Judgement, Verdict

__all__ = [
    "Exercise",
    "ExerciseError",
    "Judgement",
    "UnknownExercise",
    "Verdict",
    "all_exercises",
    "check",
    "find_exercise",
    "hint",
    "start",
]


def check(
    name: str,
    *,
    folder: str | Path | None = None,
    policy: str | Mapping[str, Any] | None = None,
    predict: Mapping[str, Any] | None = None,
) -> Verdict:
    """Judge an answer to an exercise, as ``python -m sim exercise check`` does.

    Args:
        name: The exercise's number or name.
        folder: Where the learner's files are; left out, ``my-exercises/`` and the exercise's name.
        policy: The policy itself, as YAML text or as a mapping; no file is read then.
        predict: With ``policy``: the predictions by name; left out, none are scored.

    Returns:
        A verdict; what keeps the answer from being judged stands in its ``problems``.

    Raises:
        UnknownExercise: There is no such exercise.
    """
    exercise = find_exercise(str(name))
    try:
        if policy is not None:
            text = policy if isinstance(policy, str) else json.dumps(policy, indent=1)
            guesses = None if predict is None else as_guesses(exercise, predict)
            return judge(exercise, text, name="policy", guesses=guesses)
        place = answer_folder(exercise, None if folder is None else Path(folder))
        answer: Answer = read_answer(exercise, place)
    except ExerciseError as error:
        problems = [str(problem) for problem in error.args]
        return Verdict(exercise.name, exercise.description.title, Judgement.CANNOT_TELL, problems=problems)
    return judge(
        exercise, answer.policy, name=answer.name, guesses=answer.guesses, replay=replay_command(exercise, place)
    )


def start(name: str, folder: str | Path | None = None) -> list[Path]:
    """Copy an exercise's files for a learner and return them.

    Raises:
        UnknownExercise: There is no such exercise.
        ExerciseError: The folder has such files already.
        OutputError: They cannot be written.
    """
    exercise = find_exercise(str(name))
    return _start(exercise, answer_folder(exercise, None if folder is None else Path(folder)))


def hint(name: str, level: int = 1) -> str:
    """Return a hint; level 3 is nearly the solution.

    Raises:
        UnknownExercise: There is no such exercise.
        ExerciseError: There is no such level.
    """
    if level not in (1, 2, 3):
        raise ExerciseError(f"there is no hint of level {level}; there are 1, 2 and 3")
    return find_exercise(str(name)).hint(level)


def replay_command(exercise: Exercise, folder: Path) -> str:
    """Return the command that runs a learner's policy once."""
    from shlex import quote

    where = "" if folder == answer_folder(exercise) else f" --folder {quote(str(folder))}"
    return f"python -m sim exercise run {exercise.number}{where}"

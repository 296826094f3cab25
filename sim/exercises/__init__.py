"""Exercises that check themselves: a broken system, a policy to edit, predictions to make, and checks to pass.

In a notebook::

    from sim import exercises

    exercises.start("03")        # copies the files to my-exercises/03-...
    exercises.check("03")        # judges them, on seeds that nobody has seen
    exercises.check("03", policy={"queues": {"email": {"attempts": 3}}}, predict=None)

A teacher::

    exercises.grade("handed-in")                   # a row for each student and exercise
    exercises.check("03", course="my-course")      # exercises of one's own
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.exercises.answers import Answer, answer_folder, read_answer
from sim.exercises.answers import start as _start
from sim.exercises.catalogue import COURSE, all_exercises, command_for, find_exercise
from sim.exercises.checking import judge
from sim.exercises.errors import ExerciseError, UnknownExercise
from sim.exercises.exercise import Exercise
from sim.exercises.grading import Grade, Rules, grade_class
from sim.exercises.judgement import Judgement
from sim.exercises.prediction import as_guesses
from sim.exercises.seeds import CHECK, unseen_seeds
from sim.exercises.verdict import Verdict

__all__ = [
    "Exercise",
    "ExerciseError",
    "Grade",
    "Judgement",
    "UnknownExercise",
    "Verdict",
    "all_exercises",
    "check",
    "find_exercise",
    "grade",
    "hint",
    "start",
]


def check(
    name: str,
    *,
    folder: str | Path | None = None,
    policy: str | Mapping[str, Any] | None = None,
    predict: Mapping[str, Any] | None = None,
    course: str | Path | None = None,
    salt: str = CHECK,
) -> Verdict:
    """Judge an answer to an exercise, as ``python -m sim exercise check`` does.

    Args:
        name: The exercise's number or name.
        folder: Where the learner's files are; default: ``my-exercises/`` and the exercise's name.
        policy: The policy itself, as YAML text or as a mapping; no file is read then.
        predict: With ``policy``: the predictions by name; without them none are scored.
        course: The folder with the exercises; default: those that come with the project.
        salt: Chooses the unseen seeds; another word gives others.

    Returns:
        A verdict; what keeps the answer from being judged stands in its ``problems``.

    Raises:
        UnknownExercise: There is no such exercise.
        ExerciseError: The exercise itself, or the course, cannot be used.
    """
    exercise = _find(name, course)
    seeds = unseen_seeds(exercise.name, exercise.description.seeds, salt)
    try:
        if policy is not None:
            text = policy if isinstance(policy, str) else json.dumps(policy, indent=1)
            guesses = None if predict is None else as_guesses(exercise, predict)
            return judge(exercise, text, name="policy", guesses=guesses, seeds=seeds)
        place = answer_folder(exercise, None if folder is None else Path(folder))
        answer: Answer = read_answer(exercise, place)
    except ExerciseError as error:
        problems = [str(problem) for problem in error.args]
        return Verdict(exercise.name, exercise.description.title, Judgement.CANNOT_TELL, problems=problems)
    return judge(
        exercise,
        answer.policy,
        name=answer.name,
        guesses=answer.guesses,
        seeds=seeds,
        replay=command_for(exercise, "run", place),
    )


def start(name: str, folder: str | Path | None = None, *, course: str | Path | None = None) -> list[Path]:
    """Copy an exercise's files for a learner and return their paths.

    Args:
        name: The exercise's number or name.
        folder: Where to; default: ``my-exercises/`` and the exercise's name.
        course: The folder with the exercises; default: those that come with the project.

    Raises:
        UnknownExercise: There is no such exercise.
        ExerciseError: The folder has such files already.
        OutputError: They cannot be written.
    """
    exercise = _find(name, course)
    return _start(exercise, answer_folder(exercise, None if folder is None else Path(folder)))


def hint(name: str, level: int = 1, *, course: str | Path | None = None) -> str:
    """Return a hint; level 3 is almost the solution.

    Args:
        name: The exercise's number or name.
        level: 1, 2 or 3.
        course: The folder with the exercises; default: those that come with the project.

    Raises:
        UnknownExercise: There is no such exercise.
        ExerciseError: There is no such level.
    """
    if level not in (1, 2, 3):
        raise ExerciseError(f"there is no hint of level {level}; there are 1, 2 and 3")
    return _find(name, course).hint(level)


def grade(
    folder: str | Path,
    *,
    course: str | Path | None = None,
    exercises: Sequence[str] | None = None,
    salt: str = CHECK,
    seeds: int | None = None,
    strict: bool = False,
    jobs: int | None = None,
) -> list[Grade]:
    """Grade what a class handed in: a row for each student and exercise, sorted by both.

    Args:
        folder: Has a folder for each student, and in it one for each exercise.
        course: The folder with the exercises; default: those that come with the project.
        exercises: Numbers or names; a missing answer gets a row too. Default: the exercises that were handed in.
        salt: Chooses the unseen seeds; another word gives others.
        seeds: How many; default: as many as each exercise says.
        strict: Whether an empty prediction keeps an answer from being judged; otherwise it counts as wrong.
        jobs: Processes; default: one per CPU.

    Raises:
        ExerciseError: The folder or the course cannot be used.
        UnknownExercise: ``exercises`` names one that is not there.
    """
    return grade_class(
        Path(folder), course=_course(course), only=exercises, rules=Rules(salt, seeds, strict), jobs=jobs
    )


def _find(name: str, course: str | Path | None) -> Exercise:
    return find_exercise(str(name), _course(course))


def _course(course: str | Path | None) -> Path:
    return COURSE if course is None else Path(course)

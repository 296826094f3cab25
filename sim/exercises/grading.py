"""Grading what a class handed in: a row for each student and exercise, whatever state it is in."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sim.core.errors import SimError
from sim.core.replay import told_with_replay
from sim.exercises.catalogue import COURSE, all_exercises, find_exercise
from sim.exercises.checking import judge, predictions_of
from sim.exercises.exercise import POLICY, PREDICT, Exercise, load_exercise
from sim.exercises.judgement import Judgement
from sim.exercises.prediction import Scored, read_what_is_answered
from sim.exercises.seeds import CHECK, unseen_seeds
from sim.exercises.submissions import File, Submission, find_submissions
from sim.exercises.verdict import Verdict

NOT_HANDED_IN = "not handed in"


@dataclass(frozen=True)
class Grade:
    """What happened to one student's answer to one exercise.

    Attributes:
        student: The name of the student's folder.
        exercise: The exercise's name.
        verdict: ``pass``, ``fail``, ``cannot tell`` or ``not handed in``.
        checks_passed: How many of the ``checks`` hold.
        checks: How many checks the exercise has.
        predictions_right: How many of the ``predictions`` came true.
        predictions: How many predictions the exercise asks for.
        first_failing: The first check that does not hold; empty where all do or nothing was run.
        observed: What that check measured, as people read it.
        message: What the student should know: what the failing check says, or why nothing could be told.
        folder: Where the answer is; None where there is none.
        details: All of the verdict; None where nothing was judged.
    """

    student: str
    exercise: str
    verdict: str
    checks_passed: int = 0
    checks: int = 0
    first_failing: str = ""
    observed: str = ""
    predictions_right: int = 0
    predictions: int = 0
    message: str = ""
    folder: Path | None = field(default=None, repr=False)
    details: Verdict | None = field(default=None, repr=False)

    def as_dict(self) -> dict[str, str | int]:
        """The grade as a row of a table."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = tuple(one.name for one in fields(Grade) if one.repr)


class Rules(NamedTuple):
    """How a class is graded.

    Attributes:
        salt: Chooses the unseen seeds.
        seeds: How many; None for as many as each exercise says.
        strict: Whether an empty prediction keeps the answer from being judged, as in a learner's own check.
    """

    salt: str = CHECK
    seeds: int | None = None
    strict: bool = False


class _Task(NamedTuple):
    """What is judged; equal ones are judged once."""

    exercise: Path
    policy: File
    predict: File
    rules: Rules


def grade_class(
    folder: Path,
    *,
    course: Path = COURSE,
    only: Sequence[str] | None = None,
    rules: Rules | None = None,
    jobs: int | None = None,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> list[Grade]:
    """Grade everything in a folder of submissions; the same folder gives the same rows.

    Args:
        folder: Has a folder for each student, and in it one for each exercise.
        only: Numbers or names of exercises; who lacks one of them gets a row too. Left out: what is there.
        jobs: Processes; default: one per CPU.
        watch: Is told how many are judged, and of how many.

    Raises:
        ExerciseError: The folder, or an exercise of the course, cannot be used.
        UnknownExercise: ``only`` names one that is not there.
    """
    exercises = all_exercises(course)
    wanted = None if only is None else _once([find_exercise(name, course) for name in only])
    submissions = find_submissions(folder, exercises, wanted)
    given = [_task(one, rules or Rules()) for one in submissions]
    tasks = list(dict.fromkeys(task for task in given if task is not None))
    verdicts: dict[_Task | None, tuple[Verdict, str]] = {}
    watch(0, len(tasks))
    for task, verdict, note in _judged(tasks, jobs):
        verdicts[task] = verdict, note
        watch(len(verdicts), len(tasks))
    return [_grade(one, verdicts.get(task)) for one, task in zip(submissions, given, strict=True)]


def _once(exercises: list[Exercise]) -> list[Exercise]:
    return list({one.name: one for one in exercises}.values())


def _task(submission: Submission, rules: Rules) -> _Task | None:
    if submission.exercise is None or submission.folder is None:
        return None
    return _Task(submission.exercise.folder, submission.policy, submission.predict, rules)


def _judged(tasks: list[_Task], jobs: int | None) -> Iterator[tuple[_Task, Verdict, str]]:
    if jobs == 1 or len(tasks) < 2:
        yield from map(judge_task, tasks)
        return
    from sim.sweeps.processes import processes

    with processes(min(jobs or len(os.sched_getaffinity(0)), len(tasks))) as own:
        yield from own.unordered(judge_task, iter(tasks))


def judge_task(task: _Task) -> tuple[_Task, Verdict, str]:
    """Judge one answer, and return it with what is to be said of its predictions; never raises.

    A broken policy does not keep the predictions from being scored, nor the other way round.
    """
    folder, policy, predict, rules = task
    name, title, broke = folder.name, "", False
    problems = [] if policy.text is not None else [policy.problem]
    try:
        exercise = _loaded(folder)
        name, title = exercise.name, exercise.description.title
        scored, unanswered = _predictions(exercise, predict)
        if rules.strict:
            problems += unanswered
            unanswered = []
        if problems or policy.text is None:
            verdict = Verdict(exercise.name, title, Judgement.CANNOT_TELL, policy.text or "", problems=problems)
        else:
            seeds = unseen_seeds(exercise.name, rules.seeds or exercise.description.seeds, rules.salt)
            verdict = judge(exercise, policy.text, name=POLICY, seeds=seeds)
        return task, replace(verdict, predictions=scored), _shortly(unanswered)
    except SimError as error:
        problems = str(error).splitlines()
    except Exception as error:  # whatever one student found, the others are to be graded
        problems, broke = [f"the simulator failed on this answer: {told_with_replay(error)}"], True
    return task, Verdict(name, title, Judgement.CANNOT_TELL, policy.text or "", problems=problems, broke=broke), ""


@lru_cache(maxsize=64)
def _loaded(folder: Path) -> Exercise:
    return load_exercise(folder)


def _predictions(exercise: Exercise, predict: File) -> tuple[list[Scored], list[str]]:
    if predict.text is None:
        return predictions_of(exercise, {}), [predict.problem]
    guesses, problems = read_what_is_answered(exercise, predict.text, PREDICT)
    return predictions_of(exercise, guesses), problems


def _shortly(problems: list[str]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}" if problems else ""


def _grade(submission: Submission, judged: tuple[Verdict, str] | None) -> Grade:
    description = None if submission.exercise is None else submission.exercise.description
    grade = Grade(
        submission.student,
        submission.named,
        Judgement.CANNOT_TELL.value if submission.problem else NOT_HANDED_IN,
        checks=0 if description is None else len(description.checks),
        predictions=0 if description is None else len(description.predictions),
        message=submission.problem or ("" if submission.named else "there is no exercise folder"),
        folder=submission.folder,
    )
    if judged is None:
        return grade
    verdict, note = judged
    failing = verdict.first_failing
    says = verdict.problems if failing is None else [failing.check.message]
    return replace(
        grade,
        verdict=verdict.judgement.value,
        checks_passed=sum(one.holds for one in verdict.checks),
        first_failing="" if failing is None else failing.check.name,
        observed="" if failing is None else failing.observed_text,
        predictions_right=sum(one.right for one in verdict.predictions),
        message="; ".join(" ".join(part.split()) for part in [*says, *([note] if note else [])]),
        details=verdict,
    )

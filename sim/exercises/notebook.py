"""An exercise as a notebook for nbgrader: with its solution and hidden tests, or without them for learners.

Source: nbgrader's cell metadata, schema version 3 (nbgrader/nbgraderformat/v3.json), and its marks in cells. Two of its
habits matter here: a graded cell that writes to stderr has no points, and one that ends with a value has that many.
"""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4

from sim.exercises.catalogue import COURSE
from sim.exercises.exercise import POLICY, SCENARIO, SOLUTION, STORY, Exercise, Prediction
from sim.exercises.observation import Observation, observe
from sim.exercises.policy import read_policy
from sim.exercises.prediction import answer_of
from sim.yaml_files.problems import listed

HIDDEN = "hidden"
"""What hidden tests are salted with, unless a teacher says otherwise."""
CHECK_POINTS = 1
HIDDEN_POINTS = 2
_SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
_TESTS = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
_STUB = "# YOUR ANSWER HERE"
_FORMAT: Any = nbformat.v4


def instructor_notebook(exercise: Exercise, *, course: Path = COURSE, salt: str = HIDDEN) -> Any:
    """Make a notebook with story, predictions, policy, a visible and a hidden check; the same one at every call.

    Args:
        course: Where the exercise is looked for when the notebook runs.
        salt: Chooses the seeds of the hidden check.

    Raises:
        ExerciseError: A file of the exercise cannot be used.
    """
    where = "" if course == COURSE else f", course={str(course)!r}"
    called = f'"{exercise.name}"'
    cells = [
        _text(exercise, "story", exercise.text(STORY).strip()),
        _text(exercise, "scenario", f"The scenario is locked:\n\n```yaml\n{exercise.text(SCENARIO).strip()}\n```"),
        _code(exercise, "predictions", _predictions(exercise), solution=True),
        _code(exercise, "policy", _policy(exercise), solution=True),
        _code(
            exercise,
            "check",
            "from sim import exercises\n\n"
            f"verdict = exercises.check({called}, policy=policy, predict=predict{where})\n"
            "print(verdict)\n"
            'assert verdict.passed, "not yet; what is printed above says why"',
            points=CHECK_POINTS,
        ),
        _code(
            exercise,
            "hidden-check",
            "# When this is graded, your policy runs on other seeds as well.\n"
            f"{_TESTS[0]}\n"
            "from sim import exercises\n\n"
            f"hidden = exercises.check({called}, policy=policy, salt={salt!r}{where})\n"
            "assert hidden.passed, str(hidden)\n"
            f"{_TESTS[1]}",
            points=HIDDEN_POINTS,
        ),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return _FORMAT.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def student_notebook(instructors: Any) -> Any:
    """Take solution and hidden tests out of a notebook, as nbgrader does."""
    made = deepcopy(instructors)
    for cell in made.cells:
        cell.source = _without(_without(cell.source, _SOLUTION, _STUB), _TESTS, "")
    return made


def as_text(notebook: Any) -> str:
    """Write a notebook as its file has it.

    Raises:
        nbformat.ValidationError: It is no valid notebook.
    """
    nbformat.validate(notebook)
    return str(_FORMAT.writes(notebook)).rstrip("\n") + "\n"


def _without(source: str, marks: tuple[str, str], stub: str) -> str:
    begin, end = map(re.escape, marks)
    return re.sub(rf"^{begin}\n.*?^{end}$", stub, source, flags=re.MULTILINE | re.DOTALL).rstrip("\n")


def _text(exercise: Exercise, part: str, source: str) -> Any:
    return _FORMAT.new_markdown_cell(source, id=part, metadata=_metadata(exercise, part, "markdown", locked=True))


def _code(exercise: Exercise, part: str, source: str, *, solution: bool = False, points: int | None = None) -> Any:
    about = _metadata(exercise, part, "code", locked=points is not None, solution=solution, points=points)
    return _FORMAT.new_code_cell(source, id=part, metadata=about)


def _metadata(
    exercise: Exercise, part: str, kind: str, *, locked: bool, solution: bool = False, points: int | None = None
) -> dict[str, Any]:
    about: dict[str, Any] = {
        "schema_version": 3,
        "grade": points is not None,
        "grade_id": f"{exercise.name}-{part}",
        "locked": locked,
        "solution": solution,
        "task": False,
        "cell_type": kind,
    }
    if points is not None:
        about["points"] = points
    return {"nbgrader": about}


def _predictions(exercise: Exercise) -> str:
    """Write the cell with the questions, and the answers that the untouched start gives."""
    questions: list[str] = []
    answers: list[str] = []
    start = read_policy(exercise, exercise.text(POLICY), str(exercise.folder / POLICY)).scenario
    seen: dict[str, Observation] = {}
    for one in exercise.description.predictions:
        if one.mode not in seen:
            seen[one.mode] = observe(start, one.mode, start.seed)
        questions.append(f"    # {' '.join(one.ask.split())} ({_expected(one)})\n    {json.dumps(one.name)}: None,")
        answers.append(f"    {json.dumps(one.name)}: {json.dumps(_answer(one, seen[one.mode]))},")
    return (
        "# What do you expect of the settings as they stand? Write it in place of None, before you run anything.\n"
        "# If a line `raise NotImplementedError()` stands below, delete it.\n"
        "predict = {\n" + "\n".join(questions) + "\n}\n"
        f"{_SOLUTION[0]}\npredict = {{\n" + "\n".join(answers) + f"\n}}\n{_SOLUTION[1]}"
    )


def _expected(prediction: Prediction) -> str:
    if prediction.choices:
        return listed([f'"{word}"' for word in prediction.choices])
    what = 'a time such as "12s"' if prediction.is_time else "a number"
    return f"{what}, {prediction.nearness}"


def _answer(prediction: Prediction, observation: Observation) -> str | float:
    value, word = answer_of(prediction, observation)
    if value is None or prediction.choices:
        return word
    if prediction.is_time:
        return f"{value:.0f}ms"
    return int(value) if float(value).is_integer() else value


def _policy(exercise: Exercise) -> str:
    return (
        f"# The part of the scenario that you may change, in YAML: {', '.join(exercise.description.editable)}.\n"
        "# Change it between the quotes. If a line `raise NotImplementedError()` stands below, delete it.\n"
        f"policy = {_quoted(exercise.text(POLICY))}\n"
        f"{_SOLUTION[0]}\npolicy = {_quoted(exercise.text(SOLUTION))}\n{_SOLUTION[1]}"
    )


def _quoted(text: str) -> str:
    """Write YAML as a text of Python whose lines can be read and have the numbers that problems name."""
    return repr(text) if '"""' in text or "\\" in text else f'"""\\\n{text.strip()}\n"""'

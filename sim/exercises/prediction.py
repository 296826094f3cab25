"""What a learner expects before anything runs, and how near it came."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.exercises.bounds import parse_bound, parse_value, value_text
from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import Exercise, Prediction
from sim.exercises.measures import measured
from sim.exercises.observation import Observation
from sim.yaml_files.fields import ModeName
from sim.yaml_files.problems import Problem, did_you_mean, lines, listed
from sim.yaml_files.source import Source, read_yaml

Guess = float | str
"""A number (ms where a time is asked for), or one of the words to choose from."""


class Scored(NamedTuple):
    """One prediction beside what happened.

    Attributes:
        thought: What was predicted, as people write it.
        happened: What the untouched start gave.
    """

    name: str
    ask: str
    thought: str
    happened: str
    right: bool
    why: str


def read_predictions(exercise: Exercise, text: str, name: str) -> dict[str, Guess]:
    """Read a file of predictions.

    Args:
        name: What problems call it, such as the file's path.

    Raises:
        ExerciseError: One is missing, still empty or no answer; a line for each, with its place.
    """
    guesses, problems = read_what_is_answered(exercise, text, name)
    if problems:
        raise ExerciseError(*problems)
    return guesses


def read_what_is_answered(exercise: Exercise, text: str, name: str) -> tuple[dict[str, Guess], list[str]]:
    """Read as many predictions of a file as can be used, and return them with a line for each of the others.

    Args:
        name: What problems call it, such as the file's path.
    """
    source = read_yaml(text)
    problems = list(source.problems)
    guesses: dict[str, Guess] = {}
    if not problems:
        guesses, problems = _guesses(exercise, source)
    return guesses, list(lines(name, source.marks, problems))


def as_guesses(exercise: Exercise, answers: Mapping[str, Any], name: str = "predict") -> dict[str, Guess]:
    """Read what a notebook predicts: answers by name.

    Raises:
        ExerciseError: See ``read_predictions``.
    """
    source = Source()
    source.data = dict(answers)
    guesses, problems = _guesses(exercise, source)
    if problems:
        raise ExerciseError(*(f"{name}: {problem.path[0]}: {problem.text}" for problem in problems))
    return guesses


def score(exercise: Exercise, guesses: Mapping[str, Guess], seen: Mapping[ModeName, Observation]) -> list[Scored]:
    """Put each prediction beside what the untouched start gave; one that was not made is not right.

    Args:
        seen: The untouched start at the scenario's own seed, by mode.
    """
    return [_scored(one, guesses.get(one.name), seen[one.mode]) for one in exercise.description.predictions]


def answer_of(prediction: Prediction, observation: Observation) -> tuple[float | None, str]:
    """Return what a run gave for a prediction: the value, and how people say it.

    Raises:
        ExerciseError: The words to choose from leave the value out, or two of them take it.
    """
    value = measured(observation, prediction.measure, prediction.queue)
    if value is None:
        return None, "none"
    if not prediction.choices:
        return value, value_text(value, prediction.is_time)
    right = [word for word, bound in prediction.choices.items() if parse_bound(bound, prediction.is_time).holds(value)]
    if len(right) != 1:
        raise ExerciseError(
            f"prediction {prediction.name}: {value_text(value, prediction.is_time)} is "
            f"{listed(right, 'and') or 'none of the choices'}; exactly one choice must take it"
        )
    return value, right[0]


def _scored(prediction: Prediction, guess: Guess | None, observation: Observation) -> Scored:
    value, answer = answer_of(prediction, observation)
    if guess is None:
        thought, right = "nothing", False
    elif prediction.choices:
        thought, right = str(guess), guess == answer
    else:
        thought = value_text(float(guess), prediction.is_time)
        right = value is not None and abs(float(guess) - value) <= prediction.tolerance
    return Scored(prediction.name, prediction.ask, thought, answer, right, prediction.why)


def _guesses(exercise: Exercise, source: Source) -> tuple[dict[str, Guess], list[Problem]]:
    asked = {one.name: one for one in exercise.description.predictions}
    if source.data is not None and not isinstance(source.data, dict):
        return {}, [
            Problem((), f"expected a line for each prediction: {listed([f'`{name}:`' for name in asked], 'and')}")
        ]
    said: dict[str, Any] = source.data or {}
    problems = [
        Problem((name,), f"there is no such prediction{did_you_mean(name, list(asked))}", at_key=True)
        for name in said
        if name not in asked
    ]
    guesses: dict[str, Guess] = {}
    for name, prediction in asked.items():
        try:
            guesses[name] = _guess(prediction, said.get(name))
        except ValueError as error:
            problems.append(Problem((name,), str(error)))
    return guesses, problems


def _guess(prediction: Prediction, said: Any) -> Guess:
    if prediction.choices:
        words = listed(list(prediction.choices))
        expected = f"expected {words}"
    else:
        expected = "expected a duration such as 12s" if prediction.is_time else "expected a number"
    if said is None:
        raise ValueError(f"is still empty; say what you expect before you run anything ({expected})")
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        raise ValueError(expected)
    if prediction.choices:
        if str(said).strip() not in prediction.choices:
            raise ValueError(expected)
        return str(said).strip()
    try:
        return parse_value(str(said).strip(), prediction.is_time)
    except ValueError:
        raise ValueError(expected) from None

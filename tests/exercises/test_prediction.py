"""A learner says what they expect before anything runs, and is told how near it came."""

import pytest

from sim.exercises.checking import predictions_of
from sim.exercises.errors import ExerciseError
from sim.exercises.exercise import Exercise
from sim.exercises.observation import observe
from sim.exercises.policy import read_policy
from sim.exercises.prediction import as_guesses, read_predictions
from tests.exercises.tiny import POLICY


def test_an_empty_prediction_is_asked_for_with_its_place(exercise: Exercise) -> None:
    """A learner predicts before they run."""
    with pytest.raises(ExerciseError) as caught:
        read_predictions(exercise, "failed:\nfate: none\n", "predict.yaml")
    (line,) = caught.value.args
    assert line.startswith("predict.yaml:1:8: failed: is still empty; say what you expect before you run")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("failed: many\nfate: none\n", "p:1:9: failed: expected a number"),
        ("failed: 3\nfate: perhaps\n", "p:2:7: fate: expected none or some"),
        ("failed: 3\nfate: none\nfaild: 3\n", "p:3:1: faild: there is no such prediction; did you mean `failed`?"),
        ("failed: 3\n", "p:1:1: fate: is still empty"),
        ("[1]", "p:1:1: expected a line for each prediction"),
    ],
)
def test_an_answer_that_is_none_is_told_with_its_place(exercise: Exercise, text: str, problem: str) -> None:
    """And with what would be one."""
    with pytest.raises(ExerciseError) as caught:
        read_predictions(exercise, text, "p")
    assert str(caught.value).startswith(problem)


def test_a_guess_is_right_as_far_as_the_question_allows(exercise: Exercise) -> None:
    """The untouched start, run at the scenario's own seed, has the answer: so many fail, give or take two."""
    start = read_policy(exercise, POLICY, "p").scenario
    failed = observe(start, "queue", start.seed).result.totals.failed_retained
    assert failed > 3

    def is_right(guess: int) -> bool:
        return predictions_of(exercise, as_guesses(exercise, {"failed": guess, "fate": "none"}))[0].right

    assert [is_right(failed + away) for away in (-3, -2, 0, 2, 3)] == [False, True, True, True, False]


def test_a_word_is_right_where_its_bound_takes_what_was_measured(exercise: Exercise) -> None:
    """Nothing is lost, so `none` is right."""
    for word, right in (("none", True), ("some", False)):
        scored = predictions_of(exercise, as_guesses(exercise, {"failed": 0, "fate": word}))[1]
        assert (scored.thought, scored.happened, scored.right) == (word, "none", right)

"""Every exercise that comes with the project does what it says."""

import shutil
from pathlib import Path

import pytest

from sim.exercises.catalogue import COURSE, all_exercises, exercise_names, find_exercise
from sim.exercises.errors import UnknownExercise
from sim.exercises.exercise import POLICY, load_exercise
from sim.exercises.policy import read_policy
from sim.exercises.settings import SETTINGS, setting
from sim.exercises.verifying import SEEDS, verify
from tests.sizes import sized

NAMES = exercise_names()
MORE = "distractors/more-of-everything.yaml"
RAISED = {"attempts_limit": "attempts", "stalls_limit": "max_stalled", "worker_slots": "processes"}
"""What people raise, by the measure that sees it."""


def test_there_are_at_least_nineteen_exercises_numbered_without_gaps() -> None:
    """In order of difficulty."""
    assert len(NAMES) >= 19
    assert [int(name[:2]) for name in NAMES] == list(range(1, len(NAMES) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_holds_what_it_claims(name: str) -> None:
    """The start fails for its reason, each wrong idea for its own, and the solution passes on unseen seeds."""
    claims = verify(load_exercise(COURSE / name), seeds=sized(SEEDS), seeds_of_failures=sized(5))
    assert [claim for claim in claims if not claim.holds] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_has_more_of_everything_among_its_wrong_ideas(name: str) -> None:
    """It raises what can be raised, attempts, stalls and places to work, as far as the exercise allows or beyond.

    That it fails is among what the exercise claims, and so is that the solution fails with more of everything.
    """
    exercise = load_exercise(COURSE / name)
    assert "distractors/more-of-everything.yaml" in [wrong.policy for wrong in exercise.description.distractors]
    start, more = (read_policy(exercise, exercise.text(file), file).scenario for file in (POLICY, MORE))
    limits = {check.measure: check.limit.low for check in exercise.description.checks if check.measure in SETTINGS}
    keys = {path.rpartition(".")[2] for path in exercise.description.editable}
    for measure, setting_key in RAISED.items():
        if setting_key in keys:
            raised = setting(more, measure, None)
            assert raised >= limits.get(measure, setting(start, measure, None)), (measure, raised)
    if "operator" in keys:
        assert setting(more, "manual_retries", None) > limits["manual_retries"]
    assert all(measure in limits for measure in ("attempts_limit", "worker_slots") if RAISED[measure] in keys)


def test_what_an_exercise_needs_comes_before_it() -> None:
    """By number."""
    for exercise in all_exercises():
        assert all(number in {name[:2] for name in NAMES} for number in exercise.description.prerequisites)
        assert all(number < exercise.number for number in exercise.description.prerequisites)


def test_an_exercise_is_found_by_number_name_or_a_part_of_it() -> None:
    """And by nothing that could mean two."""
    assert {find_exercise(word).name for word in ("1", "01", NAMES[0], NAMES[0][3:])} == {NAMES[0]}
    for word in ("0", "99", "", "-", "../01"):
        with pytest.raises(UnknownExercise, match="there are"):
            find_exercise(word)


def test_a_whole_name_is_that_exercise_even_where_it_is_a_part_of_another(tmp_path: Path) -> None:
    """A part that two have means neither."""
    for name in ("01-retry", "02-retry-01-retry-again"):
        shutil.copytree(COURSE / NAMES[0], tmp_path / name)
    assert find_exercise("01-retry", tmp_path).name == "01-retry"
    with pytest.raises(UnknownExercise):
        find_exercise("retry", tmp_path)

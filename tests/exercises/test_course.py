"""Every exercise that comes with the project does what it says."""

import shutil
from pathlib import Path

import pytest

from sim.exercises.catalogue import COURSE, all_exercises, exercise_names, find_exercise
from sim.exercises.errors import UnknownExercise
from sim.exercises.exercise import load_exercise
from sim.exercises.verifying import verify

NAMES = exercise_names()


def test_there_are_at_least_fourteen_exercises_numbered_without_gaps() -> None:
    """In order of difficulty."""
    assert len(NAMES) >= 14
    assert [int(name[:2]) for name in NAMES] == list(range(1, len(NAMES) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_holds_what_it_claims(name: str) -> None:
    """The start fails for its reason, each wrong idea for its own, the solution passes on 20 unseen seeds."""
    broken = [claim for claim in verify(load_exercise(COURSE / name), seeds_of_failures=5) if not claim.holds]
    assert not broken


def test_what_an_exercise_needs_comes_before_it() -> None:
    """By number."""
    for exercise in all_exercises():
        assert all(number in {name[:2] for name in NAMES} for number in exercise.description.needs)
        assert all(number < exercise.number for number in exercise.description.needs)


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

"""A small exercise in a course of its own."""

from pathlib import Path

import pytest

from sim.exercises import observation
from sim.exercises.exercise import Exercise, load_exercise
from tests.exercises.tiny import write_exercise


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    """An exercise whose start fails, with two wrong ideas and a solution."""
    return load_exercise(write_exercise(tmp_path / "course"))


@pytest.fixture
def fewer_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up after 5,000 steps of 60,000: a job's record grows with each attempt, so the last steps take longest."""
    monkeypatch.setattr(observation, "MAX_STEPS", 5_000)

"""How a run ended, as the JSON contract writes it."""

from typing import Any

import pytest

from sim.results.facts import Place
from sim.results.run_end import EndedBy, RunEnd


def test_an_end_is_written_with_everything_that_is_known_of_it() -> None:
    """Each number under its own name; places and a duration in words."""
    end = RunEnd(
        "horizon", 5_000, {Place.WAITING: 2, Place.DELAYED: 3}, (6_000, 9_000), 1, 60_000, {"email": "paused"}, 90_000
    )
    assert end.as_dict() == {
        "by": "horizon",
        "at_ms": 5_000,
        "early": True,
        "pending": {"waiting": 2, "delayed": 3},
        "first_due_ms": 6_000,
        "last_due_ms": 9_000,
        "held_up": {"email": "paused"},
        "duration": "1m30s",
    }


def test_an_end_of_which_nothing_is_left_says_null_and_nothing_else() -> None:
    """No job, no due time, no duration."""
    assert RunEnd("settled", 7).as_dict() == {
        "by": "settled", "at_ms": 7, "early": False, "pending": {}, "first_due_ms": None, "last_due_ms": None,
        "held_up": {}, "duration": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "pending", "early"),
    [
        ("settled", {Place.WAITING: 1}, False),
        ("duration", {}, False),
        ("duration", {Place.WAITING: 0}, False),
        ("duration", {Place.WAITING: 0, Place.ACTIVE: 1}, True),
        ("horizon", {Place.DELAYED: 1}, True),
        ("hand", {Place.SUBMITTING: 1}, True),
    ],
)
def test_a_run_ended_early_where_jobs_were_left_and_it_was_not_settled(
    by: EndedBy, pending: dict[Place, int], early: bool
) -> None:
    """Both are needed."""
    end: Any = RunEnd(by, 1, pending)
    assert end.is_early is early

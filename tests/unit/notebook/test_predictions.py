"""A guess before the run, held against what happened."""

import pytest

from sim.core.errors import SimError
from sim.notebook import predict


@pytest.mark.parametrize(
    ("guess", "fact", "verdict"),
    [
        (5, 5, "right"),
        (3, 5, "off by 2"),
        (7, 5, "off by 2"),
        (1.5, 2, "off by 0.5"),
        ("5", 5, "right"),
        (None, 5, "no guess"),
        (..., 5, "no guess"),
        ("Queue", "queue ", "right"),
        ("queue", "in-process", "wrong"),
        (True, False, "wrong"),
        ([2, 4, 8], [2, 6], "wrong"),
        ([2, 6], [2, 6], "right"),
        ("many", 5, "wrong"),
    ],
)
def test_a_guess_is_right_or_off_or_not_made(guess: object, fact: object, verdict: str) -> None:
    """Numbers say by how much they are off; anything else is so or not."""
    assert repr(predict(lost=guess).compare(lost=fact)).splitlines()[2].endswith(verdict)


def test_the_comparison_is_a_table_of_what_was_thought_and_what_happened() -> None:
    """With the reason below it."""
    shown = predict(lost_in_queue=3).compare(lost_in_queue=0, why="Redis kept <them>.")
    html = shown._repr_html_()
    for words in ("you thought", "what happened", ">lost in queue<", ">off by 3<", "Redis kept &lt;them&gt;."):
        assert words in html


def test_some_of_the_guesses_can_be_compared_before_the_others() -> None:
    """A notebook may run twice."""
    text = repr(predict(first=1, second=None).compare(second=2))
    assert "first" not in text
    assert "second" in text


def test_a_prediction_says_which_guesses_are_missing() -> None:
    """And what to do about it."""
    assert "no guess yet" in repr(predict(lost=None))
    assert "in place of None" in predict(lost=None)._repr_html_()
    assert "in place of None" not in repr(predict(lost=0))


def test_unknown_names_and_nothing_at_all_are_refused_with_the_right_names() -> None:
    """So that a typing error does not pass for a missing guess."""
    guess = predict(lost_in_process=1, lost_in_queue=0)
    with pytest.raises(SimError, match="nothing called lost was predicted; there are: lost_in_process, lost_in_queue"):
        guess.compare(lost=3)
    with pytest.raises(SimError, match="compare\\(\\) needs what happened; there are: lost_in_process"):
        guess.compare()
    with pytest.raises(SimError, match="at least one name"):
        predict()

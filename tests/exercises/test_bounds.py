"""A bound says what a measured value has to satisfy."""

import pytest

from sim.exercises.bounds import parse_bound, value_text


@pytest.mark.parametrize(
    ("text", "holds", "fails"),
    [
        ("0", 0, 1),
        ("<= 3", 3, 3.1),
        ("< 3", 2.9, 3),
        (">= 3", 3, 2.9),
        ("> 0", 0.1, 0),
        ("2..5", 2, 1.9),
        ("2..5", 5, 5.1),
    ],
)
def test_a_bound_holds_on_its_one_side_and_fails_on_the_other(text: str, holds: float, fails: float) -> None:
    """Its ends included, but for < and >."""
    bound = parse_bound(text, is_time=False)
    assert bound.holds(holds)
    assert not bound.holds(fails)
    assert bound.excess(holds) == 0
    assert bound.excess(fails) > 0


def test_a_bound_on_a_time_is_written_in_durations() -> None:
    """In ms once read."""
    bound = parse_bound("<= 1m30s", is_time=True)
    assert (bound.low, bound.text) == (90_000, "<= 1m30s")
    assert parse_bound("10s..20s", is_time=True).text == "10s to 20s"


@pytest.mark.parametrize(
    ("text", "is_time"), [("", False), ("<= 45s", False), ("<= 45", True), ("5..2", False), ("< 1..2", False)]
)
def test_what_is_no_bound_is_refused_with_one_that_would_be(text: str, is_time: bool) -> None:
    """A number without a unit is no time, and a time is no number."""
    with pytest.raises(ValueError, match=r"expected a bound such as|the lower end"):
        parse_bound(text, is_time)


@pytest.mark.parametrize(
    ("value", "is_time", "text"),
    [(3, False, "3"), (2.55, False, "2.5"), (1234, False, "1,234"), (52_531, True, "52.5s"), (90, True, "90ms")],
)
def test_values_are_written_as_people_read_them(value: float, is_time: bool, text: str) -> None:
    """Times to a tenth of a second."""
    assert value_text(value, is_time) == text

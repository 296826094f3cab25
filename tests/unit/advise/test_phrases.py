"""How findings write counts and rates."""

import pytest

from sim.advise.phrases import rate, whole


@pytest.mark.parametrize(
    ("per_second", "words", "short"),
    [
        (2, "2 a second", "2/s"),
        (10 / 3, "about 3.3 a second", "about 3.3/s"),
        (0.1, "0.1 a second", "0.1/s"),
        (1 / 20, "3 a minute", "3/min"),
        (1 / 300, "12 an hour", "12/h"),
        (1 / 43_200, "2 a day", "2/d"),
        (1 / 864_000, "0.1 a day", "0.1/d"),
    ],
)
def test_a_rate_is_told_in_a_unit_in_which_there_are_some(per_second: float, words: str, short: str) -> None:
    """Never as 0.0 a second, which says that nothing comes."""
    assert (rate(per_second), rate(per_second, short=True)) == (words, short)


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (0.004, "0.004"), (0.12, "0.12"), (0.123, "about 0.12")])
def test_a_small_count_is_not_told_as_none(count: float, text: str) -> None:
    """Such as orders a second, of which one comes in four minutes."""
    assert whole(count) == text

"""When the intervals of a sweep are narrow."""

import pytest

from sim.core.errors import SimError
from sim.results.sweep_answers import Summary, answer_of, summary_of_measure
from sim.results.sweep_rows import COUNTS, TIMES, RunRow
from sim.results.sweep_stop import checkpoints, distance_of, parse_within, widest_of
from sim.results.sweep_values import PointValues


def counted(**measures: list[int | None]) -> PointValues:
    """Runs of ten offered jobs each in queue mode; what is not given is 0."""
    found = PointValues()
    for n in range(len(next(iter(measures.values())))):
        numbers: dict[str, int | None] = {**dict.fromkeys(COUNTS, 0), **dict.fromkeys(TIMES), "offered": 10}
        numbers |= {name: values[n] for name, values in measures.items()}
        found.add(RunRow(0, n + 1, "queue", n, 60_000, tuple(numbers.values())))
    return found


def summary(measure: str, values: list[int | None]) -> Summary:
    """What is said of these values."""
    found = summary_of_measure(counted(**{measure: values}).modes["queue"], measure)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("runs", "checks"), [(1, [1]), (50, [50]), (51, [50, 51]), (400, [50, 100, 200, 400]), (300, [50, 100, 200, 300])]
)
def test_a_sweep_looks_after_fifty_runs_and_after_twice_as_many_up_to_its_limit(runs: int, checks: list[int]) -> None:
    """Whatever has been computed at that time."""
    assert list(checkpoints(runs)) == checks


@pytest.mark.parametrize(("text", "within"), [("1%", 0.01), (" 0.5 % ", 0.005), ("12.25%", 0.1225)])
def test_a_width_is_a_percentage(text: str, within: float) -> None:
    """With or without a blank."""
    assert parse_within(text) == pytest.approx(within)


@pytest.mark.parametrize("text", ["", "1", "0%", "100%", "-1%", "nan%", "one%", "1%\x1b[31m"])
def test_what_is_no_width_is_an_error_that_says_what_would_be(text: str) -> None:
    """On one line."""
    with pytest.raises(SimError, match=r"--until-interval .*: expected a percentage .* such as 1%") as caught:
        parse_within(text)
    assert str(caught.value).isprintable()


def test_bounds_of_jobs_are_compared_as_shares_of_the_jobs() -> None:
    """Four runs of ten jobs that deliver 4, 5, 5 and 6: 5 plus or minus 3.182 times 0.816 over 2."""
    assert distance_of(summary("delivered", [4, 5, 5, 6])) == pytest.approx(3.18245 * 0.81650 / 2 / 10, rel=1e-4)


def test_bounds_of_times_and_of_effects_are_compared_with_their_mean() -> None:
    """The same values of a time: a share of 5 ms."""
    distance = 3.18245 * 0.81650 / 2 / 5
    assert distance_of(summary("delivery_mean_ms", [4, 5, 5, 6])) == pytest.approx(distance, rel=1e-4)
    assert distance_of(summary("extra_effects", [4, 5, 5, 6])) == pytest.approx(distance, rel=1e-4)


@pytest.mark.parametrize("value", [0, 3])
def test_runs_that_are_all_alike_are_narrow_when_few_can_yet_differ(value: int) -> None:
    """None of 50 differed: up to 7.11 % may, by Clopper and Pearson, although the interval of the mean has no width."""
    assert distance_of(summary("lost", [value] * 50)) == pytest.approx(1 - 0.025 ** (1 / 50))


def test_one_run_is_never_narrow() -> None:
    """It has no interval."""
    assert distance_of(summary("lost", [0])) == float("inf")


def test_the_widest_bound_is_looked_for_at_every_point_in_every_measure() -> None:
    """And a measure that no run has is passed over."""
    narrow = answer_of(0, (("x", "1"),), "documented", counted(delivered=[5, 5, 5, 6] * 5))
    wide = answer_of(1, (("x", "2"),), "documented", counted(lost=[0, 9] * 10))
    widest = widest_of([narrow, wide], ("lost", "delivery_mean_ms"))
    assert widest is not None
    assert (widest.settings, widest.mode, widest.measure) == ((("x", "2"),), "queue", "lost")
    assert widest_of([narrow, wide], ("delivery_mean_ms",)) is None

"""One measure over many runs."""

import pytest

from sim.results.sweep_answers import Summary, summary_of_measure
from sim.results.sweep_rows import COUNTS, TIMES, RunRow
from sim.results.sweep_values import PointValues


def rows(**measures: list[int | None]) -> list[RunRow]:
    """Runs of ten offered jobs each, in one mode; what is not given is 0, and times are missing."""
    runs = len(next(iter(measures.values())))
    made: list[RunRow] = []
    for n in range(runs):
        numbers: dict[str, int | None] = {**dict.fromkeys(COUNTS, 0), **dict.fromkeys(TIMES), "offered": 10}
        numbers |= {name: values[n] for name, values in measures.items()}
        made.append(RunRow(0, n + 1, "queue", n, 60_000, tuple(numbers.values())))
    return made


def summary(measure: str, values: list[int | None]) -> Summary:
    """What is said of these values."""
    found = summary_of_measure(PointValues(rows(**{measure: values})).modes["queue"], measure)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("values", "median"),
    [([7], 7), ([1, 9], 1), ([9, 1, 5], 5), ([4, 3, 2, 1], 2), ([1, 2, 3, 4, 5], 3), ([6, 5, 4, 3, 2, 1], 3)],
)
def test_the_median_is_a_value_that_occurred(values: list[int | None], median: int) -> None:
    """Of an even number of runs the lower of the two in the middle."""
    assert summary("delivered", values).median == median


def test_least_most_and_mean_are_those_of_the_runs() -> None:
    """In whatever order they came."""
    found = summary("delivered", [4, 9, 2])
    assert (found.least, found.most, found.mean, found.runs, found.offered) == (2, 9, 5.0, 3, 10.0)
    assert not found.is_alike
    assert summary("delivered", [4, 4]).is_alike


def test_runs_with_any_are_those_above_zero() -> None:
    """One lost job is any."""
    found = summary("lost", [0, 1, 0, 3])
    assert found.runs_with_any == 2
    low, high = found.share_with_any
    assert low < 0.5 < high


def test_an_interval_stays_between_no_job_and_every_job() -> None:
    """A count of jobs cannot be below zero or above what was offered; extra effects can."""
    jobs, effects = summary("delivered", [10, 10, 10, 1]), summary("extra_effects", [0, 40])
    assert jobs.interval is not None
    assert effects.interval is not None
    assert jobs.interval.high == 10.0
    assert effects.interval.low == 0.0
    assert effects.interval.high > 40
    assert summary("lost", [3]).interval is None


def test_a_time_is_summed_up_over_the_runs_that_have_one() -> None:
    """Where nothing was delivered there is none."""
    found = summary("delivery_mean_ms", [None, 200, 400])
    assert (found.runs, found.mean) == (2, 300.0)
    counted = PointValues(rows(delivery_mean_ms=[None, None])).modes["queue"]
    assert summary_of_measure(counted, "delivery_mean_ms") is None


def test_failed_is_the_sum_of_the_four_ways_to_fail() -> None:
    """However they are reported or kept."""
    made = rows(failed_reported=[1], failed_retained=[2], failed_evicted=[3], dead_lettered=[4], lost=[5])
    found = summary_of_measure(PointValues(made).modes["queue"], "failed")
    assert found is not None
    assert found.mean == 10

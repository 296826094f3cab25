"""An alert is pending, then fires, then is over, at the moments at which Prometheus would say so."""

from typing import Any

import numpy as np
import pytest

from sim.results.alerts import Episode, evaluate
from sim.scenario.monitoring import Alert


def episodes(values: list[float], when: str = "> 0", every_ms: int = 1_000, **more: Any) -> list[tuple[Any, ...]]:
    """When an alert on the values was pending, firing and over."""
    alert = Alert.model_validate({"name": "A", "metric": "waiting", "when": when, **more})
    t_ms = np.arange(len(values)) * every_ms
    found = evaluate(alert, "email", t_ms, np.array(values, dtype=float))
    assert all(isinstance(one, Episode) and one[:2] == ("A", "email") for one in found)
    return [one[2:] for one in found]


def test_without_for_it_fires_at_the_first_moment_of_its_condition() -> None:
    """And is over at the first moment without it."""
    assert episodes([0, 1, 1, 0]) == [(1_000, 1_000, 3_000)]


@pytest.mark.parametrize(
    ("ones", "fired_ms"), [(3, None), (4, 4_000)], ids=["2 s are too short for 3 s", "3 s are long enough"]
)
def test_with_for_it_fires_once_the_condition_has_held_so_long(ones: int, fired_ms: int | None) -> None:
    """Counted from the moment at which it became pending."""
    values = [0.0, *([1.0] * ones), 0.0]
    assert episodes(values, **{"for": "3s"}) == [(1_000, fired_ms, 1_000 * (ones + 1))]


def test_a_for_between_two_samples_ends_at_the_later_one() -> None:
    """Nothing is judged between them."""
    assert episodes([1, 1, 1], **{"for": "1500ms"}) == [(0, 2_000, None)]


def test_one_moment_without_the_condition_starts_the_wait_anew() -> None:
    """As for Prometheus, which forgets that the alert was pending."""
    assert episodes([1, 1, 0, 1, 1, 1], **{"for": "2s"}) == [(0, None, 2_000), (3_000, 5_000, None)]


@pytest.mark.parametrize("when", ["> 0", ">= 0", "< 5", "<= 5", "== 1", "!= 7"])
def test_a_missing_value_satisfies_no_condition(when: str) -> None:
    """So an alert on something that cannot be read stops firing."""
    assert episodes([1, float("nan"), 1], when=when) == [(0, 0, 1_000), (2_000, 2_000, None)]


@pytest.mark.parametrize(
    ("when", "held"),
    [("> 2", [3]), (">= 2", [2, 3]), ("< 2", [1]), ("<= 2", [1, 2]), ("== 2", [2]), ("!= 2", [1, 3]), ("> 2.5", [3])],
)
def test_each_comparison_holds_on_its_side_of_the_limit(when: str, held: list[int]) -> None:
    """With the limit itself on one side."""
    assert [value for value in (1, 2, 3) if episodes([value], when=when)] == held


def test_a_duration_is_compared_in_seconds() -> None:
    """As Prometheus has times."""
    alert = {"metric": "oldest_waiting_age", "when": "> 1m30s"}
    assert episodes([90, 90.001], **alert) == [(1_000, 1_000, None)]

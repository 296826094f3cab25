"""Means, longest times and shares of the distributions, and what handlers do in an attempt."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from sim.advise.service_times import Service, database_calls, longest_ms, mean_ms, share_above, share_after_effect
from sim.handlers.registry import HANDLERS

DRAWS = {
    "exponential": ({"kind": "exponential", "mean": "2s"}, lambda g: g.exponential(2_000, 200_000)),
    "uniform": ({"kind": "uniform", "min": "1s", "max": "3s"}, lambda g: g.uniform(1_000, 3_000, 200_000)),
    "lognormal": (
        {"kind": "lognormal", "median": "2s", "sigma": 0.7},
        lambda g: g.lognormal(np.log(2_000), 0.7, 200_000),
    ),
}


def service(raw: Any) -> Service:
    """Read a distribution as a scenario file has it."""
    read: Service = TypeAdapter(Service).validate_python(raw)
    return read


@pytest.mark.parametrize("kind", DRAWS)
def test_mean_and_share_are_those_of_what_is_drawn(kind: str) -> None:
    """Of 200,000 draws, to within five of their standard deviations."""
    raw, draw = DRAWS[kind]
    drawn = draw(np.random.Generator(np.random.PCG64(1)))
    assert mean_ms(service(raw)) == pytest.approx(drawn.mean(), abs=5 * drawn.std() / len(drawn) ** 0.5)
    for limit_ms in (500, 1_500, 2_500, 6_000):
        share = share_above(service(raw), limit_ms)
        spread = 5 * (max(share * (1 - share), 1 / len(drawn)) / len(drawn)) ** 0.5
        assert (drawn > limit_ms).mean() == pytest.approx(share, abs=spread)


@pytest.mark.parametrize(("raw", "longest"), [(5_000, 5_000), ({"kind": "uniform", "min": "1s", "max": "3s"}, 3_000)])
def test_the_longest_is_the_bound_where_there_is_one(raw: Any, longest: int) -> None:
    """However many jobs there are."""
    assert longest_ms(service(raw) if isinstance(raw, dict) else raw, 1_000) == longest


def test_of_an_exponential_time_the_longest_of_n_is_where_one_is_left() -> None:
    """Mean times the logarithm of n."""
    assert longest_ms(service(DRAWS["exponential"][0]), 100) == round(2_000 * np.log(100))


@pytest.mark.parametrize(("handler", "calls", "after"), [("order", 2, 0.2), ("payment", 2, 0.4), ("email", 2, 0.2)])
def test_what_a_handler_does_in_an_attempt(handler: str, calls: int, after: float) -> None:
    """Calls to the database, and the part of the work that comes after the effect."""
    assert (database_calls(HANDLERS[handler]), share_after_effect(HANDLERS[handler])) == (calls, after)

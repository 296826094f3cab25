"""Times at a share of their distribution, against what the same distribution is drawn as by numpy."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from sim.engine.service_times import MAX_SERVICE_MS, time_at
from sim.yaml_files.distributions import TimeDistribution

_READ: TypeAdapter[Any] = TypeAdapter(TimeDistribution)
DRAWN = {
    "exponential": ({"kind": "exponential", "mean": "10s"}, lambda rng: rng.exponential(10_000, 100_000)),
    "uniform": ({"kind": "uniform", "min": "2s", "max": "6s"}, lambda rng: rng.uniform(2_000, 6_000, 100_000)),
    "lognormal": (
        {"kind": "lognormal", "median": "3s", "sigma": 0.7},
        lambda rng: rng.lognormal(np.log(3_000), 0.7, 100_000),
    ),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_a_time_at_a_share_is_that_quantile(kind: str) -> None:
    """Within 2 % of what 100,000 draws have."""
    said, draw = DRAWN[kind]
    drawn = draw(np.random.Generator(np.random.PCG64(7)))
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert time_at(_READ.validate_python(said), share) == pytest.approx(np.quantile(drawn, share), rel=0.02)


def test_both_ends_are_times() -> None:
    """No number that a stream gives is out of reach."""
    for said, _draw in DRAWN.values():
        distribution = _READ.validate_python(said)
        assert 0 <= time_at(distribution, 0.0) <= time_at(distribution, 1 - 2**-53) <= MAX_SERVICE_MS
    assert (
        time_at(_READ.validate_python({"kind": "lognormal", "median": "30d", "sigma": 5}), 1 - 2**-53) == MAX_SERVICE_MS
    )

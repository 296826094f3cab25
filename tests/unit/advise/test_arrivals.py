"""Counts of arrivals are those of the jobs that a run offers."""

import itertools
import json

import pytest

from sim.advise.arrivals import Stretch, arrivals_between, stretches
from sim.engine.arrivals import draw_arrivals
from sim.engine.random_streams import Streams
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario
from tests.unit.advise.given import order

ARRIVALS = [
    {"kind": "constant", "interval": "700ms", "count": 7, "start": "1s"},
    {"kind": "bursts", "interval": "3s", "size": 4, "bursts": 3, "start": "500ms"},
    {"kind": "times", "at": ["0s", "2s", "2s", "9s"]},
]


def offering(*arrivals: object, delay: str = "0s") -> Scenario:
    """A scenario with these arrivals."""
    workload = [{"queue": "order", "arrivals": one, "delay": delay} for one in arrivals]
    return parse_scenario(json.dumps(order(workload=workload)))


@pytest.mark.parametrize(
    "arrivals", [*([one] for one in ARRIVALS), ARRIVALS], ids=["constant", "bursts", "times", "all"]
)
def test_known_arrivals_are_counted_to_the_millisecond(arrivals: list[object]) -> None:
    """For every window between moments at which something comes, and one millisecond beside them."""
    scenario = offering(*arrivals)
    moments = [arrival.at_ms for arrival in draw_arrivals(scenario, Streams(1))]
    edges = sorted({moment + beside for moment in moments for beside in (-1, 0, 1)})
    for begin, end in itertools.combinations(edges, 2):
        assert arrivals_between(scenario.workload, begin, end) == sum(begin <= at < end for at in moments)


def test_random_arrivals_are_counted_by_their_mean() -> None:
    """100 at 500 ms on average: 20 in 10 s, and none after 50 s."""
    entries = offering({"kind": "poisson", "interval": "500ms", "count": 100}).workload
    assert arrivals_between(entries, 10_000, 20_000) == 20
    assert arrivals_between(entries, 45_000, 60_000) == 10


def test_a_delay_comes_between_the_submit_and_the_moment_that_counts() -> None:
    """Unless submits are counted."""
    entries = offering({"kind": "times", "at": ["1s"]}, delay="10s").workload
    assert arrivals_between(entries, 0, 5_000) == 0
    assert arrivals_between(entries, 0, 5_000, submitted=True) == 1
    assert arrivals_between(entries, 11_000, 11_001) == 1


def test_rates_add_up_where_arrivals_overlap() -> None:
    """One a second from 0 s to 10 s, and two a second from 5 s to 15 s."""
    entries = offering(
        {"kind": "constant", "interval": "1s", "count": 10},
        {"kind": "bursts", "interval": "5s", "size": 10, "bursts": 2, "start": "5s"},
    ).workload
    assert stretches(entries) == [
        Stretch(0, 5_000, 0.001),
        Stretch(5_000, 10_000, 0.003),
        Stretch(10_000, 15_000, 0.002),
    ]


@pytest.mark.parametrize("arrivals", [{"kind": "times", "at": ["1s"]}, ARRIVALS[1] | {"bursts": 1}])
def test_a_single_moment_has_no_rate(arrivals: object) -> None:
    """However many come at it."""
    assert stretches(offering(arrivals).workload) == []

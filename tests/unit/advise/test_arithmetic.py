"""Two counts of advice, each beside the same count made job by job."""

import random
from typing import Any

import pytest

from sim.engine.run import run
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.unit.advise.given import database_down, email, finding, findings, order


def permanent(rate: float) -> dict[str, Any]:
    """A fault: some jobs end in an error that no retry mends."""
    return {"kind": "handler-error", "rate": rate, "error": "permanent"}


@pytest.mark.parametrize(
    ("invalid", "rate", "attempts", "bad", "wasted"),
    [(0.2, 0.5, 5, 18, 72), (0.2, 0, 3, 6, 12), (0, 0.5, 2, 15, 15), (0.5, 1, 4, 30, 90)],
)
def test_a_job_is_bad_that_is_invalid_or_meets_a_permanent_error(
    invalid: float, rate: float, attempts: int, bad: int, wasted: int
) -> None:
    """Of 30 jobs; who is both counts once, and the first attempt of each is no waste."""
    scenario = email(
        queues={"email": {"idempotency_key": "on", "attempts": attempts}}, faults=[permanent(rate)] if rate else []
    )
    scenario["workload"][0]["invalid"] = invalid
    found = finding(scenario, "permanent-errors")
    assert (found.numbers["jobs_failing"], found.numbers["starts_wasted"]) == (bad, wasted)
    assert found.numbers["attempts"] == attempts
    assert f"{bad} x ({attempts} - 1) = {wasted} starts; " in found.arithmetic


@pytest.mark.parametrize(
    ("invalid", "stock", "bad"), [(0, 200, 0), (0, 199, 1), (0.1, 200, 20), (0.1, 180, 20), (0.1, 179, 21), (1, 1, 200)]
)
def test_orders_without_stock_are_those_that_are_left_of_the_good_ones(invalid: float, stock: int, bad: int) -> None:
    """200 orders; a bad one takes no item."""
    scenario = order(database={"stock": stock})
    scenario["workload"][0]["invalid"] = invalid
    assert [one.numbers["jobs_failing"] for one in findings(scenario, "permanent-errors")] == [bad] * (bad > 0)


@pytest.mark.parametrize("seed", range(10))
def test_the_busiest_second_after_an_outage_is_that_of_jobs_followed_one_by_one(seed: int) -> None:
    """Each job of the outage comes back at the first of its attempts that is past it; at the edge it is past it."""
    draw = random.Random(seed)
    every_ms = draw.choice([50, 100, 250])
    outage_ms = 1_000 * draw.choice([3, 5, 8, 20])
    delay_ms, attempts = 1_000 * draw.choice([1, 2, 4]), draw.choice([2, 3, 5])
    kind = draw.choice(["fixed", "exponential"])
    offsets = [0]
    for failures in range(1, attempts):
        offsets.append(offsets[-1] + delay_ms * (1 if kind == "fixed" else 2 ** (failures - 1)))
    scenario = order(
        workload=[{"queue": "order", "arrivals": {"kind": "constant", "interval": f"{every_ms}ms", "count": 2_000}}],
        queues={"order": {"service": "60s", "attempts": attempts, "backoff": {"type": kind, "delay": f"{delay_ms}ms"}}},
        workers={"order": {"processes": 1}},
        faults=[database_down(f"{outage_ms}ms", at="20s")],
        semantics="documented",
    )
    back_ms = [
        at_ms + next(offset for offset in offsets if at_ms + offset >= outage_ms)
        for at_ms in range(0, outage_ms, every_ms)
        if at_ms + offsets[-1] >= outage_ms
    ]
    busiest = max(sum(begin <= one < begin + 1_000 for one in back_ms) for begin in set(back_ms))
    found = finding(scenario, "thundering-herd")
    assert found.numbers["jobs_returning"] == len(back_ms)
    assert found.numbers["busiest_second"] == busiest
    assert found.numbers["usual_per_second"] == 1_000 / every_ms


@pytest.mark.parametrize("seed", range(12))
def test_the_busiest_second_after_an_outage_is_that_of_a_run(seed: int) -> None:
    """Bursts and lists of orders, also in the middle of the outage, with workers enough for all of them."""
    draw = random.Random(seed)
    bursts = [
        {
            "kind": "bursts",
            "interval": f"{draw.randrange(5_000, 15_000)}ms",
            "size": draw.randrange(2, 40),
            "bursts": draw.randrange(1, 9),
            "start": f"{draw.randrange(30_000)}ms",
        }
        for _ in range(draw.randrange(3))
    ]
    at = sorted(draw.sample(range(20_100, 29_900), draw.randrange(2, 30)))
    listed = {"kind": "times", "at": [*(f"{moment}ms" for moment in at), "5m"]}
    scenario = order(
        workload=[{"queue": "order", "arrivals": arrivals} for arrivals in [*bursts, listed]],
        queues={
            "order": {
                "service": "10ms",
                "attempts": draw.choice([3, 4, 6]),
                "backoff": {"type": draw.choice(["fixed", "exponential"]), "delay": f"{draw.randrange(900, 4_000)}ms"},
            }
        },
        workers={"order": {"processes": 1, "concurrency": 400}},
        faults=[database_down("10s", at="20s")],
        semantics="documented",
    )
    trace = run(Scenario.model_validate(scenario), modes=["queue"], store="memory").modes["queue"].trace
    again = [record for record in trace if record.kind is EventKind.STARTED and record.attempt > 1]
    back_ms = [record.t_ms for record in again if record.t_ms >= 30_000]
    busiest = max(sum(begin <= one < begin + 1_000 for one in back_ms) for begin in back_ms)
    numbers = finding(scenario, "thundering-herd").numbers
    assert (numbers["jobs_returning"], numbers["busiest_second"]) == (len(back_ms), busiest)


@pytest.mark.parametrize(("burst_at", "busiest"), [("30500ms", 24), ("32500ms", 23), ("33500ms", 22)])
def test_the_busiest_second_may_begin_before_a_burst_and_takes_what_comes_at_random_with_it(
    burst_at: str, busiest: float
) -> None:
    """Two orders a second at random, and 20 at once, 12 s before they are tried again.

    Of the outage's 20 s, up to 40 s, those of 28 s to 36 s come back after 12 s, and together with them, up to 44 s,
    those of its last 4 s. So the burst comes back among four a second, half a second after that, or among two a second.
    """
    poisson = {"kind": "poisson", "interval": "500ms", "count": 120}
    burst = {"kind": "bursts", "interval": "5m", "size": 20, "bursts": 1, "start": burst_at}
    scenario = order(
        workload=[{"queue": "order", "arrivals": arrivals} for arrivals in (poisson, burst)],
        queues={"order": {"service": "10ms", "attempts": 4, "backoff": {"type": "exponential", "delay": "4s"}}},
        workers={"order": {"processes": 1, "concurrency": 400}},
        faults=[database_down("20s", at="20s")],
        semantics="documented",
    )
    numbers = finding(scenario, "thundering-herd").numbers
    assert (numbers["jobs_returning"], numbers["busiest_second"]) == (60, pytest.approx(busiest, abs=0.01))

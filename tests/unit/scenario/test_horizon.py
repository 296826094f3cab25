"""When a run that does not settle is given up: the rule of docs/outcomes.md."""

from typing import Any

import pytest

from sim.core.durations import parse_duration
from sim.scenario.horizon import horizon_ms, longest_way_ms, wait_ms
from sim.scenario.schema import Scenario

HOUR_MS = 3_600_000


def scenario(queue: dict[str, Any] | None = None, **more: Any) -> Scenario:
    """Ten jobs, one a second, on one queue; ``more`` replaces parts of the file."""
    raw: dict[str, Any] = {
        "title": "Ten jobs",
        "question": "When is it given up?",
        "queues": {"order": queue or {}},
        "workload": [{"queue": "order", "arrivals": {"kind": "constant", "interval": "1s", "count": 10}}],
    }
    return Scenario.model_validate(raw | more)


def test_with_the_defaults_it_is_an_hour_after_the_last_thing_arranged() -> None:
    """So a livelock ends as it always did."""
    assert horizon_ms(scenario(), 9_000) == 9_000 + HOUR_MS


@pytest.mark.parametrize("kind", ["constant", "poisson"])
def test_an_hour_after_the_last_job_is_due_and_not_after_it_is_offered(kind: str) -> None:
    """Jobs with `delay: 2h` are due two hours after their offer."""
    arrivals = {"kind": kind, "interval": "1s", "count": 10}
    delayed = scenario(workload=[{"queue": "order", "delay": "2h", "arrivals": arrivals}])
    assert horizon_ms(delayed, 9_000) == 9_000 + 3 * HOUR_MS


def test_a_duration_is_kept_whatever_the_delays() -> None:
    """Whoever says when the run ends means it."""
    assert (
        horizon_ms(scenario({"attempts": 12, "backoff": {"type": "fixed", "delay": "1h"}}, duration="5m"), 0) == 300_000
    )


@pytest.mark.parametrize(
    ("parts", "least"),
    [
        ({"queue": {"attempts": 12, "backoff": {"type": "exponential", "delay": "2s"}}}, "1h8m"),
        ({"queue": {"attempts": 3, "backoff": {"type": "fixed", "delay": "40m"}}}, "1h20m"),
        ({"queue": {"service": "14h", "attempts": 2}}, "28h"),
        ({"queue": {"service": {"kind": "uniform", "min": "1s", "max": "3h"}, "attempts": 1}}, "3h"),
        ({"queue": {"service": {"kind": "exponential", "mean": "1h"}, "attempts": 1}}, "5h"),
        ({"workers": {"order": {"lock_duration": "2h", "stalled_interval": "1h"}}}, "4h"),
        ({"workers": {"order": {"start_spread": "3h"}}}, "3h"),
        ({"faults": [{"kind": "worker-crash", "on_job": 3, "restart_after": "5h"}]}, "5h"),
        ({"faults": [{"kind": "slow-database", "at": "0s", "duration": "1m", "latency": "2h"}]}, "2h"),
    ],
)
def test_it_waits_twice_as_long_as_one_job_may_be_on_its_way(parts: dict[str, Any], least: str) -> None:
    """Retries, service, recovery by the stalled check, restarts and calls count, each of them alone."""
    held = scenario(**parts)
    assert longest_way_ms(held) >= parse_duration(least)
    assert wait_ms(held) == 2 * longest_way_ms(held) > HOUR_MS


def test_waits_that_double_for_years_count_for_a_week_at_most() -> None:
    """A hundred attempts would take longer than there is a calendar."""
    years = scenario({"attempts": 100, "backoff": {"type": "exponential", "delay": "1s"}})
    assert 2 * HOUR_MS < wait_ms(years) <= 15 * 24 * HOUR_MS

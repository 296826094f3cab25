"""What a scenario may not ask for."""

import time
from collections.abc import Iterator

import pytest

from sim.core.errors import ScenarioError
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario
from tests.unit.scenario.test_load import problems

WORKLOAD = "title: t\nquestion: q\nworkload:\n"


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """Whatever is asked for, the answer comes at once: nothing of that size is built."""
    began = time.process_time()
    yield
    assert time.process_time() - began < 2


def offered(arrivals: str, more: str = "") -> str:
    """A scenario with one entry of workload, on line 4."""
    return f"{WORKLOAD}  - {{queue: email, arrivals: {{{arrivals}}}}}\n{more}"


def test_jobs_are_limited_to_two_million() -> None:
    """The limit itself is allowed."""
    assert parse_scenario(offered("kind: constant, interval: 1ms, count: 2000000")).jobs == 2_000_000
    assert problems(offered("kind: constant, interval: 1ms, count: 2000001")) == [
        "4:69: workload[0].arrivals.count: 2,000,001 jobs; the limit is 2,000,000 for the scenario"
    ]


@pytest.mark.parametrize("count", ["1000000000000", "1e12"])
def test_a_million_million_jobs_are_refused_with_their_number(count: str) -> None:
    """However it is spelled."""
    found = problems(offered(f"kind: poisson, interval: 1ms, count: {count}"))
    assert "1,000,000,000,000 jobs; the limit is 2,000,000 for the scenario" in found[-1]


def test_bursts_count_with_their_size() -> None:
    """A thousand bursts of two thousand are the limit; the larger factor is what is pointed at."""
    parse_scenario(offered("kind: bursts, interval: 1s, size: 2000, bursts: 1000"))
    (problem,) = problems(offered("kind: bursts, interval: 1s, size: 2001, bursts: 1000"))
    assert "workload[0].arrivals.size: 2,001,000 jobs" in problem


def test_jobs_are_counted_over_the_whole_workload() -> None:
    """Two entries that are each allowed may be too many together."""
    entry = "  - {queue: email, arrivals: {kind: constant, interval: 1ms, count: 1000000}}\n"
    parse_scenario(WORKLOAD + 2 * entry)
    assert problems(WORKLOAD + 2 * entry + entry.replace("1000000", "1")) == [
        "3:1: workload: 2,000,001 jobs in all; the limit is 2,000,000"
    ]


def test_a_year_at_a_job_a_millisecond_is_refused() -> None:
    """By the number of its jobs."""
    (problem,) = problems(offered("kind: constant, interval: 1ms, count: 31536000000"))
    assert "31,536,000,000 jobs; the limit is 2,000,000" in problem


def test_the_last_job_comes_within_400_days() -> None:
    """A day more is refused."""
    parse_scenario(offered("kind: constant, interval: 1d, count: 401"))
    assert problems(offered("kind: constant, interval: 1d, count: 402")) == [
        "4:20: workload[0].arrivals: the last job would be offered after 401d; the limit is 400d"
    ]


def test_processes_are_limited_to_a_thousand() -> None:
    """Over all queues; one that says nothing of workers has one."""
    more = "queues: {order: {}}\nworkers: {email: {processes: %d}}\n"
    parse_scenario(offered("kind: times, at: [0s]", more % 999))
    assert problems(offered("kind: times, at: [0s]", more % 1_000)) == [
        "6:1: workers: 1,001 worker processes in all; the limit is 1,000"
    ]


def ticking(duration: str, processes: int) -> str:
    """A scenario in which the stalled check of each process rings ten times a second."""
    workers = f"workers: {{email: {{processes: {processes}, stalled_interval: 100ms, guard_interval: 400d}}}}\n"
    return offered("kind: times, at: [0s]", f"duration: {duration}\n{workers}")


def test_timers_are_limited_to_fifty_million_rings() -> None:
    """A hundred processes for 50,000 s are the limit."""
    assert isinstance(parse_scenario(ticking("50000s", 100)), Scenario)
    (problem,) = problems(ticking("50000.1s", 100))
    assert problem.startswith(
        "6:11: workers.email: the workers' timers would fire 50,000,100 times in 13h53m20.1s; the limit is 50,000,000"
    )


def test_timers_are_counted_up_to_the_last_arrival_or_fault() -> None:
    """Where no duration is given."""
    workers = "workers: {email: {processes: 100, stalled_interval: 100ms}}\n"
    assert "timers would fire" in problems(offered("kind: times, at: [400d]", workers))[0]
    crash = "faults: [{kind: worker-crash, at: 400d}]\n"
    assert "timers would fire" in problems(offered("kind: times, at: [0s]", workers + crash))[0]


def test_random_strikes_are_limited() -> None:
    """To a hundred thousand that are to be expected of a fault."""
    fault = "faults: [{kind: worker-crash, mean_interval: 100ms, start: 10s, until: %s}]"
    parse_scenario(offered("kind: times, at: [0s]", fault % "10010s"))
    assert problems(offered("kind: times, at: [0s]", fault % "10010.1s")) == [
        "5:46: faults[0].mean_interval: about 100,001 faults; the limit is 100,000"
    ]


def test_random_strikes_end_with_the_last_arrival() -> None:
    """Where nothing else is said."""
    fault = "faults: [{kind: worker-crash, mean_interval: 100ms}]"
    assert "about 864,000 faults" in problems(offered("kind: times, at: [1d]", fault))[0]


@pytest.mark.parametrize(("concurrency", "refused"), [(10, False), (11, True)])
def test_jobs_at_the_same_time_have_a_limit(concurrency: int, refused: bool) -> None:
    """A thousand processes with ten slots are allowed, with eleven they are not."""
    text = f"""
title: Slots
question: How many at once?
workload:
  - queue: email
    arrivals: {{kind: constant, interval: 1s, count: 1}}
workers:
  email: {{processes: 1000, concurrency: {concurrency}}}
"""
    try:
        parse_scenario(text, "slots.yaml")
        problem = ""
    except ScenarioError as error:
        problem = str(error)
    assert ("11,000 jobs at the same time" in problem) == refused

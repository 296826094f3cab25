"""When worker processes start, and where their timers stand when the run begins."""

from typing import Any

import numpy as np
import pytest

from sim.engine.process_starts import worker_starts
from sim.engine.random_streams import Streams
from sim.engine.world import World
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario, Workers
from sim.stores.open_store import STORES, StoreName

MINUTE_MS = 60_000


def starts(seed: int = 1, queue: str = "email", **settings: Any) -> list[int]:
    """Say when the processes of a queue start, ms since the run began."""
    return worker_starts(queue, Workers.model_validate(settings), Streams(seed))


def world_of(workers: dict[str, Any], store: StoreName = "fakeredis", **parts: Any) -> World:
    """Open a world in which one email of ten minutes is offered at 1 ms."""
    scenario = Scenario.model_validate(
        {
            "title": "Story",
            "question": "When do they check?",
            "queues": {"email": {"service": "10m"}},
            "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["1ms"]}}],
            "workers": {"email": workers},
            **parts,
        }
    )
    return World(scenario, "queue", store=store)


def first_mark_ms(world: World, stop_ms: int = MINUTE_MS) -> int:
    """Return when the first stalled check that runs marks the job, ms since the run began."""
    low, high = 0, stop_ms
    for t_ms in range(low, high, 50):
        world.run_until(t_ms)
        if world.redis.exists("bull:email:stalled"):
            return t_ms
    raise AssertionError("no check ran")


def test_without_a_spread_processes_were_there_before() -> None:
    """Each started in the last stalled interval before the run, at moments that are spread evenly over it."""
    ages_ms = [-start_ms for seed in range(1, 501) for start_ms in starts(seed, processes=4, stalled_interval="1m")]
    assert min(ages_ms) >= 0
    assert max(ages_ms) < MINUTE_MS
    tenths = np.histogram(ages_ms, bins=10, range=(0, MINUTE_MS))[0]
    assert tenths.min() > 150
    assert tenths.max() < 250


def test_the_starts_of_two_processes_have_nothing_to_do_with_each_other() -> None:
    """Over 500 seeds the correlation of two processes of a queue, and of two queues, is that of chance (0.045)."""
    ages = np.array([[*starts(seed, processes=2), *starts(seed, "order", processes=1)] for seed in range(1, 501)])
    correlations = np.corrcoef(ages.T)[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < 0.15


def test_a_further_process_changes_nobody_elses_start() -> None:
    """Each has a stream of its own."""
    assert starts(processes=3)[:2] == starts(processes=2)


def test_zero_means_that_all_start_with_the_run() -> None:
    """One after the other, 10 ms apart."""
    assert starts(processes=4, start_spread="0s") == [0, 10, 20, 30]


def test_a_spread_has_them_start_during_the_run() -> None:
    """At random moments within it."""
    chosen = starts(processes=50, start_spread="20s")
    assert min(chosen) >= 0
    assert max(chosen) < 20_000
    assert len(set(chosen)) > 40


@pytest.mark.parametrize("store", STORES)
def test_the_first_check_comes_an_interval_after_the_first_start(store: StoreName) -> None:
    """Started 17.507 s and 14.087 s before the run, the first process checks at 12.493 s."""
    assert starts(2, processes=2) == [-17_507, -14_087]
    assert 12_493 <= first_mark_ms(world_of({"processes": 2}, store, seed=2)) <= 12_543


@pytest.mark.parametrize("store", STORES)
def test_a_check_before_the_run_turns_others_away(store: StoreName) -> None:
    """The key of the first process's check is there when the run begins, and goes when an interval is over."""
    redis = world_of({"processes": 2}, store, seed=2).redis
    assert redis is not None
    assert redis.pttl("bull:email:stalled-check") == 12_493


def test_a_process_that_starts_with_the_run_checks_at_once() -> None:
    """So the key is there for a whole interval more, and the first mark comes with the check after it."""
    assert 30_000 <= first_mark_ms(world_of({"processes": 2, "start_spread": "0s"})) <= 30_100


def test_a_replacement_checks_at_its_start() -> None:
    """A process that a fault restarts begins its rounds then, whenever the one before it had started."""
    crash = {"kind": "worker-crash", "target": "email-1", "at": "15s", "restart_after": "7s"}
    world = world_of({"processes": 1, "stalled_interval": "1s", "lock_duration": "3s"}, faults=[crash])
    world.run_until("22s")
    assert world.faults.processes("email")[0].started_ms == 22_000
    world.run_until("23100ms")
    (stalled,) = [record.t_ms for record in world.trace if record.kind is EventKind.STALLED]
    assert stalled == 22_000

"""What the real Bull wrote, simulated workers finish."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.engine.world import World, simulation_of
from sim.handlers.email import sample_data
from sim.queue.job import Keep
from sim.queue.keys import QueueKeys
from sim.results.trace import EventKind
from tests.interop.bull_process import BullProcess
from tests.interop.transfer import to_world

pytestmark = pytest.mark.real

SCENARIO = Path(__file__).parent / "takes_over.yaml"
KEYS = QueueKeys("email")
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "second": {},
    "next": {"lifo": True},
    "urgent": {"priority": 1},
    "less urgent": {"priority": 7},
    "later": {"delay": 3_600_000},
    "soon": {"delay": 60_000},
    "soon and urgent": {"delay": 60_000, "priority": 2},
    "own id": {"jobId": "own-id"},
    "removed": {"removeOnComplete": True},
    "kept among few": {"removeOnComplete": 100, "removeOnFail": {"count": 7, "age": 3600}},
    "invalid, twice": {"attempts": 2, "backoff": 500},
    "invalid, growing": {"attempts": 3, "backoff": {"type": "exponential", "delay": 100}},
}


@pytest.fixture
def added(start_bull: Callable[[], BullProcess]) -> dict[str, str]:
    """Jobs with all kinds of options by the real Bull, one of them in the hands of a killed worker: name -> id."""
    bull = start_bull()
    ids = {"stalled": bull.ask("add", queue="email", data=sample_data(100, valid=True), opts={})}
    worker = start_bull()
    worker.ask("work", queue="email", hold=[ids["stalled"]])
    worker.wait_until(worker.started)
    for number, (name, options) in enumerate(OPTIONS.items(), 1):
        data = sample_data(number, valid=not name.startswith("invalid"))
        ids[name] = bull.ask("add", queue="email", data=data, opts=options)
    assert bull.ask("counts", queue="email")["active"] == 1
    worker.kill()
    return ids


@pytest.fixture
def world(added: dict[str, str], real_store: Any) -> World:
    """A world with all of it in its Redis, at its very beginning."""
    world = World(SCENARIO)
    to_world(real_store, world)
    return world


def test_simulated_workers_finish_everything(world: World, added: dict[str, str]) -> None:
    """Nothing is lost: each job has its effect, or has failed because its data is invalid."""
    world.run()
    counts = world.queue("email").counts
    invalid = {added[name] for name in OPTIONS if name.startswith("invalid")}
    assert counts["waiting"] == counts["active"] == counts["delayed"] == counts["paused"] == 0
    assert {job.id for job in world.queue("email").jobs("failed")} == invalid
    completed = {job.id for job in world.queue("email").jobs("completed")}
    assert {*added.values()} - invalid - {added["removed"]} <= completed
    effects = simulation_of(world).database.database.effects_by_job()
    assert {f"email#{job_id}" for job_id in {*added.values()} - invalid} <= {*effects}
    assert all(count == 1 for count in effects.values())
    assert world.redis.exists(*map(KEYS.lock, added.values()), KEYS.priority, KEYS.stalled) == 0


def test_the_jobs_of_the_world_go_on_counting_where_bull_stopped(world: World, added: dict[str, str]) -> None:
    """No id is given out twice."""
    world.run()
    assert int(world.redis.get(KEYS.id)) == len(added) + 1
    assert world.queue("email").job(str(len(added) + 1)).data == sample_data(1, valid=True) | {"job": "email-1"}


def test_waiting_jobs_run_in_the_order_of_bull(world: World, added: dict[str, str]) -> None:
    """What came with a priority went ahead of the last-in; then the others as they came, and what is due."""
    world.run()
    started = [
        record.job.removeprefix("email#")
        for record in world.trace.records
        if record.kind is EventKind.STARTED and record.job is not None and record.attempt == 1
    ]
    in_line = ["urgent", "less urgent", "next", "plain", "second", "own id", "removed", "kept among few"]
    expected = [added[name] for name in in_line]
    assert [job_id for job_id in started if job_id in expected] == expected
    due = [added["soon and urgent"], added["later"]]
    assert [job_id for job_id in started if job_id in due] == due
    assert started.index(added["soon"]) < started.index(added["later"])


def test_the_job_of_the_killed_worker_is_recovered(world: World, added: dict[str, str]) -> None:
    """It stalls once, and has its effect."""
    assert [job.id for job in world.queue("email").jobs("active")] == [added["stalled"]]
    world.run()
    job = world.queue("email").job(added["stalled"])
    assert (job.stalled_counter, job.attempts_made, job.failed_reason) == (1, 0, None)


def test_attempts_and_backoff_are_those_that_bull_wrote(world: World, added: dict[str, str]) -> None:
    """Twice and three times, with the waits in between."""
    world.run()
    for name, attempts in (("invalid, twice", 2), ("invalid, growing", 3)):
        assert world.queue("email").job(added[name]).attempts_made == attempts
        starts = [
            record.t_ms
            for record in world.trace.records
            if record.kind is EventKind.STARTED and record.job == f"email#{added[name]}"
        ]
        assert len(starts) == attempts


def test_options_are_read_as_bull_writes_them(world: World, added: dict[str, str]) -> None:
    """Retention in all its forms, and the job's own id."""
    kept = world.queue("email").job(added["kept among few"]).options
    assert (kept.remove_on_complete, kept.remove_on_fail) == (100, Keep(7, 3_600))
    assert world.queue("email").job(added["removed"]).options.remove_on_complete is True
    assert added["own id"] == world.queue("email").job("own-id").options.job_id == "own-id"

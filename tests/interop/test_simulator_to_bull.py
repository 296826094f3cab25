"""What the simulator wrote, the real Bull reads and finishes."""

from pathlib import Path
from typing import Any

import pytest

from sim.engine.world import World
from sim.queue.dequeue import LockParams, dequeue
from sim.queue.finish import complete_job
from sim.queue.getters import STATES, State
from sim.queue.job import Job, to_json
from sim.queue.keys import QueueKeys
from tests.interop.bull_process import BullProcess
from tests.interop.transfer import WallClock, to_real, to_world

pytestmark = pytest.mark.real

SCENARIO = Path(__file__).parent / "every_state.yaml"
KEYS = QueueKeys("email")
FAST = {"lockDuration": 1_000, "stalledInterval": 200, "guardInterval": 500}
GETTERS: dict[State, str] = {
    "waiting": "getWaiting",
    "active": "getActive",
    "completed": "getCompleted",
    "failed": "getFailed",
    "delayed": "getDelayed",
}


@pytest.fixture
def world(real_store: Any) -> World:
    """A world at a moment at which jobs are in every state, and its keys in the real Redis as well."""
    world = World(SCENARIO)
    world.run_until("10s")
    counts = world.queue("email").counts
    assert all(counts[state] >= 2 for state in STATES if state != "paused")
    to_real(world, real_store)
    return world


def ids(world: World, state: State) -> list[str]:
    """The jobs that the world has in a state, in the order in which Bull lists them."""
    return [job.id for job in world.queue("email").jobs(state)]


def finish_in_python(client: Any) -> list[str]:
    """Work off what waits, with the project's own queue on the real Redis."""
    done: list[str] = []
    lock_params, clock = LockParams("python", 30_000), WallClock()
    while isinstance(job := dequeue(client, KEYS, lock_params, now_ms=clock.now_ms), Job):
        complete_job(client, KEYS, job, lock_params, now_ms=clock.now_ms, return_value={"by": "python"})
        done.append(job.id)
    return done


def test_bull_finishes_everything(world: World, real_store: Any, bull: BullProcess) -> None:
    """Jobs that wait run in their order, delayed ones by due time, active ones are recovered as stalled."""
    waiting, active, delayed = ids(world, "waiting"), ids(world, "active"), ids(world, "delayed")
    completed, failed = ids(world, "completed"), ids(world, "failed")
    unfinished = {*waiting, *active, *delayed}
    assert world.redis.exists(*map(KEYS.lock, active)) == 2
    assert bull.ask("work", queue="email", settings=FAST)
    bull.wait_until(lambda: bull.ask("counts", queue="email")["completed"] == len(completed) + len(unfinished))
    started = bull.started()
    assert sorted(started) == sorted(unfinished)
    assert [job_id for job_id in started if job_id in waiting] == waiting
    without_priority = [job_id for job_id in delayed if not world.queue("email").job(job_id).options.priority]
    assert [job_id for job_id in started if job_id in without_priority] == without_priority
    assert {job_id for job_id in unfinished if real_store.hget(KEYS.job(job_id), "stalledCounter") == "1"} == {*active}
    assert bull.ask("counts", queue="email") == {
        "waiting": 0,
        "active": 0,
        "completed": len(completed) + len(unfinished),
        "failed": len(failed),
        "delayed": 0,
        "paused": 0,
    }
    assert [event for event in bull.events if event["event"] == "error"] == []


def test_bull_sees_the_attempts_and_the_data_of_each_job(world: World, bull: BullProcess) -> None:
    """A handler in Bull is given what a simulated one would have been given."""
    retried = [job.id for job in world.queue("email").jobs("delayed") if job.attempts_made]
    assert len(retried) == 2
    unfinished = [job for state in ("waiting", "active", "delayed") for job in world.queue("email").jobs(state)]
    assert bull.ask("work", queue="email", settings=FAST, concurrency=4)
    bull.wait_until(lambda: len(bull.started()) == len(unfinished))
    seen = {event["id"]: (event["data"], event["attemptsMade"]) for event in bull.events if event["event"] == "start"}
    assert seen == {job.id: (job.data, job.attempts_made) for job in unfinished}


def test_bull_counts_and_lists_the_same_jobs(world: World, bull: BullProcess) -> None:
    """Its getters give the simulator's own answers, also in their order, and leave everything as it is."""
    assert bull.ask("counts", queue="email") == world.queue("email").counts
    for state, getter in GETTERS.items():
        listed = bull.ask("list", queue="email", getter=getter)
        assert [job["id"] for job in listed] == ids(world, state), state
        for job_id in ids(world, state):
            assert bull.ask("state", queue="email", id=job_id) == state


def test_bull_reads_every_field_of_a_job(world: World, bull: BullProcess) -> None:
    """Data, options, times, attempts and results."""
    for state in STATES:
        for job in world.queue("email").jobs(state):
            read = bull.ask("json", queue="email", id=job.id)
            assert read["name"] == job.name
            assert read["data"] == job.data
            assert (read["timestamp"], read["delay"]) == (job.timestamp_ms, job.delay_ms)
            assert read["attemptsMade"] == job.attempts_made
            assert (read.get("failedReason"), read["stacktrace"] or []) == (job.failed_reason, job.stacktrace)
            assert (read.get("processedOn"), read.get("finishedOn")) == (job.processed_on_ms, job.finished_on_ms)
            assert read["returnvalue"] == job.return_value
            if state in ("completed", "failed"):
                assert read["finishedOn"] == world.redis.zscore(KEYS.base + state, job.id)
                assert (read["returnvalue"] is None) == (state == "failed")
                assert ("failedReason" in read) == (state == "failed")
            options = job.options
            assert (read["opts"]["attempts"], read["opts"].get("priority", 0)) == (options.attempts, options.priority)
            assert read["opts"]["delay"] == options.delay_ms
            assert read["opts"]["backoff"] == {"type": "fixed", "delay": 60_000}


@pytest.mark.parametrize("who", ["bull", "python", "simulator"])
@pytest.mark.parametrize("how", ["retry", "retryJobs"])
def test_bull_retries_failed_jobs_of_the_simulator(
    world: World, real_store: Any, bull: BullProcess, who: str, how: str
) -> None:
    """Each of the three workers then completes them."""
    failed = ids(world, "failed")
    before = bull.ask("counts", queue="email")["completed"]
    if how == "retry":
        for job_id in failed:
            bull.ask("retry", queue="email", id=job_id)
    else:
        bull.ask("retryJobs", queue="email")
    assert bull.ask("counts", queue="email")["failed"] == 0
    for job_id in failed:
        assert bull.ask("state", queue="email", id=job_id) == "waiting"
    if who == "bull":
        bull.ask("work", queue="email", settings=FAST, concurrency=4)
        bull.wait_until(lambda: bull.ask("counts", queue="email")["completed"] >= before + len(failed))
        bull.wait_until(lambda: all(real_store.zscore(KEYS.completed, job_id) for job_id in failed))
    elif who == "python":
        assert set(failed) <= set(finish_in_python(real_store))
    else:
        for job_id in failed:  # what made them fail is mended first: their address
            data = {"notification": int(job_id), "to": "customer@example.com"}
            real_store.hset(KEYS.job(job_id), "data", to_json(data))
        to_world(real_store, world)
        world.run()
        assert {*failed} <= {*ids(world, "completed")}
        assert world.queue("email").counts["failed"] == 0
        return
    for job_id in failed:
        assert bull.ask("state", queue="email", id=job_id) == "completed"
        assert bull.ask("json", queue="email", id=job_id)["returnvalue"] == {"by": who}


def test_bull_refuses_to_retry_a_job_that_has_not_failed(world: World, real_store: Any, bull: BullProcess) -> None:
    """In the words that the simulator uses as well."""
    with pytest.raises(RuntimeError, match="The job has been already retried or has not failed"):
        bull.ask("retry", queue="email", id=ids(world, "waiting")[0])
    active = ids(world, "active")[0]
    real_store.set(KEYS.lock(active), "somebody", px=60_000)
    with pytest.raises(RuntimeError, match="The job is locked"):
        bull.ask("retry", queue="email", id=active)

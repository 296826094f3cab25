"""A dead letter queue is a queue: the real Bull, opened on its name, lists its jobs and can process them."""

from typing import Any

import pytest

from sim.engine.world import World
from sim.handlers.registry import HANDLERS
from sim.queue.dead_letter import dead_letter_ids, dead_letters, replay_all, replay_job
from sim.queue.dequeue import LockParams, dequeue
from sim.queue.finish import ErrorText, FailureRules, fail_job
from sim.queue.job import Job, JobOptions
from sim.queue.keys import QueueKeys
from sim.queue.semantics import BULL
from sim.queue.submit import add_job
from tests.interop.bull_process import BullProcess
from tests.interop.transfer import WallClock, to_real

pytestmark = pytest.mark.real

SCENARIO = "scenarios/05-dead-letters/with.yaml"
KEYS = QueueKeys("email")
FAST = {"lockDuration": 1_000, "stalledInterval": 200, "guardInterval": 500}
REASON = "the database cannot be reached"


@pytest.fixture
def world(real_store: Any) -> World:
    """The shipped scenario after its outage, its keys in the real Redis as well."""
    world = World(SCENARIO)
    world.run()
    to_real(world, real_store)
    return world


def test_bull_lists_dead_letters_as_waiting_jobs_with_their_history(world: World, bull: BullProcess) -> None:
    """All sixty, the oldest first; nothing has failed in their own queue."""
    letters = world.queue("email").dead
    listed = bull.ask("list", queue="email-dead", getter="getWaiting")
    assert [job["id"] for job in listed] == [letter.id for letter in letters]
    assert len(listed) == 60
    for job, letter in zip(listed, letters, strict=True):
        assert (job["failedReason"], job["attemptsMade"]) == (REASON, 5)
        assert job["stacktrace"] == letter.trail[-1].stacktrace
        assert (job["data"], job["finishedOn"]) == (letter.data, letter.finished_on_ms)
        assert job["opts"]["attempts"] == 5
    assert bull.ask("counts", queue="email-dead")["waiting"] == 60
    assert bull.ask("counts", queue="email")["failed"] == 0
    assert bull.ask("state", queue="email-dead", id=letters[0].id) == "waiting"


def test_a_worker_of_bull_on_the_dead_letter_queue_processes_them(
    world: World, real_store: Any, bull: BullProcess
) -> None:
    """In the order of their deaths; then they are completed there."""
    dying = [letter.id for letter in world.queue("email").dead]
    assert bull.ask("work", queue="email-dead", settings=FAST)
    bull.wait_until(lambda: bull.ask("counts", queue="email-dead")["completed"] == 60)
    assert bull.started() == dying
    assert dead_letter_ids(real_store, KEYS) == []
    assert [event for event in bull.events if event["event"] == "error"] == []


def test_bull_works_off_what_was_replayed(world: World, real_store: Any, bull: BullProcess) -> None:
    """Its worker sees fresh attempts, and its fields and the trail stand in one hash."""
    moves = replay_all(real_store, KEYS, now_ms=WallClock().now_ms)
    before = bull.ask("counts", queue="email")["completed"]
    assert bull.ask("json", queue="email", id=moves[0].job_id)["attemptsMade"] == 0
    assert bull.ask("work", queue="email", settings=FAST)
    bull.wait_until(lambda: bull.ask("counts", queue="email")["completed"] == before + 60)
    started = [event for event in bull.events if event["event"] == "start"]
    assert [event["id"] for event in started] == [move.job_id for move in moves]
    assert {event["attemptsMade"] for event in started} == {0}
    assert real_store.hget(KEYS.job(moves[0].job_id), "trail").startswith('[{"failedReason":"the database')


def test_a_job_that_bull_adds_there_overwrites_no_dead_one(world: World, real_store: Any, bull: BullProcess) -> None:
    """Its number is one that no dead letter has; and it can be looked at and sent into the queue like the others."""
    numbers = {int(letter.id) for letter in world.queue("email").dead}
    added = bull.ask("add", queue="email-dead", data={"by": "hand"}, opts={})
    assert int(added) == max(numbers) + 1
    letter = dead_letters(real_store, KEYS)[-1]
    assert (letter.id, letter.data, letter.queue) == (added, {"by": "hand"}, "email")
    assert len(dead_letters(real_store, KEYS)) == 61


def test_a_job_of_bull_dies_with_what_bull_wrote_of_it(real_store: Any, bull: BullProcess) -> None:
    """Added by Bull, failed for good by this queue, replayed, and completed by Bull."""
    data = HANDLERS["email"].sample_data(1, valid=True)
    added = bull.ask("add", queue="email", data=data, opts={"attempts": 1, "priority": 3})
    lock_params, now_ms = LockParams("python", 30_000), WallClock().now_ms
    job = dequeue(real_store, KEYS, lock_params, now_ms=now_ms)
    assert isinstance(job, Job)
    rules = FailureRules(BULL, dead=KEYS.dead_letters())
    failed = fail_job(real_store, KEYS, job, lock_params, ErrorText("no", "no"), rules, now_ms=now_ms)
    assert failed.dead_id == added
    assert bull.ask("json", queue="email-dead", id=added)["opts"]["priority"] == 3
    add_job(real_store, KEYS, data, JobOptions(), now_ms=now_ms)
    replay_job(real_store, KEYS, added, now_ms=now_ms)
    assert bull.ask("list", queue="email", getter="getWaiting")[0]["id"] == added
    assert bull.ask("work", queue="email", settings=FAST)
    bull.wait_until(lambda: bull.ask("counts", queue="email")["completed"] == 2)
    assert bull.started()[0] == added

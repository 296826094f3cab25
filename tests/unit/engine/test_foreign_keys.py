"""Whatever somebody writes into a queue's keys, the world goes on as far as it can: no step of it raises."""

from typing import Any

import pytest

from sim.engine.world import World, simulation_of
from sim.queue.keys import QueueKeys
from sim.scenario.schema import Scenario

KEYS = [
    "id", "wait", "paused", "active", "delayed", "priority", "completed", "failed", "stalled", "stalled_check",
    "meta_paused", "meta", "limiter", "limiter_limited",
]  # fmt: skip
FIELDS = [
    "data", "opts", "timestamp", "delay", "priority", "attemptsMade", "stalledCounter", "processedOn", "finishedOn",
    "stacktrace", "returnvalue",
]  # fmt: skip
NONSENSE = [
    b"", b"abc", b"\xff\xfe", b"inf", b"-inf", b"nan", b"1e400", b"9" * 400, b"9" * 5_000, b"-1", b"1.5", b"null",
    b"[]", b"[" * 2_000, b'{"to": [1], "job": {"a": 1}}',
    b'{"attempts": 1e308, "delay": 1e308, "backoff": {"type": "exponential", "delay": 1e9}}',
    b'{"attempts": [], "delay": {}, "priority": [1], "backoff": [1], "removeOnFail": [], "jobId": {"a": []}}',
    b'{"attempts": 9e15, "backoff": {"type": "exponential", "delay": 1}}',
]  # fmt: skip
PLACES = ["wait", "delayed", "active"]


def open_world() -> World:
    """Two workers, a job a second, and some that fail and come again."""
    return World(
        Scenario.model_validate(
            {
                "title": "A queue that strangers write to",
                "question": "Does it go on?",
                "queues": {"email": {"service": "100ms"}},
                "workload": [{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 20}}],
                "workers": {"email": {"processes": 2}},
                "faults": [{"kind": "handler-error", "at": "4s", "duration": "4s"}],
            }
        )
    )


def put(world: World, key: str, kind: str) -> None:
    """Put something of another kind in the place of a key."""
    redis: Any = world.redis
    redis.delete(key)
    if kind == "string":
        redis.set(key, b"\xff\xfe")
    elif kind == "hash":
        redis.hset(key, "a", "b")
    elif kind == "list":
        redis.lpush(key, b"\xff\xfe", "a", "")
    elif kind == "zset":
        redis.zadd(key, {"a": "inf", b"\xff": "-inf", "b": -5})
    else:
        redis.sadd(key, "a", b"\xff\xfe")


@pytest.mark.parametrize("kind", ["string", "hash", "list", "zset", "set"])
@pytest.mark.parametrize("name", KEYS)
def test_a_key_of_another_kind_stops_nothing_but_what_needs_it(name: str, kind: str) -> None:
    """The run goes on to its end and can be counted; when the key is gone the queue works again."""
    world = open_world()
    keys = world.queue("email").keys
    world.run_until("6500ms")
    put(world, getattr(keys, name), kind)
    world.run_until("40s")
    world.outcomes_now()
    world.redis.delete(getattr(keys, name))
    world.redis.hset(keys.job("later"), mapping={"name": "__default__", "data": '{"to": "a@b.c"}'})
    world.redis.lpush(keys.wait, "later")
    world.run_until("90s")
    assert world.redis.hget(keys.job("later"), "finishedOn") is not None


@pytest.mark.parametrize("place", PLACES)
def test_a_job_whose_hash_holds_nonsense_hurts_itself_alone(place: str) -> None:
    """Jobs with every field in turn replaced by every nonsense; those of the scenario are sent all the same."""
    world = open_world()
    keys = world.queue("email").keys
    world.run_until("10s")
    for field in FIELDS:
        for number, value in enumerate(NONSENSE):
            job_id = f"{field}-{number}"
            world.redis.hset(keys.job(job_id), mapping={"opts": '{"attempts": 3}', "data": "{}", "delay": "0"})
            world.redis.hset(keys.job(job_id), field, value)
            if place == "delayed":
                world.redis.zadd(keys.delayed, {job_id: number})
            else:
                world.redis.rpush(getattr(keys, place), job_id)
    world.run_until("45m")
    assert world.queue("email").counts["waiting"] == 0
    endless = [f"opts-{number}" for number, value in enumerate(NONSENSE) if b"exponential" in value]
    assert set(world.redis.zrange(keys.delayed, 0, -1)) <= set(endless)
    delivered = [job for job in world.outcomes_now() if job.job in {f"email-{n}" for n in range(12, 21)}]
    assert [job.outcome.value for job in delivered] == ["delivered"] * 9
    assert world.trace.sha256()


@pytest.mark.parametrize("score", ["inf", "-inf", "1e300", "-1", "-4096e9"])
def test_a_due_time_that_no_clock_shows_never_comes(score: str) -> None:
    """The job stays among the delayed ones, and others become due beside it, as on the real Bull (BULL_FACTS 16)."""
    world = open_world()
    keys: QueueKeys = world.queue("email").keys
    world.run_until("9s")
    world.redis.hset(keys.job("zz"), mapping={"data": "{}"})
    world.redis.hset(keys.job("late"), mapping={"data": '{"to": "a@b.c"}'})
    world.redis.zadd(keys.delayed, {"zz": score, "late": (simulation_of(world).clock.now_ms + 1_500) * 4096})
    world.run_until("30s")
    assert world.redis.zrange(keys.delayed, 0, -1) == ["zz"]
    started_ms = int(world.redis.hget(keys.job("late"), "processedOn")) - (simulation_of(world).clock.now_ms - 30_000)
    assert started_ms == pytest.approx(14_000 if score == "-inf" else 10_501, abs=1_000 if score == "-inf" else 2)

"""Redis goes down, loads or comes back at any moment of what a process does with it; the process waits and goes on."""

from typing import Any

import pytest

from sim.engine.world import World, simulation_of
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario

PROCESSES: dict[str, dict[str, Any]] = {
    "plain": {},
    "blocking": {"queues": {"email": {"service": "7s"}}, "workers": {"email": {"concurrency": 2, "blocking": True}}},
    "frozen": {"faults": [{"kind": "worker-freeze", "target": "email-1", "at": ["1s", "19s"], "duration": "12s"}]},
    "crashing": {"faults": [{"kind": "worker-crash", "at": ["4s", "11s", "20s"], "restart_after": "2s"}]},
    "crashing between take and lock": {
        "faults": [{"kind": "worker-crash", "on_job": 3, "step": "between-take-and-lock", "restart_after": "2s"}]
    },
    "application away": {
        "faults": [
            {"kind": "worker-freeze", "target": "application", "at": "6s", "duration": "9s"},
            {"kind": "worker-crash", "target": "application", "at": "18s", "restart_after": "3s"},
        ]
    },
    "limited": {"queues": {"email": {"service": "900ms", "limiter": {"max": 1, "duration": "2s"}}}},
    "failing": {
        "queues": {"email": {"service": "900ms", "attempts": 2, "dead_letter": True, "remove_on_fail": 1}},
        "faults": [{"kind": "handler-error", "rate": 0.6}],
    },
    "operated": {
        "queues": {"email": {"service": "900ms", "attempts": 1, "dead_letter": True}},
        "faults": [{"kind": "handler-error", "rate": 0.6}],
        "operator": [
            {"at": f"{second}s", "queue": "email", "do": do}
            for second, do in enumerate(
                ("pause", "retry-all", "resume", "replay-all", "drain", "clean", "purge-all", "pause", "resume"), 8
            )
        ],
    },
}
REDIS: dict[str, dict[str, Any]] = {
    "away": {"kind": "redis-outage", "lost_replies": 2},
    "loading": {"kind": "redis-crash", "loading": "3s"},
    "loading, its data gone": {"kind": "redis-crash", "loading": "3s", "cause": "power-loss"},
}


def scenario(process: dict[str, Any], redis: dict[str, Any], at_ms: int) -> Scenario:
    """Jobs of every kind on two processes, and Redis down twice, the second time for longer."""
    faults = [
        {**redis, "at": f"{at_ms}ms", "duration": "2500ms"},
        {**redis, "at": f"{at_ms + 9_000}ms", "duration": "6s"},
        {**redis, "at": f"{at_ms + 17_000}ms", "duration": "500ms"},
    ]
    base: dict[str, Any] = {
        "title": "Redis down",
        "question": "Does the process wait?",
        "queues": {"email": {"service": "900ms"}},
        "workload": [
            {"queue": "email", "arrivals": {"kind": "constant", "interval": "1300ms", "count": 12}},
            {"queue": "email", "arrivals": {"kind": "constant", "interval": "4s", "count": 4}, "delay": "2s"},
        ],
        "workers": {"email": {"processes": 2, "lock_duration": "5s", "stalled_interval": "3s"}},
        "redis": {"persistence": "rdb", "save_interval": "5s"},
    }
    return Scenario.model_validate({**base, **process, "faults": [*process.get("faults", []), *faults]})


@pytest.mark.parametrize("semantics", ["documented", "bull-4.16"])
@pytest.mark.parametrize("redis", REDIS)
@pytest.mark.parametrize("process", PROCESSES)
def test_redis_may_go_away_at_any_moment(process: str, redis: str, semantics: Any) -> None:
    """No command is sent while it would not be carried out, and no job that Redis still has stays behind."""
    for at_ms in range(0, 12_000, 430):
        world = World(scenario(PROCESSES[process], REDIS[redis], at_ms), semantics=semantics, store="memory")
        world.run()
        totals = world.result().totals
        assert totals.adds_up, at_ms
        assert totals.pending == 0 or process == "operated", at_ms
        simulation_of(world).close()


def test_a_second_outage_while_redis_loads_puts_an_end_to_the_loading() -> None:
    """What was to be the end of the first loading says nothing of the second, which takes its own time."""
    world = World(
        Scenario.model_validate(
            {
                "title": "t",
                "question": "q",
                "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}}],
                "faults": [
                    {"kind": "redis-crash", "at": "10s", "duration": "1s", "loading": "5s"},
                    {"kind": "redis-crash", "at": "12s", "duration": "2s", "loading": "5s"},
                ],
            }
        )
    )
    world.run()
    seen = [
        (record.t_ms, record.kind)
        for record in world.trace
        if record.kind in (EventKind.FAULT_BEGAN, EventKind.REDIS_LOADING, EventKind.FAULT_ENDED)
    ]
    down, loading, up = EventKind.FAULT_BEGAN, EventKind.REDIS_LOADING, EventKind.FAULT_ENDED
    assert seen == [(10_000, down), (11_000, loading), (12_000, down), (14_000, loading), (19_000, up)]


@pytest.mark.parametrize("store", ["memory", "fakeredis"])
@pytest.mark.parametrize("loading", ["0s", "30s"])
def test_a_run_may_end_while_redis_is_away(store: Any, loading: str) -> None:
    """What is delayed then is read all the same, to say how the run ended."""
    away = {"kind": "redis-crash", "at": "5s", "duration": "10s" if loading != "0s" else "1m", "loading": loading}
    world = World(
        Scenario.model_validate(
            {
                "title": "t",
                "question": "q",
                "duration": "20s",
                "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}, "delay": "1m"}],
                "redis": {"persistence": "aof-always"},
                "faults": [away],
            }
        ),
        store=store,
    )
    world.run()
    assert world.result().totals.pending == 1

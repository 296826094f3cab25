"""Redis takes only so many connections: one for each queue of the application, three for a worker."""

from typing import Any

import pytest

from sim.engine.world import World
from sim.results.trace import EventKind
from tests.stories.test_stories import scenario

BULL = "bull-4.16"


def workers_of(world: World) -> set[str | None]:
    """Who has started a job so far."""
    return {record.worker for record in world.trace if record.kind is EventKind.STARTED}


def a_world(most: int, *, semantics: Any = BULL, **more: Any) -> World:
    """An email a second for half a minute, each of half a second, and two workers."""
    story = scenario(
        redis={"max_clients": most},
        workers={"email": {"processes": 2}},
        queues={"email": {"service": "500ms"}},
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 30}}],
        **more,
    )
    return World(story, semantics=semantics)


@pytest.mark.parametrize(("most", "working"), [(7, 2), (6, 1), (4, 1), (3, 0)])
def test_a_worker_that_lacks_one_of_its_three_connections_takes_no_job(most: int, working: int) -> None:
    """The application has the first; two workers need six more."""
    world = a_world(most)
    world.run_until("25s")
    assert len(workers_of(world)) == working


def test_the_application_is_there_first_and_so_are_its_submits() -> None:
    """With a single connection jobs are accepted, and nobody takes them."""
    world = a_world(1)
    world.run_until("20500ms")
    assert world.queue("email").counts["waiting"] == 21


def test_without_a_connection_a_submit_hangs() -> None:
    """Two queues need two; the application has one, and waits with everything."""
    story = scenario(
        redis={"max_clients": 1},
        queues={"email": {"service": "1s"}, "order": {}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}}],
        duration="1m",
    )
    world = World(story, semantics=BULL)
    world.run_until("30s")
    assert [record.kind for record in world.trace if record.job == "email-1"] == [
        EventKind.OFFERED,
        EventKind.SUBMIT_WAITING,
    ]


@pytest.mark.parametrize(("semantics", "there_ms"), [(BULL, 20_000), ("documented", 0)])
def test_who_was_turned_away_comes_in_when_another_leaves(semantics: Any, there_ms: int) -> None:
    """With Bull at its next attempt, which comes 20 s after the one before; else at once."""
    world = a_world(4, semantics=semantics)
    world.run_until("10200ms")
    (first,) = workers_of(world)
    (process,) = world.faults.processes(str(first))
    world.faults.crash(process)
    world.run_until(f"{10_700 + there_ms}ms")
    world.run_until(f"{13_000 + there_ms}ms")
    assert len(workers_of(world)) == 2


def test_after_an_outage_there_is_room_for_as_many_as_before() -> None:
    """Connections that break are given back."""
    world = a_world(4, faults=[{"kind": "redis-outage", "at": "5s", "duration": "3s"}])
    world.run_until("25s")
    late = {record.worker for record in world.trace if record.kind is EventKind.STARTED and record.t_ms > 8_000}
    assert len(late) == 1

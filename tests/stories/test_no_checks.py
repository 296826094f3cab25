"""With `stalled_interval: 0s` nobody looks for jobs of processes that died (BULL_FACTS 42)."""

from typing import Any

import pytest
from pydantic import ValidationError

from sim.engine.world import World
from tests.stories.test_stories import scenario, timeline

NEVER: dict[str, Any] = {"email": {"processes": 1, "stalled_interval": "0s"}}
CRASH: dict[str, Any] = {"kind": "worker-crash", "at": "5s", "restart_after": "1s"}


def test_a_job_whose_worker_dies_stays_active() -> None:
    """The one that takes its place tries to look once, and Redis refuses."""
    story = scenario(workers=NEVER, faults=[CRASH], duration="1h")
    assert timeline(story, semantics="bull-4.16") == [
        "1000 email-1 started",
        "5000 email-1 worker-crashed",
        "6000 email-1 worker-error",
    ]
    world = World(story, semantics="bull-4.16")
    world.run()
    assert world.queue("email").counts["active"] == 1
    (error,) = [event.more["error"] for event in world.trace if event.kind == "worker-error" and event.more]
    assert error == "invalid expire time in 'set' command"


def test_without_a_crash_nothing_is_different() -> None:
    """Processes that were there before the run had their refusal then."""
    assert timeline(scenario(workers=NEVER)) == timeline(scenario())


@pytest.mark.parametrize(("interval", "good"), [("0s", True), ("1ms", False), ("99ms", False), ("100ms", True)])
def test_an_interval_is_0_or_at_least_100_ms(interval: str, good: bool) -> None:
    """What lies between is refused with what would be right."""
    workers = {"email": {"stalled_interval": interval}}
    if good:
        scenario(workers=workers)
        return
    with pytest.raises(ValidationError, match="must be at least 100ms, or 0s for never"):
        scenario(workers=workers)

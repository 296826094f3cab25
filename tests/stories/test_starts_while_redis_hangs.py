"""A process that starts while Redis gives no answer (BULL_FACTS 4: its timer is set when the first check is over)."""

from tests.stories.test_stories import scenario, timeline


def test_its_stalled_checks_begin_when_redis_has_answered() -> None:
    """The check at the start waits until 20 s and marks the job; the next one comes 30 s after it, not at 43 s."""
    story = scenario(
        faults=[
            {"kind": "redis-hang", "at": "10s", "duration": "10s"},
            {"kind": "worker-crash", "at": "12s", "restart_after": "1s"},
        ],
        queues={"email": {"service": "40s"}},
    )
    assert [line for line in timeline(story, semantics="bull-4.16") if "stalled" in line] == ["50001 email-1 stalled"]

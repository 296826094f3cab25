"""Some processes cannot reach Redis, and the others can."""

from typing import Any

from sim.engine.world import World
from tests.stories.test_stories import scenario, timeline

CUT: dict[str, Any] = {"kind": "redis-partition"}
BULL = "bull-4.16"


def test_a_job_of_a_worker_that_is_cut_off_goes_to_another() -> None:
    """The rule of a killed worker; the first one goes on, sends as well, and is refused."""
    story = scenario(
        queues={"email": {"service": "5m"}},
        workers={"email": {"processes": 2}},
        faults=[{**CUT, "target": "email-2", "at": "1m", "duration": "1m"}],
    )
    assert timeline(story, semantics=BULL) == [
        "1000 email-1 started",
        "60000 email-2 fault-began",
        "100051 email-1 stalled",
        "100051 email-1 started",
        "120000 email-2 fault-ended",
        "241000 email-1 effect",
        "301000 email-1 ack-rejected",
        "301000 email-2 worker-error",
        "340051 email-1 effect",
        "400051 email-1 completed",
    ]


def test_what_a_worker_reports_while_it_is_cut_off_waits_for_its_client_s_schedule() -> None:
    """Cut off for 6 s at 2 s: the attempt after 6 s comes 12.84 s after the loss, and the lock of 30 s still holds."""
    story = scenario(
        workers={"email": {"processes": 1}}, faults=[{**CUT, "target": "email-1", "at": "2s", "duration": "11s"}]
    )
    assert timeline(story, semantics=BULL) == [
        "1000 email-1 started",
        "2000 email-1 fault-began",
        "9000 email-1 effect",
        "13000 email-1 fault-ended",
        "14840 email-1 completed",
    ]


def test_an_idle_worker_that_is_cut_off_gets_no_job() -> None:
    """Its blocked pop is gone with its connection; the other one gets the job."""
    story = scenario(
        workers={"email": {"processes": 2}},
        faults=[{**CUT, "target": "email-2", "at": "500ms", "duration": "1m"}],
    )
    world = World(story, semantics=BULL)
    world.run_until("2s")
    assert world.queue("email").counts["active"] == 1
    assert [event.worker for event in world.trace if event.kind == "started"] == ["email-1"]


def test_an_application_that_is_cut_off_keeps_its_submits() -> None:
    """They reach the queue when its client is back; the workers have Redis all the time."""
    story = scenario(faults=[{**CUT, "target": "application", "at": "500ms", "duration": "2s"}])
    assert timeline(story, semantics=BULL)[:4] == [
        "500 application fault-began",
        "1000 email-1 submit-waiting",
        "2500 application fault-ended",
        "5230 email-1 started",
    ]


def test_a_process_that_is_started_meanwhile_is_cut_off_too() -> None:
    """What is cut is the way to Redis, not the process."""
    story = scenario(
        workers={"email": {"processes": 1}},
        faults=[
            {**CUT, "target": "email-1", "at": "100ms", "duration": "20s"},
            {"kind": "worker-crash", "target": "email-1", "at": "200ms", "restart_after": "300ms"},
        ],
    )
    starts = [line for line in timeline(story, semantics=BULL) if line.endswith(" started")]
    assert starts == ["33350 email-1 started"]


def test_two_partitions_that_overlap_end_with_the_last() -> None:
    """And their windows in the trace are two."""
    story = scenario(
        faults=[
            {**CUT, "target": "email-1", "at": "100ms", "duration": "2s"},
            {**CUT, "target": "email", "at": "1s", "duration": "10s"},
        ],
    )
    told = timeline(story, semantics=BULL)
    assert [line for line in told if "fault" in line] == [
        "100 email-1 fault-began",
        "1000 email-1 fault-began",
        "2100 email-1 fault-ended",
        "11000 email-1 fault-ended",
    ]
    assert "12940 email-1 started" in told


def test_a_redis_that_comes_back_is_still_out_of_reach_for_who_is_cut_off() -> None:
    """Down for everybody from 1.5 s to 3.5 s; the worker is cut off until 10 s, and tries again after 12.84 s."""
    story = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["5s"]}}],
        workers={"email": {"processes": 1}},
        faults=[
            {"kind": "redis-outage", "at": "1500ms", "duration": "2s"},
            {**CUT, "target": "email-1", "at": "1s", "duration": "9s"},
        ],
    )
    assert "13840 email-1 started" in timeline(story, semantics=BULL)


def test_a_process_that_goes_on_while_it_is_cut_off_does_not_reach_redis() -> None:
    """Frozen from 2 s to 4 s and cut off meanwhile, it notices at 4 s; its schedule counts from there."""
    story = scenario(
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["5s"]}}],
        workers={"email": {"processes": 1}},
        faults=[
            {"kind": "worker-freeze", "target": "email-1", "at": "2s", "duration": "2s"},
            {**CUT, "target": "email-1", "at": "3s", "duration": "5s"},
        ],
    )
    assert "8730 email-1 started" in timeline(story, semantics=BULL)


def test_in_process_nobody_needs_redis() -> None:
    """The request goes on."""
    story = scenario(faults=[{**CUT, "target": "workers", "at": "2s", "duration": "1m"}])
    assert "11000 email-1 completed" in timeline(story, "in-process")

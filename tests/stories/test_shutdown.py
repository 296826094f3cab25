"""Processes are told to stop, as a deploy does."""

from typing import Any

from sim.engine.world import World
from tests.stories.test_stories import scenario, timeline

STOP: dict[str, Any] = {"kind": "worker-shutdown", "target": "email-1"}
BULL = "bull-4.16"


def emails(*at: str, **parts: Any) -> Any:
    """Emails of 10 s each for one worker."""
    return scenario(workload=[{"queue": "email", "arrivals": {"kind": "times", "at": list(at)}}], **parts)


def test_a_worker_ends_its_job_takes_no_other_and_leaves() -> None:
    """The next one is done by the process that takes its place."""
    assert timeline(emails("1s", "2s", faults=[{**STOP, "at": "3s", "restart_after": "5s"}]), semantics=BULL) == [
        "1000 email-1 started",
        "3000 email-1 fault-began",
        "9000 email-1 effect",
        "11000 email-1 completed",
        "11000 email-1 fault-ended",
        "11000 email-1 worker-stopped",
        "16000 email-2 started",
        "24000 email-2 effect",
        "26000 email-2 completed",
    ]


def test_a_worker_that_takes_too_long_is_killed() -> None:
    """Its job is found stalled when its lock has expired and two checks have come."""
    told = timeline(emails("1s", faults=[{**STOP, "at": "3s", "grace": "4s", "restart_after": "1s"}]), semantics=BULL)
    assert told[:3] == ["1000 email-1 started", "3000 email-1 fault-began", "7000 email-1 worker-crashed"]
    assert "email-1 stalled" in told[3]


def test_a_job_that_ends_with_the_grace_time_is_kept() -> None:
    """The kill comes after what else happens in its millisecond only if that was arranged before."""
    told = timeline(emails("1s", faults=[{**STOP, "at": "3s", "grace": "8001ms"}]), semantics=BULL)
    assert "11000 email-1 worker-stopped" in told
    assert not any("crashed" in line for line in told)


def test_an_idle_worker_takes_a_job_that_comes_within_half_a_second() -> None:
    """QUIT waits behind its blocked pop (BULL_FACTS 19); what comes after that waits for the next process."""
    stop = [{**STOP, "at": "3s", "restart_after": "20s"}]
    assert timeline(emails("3499ms", faults=stop), semantics=BULL)[1:] == [
        "3499 email-1 started",
        "11499 email-1 effect",
        "13499 email-1 completed",
        "13499 email-1 fault-ended",
        "13499 email-1 worker-stopped",
    ]
    assert timeline(emails("3501ms", faults=stop), semantics=BULL)[:4] == [
        "3000 email-1 fault-began",
        "3500 email-1 fault-ended",
        "3500 email-1 worker-stopped",
        "23500 email-1 started",
    ]


def test_a_worker_that_shuts_down_looks_after_no_delayed_and_no_stalled_job() -> None:
    """A retry that comes due meanwhile waits for the next process."""
    story = emails(
        "1s",
        "2s",
        workers={"email": {"processes": 1, "concurrency": 2}},
        queues={"email": {"service": "10s", "backoff": {"type": "fixed", "delay": "500ms"}}},
        faults=[
            {**STOP, "at": "3s", "restart_after": "1s"},
            {"kind": "handler-error", "jobs": ["email-1"], "first_attempts": 1},
        ],
    )
    world = World(story, semantics=BULL)
    world.run_until("11s")
    assert world.queue("email").counts["delayed"] == 1
    told = timeline(story, semantics=BULL)
    assert told[told.index("12000 email-1 worker-stopped") :] == [
        "12000 email-1 worker-stopped",
        "13000 email-1 started",
        "21000 email-1 effect",
        "23000 email-1 completed",
    ]


def test_a_worker_that_shuts_down_makes_no_stalled_check() -> None:
    """The job of a dead process waits for the check of the one that takes its place."""
    story = emails(
        "1s",
        "2s",
        workers={"email": {"processes": 2}},
        queues={"email": {"service": "3m"}},
        faults=[
            {"kind": "worker-crash", "target": "email-2", "at": "3s", "restart_after": None},
            {**STOP, "at": "4s", "grace": None, "restart_after": "1s"},
        ],
    )
    told = timeline(story, semantics=BULL)
    assert [line for line in told if line.endswith(("stalled", "worker-stopped"))] == [
        "182000 email-1 worker-stopped",
        "213001 email-1 stalled",
    ]


def test_a_second_signal_changes_nothing() -> None:
    """Neither the grace time of the first nor its replacement."""
    twice = [{**STOP, "at": "3s", "grace": "20s", "restart_after": "1s"}, {**STOP, "at": "4s", "grace": "1s"}]
    once = emails("1s", "2s", faults=twice[:1])
    assert timeline(emails("1s", "2s", faults=twice), semantics=BULL) == timeline(once, semantics=BULL)


def test_a_frozen_worker_hears_the_signal_when_it_goes_on() -> None:
    """Its grace time goes on meanwhile."""
    freeze = {"kind": "worker-freeze", "target": "email-1", "at": "2s", "duration": "10s"}
    told = timeline(emails("1s", faults=[freeze, {**STOP, "at": "3s"}]), semantics=BULL)
    assert told[-2:] == ["14000 email-1 fault-ended", "14000 email-1 worker-stopped"]
    killed = timeline(emails("1s", faults=[freeze, {**STOP, "at": "3s", "grace": "5s"}]), semantics=BULL)
    assert "8000 email-1 worker-crashed" in killed


def test_an_idle_worker_that_is_frozen_leaves_when_it_goes_on() -> None:
    """Half a second after that, as after the signal."""
    freeze = {"kind": "worker-freeze", "target": "email-1", "at": "2s", "duration": "10s"}
    told = timeline(emails("60s", faults=[freeze, {**STOP, "at": "3s", "restart_after": "1s"}]), semantics=BULL)
    assert "12500 email-1 worker-stopped" in told


def test_a_worker_whose_report_is_refused_while_it_shuts_down_leaves_without_a_rest() -> None:
    """Otherwise its slot would be idle for 5 s; the job has gone to the other one."""
    freeze = {"kind": "worker-freeze", "target": "email-2", "at": "2s", "duration": "2m"}
    story = emails(
        "1s",
        workers={"email": {"processes": 2}},
        faults=[freeze, {**STOP, "target": "email-2", "at": "3s", "grace": None}],
    )
    told = timeline(story, semantics=BULL)
    refused = next(line for line in told if line.endswith("worker-error")).split()[0]
    assert f"{refused} email-2 worker-stopped" in told


def test_a_job_that_was_popped_is_done_before_the_worker_leaves() -> None:
    """It came to a frozen worker's blocked pop, whose connection broke before it could lock the job."""
    story = emails(
        "1s",
        faults=[
            {"kind": "worker-freeze", "target": "email-1", "at": "500ms", "duration": "4500ms"},
            {"kind": "redis-outage", "at": "4s", "duration": "6s"},
            {**STOP, "at": "6s", "grace": None, "restart_after": "1m"},
        ],
    )
    told = timeline(story, semantics=BULL)
    kinds = [line.split()[2] for line in told]
    assert kinds.index("started") < kinds.index("completed") < kinds.index("worker-stopped")


def test_a_rolling_deploy_tells_one_after_the_other() -> None:
    """In the order of their numbers."""
    story = emails(
        "1s",
        workers={"email": {"processes": 3}},
        faults=[{**STOP, "target": "email", "at": "20s", "stagger": "10s", "restart_after": "1s"}],
    )
    world = World(story, semantics=BULL)
    world.run()
    stopped = [(event.t_ms, event.worker) for event in world.trace if event.kind == "worker-stopped"]
    assert stopped == [(20_500, "email-1"), (30_500, "email-2"), (40_500, "email-3")]


def test_in_process_the_application_ends_its_requests_and_refuses_new_ones() -> None:
    """As a server does that stops to listen."""
    told = timeline(emails("1s", "4s", faults=[{**STOP, "at": "3s", "restart_after": "1s"}]), "in-process")
    assert told == [
        "1000 email-1 started",
        "3000 application fault-began",
        "4000 email-2 rejected",
        "9000 email-1 effect",
        "11000 email-1 completed",
        "11000 application fault-ended",
        "11000 application worker-stopped",
    ]


def closed(how: str, *at: str, stop_at: str = "3s", grace: str | None = "30s", **parts: Any) -> list[str]:
    """What happens when the only worker, which starts again 5 s later, is shut down in this way."""
    stop = {**STOP, "at": stop_at, "restart_after": "5s", "close": how, "grace": grace}
    return timeline(emails(*at, faults=[stop], **parts), semantics=BULL)


def test_without_a_handler_of_sigterm_a_process_dies_at_once() -> None:
    """As Node does by default: for its job it is a crash, whatever the grace time."""
    told = closed("none", "1s")
    assert told[:3] == ["1000 email-1 started", "3000 email-1 fault-began", "3000 email-1 worker-crashed"]
    crash = {"kind": "worker-crash", "target": "email-1", "at": "3s", "restart_after": "5s"}
    assert [line for line in told if "fault" not in line] == timeline(emails("1s", faults=[crash]), semantics=BULL)


def test_a_forced_close_leaves_its_job_which_is_found_stalled() -> None:
    """`close(true)` waits for no job: it is active without a worker until a check has found it (BULL_FACTS 19)."""
    told = closed("force", "1s")
    assert told[:3] == ["1000 email-1 started", "3000 email-1 fault-began", "3000 email-1 worker-crashed"]
    assert told[3].endswith("email-1 stalled")
    assert not any("fault-ended" in line for line in told)


def test_a_forced_close_of_an_idle_worker_waits_half_a_second_for_its_blocked_pop() -> None:
    """As `close()` does; nothing is left behind."""
    assert closed("force", "9s")[:3] == [
        "3000 email-1 fault-began",
        "3500 email-1 fault-ended",
        "3500 email-1 worker-stopped",
    ]


def test_a_job_that_comes_to_it_meanwhile_is_begun_and_left() -> None:
    """The pop is answered, so the connection is free, and the process leaves with the job that has just begun."""
    told = closed("force", "3300ms")
    assert told[:3] == ["3000 email-1 fault-began", "3300 email-1 started", "3300 email-1 worker-crashed"]
    assert told[3].endswith("email-1 stalled")


def test_with_an_idle_slot_beside_a_busy_one_it_leaves_half_a_second_later() -> None:
    """What ends within it is done."""
    parts: dict[str, Any] = {"workers": {"email": {"processes": 1, "concurrency": 2}}}
    queues = {"queues": {"email": {"service": "2400ms"}}}
    assert closed("force", "1s", **parts, **queues)[1:] == [
        "2920 email-1 effect",
        "3000 email-1 fault-began",
        "3400 email-1 completed",
        "3500 email-1 fault-ended",
        "3500 email-1 worker-stopped",
    ]
    assert "3500 email-1 worker-crashed" in closed("force", "1s", **parts)


def test_a_frozen_process_leaves_by_force_when_it_goes_on() -> None:
    """A signal waits for who can hear it."""
    freeze = {"kind": "worker-freeze", "target": "email-1", "at": "2s", "duration": "4s"}
    stop = {**STOP, "at": "3s", "close": "force"}
    told = timeline(emails("1s", faults=[freeze, stop]), semantics=BULL)
    assert told[1:4] == ["2000 email-1 fault-began", "3000 email-1 fault-began", "6000 email-1 fault-ended"]
    assert told[4] == "6000 email-1 worker-crashed"


def test_in_process_a_forced_close_takes_the_jobs_with_it() -> None:
    """The application does not wait for them."""
    stop = {**STOP, "target": "application", "at": "3s", "close": "force"}
    assert "3000 application worker-crashed" in timeline(emails("1s", faults=[stop]), "in-process")

"""Playing a trace again."""

from sim.results.replay import AttemptEnd, State, replay
from sim.results.trace import EventKind, Trace
from tests.unit.results.traces import Tape, in_process_tape, queue_tape


def states(trace: Trace, job: str) -> list[tuple[int, State | None]]:
    """The moments at which a job's state changed, and what it became; states of no duration are left out."""
    changes = [(c.t_ms, c.new) for c in replay(trace).changes if c.job == job]
    return [one for place, one in enumerate(changes) if place + 1 == len(changes) or changes[place + 1][0] > one[0]]


def test_job_of_a_dead_worker_is_abandoned_until_it_is_found_stalled() -> None:
    """Between the crash and the stalled check the job stands in `active`, and nobody runs it."""
    assert states(queue_tape().trace(), "email-2") == [
        (2_000, State.ACTIVE),
        (3_200, State.ABANDONED),
        (62_000, State.ACTIVE),
        (63_200, None),
    ]


def test_job_of_a_frozen_worker_looks_active() -> None:
    """A frozen worker has not let go of its job before somebody finds it stalled."""
    assert states(queue_tape().trace(), "email-4") == [
        (10_000, State.ACTIVE),
        (62_000, State.WAITING),
        (63_200, State.ACTIVE),
        (64_200, None),
    ]


def test_failed_attempt_is_delayed_and_then_active_again() -> None:
    """A retry passes through `delayed`."""
    assert states(queue_tape().trace(), "email-3") == [
        (4_000, State.ACTIVE),
        (4_500, State.DELAYED),
        (6_500, State.ACTIVE),
        (7_200, None),
    ]


def test_every_attempt_has_the_end_that_the_ledger_tells() -> None:
    """Killed, refused, failed and ok attempts are told apart."""
    ends = {(a.job, a.number): (a.end, a.end_ms) for a in replay(queue_tape().trace()).attempts}

    assert ends["email-2", 1] == (AttemptEnd.KILLED, 3_200)
    assert ends["email-2", 2] == (AttemptEnd.OK, 63_200)
    assert ends["email-3", 1] == (AttemptEnd.FAILED, 4_500)
    assert ends["email-4", 1] == (AttemptEnd.ACK_REJECTED, 90_200)


def test_crash_of_the_application_ends_all_that_it_held() -> None:
    """In-process jobs are gone with the process: running and waiting alike."""
    tape = Tape("in-process")
    tape.arrival(0, "email-1")
    tape.job(0, "email-1", EventKind.STARTED, 1, "application")
    tape.arrival(10, "email-2")
    tape.world(50, EventKind.WORKER_CRASHED, "application")

    assert states(tape.trace(), "email-1") == [(0, State.ACTIVE), (50, None)]
    assert states(tape.trace(), "email-2") == [(10, State.WAITING), (50, None)]
    assert states(in_process_tape().trace(), "email-2") == [(2_000, State.ACTIVE), (2_500, None)]


def test_job_taken_by_a_worker_that_died_at_that_step_is_abandoned() -> None:
    """A pop that is not followed by a lock leaves the job in `active`."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(5, "email-1", EventKind.KILLED, 0, "email-1", step="between-take-and-lock")
    tape.world(5, EventKind.WORKER_CRASHED, "email-1")
    tape.job(5, "email-1", EventKind.POPPED, 0, "email-1")

    assert states(tape.trace(), "email-1") == [(0, State.WAITING), (5, State.ABANDONED)]


def test_refused_failure_report_abandons_the_job() -> None:
    """A worker that could not report lets go of a job that the queue still calls active."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(0, "email-1", EventKind.STARTED, 1, "email-1")
    tape.job(10, "email-1", EventKind.ATTEMPT_FAILED, 1, "email-1", error="x")
    tape.job(20, "email-1", EventKind.ACK_REJECTED, 1, "email-1", error="y")

    assert states(tape.trace(), "email-1") == [(0, State.ACTIVE), (20, State.ABANDONED)]


def test_job_added_twice_stays_until_both_copies_are_done() -> None:
    """A submit repeated after a lost reply makes two entries under one name."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(5, "email-1", EventKind.ENQUEUED, 0, "producer", id="2")
    tape.job(10, "email-1", EventKind.STARTED, 1, "email-1")
    tape.job(20, "email-1", EventKind.COMPLETED, 1, "email-1")
    tape.job(30, "email-1", EventKind.STARTED, 2, "email-1")
    tape.job(40, "email-1", EventKind.COMPLETED, 2, "email-1")

    assert states(tape.trace(), "email-1") == [
        (0, State.WAITING),
        (10, State.ACTIVE),
        (20, State.WAITING),
        (30, State.ACTIVE),
        (40, None),
    ]


def test_job_restored_by_redis_stands_where_redis_says() -> None:
    """After a restart from older data the job goes back to that place."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(10, "email-1", EventKind.STARTED, 1, "email-1")
    tape.job(20, "email-1", EventKind.COMPLETED, 1, "email-1")
    tape.job(30, "email-1", EventKind.RESTORED, 1, None, place="waiting")

    assert states(tape.trace(), "email-1")[-1] == (30, State.WAITING)


def test_leaving_jobs_out_does_not_change_the_others() -> None:
    """A replay of one job tells the same of it as a replay of all."""
    trace = queue_tape().trace()

    assert [c for c in replay(trace).changes if c.job == "email-4"] == replay(trace, only={"email-4"}).changes

"""What was broken from when to when."""

from sim.faults.window import FaultKind
from sim.results.fault_windows import fault_rows, fault_windows
from sim.results.trace import EventKind
from tests.unit.results.traces import SMALL_END_MS, Tape, queue_tape


def spans(tape: Tape, end_ms: int = 1_000) -> list[tuple[str, int, int]]:
    """Label, start and end of each window."""
    return [(w.label, w.start_ms, w.end_ms) for w in fault_windows(tape.trace(), end_ms)]


def test_windows_run_from_the_break_to_the_mending() -> None:
    """Crash, freeze and outage are named and timed."""
    assert spans(queue_tape(), SMALL_END_MS) == [
        ("email-1 down", 3_200, 8_200),
        ("email-1 frozen", 10_500, 90_000),
        ("Redis down (power-loss)", 42_000, 47_000),
    ]


def test_window_that_nothing_closes_lasts_to_the_end_of_the_run() -> None:
    """A worker that never comes back is down until the end."""
    tape = Tape("queue")
    tape.world(300, EventKind.WORKER_CRASHED, "email-1")
    window = fault_windows(tape.trace(), 1_000)[0]

    assert (window.start_ms, window.end_ms, window.mended) == (300, 1_000, False)


def test_process_that_dies_frozen_is_down_and_frozen_no_more() -> None:
    """The freeze ends where the crash begins."""
    tape = Tape("queue")
    tape.world(100, EventKind.FAULT_BEGAN, "email-1", kind="worker-freeze")
    tape.world(200, EventKind.WORKER_CRASHED, "email-1")
    tape.world(300, EventKind.WORKER_STARTED, "email-1")

    assert spans(tape) == [("email-1 frozen", 100, 200), ("email-1 down", 200, 300)]


def test_process_of_which_no_start_is_told_stays_down_when_it_dies_again() -> None:
    """Only a start ends what a crash began: the in-process application's restarts stand in no event of queue mode."""
    tape = Tape("queue")
    tape.world(100, EventKind.WORKER_CRASHED, "application")
    tape.world(200, EventKind.WORKER_CRASHED, "application")

    assert spans(tape) == [("application down", 100, 1_000), ("application down", 200, 1_000)]


def test_freeze_within_a_freeze_ends_with_the_last_resume() -> None:
    """Two overlapping freezes are one window."""
    tape = Tape("queue")
    for t_ms, event in ((1, EventKind.FAULT_BEGAN), (2, EventKind.FAULT_BEGAN), (3, EventKind.FAULT_ENDED)):
        tape.world(t_ms, event, "email-1", kind="worker-freeze")
    tape.world(9, EventKind.FAULT_ENDED, "email-1", kind="worker-freeze")

    assert spans(tape) == [("email-1 frozen", 1, 9)]


def test_redis_that_loads_is_a_window_of_its_own() -> None:
    """Unreachable first, loading then."""
    tape = Tape("queue")
    tape.world(10, EventKind.FAULT_BEGAN, kind="redis-outage", why="unreachable")
    tape.world(20, EventKind.REDIS_LOADING)
    tape.world(30, EventKind.FAULT_ENDED, kind="redis-outage")

    assert spans(tape) == [("Redis unreachable", 10, 20), ("Redis loading", 20, 30)]


def test_database_and_handler_faults_are_closed_by_their_own_name() -> None:
    """Two faults of one kind that overlap are kept apart."""
    tape = Tape("queue")
    tape.world(10, EventKind.FAULT_BEGAN, kind="database-failure", name="a", failure="refuse")
    tape.world(20, EventKind.FAULT_BEGAN, name="b", kind="slow-database")
    tape.world(30, EventKind.FAULT_ENDED, kind="database-failure", name="a")
    tape.world(40, EventKind.FAULT_ENDED, name="b", kind="slow-database")
    tape.world(50, EventKind.FAULT_BEGAN, kind="handler-error", name="c", error="transient")

    assert spans(tape) == [
        ("database refuses calls", 10, 30),
        ("database slow", 20, 40),
        ("handlers raise transient errors", 50, 1_000),
    ]


def test_many_labels_become_one_row_for_each_kind() -> None:
    """Ten workers that crash fill one row and not ten; a label that is alone in its kind stays."""
    tape = Tape("queue")
    for number in range(10):
        tape.world(number, EventKind.WORKER_CRASHED, f"email-{number}")
    tape.world(50, EventKind.FAULT_BEGAN, "email-77", kind="worker-freeze")
    windows = fault_windows(tape.trace(), 1_000)

    assert len(fault_rows(windows, most=20)) == 11
    assert [f"{FaultKind.DOWN} (10 times)", "email-77 frozen"] == [row.label for row in fault_rows(windows)]

"""What an operator did, in the pictures and in their words."""

from sim.faults.window import FaultKind
from sim.plots.job_timeline import MarkerKind, job_lanes
from sim.plots.styles import MARKER_LOOKS
from sim.results.fault_windows import FaultWindow, fault_windows
from sim.results.outcomes import Place
from sim.results.replay import State, replay
from sim.results.trace import EventKind
from tests.unit.results.traces import Tape


def deed(tape: Tape, t_ms: int, do: str, *, failed: bool = False) -> None:
    """Write down what an operator did to the queue of the tape."""
    event = EventKind.OPERATOR_FAILED if failed else EventKind.OPERATOR_ACTED
    tape.operator(t_ms, event, do)


def windows(tape: Tape) -> list[tuple[str, int, int, bool]]:
    """Label, start, end and whether it is a moment."""
    return [(w.label, w.start_ms, w.end_ms, w.is_moment) for w in fault_windows(tape.trace(), 1_000)]


def test_a_deed_is_a_moment() -> None:
    """What was refused is one too, and says so."""
    tape = Tape("queue")
    deed(tape, 100, "retry-all")
    deed(tape, 200, "retry", failed=True)
    assert windows(tape) == [
        ("operator: retry-all email", 100, 100, True),
        ("operator cannot retry email", 200, 200, True),
    ]


def test_a_pause_lasts_to_its_resume() -> None:
    """A second pause in between changes nothing; a resume of what was never paused neither."""
    tape = Tape("queue")
    for t_ms, do in ((50, "resume"), (100, "pause"), (300, "resume"), (500, "pause")):
        deed(tape, t_ms, do)
    assert windows(tape) == [
        ("operator pauses email", 100, 300, False),
        ("operator pauses email", 500, 1_000, False),
    ]


def test_a_drain_ends_a_pause_and_a_pause_that_failed_begins_none() -> None:
    """As the queue hands out again."""
    tape = Tape("queue")
    deed(tape, 100, "pause")
    deed(tape, 200, "resume", failed=True)
    deed(tape, 300, "drain")
    deed(tape, 400, "pause", failed=True)
    assert windows(tape) == [
        ("operator pauses email", 100, 300, False),
        ("operator cannot resume email", 200, 200, True),
        ("operator: drain email", 300, 300, True),
        ("operator cannot pause email", 400, 400, True),
    ]


def test_a_fault_of_no_length_is_no_moment_of_an_operator() -> None:
    """It keeps its bar."""
    assert not FaultWindow(FaultKind.REDIS, "Redis unreachable", 5, 5, mended=True).is_moment


def test_a_removed_job_leaves_its_state() -> None:
    """A waiting one is not waiting any more; of a failed one only the record goes."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(100, "email-1", EventKind.REMOVED, 0, "operator", **{"from": "waiting"})
    tape.arrival(0, "email-2")
    tape.job(50, "email-2", EventKind.STARTED, 1, "email-1")
    tape.job(60, "email-2", EventKind.FAILED, 1, "email-1")
    tape.job(200, "email-2", EventKind.REMOVED, 1, "operator", **{"from": "failed"})
    changes = [(c.t_ms, c.job, c.new) for c in replay(tape.trace(), end_ms=1_000).changes]
    assert changes == [
        (0, "email-1", State.WAITING),
        (0, "email-2", State.WAITING),
        (50, "email-2", State.ACTIVE),
        (60, "email-2", None),
        (100, "email-1", None),
    ]


def test_promotions_are_marked_where_a_hand_did_them() -> None:
    """Not where the job became due by itself."""
    tape = Tape("queue")
    for number, worker in ((1, "operator"), (2, "email-1")):
        tape.arrival(0, f"email-{number}", delay_ms=500)
        tape.job(100, f"email-{number}", EventKind.PROMOTED, 0, worker)
    tape.job(200, "email-1", EventKind.REMOVED, 0, "operator", **{"from": "waiting"})
    result = tape.result(1_000, {"email-2": Place.WAITING}, ["email"])
    kinds = [[marker.kind for marker in lane.markers] for lane in job_lanes(result, ["email-1", "email-2"])]
    assert kinds == [[MarkerKind.PROMOTED, MarkerKind.REMOVED, MarkerKind.LOST], []]


def test_every_kind_of_marker_has_a_look_of_its_own() -> None:
    """Shape and colour together tell them apart."""
    assert set(MARKER_LOOKS) == set(MarkerKind)
    looks = [(look.marker, look.colour) for look in MARKER_LOOKS.values()]
    assert len(set(looks)) == len(looks)

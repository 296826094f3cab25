"""Every metric as it is at one moment."""

from sim.results.metrics import Metrics
from sim.results.prometheus import MetricsSnapshot
from sim.results.samples import Reading
from sim.results.trace import EventKind
from tests.unit.results.made import DEAD, NOT_YET, WELL, reading
from tests.unit.results.traces import Tape, scenario


def readout(t_ms: int, found: Reading | None = None, tape: Tape | None = None) -> MetricsSnapshot:
    """The metrics of a run that was read at a moment, with a window of a minute for times."""
    processes = len(found.workers) if found else 1
    made = scenario(metrics={"window": "60s"}, workers={"email": {"processes": processes}}, expect={})
    trace = (tape or Tape("queue")).trace()
    return MetricsSnapshot(Metrics(made, "queue", trace, None, look=lambda: (t_ms, found or reading())))


def processed(*ended_ms: int) -> Tape:
    """Jobs that took 1 s, 2 s, ... and were done at these moments."""
    tape = Tape("queue")
    for number, end_ms in enumerate(ended_ms, 1):
        name = f"email-{number}"
        tape.arrival(0, name)
        tape.succeed(name, 1, "email-1", end_ms - 1_000 * number, end_ms, end_ms)
    return tape


def test_the_window_leaves_out_what_is_exactly_as_old_as_it_is_long() -> None:
    """A window of a minute at 90 s begins after 30 s."""
    now = readout(90_000, tape=processed(30_000, 30_001, 90_000))
    assert now.value("email", "processing_p50") == 2.0
    assert now.value("email", "processing_p99") == 3.0


def test_what_is_a_millisecond_younger_than_the_window_is_in_it() -> None:
    """The other side of the edge."""
    assert readout(89_999, tape=processed(30_000)).value("email", "processing_p50") == 1.0
    assert readout(90_000, tape=processed(30_000)).value("email", "processing_p50") is None


def test_a_delivery_is_timed_from_the_submit() -> None:
    """Not from the start of the attempt."""
    assert readout(90_000, tape=processed(45_000)).value("email", "delivery_p50") == 45.0


def test_a_gauge_is_what_was_read_and_missing_while_redis_is_down() -> None:
    """As an exporter would find it."""
    up, down = readout(1_000, reading(5)), readout(1_000, reading(None))
    assert (up.value("email", "waiting"), up.value(None, "redis_up")) == (5.0, 1.0)
    assert (down.value("email", "waiting"), down.value(None, "redis_up")) == (None, 0.0)


def test_the_age_of_the_oldest_waiting_job_is_told_in_seconds() -> None:
    """It is 0 where nothing waits, and unknown while Redis is down."""
    tape = Tape("queue")
    tape.arrival(1_000, "email-1")
    ages = [readout(3_000, found, tape).value("email", "oldest_waiting_age") for found in map(reading, (1, 0, None))]
    assert ages == [2.0, 0.0, None]


def test_counters_count_from_the_beginning_of_the_run() -> None:
    """Each its own event."""
    tape = Tape("queue")
    tape.arrival(0, "email-1")
    tape.job(10, "email-1", EventKind.STARTED, 1, "email-1")
    tape.job(20, "email-1", EventKind.ATTEMPT_FAILED, 1, "email-1")
    now = readout(30, tape=tape)
    assert [now.value("email", name) for name in ("attempts", "attempt_failures", "failures")] == [1.0, 1.0, 0.0]


def test_processes_that_do_not_run_are_down() -> None:
    """A process that has not started yet is not down."""
    assert readout(0, reading(0, WELL, DEAD, NOT_YET, DEAD)).value("email", "workers_down") == 2.0

"""What each event of a job says to the counters, and who stands in line after it."""

from typing import Any

import pytest

from sim.results.counters import Counters
from sim.results.trace import Event, EventKind, Trace

E = EventKind
LINES_UP: list[tuple[EventKind, dict[str, Any] | None]] = [
    (E.ENQUEUED, {"id": "1"}),
    (E.RETRY_SCHEDULED, {"delay_ms": 0}),
    (E.PROMOTED, None),
    (E.STALLED, None),
    (E.RETRIED, None),
    (E.REPLAYED, None),
    (E.RESTORED, {"place": "waiting"}),
]
LEAVES: list[tuple[EventKind, dict[str, Any] | None]] = [
    (E.ENQUEUED, {"id": "1", "delay_ms": 5}),
    (E.RETRY_SCHEDULED, {"delay_ms": 5}),
    (E.POPPED, None),
    (E.DROPPED, {"why": "rate limit"}),
    (E.STARTED, None),
    (E.FAILED, {"kept": True}),
    (E.DATA_LOST, None),
    (E.REMOVED, {"from": "waiting"}),
    (E.RESTORED, {"place": "active"}),
]
SPOKEN_OF = {event for event, _more in LINES_UP + LEAVES}
OF_ONE_JOB = list(EventKind)[: list(EventKind).index(EventKind.LOST) + 1]
NEITHER = [event for event in OF_ONE_JOB if event not in SPOKEN_OF]


def counters(*events: tuple[EventKind, dict[str, Any] | None]) -> Counters:
    """Tell the counters of one job, an event every 10 ms; its attempts are all the first, of one worker."""
    trace = Trace("queue")
    for place, (event, more) in enumerate(events):
        trace.records.append(Event(10 * place, "email", "email-1", event, 1, "email-1", more))
    return Counters(trace, ["email"]).catch_up()


@pytest.mark.parametrize(("event", "more"), LINES_UP)
def test_it_stands_in_line_after(event: EventKind, more: dict[str, Any] | None) -> None:
    """A job that was not in line is, from that moment on."""
    own = counters((E.ENQUEUED, None), (E.POPPED, None), (event, more)).queues["email"]
    assert own.line == {"email-1": 20}
    assert own.oldest == ([0, 10, 20], [0, -1, 20])


@pytest.mark.parametrize(("event", "more"), LEAVES)
def test_it_stands_in_line_no_more_after(event: EventKind, more: dict[str, Any] | None) -> None:
    """A job that was in line is not, from that moment on."""
    own = counters((E.ENQUEUED, None), (event, more)).queues["email"]
    assert own.line == {}
    assert own.oldest == ([0, 10], [0, -1])


@pytest.mark.parametrize("event", NEITHER)
def test_its_place_in_line_stays_after(event: EventKind) -> None:
    """In line or not."""
    for before, stands in ((E.ENQUEUED, {"email-1": 0}), (E.POPPED, {})):
        own = counters((before, None), (event, None)).queues["email"]
        assert own.line == stands
        assert len(own.oldest.at_ms) == 1


@pytest.mark.parametrize(
    ("event", "failed"),
    [(E.COMPLETED, []), (E.ATTEMPT_FAILED, [10]), (E.ACK_REJECTED, [10])],
)
def test_an_attempt_has_ended_with(event: EventKind, failed: list[int]) -> None:
    """Its time counts once, and its worker has made progress; it has failed unless the queue recorded success."""
    told = counters((E.STARTED, None), (event, None), (event, None))
    worker = told.worker("email-1")
    assert told.queues["email"].processing == ([10], [10])
    assert (worker.progress, worker.ended, worker.failed) == ([0, 10], [10], failed)


def test_a_wait_for_the_rate_limit_is_no_retry() -> None:
    """It is written as one."""
    told = counters((E.RETRY_SCHEDULED, {"delay_ms": 5, "why": "rate limit"}), (E.RETRY_SCHEDULED, {"delay_ms": 5}))
    assert told.queues["email"].counted["retries"] == [10]

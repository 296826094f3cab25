"""What each event says of its job, and the one outcome that follows."""

from typing import Any

import pytest

from sim.results.facts import JobFacts, Place, tells_of
from sim.results.outcomes import Counts, Outcome, add_up, count_by_queue, judge, outcome_of
from sim.results.trace import EventKind

OFFERED_MS = 100
TOLD: list[tuple[EventKind, dict[str, Any]]] = [
    (EventKind.ENQUEUED, {"enqueued": True}),
    (EventKind.REJECTED, {"rejected": True, "ended_ms": 700}),
    (EventKind.STARTED, {"attempts": 1}),
    (EventKind.EFFECT, {"first_effect_ms": 700}),
    (EventKind.EFFECT_DEDUPLICATED, {"suppressed": 1}),
    (EventKind.COMPLETED, {"ended_ms": 700}),
    (EventKind.FAILED, {"ended_ms": 700}),
    (EventKind.IGNORED, {"ignored": True, "ended_ms": 700}),
    (EventKind.STALLED, {"stalls": 1}),
    (EventKind.EVICTED, {"evicted_from": "failed"}),
    (EventKind.REMOVED, {"evicted_from": "failed"}),
    (EventKind.PURGED, {"evicted_from": "dead"}),
]


def facts(**known: Any) -> JobFacts:
    """A job of which only this is known."""
    return JobFacts("email-1", "email", OFFERED_MS, **known)


def told(one: JobFacts, *events: EventKind, mode: str = "queue", t_ms: int = 700) -> JobFacts:
    """The job after these events, all at one moment."""
    for event in events:
        tells_of(mode)[event](one, t_ms, {"from": "failed"})
    return one


@pytest.mark.parametrize(("event", "known"), TOLD)
def test_an_event_says_one_thing_of_its_job(event: EventKind, known: dict[str, Any]) -> None:
    """Everything else stays as it was."""
    assert told(facts(), event) == facts(**known)


def test_every_event_of_a_job_that_says_something_is_tested() -> None:
    """All but the two that take back what an eviction said."""
    assert set(tells_of("queue")) == {event for event, _known in TOLD} | {EventKind.RETRIED, EventKind.REPLAYED}
    assert set(tells_of("in-process")) == set(tells_of("queue"))


def test_what_happens_again_is_counted_and_the_first_effect_keeps_its_time() -> None:
    """The last end is the job's end."""
    one = facts()
    for t_ms in (700, 900):
        told(
            one,
            EventKind.STARTED,
            EventKind.EFFECT,
            EventKind.EFFECT_DEDUPLICATED,
            EventKind.STALLED,
            EventKind.COMPLETED,
            t_ms=t_ms,
        )
    assert one == facts(attempts=2, suppressed=2, stalls=2, first_effect_ms=700, ended_ms=900)


def test_a_submit_that_is_ignored_because_it_came_twice_ends_nothing() -> None:
    """The first was accepted, and the job goes on."""
    assert told(facts(enqueued=True), EventKind.IGNORED) == facts(enqueued=True, ignored=True)


def test_an_effect_at_moment_zero_is_the_first() -> None:
    """Zero is a time like any other."""
    one = told(told(facts(), EventKind.EFFECT, t_ms=0), EventKind.EFFECT, t_ms=5)
    assert one.first_effect_ms == 0


@pytest.mark.parametrize("back", [EventKind.RETRIED, EventKind.REPLAYED])
@pytest.mark.parametrize("away", [EventKind.EVICTED, EventKind.PURGED, EventKind.REMOVED])
def test_a_job_that_is_brought_back_is_evicted_no_more(away: EventKind, back: EventKind) -> None:
    """If it disappears after that, it is lost and has not failed."""
    one = told(facts(enqueued=True), away, back)
    assert one.evicted_from is None
    assert outcome_of(one) is Outcome.LOST


def test_only_a_caller_in_the_same_process_is_told_of_the_failure() -> None:
    """On a queue nobody waits for the job's end."""
    assert told(facts(), EventKind.FAILED, mode="in-process") == facts(ended_ms=700, reported=True)


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        ({"effects": 1, "place": Place.FAILED, "rejected": True, "reported": True}, Outcome.DELIVERED),
        ({"place": Place.DEAD, "evicted_from": "failed"}, Outcome.DEAD_LETTERED),
        ({"place": Place.FAILED, "evicted_from": "failed"}, Outcome.FAILED_RETAINED),
        ({"place": Place.WAITING, "rejected": True}, Outcome.PENDING),
        ({"place": Place.ACTIVE, "reported": True}, Outcome.PENDING),
        ({"place": Place.DELAYED}, Outcome.PENDING),
        ({"place": Place.SUBMITTING}, Outcome.PENDING),
        ({"reported": True, "evicted_from": "failed"}, Outcome.FAILED_REPORTED),
        ({"evicted_from": "failed", "rejected": True}, Outcome.FAILED_EVICTED),
        ({"evicted_from": "dead"}, Outcome.FAILED_EVICTED),
        ({"rejected": True}, Outcome.REJECTED),
        ({"ignored": True}, Outcome.IGNORED),
        ({"ignored": True, "effects": 1}, Outcome.DELIVERED),
        ({"ignored": True, "enqueued": True}, Outcome.LOST),
        ({"rejected": True, "enqueued": True}, Outcome.LOST),
        ({"enqueued": True, "evicted_from": "completed"}, Outcome.LOST),
        ({"enqueued": True, "place": Place.COMPLETED}, Outcome.LOST),
        ({"enqueued": True}, Outcome.LOST),
    ],
)
def test_the_first_question_that_is_answered_names_the_outcome(known: dict[str, Any], outcome: Outcome) -> None:
    """Its effect, then where it stands, then what its caller knows, then what was removed."""
    assert outcome_of(facts(**known)) is outcome


@pytest.mark.parametrize(
    ("known", "false_failure", "indeterminate"),
    [
        ({"effects": 1, "enqueued": True}, False, False),
        ({"effects": 1, "enqueued": True, "place": Place.FAILED}, True, False),
        ({"effects": 1, "enqueued": True, "place": Place.DEAD}, True, False),
        ({"effects": 1, "enqueued": True, "evicted_from": "failed"}, True, False),
        ({"effects": 1, "enqueued": True, "evicted_from": "dead"}, True, False),
        ({"effects": 1, "enqueued": True, "evicted_from": "completed"}, False, False),
        ({"effects": 1, "enqueued": True, "reported": True}, True, True),
        ({"effects": 1, "enqueued": True, "rejected": True}, False, True),
        ({"enqueued": True, "rejected": True}, False, True),
        ({"enqueued": True, "reported": True}, False, False),
        ({"rejected": True}, False, False),
        ({"place": Place.FAILED}, False, False),
    ],
)
def test_who_is_told_a_failure_of_what_was_done_is_told_a_false_one(
    known: dict[str, Any], false_failure: bool, indeterminate: bool
) -> None:
    """Indeterminate is what its caller cannot know: an error, and yet it was accepted."""
    judged = judge("queue", facts(**known))
    assert (judged.false_failure, judged.indeterminate) == (false_failure, indeterminate)


def test_counts_are_kept_by_queue_and_add_up() -> None:
    """Every overlay counts what its name says: jobs, or how many too many."""
    jobs = [
        judge("queue", facts(effects=3, attempts=3, suppressed=2, stalls=2, enqueued=True, rejected=True)),
        judge("queue", facts(effects=2, attempts=2, place=Place.FAILED)),
        judge("queue", facts(effects=1, attempts=1)),
        judge("queue", facts(attempts=1, stalls=1, place=Place.FAILED)),
        judge("queue", JobFacts("order-1", "order", OFFERED_MS, attempts=4, place=Place.WAITING)),
    ]
    by_queue = count_by_queue(jobs)
    assert list(by_queue) == ["email", "order"]
    email = Counts(
        offered=4, delivered=3, failed_retained=1, duplicated=2, extra_effects=3, suppressed_duplicates=2,
        false_failures=1, indeterminate=1, stalled=3, attempts=7,
    )  # fmt: skip
    assert by_queue["email"] == email
    assert by_queue["order"] == Counts(offered=1, pending=1, attempts=4)
    both = add_up(by_queue.values())
    assert both.adds_up
    assert (both.offered, both.delivered, both.pending, both.attempts, both.extra_effects) == (5, 3, 1, 11, 3)
    both.lost += 1
    assert not both.adds_up

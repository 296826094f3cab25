"""The four indicators, on each side of every threshold."""

from typing import Any

import numpy as np
import pytest

from sim.metrics.base import ProcessState
from sim.results.health import FAILURES, INDICATORS, PROCESS, PROGRESS, REDIS, Health, Status
from sim.results.samples import Reading
from sim.results.trace import EventKind
from tests.unit.results.made import CUT_OFF, DEAD, NOT_YET, WELL, metrics, reading, silent
from tests.unit.results.traces import Tape

H, DG, DN = Status


def seen(readings: list[Reading], tape: Tape | None = None, **health: Any) -> tuple[list[Status], set[str]]:
    """The status of the one worker at each moment, and every indicator that was ever violated."""
    own = metrics(readings, tape, health=health).health
    status = [Status(value) for value in own.of("email", "email-1")]
    return status, {name for name in INDICATORS if own.violated("email", "email-1", name).any()}


def of(*states: ProcessState) -> list[Reading]:
    """One sample a second that finds the worker like this."""
    return [reading(0, state) for state in states]


def test_a_dead_process_is_down_at_once_and_its_replacement_is_well() -> None:
    """A supervisor knows; nobody has to wait for an answer."""
    assert seen(of(WELL, DEAD, WELL)) == ([H, DN, H], {PROCESS})


def test_a_process_that_has_not_been_started_yet_is_not_missed() -> None:
    """Processes start one after another."""
    assert seen(of(NOT_YET, WELL)) == ([H, H], set())


def test_a_silent_process_is_down_when_it_has_not_answered_for_long_enough() -> None:
    """2 s since 0.5 s: not at 2 s, and at 3 s."""
    states = of(WELL, silent(500), silent(500), silent(500))
    assert seen(states, unresponsive_after="2500ms") == ([H, H, H, DN], {PROCESS})
    assert seen(states, unresponsive_after="2501ms") == ([H, H, H, H], set())


def test_a_process_that_answered_in_between_is_not_silent() -> None:
    """A blocked event loop that comes up for air between two jobs."""
    assert seen(of(WELL, silent(500), silent(1_900), silent(2_800)), unresponsive_after="2s")[0] == [H, H, H, H]


def test_a_lost_connection_is_held_against_a_process_after_a_while() -> None:
    """Counted from the first sample that found it so."""
    states = [reading(0, WELL), *[reading(None, CUT_OFF)] * 3, reading(0, WELL)]
    assert seen(states, redis_away_after="2s") == ([H, H, H, DN, H], {REDIS})
    assert seen(states, redis_away_after="2001ms") == ([H, H, H, H, H], set())


def waiting_tape(*progress_ms: int) -> Tape:
    """A job that waits from 1 s on, and a worker that starts other jobs at these moments."""
    tape = Tape("queue")
    tape.world(0, EventKind.WORKER_STARTED, "email-1")
    tape.arrival(1_000, "email-1")
    for number, t_ms in enumerate(progress_ms, 2):
        tape.job(t_ms, f"email-{number}", EventKind.STARTED, 1, "email-1")
    return tape


def test_jobs_wait_and_a_worker_does_nothing() -> None:
    """Degraded when both have lasted long enough: the wait, and the time without a start or an end."""
    states = [reading(0), *[reading(1)] * 4]
    assert seen(states, waiting_tape(), no_progress_after="3s") == ([H, H, H, H, DG], {PROGRESS})
    assert seen(states, waiting_tape(2_000), no_progress_after="3s") == ([H, H, H, H, H], set())


def test_a_worker_without_work_makes_no_progress_and_is_well() -> None:
    """There is nothing to do."""
    assert seen([reading(0)] * 5, None, no_progress_after="1s")[0] == [H] * 5


def failing_tape(failed: int, ended: int) -> Tape:
    """So many attempts that end one after another within a second, the first of them with an error."""
    tape = Tape("queue")
    for number in range(1, ended + 1):
        tape.arrival(number, f"email-{number}")
        tape.job(number, f"email-{number}", EventKind.STARTED, 1, "email-1")
        event = EventKind.ATTEMPT_FAILED if number <= failed else EventKind.COMPLETED
        tape.job(number + 100, f"email-{number}", event, 1, "email-1")
    return tape


@pytest.mark.parametrize(
    ("failed", "ended", "status"),
    [(2, 4, H), (3, 4, DG), (3, 3, H)],
    ids=["half is not more than half", "three of four are", "three attempts say nothing"],
)
def test_more_than_a_share_of_enough_attempts_failed(failed: int, ended: int, status: Status) -> None:
    """Degraded, while the process itself runs."""
    tape = failing_tape(failed, ended)
    found = seen([reading()] * 2, tape, failure_rate=0.5, failure_least=4)
    assert found == ([H, status], {FAILURES} if status else set())


def test_failures_are_forgotten_after_the_window() -> None:
    """At 1 s they are within 2 s, at 3 s no more."""
    found = seen([reading()] * 4, failing_tape(5, 5), failure_window="2s")
    assert found[0] == [H, DG, DG, H]


@pytest.mark.parametrize(
    ("workers", "queue"),
    [
        ([H, H], H),
        ([H, DG], DG),
        ([H, DN], DG),
        ([DG, DN], DG),
        ([DN, DN], DN),
    ],
)
def test_a_queue_is_down_when_all_of_its_workers_are(workers: list[Status], queue: Status) -> None:
    """And degraded when any of them is unwell."""
    t_ms = np.array([0])
    violated = {
        ("email", f"email-{number}"): {PROCESS: np.array([one is DN]), FAILURES: np.array([one is DG])}
        for number, one in enumerate(workers)
    }
    assert Health(t_ms, violated).of_queue("email").tolist() == [queue]


def test_a_worker_s_life_is_told_in_spells() -> None:
    """Each with what was wrong, from the first sample that saw it to the first that did not."""
    health = metrics(of(WELL, DEAD, DEAD, WELL)).health
    told = [(spell.status, spell.start_ms, spell.end_ms, spell.reasons) for spell in health.spells("email", "email-1")]
    assert told == [(H, 0, 1_000, ()), (DN, 1_000, 3_000, (PROCESS,)), (H, 3_000, 3_000, ())]

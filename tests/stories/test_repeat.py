"""Repeatable jobs: when they come, what restarts of the application make of them, and what stops them."""

from typing import Any

import pytest

import sim
from sim.results.trace import EventKind
from sim.scenario.load import parse_scenario

TEXT = """
title: Schedules
question: How many run?
semantics: bull-4.16
queues: {email: {handler: email, service: 1s}}
workload: [{queue: email, repeat: %s}]
"""
RESTARTS = "faults: [{kind: worker-crash, target: application, at: [%s], restart_after: 5s}]"


def run(repeat: str, more: str = "", mode: Any = "queue", store: Any = "fakeredis") -> sim.ModeResult:
    """Run one schedule of mails."""
    return sim.run(parse_scenario(TEXT % repeat + more), modes=[mode], store=store).modes[mode]


def starts(result: sim.ModeResult) -> list[int]:
    """List when handlers started, seconds."""
    return [round(event.t_ms / 1_000) for event in result.trace if event.kind is EventKind.STARTED]


@pytest.mark.parametrize("mode", ["queue", "in-process"])
@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        ("{every: 60s, limit: 3}", [60, 120, 180]),
        ("{every: 13s, limit: 3}", [3, 16, 29]),
        ("{cron: '*/2 * * * *', limit: 3}", [120, 240, 360]),
        ("{cron: '*/20 * * * * *', limit: 2}", [20, 40]),
        ("{cron: '30 1 * * *', tz: Europe/Berlin, limit: 1}", [1_800]),
        ("{cron: '0 * * * *', start: 2h30m, limit: 1}", [10_800]),
        ("{cron: '*/2 * * * *', end: 5m}", [120, 240]),
    ],
)
def test_jobs_come_when_the_schedule_says(mode: str, repeat: str, expected: list[int]) -> None:
    """Every so often from 1970 on, or by cron in a time zone; the same times in both modes."""
    assert starts(run(repeat, mode=mode)) == expected


def test_the_next_job_is_offered_when_one_is_taken_and_waits_for_its_time() -> None:
    """There is always one among the delayed ones."""
    result = run("{every: 60s}", "duration: 150s")
    told = [
        (e.t_ms // 1_000, e.job, e.kind.value) for e in result.trace if e.kind in (EventKind.OFFERED, EventKind.STARTED)
    ]
    assert told == [
        (0, "email-1", "offered"),
        (60, "email-2", "offered"),
        (60, "email-1", "started"),
        (120, "email-3", "offered"),
        (120, "email-2", "started"),
    ]
    assert (result.totals.delivered, result.totals.pending) == (2, 1)


def test_a_restart_registers_the_same_schedule_and_changes_nothing() -> None:
    """Three restarts, and still one job a minute."""
    assert starts(run("{every: 60s}", "duration: 299s\n" + RESTARTS % "30s, 90s, 150s")) == [60, 120, 180, 240]


def test_a_changed_schedule_goes_on_beside_the_old_one() -> None:
    """The deploy that changes it does not remove the old one: both run, for ever."""
    result = run("[{every: 60s}, {every: 90s}]", "duration: 299s\n" + RESTARTS % "70s")
    assert starts(result) == [60, 90, 120, 180, 181, 240, 270]


def test_in_process_only_the_new_schedule_goes_on() -> None:
    """The old timer has died with its process."""
    result = run("[{every: 60s}, {every: 90s}]", "duration: 299s\n" + RESTARTS % "70s", "in-process")
    assert starts(result) == [60, 90, 180, 270]


def test_times_without_a_worker_are_not_made_up() -> None:
    """The overdue job runs when the worker comes, and the next time is the first after that."""
    down = "duration: 299s\nfaults: [{kind: worker-crash, target: email-1, at: 70s, restart_after: 120s}]"
    assert starts(run("{every: 60s}", down)) == [60, 190, 240]


def test_a_schedule_is_gone_with_redis_until_the_application_starts_again() -> None:
    """Nobody but a starting application registers it."""
    lost = (
        "redis: {persistence: none}\nduration: 599s\n"
        "faults: [{kind: redis-crash, at: 130s, duration: 1s},"
        " {kind: worker-crash, target: application, at: 400s, restart_after: 5s}]"
    )
    assert starts(run("{every: 60s}", lost)) == [60, 120, 420, 480, 540]


def test_a_drained_queue_has_lost_its_schedule() -> None:
    """The operator throws the delayed job away; the schedule stands in `repeat`, and nothing brings it back."""
    drained = "duration: 299s\noperator: [{at: 130s, do: drain, queue: email}]"
    assert starts(run("{every: 60s}", drained)) == [60, 120]


def test_an_application_that_starts_while_redis_is_down_registers_when_it_is_back() -> None:
    """Its call waits in the client."""
    away = (
        "redis: {persistence: none}\nduration: 299s\n"
        "faults: [{kind: redis-crash, at: 70s, duration: 30s},"
        " {kind: worker-crash, target: application, at: 75s, restart_after: 5s}]"
    )
    result = run("{every: 60s}", away)
    assert starts(result) == [60, 120, 180, 240]
    assert sum(e.kind is EventKind.WORKER_ERROR for e in result.trace) == 0
    failed = sim.run(parse_scenario(TEXT % "{every: 60s}" + away), semantics="documented").modes["queue"]
    assert starts(failed) == [60]
    assert [e.more for e in failed.trace if e.kind is EventKind.WORKER_ERROR and e.worker == "application"]


def test_two_entries_with_the_same_times_are_one_schedule_unless_they_have_ids() -> None:
    """The second is ignored: same queue, same times. An id tells them apart."""
    two = "{every: 60s, limit: 2}%s}, {queue: email, repeat: {every: 60s, limit: 2}%s"
    assert len(starts(run(two % ("", "")))) == 2
    assert len(starts(run(two % (", job_id: a", ", job_id: b")))) == 4


def test_a_limiter_by_groups_multiplies_schedules_at_each_restart() -> None:
    """Each registration gets a random id, and with it a schedule of its own."""
    text = TEXT.replace("service: 1s", "service: 1s, limiter: {max: 9, duration: 1s, group_key: customer}")
    scenario = parse_scenario(text % "{every: 60s}" + "duration: 199s\n" + RESTARTS % "70s, 130s")
    assert starts(sim.run(scenario, modes=["queue"]).modes["queue"]) == [60, 120, 121, 180, 181, 182]


def test_a_schedule_is_the_same_on_both_stores() -> None:
    """Event by event."""
    more = "duration: 400s\nfaults: [{kind: worker-crash, target: email-1, at: 61s, restart_after: 5s}]"
    assert run("{every: 60s}", more).trace_sha256 == run("{every: 60s}", more, store="memory").trace_sha256


def test_numbers_follow_those_of_the_jobs_that_arrive() -> None:
    """Whoever names a job in a fault knows which one it is."""
    both = "{every: 60s, limit: 1}}, {queue: email, arrivals: {kind: times, at: [1s, 200s]}"
    assert [job.job for job in run(both).jobs] == ["email-3", "email-1", "email-2"]

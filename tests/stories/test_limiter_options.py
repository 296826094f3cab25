"""The rate limiter by groups, and with `bounce_back`."""

from typing import Any

import sim
from sim.results.trace import EventKind
from sim.scenario.load import parse_scenario

TEXT = """
title: Limits
question: Who waits?
semantics: bull-4.16
modes: [queue]
queues: {email: {handler: email, service: 100ms, limiter: {max: 2, duration: 10s%s}}}
workload: [{queue: email, arrivals: {kind: bursts, interval: 1s, size: 6, bursts: 1}%s}]
workers: {email: {concurrency: 6}}
"""


def run(limiter: str, workload: str = "", store: Any = "fakeredis") -> sim.ModeResult:
    """Run six mails at once under a limiter of two in ten seconds."""
    return sim.run(parse_scenario(TEXT % (limiter, workload)), store=store).modes["queue"]


def starts(result: sim.ModeResult) -> list[int]:
    """List when each job started, ms, in the order of the offers."""
    started = {event.job: event.t_ms for event in result.trace if event.kind is EventKind.STARTED}
    return [started[job.job] for job in result.jobs if job.job in started]


def test_each_group_has_a_limit_of_its_own() -> None:
    """Two of each of three groups start at once; of two groups the third of each waits."""
    assert starts(run(", group_key: customer", ", groups: 3")) == [0] * 6
    late = starts(run(", group_key: customer", ", groups: 2"))
    assert late[:4] == [0] * 4
    assert all(10_000 <= t_ms < 16_000 for t_ms in late[4:])


def test_only_the_busy_group_waits() -> None:
    """Listed groups are taken in turn: of five jobs of one group three wait, the other group's does not."""
    late = starts(run(", group_key: customer", ", groups: [acme, acme, acme, acme, acme, bravo]"))
    assert [t_ms > 0 for t_ms in late] == [False, False, True, True, True, False]


def test_jobs_without_the_field_share_one_limit() -> None:
    """They are of the group `undefined`, as in JavaScript."""
    assert sum(t_ms == 0 for t_ms in starts(run(", group_key: customer"))) == 2


def test_a_field_that_the_handlers_data_have_is_a_group_too() -> None:
    """Every job has its own name, so nobody waits."""
    assert starts(run(", group_key: job")) == [0] * 6


def test_ids_of_grouped_jobs_come_from_the_seed_and_are_the_same_on_both_stores() -> None:
    """Bull draws them at random; the group follows behind a colon."""
    first, second = (run(", group_key: customer", ", groups: 3", store) for store in ("fakeredis", "memory"))
    ids = [
        [event.more["id"] for event in one.trace if event.kind is EventKind.ENQUEUED and event.more]
        for one in (first, second)
    ]
    assert ids[0] == ids[1]
    assert [job_id.rpartition(":")[2] for job_id in ids[0]] == [f"customer-{n}" for n in (1, 2, 3)] * 2
    assert len(set(ids[0])) == 6


def test_bounced_jobs_are_lost() -> None:
    """Two run; the others are dropped at once, and nothing brings them back."""
    result = run(", bounce_back: on")
    assert (result.totals.delivered, result.totals.lost) == (2, 4)
    assert [event.t_ms for event in result.trace if event.kind is EventKind.DROPPED] == [0] * 4
    assert result.end.by == "settled"


def test_the_id_of_a_bounced_job_stays_taken() -> None:
    """Its hash is in no list, and enough to have the next submit ignored."""
    workload = ", job_id: a}, {queue: email, job_id: b, arrivals: {kind: times, at: [1ms]}}"
    workload += ", {queue: email, job_id: c, arrivals: {kind: times, at: [2ms, 30s]}"
    result = run(", bounce_back: on", workload)
    assert [job.outcome.value for job in result.jobs[-3:]] == ["delivered", "lost", "ignored"]

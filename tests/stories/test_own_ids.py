"""Own ids: a submit whose id exists is ignored, and how long an id exists is up to retention."""

import pytest

import sim
from sim.results.trace import EventKind
from sim.scenario.load import parse_scenario

TEXT = """
title: Own ids
question: Who runs?
semantics: bull-4.16
modes: [queue]
queues: {email: {handler: email, attempts: 1, service: 1s%s}}
workload: [{queue: email, arrivals: {kind: times, at: [%s]}, %s}]
"""


def run(more: str, at: str, workload: str, after: str = "", mode: str = "queue") -> sim.ModeResult:
    """Run a few mails with own ids."""
    return sim.run(parse_scenario(TEXT % (more, at, workload) + after), modes=[mode]).modes[mode]


def outcomes(result: sim.ModeResult) -> list[str]:
    """Name the outcomes in the order of the offers."""
    return [job.outcome.value for job in result.jobs]


def test_a_second_job_of_the_same_id_is_ignored_while_the_first_is_there() -> None:
    """Waiting, running or finished: as long as the first is kept, the second is not added."""
    result = run("", "0s, 500ms, 30s", "job_id: invoice-7")
    assert outcomes(result) == ["delivered", "ignored", "ignored"]
    ignored = [(e.t_ms, e.job, e.more) for e in result.trace if e.kind is EventKind.IGNORED]
    assert ignored == [
        (ms, job, {"id": "invoice-7", "job": "email-1"}) for ms, job in ((500, "email-2"), (30_000, "email-3"))
    ]
    assert result.totals.adds_up


def test_an_id_is_free_again_when_retention_has_removed_the_job() -> None:
    """With `remove_on_complete: true` from the moment of the completion on."""
    result = run(", remove_on_complete: true", "0s, 999ms, 1001ms", "job_id: invoice-7")
    assert outcomes(result) == ["delivered", "ignored", "delivered"]


@pytest.mark.parametrize(
    ("workload", "ids"),
    [
        ("job_id: 'i-{n}'", ["i-1", "i-2", "i-3", "i-4"]),
        ("job_id: 'i-{n}', distinct_ids: 2", ["i-1", "i-2", "i-1", "i-2"]),
        ("job_id: [a, b, b]", ["a", "b", "b", "a"]),
        ("job_id: all", ["all"] * 4),
    ],
)
def test_the_ids_follow_the_order_of_the_offers(workload: str, ids: list[str]) -> None:
    """A number for each job, numbers in turn, a list in turn, or one id for all."""
    result = run("", "0s, 5s, 10s, 15s", workload)
    told = [e.more["id"] for e in result.trace if e.kind in (EventKind.ENQUEUED, EventKind.IGNORED) and e.more]
    assert told == ids
    assert result.totals.delivered == len(set(ids))


def test_a_failed_job_keeps_its_id() -> None:
    """The failure is retained, so nothing of that id is ever added again."""
    result = run("", "0s, 60s", "job_id: a", "faults: [{kind: handler-error, jobs: [email-1], rate: 1}]")
    assert outcomes(result) == ["failed-retained", "ignored"]


def test_a_submit_that_is_sent_again_is_no_second_job() -> None:
    """The reply is lost and the client sends it again: with an own id the job runs once, without one twice."""
    lost = "faults: [{kind: redis-outage, at: 1s, duration: 2s, lost_replies: 1}]"
    own = run("", "1s", "job_id: a", lost)
    assert (own.totals.delivered, own.totals.ignored, own.totals.attempts) == (1, 0, 1)
    counted = run("", "1s", "priority: 0", lost)
    assert (counted.totals.delivered, counted.totals.duplicated) == (1, 1)


def test_a_number_of_ones_own_is_overwritten_by_the_counter() -> None:
    """The second job gets the number 2, which the first had brought along: one hash, and it runs twice."""
    paused = "operator: [{at: 0s, do: pause, queue: email}, {at: 5s, do: resume, queue: email}]"
    text = TEXT % ("", "1s", "job_id: '2'")
    text = text.replace("}]\n", "}, {queue: email, arrivals: {kind: times, at: [2s]}}]\n") + paused
    result = sim.run(parse_scenario(text), modes=["queue"]).modes["queue"]
    assert outcomes(result) == ["lost", "delivered"]
    assert result.jobs[1].attempts == 2


def test_without_a_queue_nothing_is_ignored() -> None:
    """In in-process mode there are no ids: every request runs its job."""
    result = run("", "0s, 1s", "job_id: a", mode="in-process")
    assert outcomes(result) == ["delivered", "delivered"]


def test_an_id_stands_for_the_older_job_again_when_redis_goes_back() -> None:
    """The snapshot knows the first job of the id; the second is lost, and its worker completes the first."""
    crash = "redis: {persistence: rdb, save_interval: 10s}\nfaults: [{kind: redis-crash, at: 14s, duration: 1s}]"
    result = run(", remove_on_complete: true", "9500ms, 13500ms", "job_id: a", crash)
    assert [e.job for e in result.trace if e.kind is EventKind.DATA_LOST] == ["email-2"]
    assert [e.job for e in result.trace if e.kind is EventKind.EVICTED] == ["email-1", "email-1"]

"""The job that shows the difference, and its story: told once where it is the same, then of each side."""

import sim
from sim.comparisons.one_job import JobDifference, fate, find_job
from sim.comparisons.screen import job_lines
from sim.comparisons.sides import ModePair
from sim.results.job_results import JobResult, Outcome
from sim.results.job_story import StoryLine
from sim.results.result import Result
from sim.results.trace import EventKind

TEXT = """
title: A crash
question: What happens to one email?
modes: [queue]
queues: {email: {service: 2s, idempotency_key: off}}
workload: [{queue: email, arrivals: {kind: constant, interval: 1s, count: 4}}]
workers: {email: {processes: 2}}
faults: [{kind: worker-crash, jobs: [email-2], step: after-effect-before-ack, restart_after: 1s}]
"""
QUEUE = ModePair("queue", "queue")


def runs(**changes: str) -> tuple[Result, Result]:
    """A run as it is, and one with text of the file replaced."""
    other = TEXT
    for old, new in changes.items():
        other = other.replace(old, new)
    return sim.run(sim.parse_scenario(TEXT)), sim.run(sim.parse_scenario(other))


def job(**more: object) -> JobResult:
    """A job that was delivered in a second."""
    usual = JobResult("queue", "email", "email-1", Outcome.DELIVERED, 0, 1_000, 2_000, 1, 1, 0, 0, False, False, 0)
    return usual._replace(**more)


def test_a_job_that_is_delivered_twice_in_one_run_only_shows_it() -> None:
    """The beginning that both have in common stands once."""
    found = find_job(*runs(off="on"), {QUEUE: {}})
    assert found is not None
    assert (found.a.job, found.measure) == ("email-2", "duplicated")
    assert [found.a.effects, found.b.effects] == [2, 1]
    assert [line.what for line in found.both][:2] == ["offered by the application", "accepted by the queue"]
    assert found.a_story[0].what == "its effect happens: mail-server"
    assert found.b_story[0].what == "a second effect, stopped by the key"
    assert found.as_dict()["a"]["story"] != found.as_dict()["b"]["story"]


def test_what_matters_most_comes_first_and_what_is_clear_before_it() -> None:
    """One job is lost in B, another comes twice in A; a clear difference and its direction decide."""
    first, second = runs(off="on")
    lost = sim.run(sim.parse_scenario(TEXT.replace("count: 4", "count: 3").replace("off", "on")))
    assert find_job(first, lost, {QUEUE: {}}) is not None
    clear = find_job(first, second, {QUEUE: {"stalled": -1.0, "duplicated": 1.0}})
    assert clear is not None
    assert clear.measure == "duplicated"  # none in that direction: what matters most
    found = find_job(second, first, {QUEUE: {"duplicated": 1.0}})
    assert found is not None
    assert found.b.duplicated


def test_no_job_differs_in_equal_runs() -> None:
    """Whatever is clear over all runs."""
    one, same = runs()
    assert find_job(one, same, {QUEUE: {"duplicated": 1.0, "delivery_p95_ms": 1.0}}) is None


def test_where_only_times_differ_clearly_the_job_with_the_largest_difference_shows_it() -> None:
    """All jobs have the same outcome."""
    plain = TEXT.split("faults")[0]
    one, slower = (sim.run(sim.parse_scenario(plain.replace("processes: 2", f"processes: {n}"))) for n in (2, 1))
    assert find_job(one, slower, {QUEUE: {}}) is None
    timed = find_job(one, slower, {QUEUE: {"delivery_p95_ms": 1.0}})
    assert timed is not None
    assert (timed.measure, timed.a.job) == ("delivery", "email-4")
    assert timed.ends_alike


def test_a_fate_is_said_in_a_few_words() -> None:
    """How often, how late, and what the queue says."""
    assert fate(job()) == "delivered once, 1 s after it was due"
    assert fate(job(effects=2)) == "delivered twice, first 1 s after it was due"
    assert fate(job(effects=11, false_failure=True, deliver_within_ms=10)) == (
        "delivered 11 times, first 1 s after it was due, late, and reported as failed"
    )
    assert fate(job(outcome=Outcome.FAILED_EVICTED, first_effect_ms=None, effects=0)) == "not delivered: failed-evicted"


def lines(*words: str) -> list[StoryLine]:
    """A line a second."""
    return [StoryLine(1_000 * place, word, True, EventKind.STARTED) for place, word in enumerate(words)]


def test_what_both_have_in_common_stands_once() -> None:
    """At the beginning and at the end."""
    found = JobDifference("duplicated", job(effects=2), job(), *map(lines, ("in", "twice", "once", "out")))
    assert job_lines(found, 3, 40) == [
        "email-1 shows it, in run 3 (queue mode)",
        "    0.000s    in",
        "A: delivered twice, first 1 s after it was due",
        "    0.000s    twice",
        "B: delivered once, 1 s after it was due",
        "    0.000s    once",
        "Then in both:",
        "    0.000s    out",
    ]


def test_the_end_is_told_once_where_two_lines_of_it_are_the_same() -> None:
    """The mail is stopped by its key at the second attempt, whose worker dies as well."""
    name = "scenarios/10-incidents/killed-between-sending-and-saving.yaml"
    found = sim.compare(name, f"{name}:cured", 1, jobs=1).job
    assert found is not None
    assert [line.what.split(":")[0] for line in found.end][-1] == "FAILED for good"
    assert found.a_story[-1] != found.b_story[-1]


def test_a_story_fits_its_room_and_its_columns() -> None:
    """What is left out is counted; a story without room keeps what it takes to follow it."""
    found = find_job(*runs(off="on"), {QUEUE: {}})
    assert found is not None
    whole, short = job_lines(found, 1, 40), job_lines(found, 1, 5)
    assert whole[0] == short[0] == "email-2 shows it, in run 1 (queue mode)"
    assert not any("… " in line for line in whole)
    left_out = [int(line.split()[1]) for line in short if "… " in line]
    assert "   65.602s    its effect happens: mail-server" in short
    assert "   65.602s    a second effect, stopped by the key" in short
    assert len(whole) - len(short) == sum(left_out) - len(left_out) > 0
    assert max(map(len, whole)) <= 80
    assert [line for line in whole if line[:1].strip()][1:] == [
        "A: delivered twice, first 1.6 s after it was due",
        "B: delivered once, 1.6 s after it was due",
    ]

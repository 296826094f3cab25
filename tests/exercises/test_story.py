"""The story of one job shows why a check fails."""

import pytest

import sim
from sim.exercises.evidence import counterexample
from sim.exercises.observation import observe
from sim.results.job_story import MAX_LINES, job_story
from sim.scenario.schema import Scenario

TWO_FAULTS = """\
title: A crash and an outage
question: What happens to one email?
seed: 1
queues:
  email: {service: 2s}
workload:
  - queue: email
    arrivals: {kind: constant, interval: 1s, count: 2}
workers:
  email: {processes: 2}
faults:
  - {kind: worker-crash, jobs: [email-1], step: after-effect-before-ack}
"""


@pytest.fixture(scope="module")
def crashed() -> Scenario:
    """A worker dies after it has sent the first email."""
    return sim.parse_scenario(TWO_FAULTS)


def test_a_story_tells_what_happened_and_what_broke_meanwhile(crashed: Scenario) -> None:
    """In order of time; a process is named where it is another one than before."""
    seen = observe(crashed, "queue", 1)
    told = [" ".join(line.split()[1:]) for line in job_story(seen.result, "email-1")]
    assert told == [
        "offered by the application",
        "accepted by the queue",
        "attempt 1 starts (email-1)",
        "its effect happens: mail-server",
        "its worker is killed: after-effect-before-ack",
        "· email-1 crashes",
        "· email-1 starts again",
        "found stalled: back in the queue (email-2)",
        "attempt 2 starts (email-1)",
        "its effect happens: mail-server",
        "completed",
    ]


def test_a_story_leaves_out_what_befalls_a_process_that_has_let_the_job_go() -> None:
    """The process that has reported a failure may crash before the next attempt: the job is in nobody's hands."""
    text = TWO_FAULTS.partition("faults:")[0].replace(
        "{service: 2s}", "{service: 2s, attempts: 2, backoff: {type: fixed, delay: 3s}}"
    )
    text += (
        "faults:\n"
        "  - {kind: handler-error, jobs: [email-1], first_attempts: 1}\n"
        "  - {kind: worker-crash, target: email-1, at: 2500ms}\n"
    )
    seen = observe(sim.parse_scenario(text), "queue", 1)
    told = [" ".join(line.split()[1:]) for line in job_story(seen.result, "email-1")]
    assert "attempt 1 starts (email-1)" in told
    assert not [line for line in told if "crashes" in line or "started again" in line]


def test_a_story_tells_what_breaks_around_the_job_in_the_words_of_the_fault() -> None:
    """Also where it strikes no process: Redis, the database, handlers."""
    text = TWO_FAULTS.partition("faults:")[0].replace("{service: 2s}", "{service: 10s}")
    text += (
        "faults:\n"
        "  - {kind: redis-crash, at: 2s, duration: 1s, loading: 1s}\n"
        "  - {kind: slow-database, at: 5s, duration: 1s, latency: 1ms}\n"
        "  - {kind: handler-error, at: 7s, duration: 1s, jobs: [email-2]}\n"
        "  - {kind: worker-freeze, target: workers, at: 9s, duration: 100ms}\n"
    )
    seen = observe(sim.parse_scenario(text), "queue", 1)
    told = [" ".join(line.split()[1:]) for line in job_story(seen.result, "email-1")]
    assert [line for line in told if line.startswith("·")] == [
        "· Redis goes down: process-kill",
        "· Redis starts again and loads its data",
        "· Redis is up again",
        "· the database fails",
        "· the database works again",
        "· handlers begin to fail",
        "· handlers work again",
        "· email-1 freezes",
        "· email-1 goes on",
    ]


def test_a_long_story_tells_hours_and_minutes(crashed: Scenario) -> None:
    """Its scenario's text speaks of them; up to ten minutes seconds are told."""
    late = TWO_FAULTS.replace("count: 2}", "count: 2, start: 2h}")
    story = job_story(observe(sim.parse_scenario(late), "queue", 1).result, "email-1")
    assert story[0].split()[0] == "2:00:00.000"
    assert job_story(observe(crashed, "queue", 1).result, "email-1")[0].split()[0] == "0.000s"


def test_a_witness_of_failure_is_a_job_that_could_have_been_done(crashed: Scenario) -> None:
    """The first job has a permanent error and shows nothing; alone it has to do."""
    text = TWO_FAULTS.partition("faults:")[0].replace("{service: 2s}", "{service: 2s, attempts: 1}")
    hopeless = "faults:\n  - {kind: handler-error, jobs: [email-1], error: permanent}\n"
    unlucky = "  - {kind: handler-error, jobs: [email-2], first_attempts: 1}\n"

    def shown(faults: str) -> str | None:
        job = counterexample(observe(sim.parse_scenario(text + faults), "queue", 1), "delivered", None)
        return job and job.job

    assert shown(hopeless + unlucky) == "email-2"
    assert shown(hopeless) == "email-1"


def test_a_witness_of_too_few_was_not_ignored_and_one_of_too_many_was_delivered() -> None:
    """Of three submits of one id one is ignored, and one comes when the id is free again and is delivered as well."""
    text = TWO_FAULTS.partition("faults:")[0].replace("{service: 2s}", "{service: 2s, remove_on_complete: true}")
    text = text.replace("- queue: email", "- queue: email\n    job_id: a")
    text = text.replace("{kind: constant, interval: 1s, count: 2}", "{kind: times, at: [0s, 1s, 3s]}")
    seen = observe(sim.parse_scenario(text), "queue", 1)
    shown = {most: counterexample(seen, "delivered", None, most=most) for most in (None, 1, 2)}
    assert {most: job and job.job for most, job in shown.items()} == {None: "email-2", 1: "email-3", 2: "email-2"}
    refused = text + "faults:\n  - {kind: redis-readonly, at: 2900ms, duration: 5s}\n"
    few = counterexample(observe(sim.parse_scenario(refused), "queue", 1), "delivered", None)
    assert few is not None
    assert (few.job, few.outcome.value) == ("email-3", "rejected")


def test_a_witness_is_a_job_that_shows_the_measure(crashed: Scenario) -> None:
    """The one that was done twice, the slowest, or one that was not delivered; none where no job shows it."""
    seen = observe(crashed, "queue", 1)
    shown = {
        name: counterexample(seen, name, None)
        for name in ("duplicated", "stalled", "attempts_max", "lost", "delivery_max")
    }
    assert {name: job and job.job for name, job in shown.items()} == {
        "duplicated": "email-1",
        "stalled": "email-1",
        "attempts_max": "email-1",
        "lost": None,
        "delivery_max": "email-1",
    }


def test_a_long_story_leaves_out_its_middle() -> None:
    """Its beginning and its end are what matters."""
    text = TWO_FAULTS.partition("faults:")[0].replace(
        "{service: 2s}", "{service: 10ms, attempts: 50, backoff: {type: fixed, delay: 1s}}"
    )
    stubborn = sim.parse_scenario(text + "faults:\n  - {kind: handler-error, jobs: [email-1]}\n")
    result = observe(stubborn, "queue", 1).result
    story = job_story(result, "email-1")
    assert len(story) == MAX_LINES + 1
    assert "more lines: run with --job email-1" in story[MAX_LINES // 2]
    whole = job_story(result, "email-1", whole=True)
    assert len(whole) > len(story)
    assert "more lines" not in "".join(whole)
    assert "FAILED for good" in story[-1]


def test_a_story_that_ends_in_a_dead_process_tells_of_its_death() -> None:
    """The queue hears nothing of it, and no look for stalled jobs comes before the run ends."""
    text = TWO_FAULTS.partition("faults:")[0].replace("{processes: 2}", "{processes: 2, stalled_interval: 1h}")
    text += "duration: 30s\nfaults:\n  - {kind: worker-crash, target: email-1, at: 500ms}\n"
    seen = observe(sim.parse_scenario(text), "queue", 1)
    told = [" ".join(line.split()[1:]) for line in job_story(seen.result, "email-1")]
    assert told[2:] == ["attempt 1 starts (email-1)", "· email-1 crashes", "· email-1 starts again"]

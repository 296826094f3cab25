"""The story of one job shows why a check fails."""

import pytest

import sim
from sim.exercises.measures import observe
from sim.exercises.story import MOST_LINES, job_story, witness
from sim.scenario.schema import Scenario

TWO_FAULTS = """\
title: A crash and an outage
question: What happens to one email?
seed: 1
queues:
  email: {service: 2s}
workload:
  - queue: email
    arrivals: {kind: constant, every: 1s, count: 2}
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
    """In order of time, with who did it."""
    seen = observe(crashed, "queue", 1)
    told = [" ".join(line.split()[1:]) for line in job_story(seen, "email-1")]
    assert told == [
        "offered by the application",
        "accepted by the queue",
        "attempt 1 starts (email-1)",
        "its effect happens: mail-server (email-1)",
        "its worker is killed: after-effect-before-ack (email-1)",
        "· email-1 crashes",
        "· email-1 is started again",
        "found stalled: back in line (email-2)",
        "attempt 2 starts (email-1)",
        "its effect happens: mail-server (email-1)",
        "completed (email-1)",
    ]


def test_a_witness_is_a_job_that_shows_the_measure(crashed: Scenario) -> None:
    """The one that was done twice, the slowest, or one that was not delivered; none where no job shows it."""
    seen = observe(crashed, "queue", 1)
    shown = {
        name: witness(seen, name, None) for name in ("duplicated", "stalled", "attempts_max", "lost", "delivery_max")
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
    story = job_story(observe(stubborn, "queue", 1), "email-1")
    assert len(story) == MOST_LINES + 1
    assert "more lines" in story[MOST_LINES // 2]
    assert "FAILED for good" in story[-1]

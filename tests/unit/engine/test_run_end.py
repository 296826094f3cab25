"""A run that ends early says so: how many jobs are left, where they stand, and what would settle them."""

from typing import Any

import pytest

from sim.engine.run import run
from sim.results.facts import Place
from sim.results.run_end import RunEnd
from sim.results.run_end_text import early_ends
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario

DELAYED = """
title: Ten jobs in two hours
question: Do they arrive?
workload:
  - {queue: order, delay: 2h, arrivals: {kind: constant, interval: 1s, count: 10}}
"""
TOO_MANY = """
title: More than an hour of work
question: Does it all get done?
modes: [queue]
queues: {order: {service: 1m}}
workload:
  - {queue: order, arrivals: {kind: bursts, interval: 1s, size: 200, bursts: 1}}
workers: {order: {processes: 2}}
"""
POISON = """
title: A job that kills every worker
question: Does the run end?
modes: [queue]
workload:
  - {queue: order, arrivals: {kind: constant, interval: 1s, count: 5}}
workers: {order: {max_stalled: 1000}}
faults:
  - {kind: poison-job, jobs: [order-3]}
"""


def ended(text: str, mode: Any = "queue", **options: Any) -> tuple[RunEnd, list[str]]:
    """Run one mode; return how it ended and what is said of that."""
    result = run(parse_scenario(text), modes=[mode], store="memory", **options)
    end = result.modes[mode].end
    assert end is not None
    return end, early_ends(result)


def test_jobs_with_a_long_delay_are_waited_for() -> None:
    """Without a duration ten jobs with `delay: 2h` are delivered, and nothing is said."""
    result = run(parse_scenario(DELAYED), store="memory")
    assert [one.totals.delivered for one in result.modes.values()] == [10, 10]
    assert [one.end.by for one in result.modes.values() if one.end] == ["settled", "settled"]
    assert early_ends(result) == []


def test_delayed_jobs_beyond_the_duration_are_named_with_their_due_times() -> None:
    """And with the duration that they need, which is then enough."""
    end, told = ended(DELAYED + "duration: 1h\n")
    assert (end.by, end.pending, end.due_ms) == ("duration", {Place.DELAYED: 10}, (7_200_000, 7_209_000))
    assert told == [
        "Stopped early, queue: 10 of 10 jobs are pending at the end (duration: 1h): 10 delayed until 2 h to 2 h 9 s. "
        "Set a longer one, such as `duration: 2h10m`, to let them finish."
    ]
    assert ended(DELAYED + "duration: 2h10m\n")[1] == []


def test_work_for_longer_than_an_hour_is_said_with_the_duration_that_it_needs() -> None:
    """Two workers do 120 jobs of a minute in an hour; with what is suggested they do all 200."""
    end, told = ended(TOO_MANY)
    assert (end.by, sum(end.pending.values())) == ("horizon", 80)
    assert told[0].startswith("Stopped early, queue: 80 of 200 jobs are pending at the end (1 h; without `duration` ")
    assert told[0].endswith("Set `duration: 1h50m` to let them finish.")
    assert ended(TOO_MANY + "duration: 1h50m\n")[1] == []


def test_both_modes_say_so() -> None:
    """In-process jobs that the application still runs are pending too."""
    text = TOO_MANY.replace("modes: [queue]", "application: {concurrency: 2}\nduration: 10m")
    result = run(parse_scenario(text), store="memory")
    told = early_ends(result)
    assert [line.split(":")[0] for line in told] == ["Stopped early, in-process", "Stopped early, queue"]
    assert "180 still running in the application or waiting for it" in told[0]


def test_a_livelock_ends_by_the_horizon_and_no_duration_is_suggested() -> None:
    """More time alone would not settle it."""
    end, told = ended(POISON)
    assert end.by == "horizon"
    assert end.at_ms < 3_700_000
    assert end.enough_ms is None
    assert "More time alone would hardly help: no job ended in the last 30 min." in told[0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("operator: [{do: pause, queue: order, at: 5s}]", "queue order is paused"),
        ("faults: [{kind: worker-crash, at: 5s, restart_after: null}]", "no worker of queue order is running"),
    ],
)
def test_a_queue_that_nobody_works_on_is_named(more: str, why: str) -> None:
    """More time would not help there either."""
    _end, told = ended(TOO_MANY.replace("size: 200", "size: 20") + more)
    assert told[0].endswith(f"More time alone would not help: {why}.")


def test_json_says_how_each_mode_ended() -> None:
    """With the duration as a scenario would say it."""
    result = run(parse_scenario(TOO_MANY), store="memory").as_dict()
    ended = result["modes"]["queue"]["ended"]
    assert ended == {
        "by": "horizon",
        "at_ms": result["simulated_ms"],
        "early": True,
        "pending": {"waiting": 78, "active": 2},
        "first_due_ms": None,
        "last_due_ms": None,
        "held_up": {},
        "duration": "1h50m",
    }


def test_what_is_pending_is_what_the_outcomes_say(capsys: pytest.CaptureFixture[str]) -> None:
    """The sum over the places, in a run cut short where much is going on."""
    raw = parse_scenario(TOO_MANY).model_copy(update={"duration": 630_000})
    assert isinstance(raw, Scenario)
    result = run(raw, store="memory")
    one = result.modes["queue"]
    assert one.end is not None
    assert sum(one.end.pending.values()) == one.totals.pending > 0

"""What a policy allows is read off its settings, and more of everything is what people try."""

from sim.exercises.generous import generous
from sim.exercises.settings import setting, settings_behind
from sim.scenario.load import parse_scenario

TWO_QUEUES = """\
title: Two queues
question: What do they allow?
queues:
  order: {attempts: 4, backoff: {type: exponential, delay: 2s}}
  email: {attempts: 9, backoff: null, dead_letter: on}
workload:
  - {queue: order, arrivals: {kind: constant, interval: 1s, count: 1}}
  - {queue: email, arrivals: {kind: constant, interval: 1s, count: 1}}
workers:
  order: {processes: 3, concurrency: 5, max_stalled: 7}
operator:
  - {at: 10s, do: retry-all, queue: order}
  - {at: 20s, do: clean, queue: order}
  - {at: 30s, do: replay-all, queue: email}
"""


def test_listed_waits_and_limits_that_are_none_are_measured_too() -> None:
    """The shortest wait counts, jitter taken off; and more stalls than anybody allows."""
    text = TWO_QUEUES.replace("backoff: null", "backoff: {type: custom, delays: [9s, 4s, never], jitter: 0.5}")
    scenario = parse_scenario(text.replace("max_stalled: 7", "max_stalled: unlimited"), "two.yaml")
    assert setting(scenario, "backoff_min", "email") == 2_000
    assert setting(scenario, "stalls_limit", "order") == 1_000_000


def test_each_measure_of_the_settings_is_of_one_queue_or_of_the_most_generous() -> None:
    """Places to work and presses are added up; an operator who cleans brings nothing back."""
    scenario = parse_scenario(TWO_QUEUES, "two.yaml")
    found = {
        name: (setting(scenario, name, "order"), setting(scenario, name, "email"), setting(scenario, name, None))
        for name in ("attempts_limit", "stalls_limit", "worker_slots", "backoff_min", "manual_retries")
    }
    assert found == {
        "attempts_limit": (4, 9, 9),
        "stalls_limit": (7, 1, 7),
        "worker_slots": (15, 1, 16),
        "backoff_min": (2_000, 0, 0),
        "manual_retries": (1, 1, 2),
    }


def test_the_settings_behind_a_measure_are_listed() -> None:
    """A line for each queue, or for each press."""
    scenario = parse_scenario(TWO_QUEUES, "two.yaml")
    assert settings_behind(scenario, "worker_slots", "order") == ["order           3 processes with 5 jobs each"]
    assert [line.split() for line in settings_behind(scenario, "manual_retries", None)] == [
        ["10s", "retry-all"],
        ["30s", "replay-all"],
    ]


def test_more_of_everything_is_each_setting_alone_and_all_together() -> None:
    """The solution itself is left as it is; what cannot be raised is left out."""
    solution = {
        "queues": {"order": {"attempts": 3, "backoff": {"type": "fixed", "delay": "2s"}}},
        "operator": [
            {"at": "10s", "do": "retry-all", "queue": "order"},
            {"at": "1m", "do": "resume", "queue": "order"},
        ],
    }
    places = ["queues.order.attempts", "queues.order.backoff", "queues.order.idempotency_key", "operator"]
    found = dict(generous(solution, places))
    assert list(found) == [
        "queues.order.attempts: 1,000",
        "queues.order.backoff.delay: 1ms",
        "operator: every press 20 times",
        "all of these together",
    ]
    together = found["all of these together"]
    assert together["queues"]["order"] == {"attempts": 1_000, "backoff": {"type": "fixed", "delay": "1ms"}}
    assert [step["do"] for step in together["operator"]] == ["retry-all"] * 20 + ["resume"]
    assert solution["queues"] == {"order": {"attempts": 3, "backoff": {"type": "fixed", "delay": "2s"}}}

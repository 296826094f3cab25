"""What a check can measure of one run."""

from pathlib import Path

import pytest

import sim
from sim.exercises.measures import MEASURES, measured
from sim.exercises.observation import observe
from sim.scenario.schema import Scenario
from tests.package_copy import ROOT, copy_package, python

QUIET = """\
title: Ten orders and five emails
question: How long do they take?
queues:
  order: {service: 1s, remove_on_complete: 4}
  email: {service: 5s}
workload:
  - queue: order
    arrivals: {kind: constant, interval: 10s, count: 10}
  - queue: email
    arrivals: {kind: constant, interval: 10s, count: 5}
"""


@pytest.fixture(scope="module")
def quiet() -> Scenario:
    """Orders of a second and emails of five, and nothing breaks."""
    return sim.parse_scenario(QUIET)


def test_delivery_times_are_those_of_the_jobs_that_were_delivered(quiet: Scenario) -> None:
    """By nearest rank: ten orders have their effect after 0.8 s, five emails after 4 s, a little before they end."""
    seen = observe(quiet, "queue", 1)
    shown = {name: measured(seen, name) for name in ("delivery_p50", "delivery_p95", "delivery_max")}
    assert shown == {"delivery_p50": 800, "delivery_p95": 4_000, "delivery_max": 4_000}
    assert measured(seen, "delivery_max", "order") == 800


def test_records_kept_are_the_finished_jobs_that_still_stand(quiet: Scenario) -> None:
    """Four completed orders by their retention, and all five emails."""
    seen = observe(quiet, "queue", 1)
    assert [measured(seen, "records_kept", queue) for queue in ("order", "email", None)] == [4, 5, 9]
    assert seen.failed_kept == {"order": 0, "email": 0}


def test_records_are_counted_also_where_redis_is_away_at_the_end() -> None:
    """They stand there all the same."""
    away = sim.parse_scenario(QUIET + "duration: 2m\nfaults:\n  - {kind: redis-outage, at: 100s, duration: 10m}\n")
    assert measured(observe(away, "queue", 1), "records_kept") == 9


def test_timers_that_look_more_often_cost_more_commands(quiet: Scenario) -> None:
    """Nothing else differs between the two."""
    often = sim.parse_scenario(QUIET + "workers: {order: {stalled_interval: 1s}}\n")
    usual, busy = (measured(observe(one, "queue", 1), "redis_commands_per_job") or 0 for one in (quiet, often))
    assert 10 < usual < 40
    assert busy > usual + 10


def test_counting_commands_does_not_change_what_happens(quiet: Scenario) -> None:
    """The trace is the same to the byte."""
    counted = observe(quiet, "queue", 7).result.trace_sha256
    assert counted == sim.run(quiet, seed=7, modes=["queue"]).modes["queue"].trace_sha256


def test_in_process_there_is_no_redis_to_ask(quiet: Scenario) -> None:
    """No commands, and no records."""
    seen = observe(quiet, "in-process", 1)
    assert [measured(seen, name) for name in ("redis_commands_per_job", "records_kept", "delivered")] == [0, 0, 15]


def test_without_deliveries_there_is_no_delivery_time() -> None:
    """None, and not zero: a check on it fails."""
    broken = sim.parse_scenario(
        QUIET + "faults:\n  - {kind: database-failure, at: 0s, duration: 1h}\n  - {kind: handler-error}\n"
    )
    seen = observe(broken, "queue", 1)
    assert measured(seen, "delivered") == 0
    assert measured(seen, "delivery_p95") is None


ALERTED = """\
title: A worker dies, and an alert says so
question: After how long?
modes: [queue]
duration: 5m
workload:
  - queue: order
    arrivals: {kind: constant, interval: 5s, count: 40}
workers:
  order: {processes: 2}
faults:
  - {kind: worker-crash, target: order-1, at: 60s, restart_after: 30s}
metrics: {interval: 5s}
operator:
  - {do: pause, queue: order, at: 200s}
  - {do: resume, queue: order, at: 201s}
alerts:
  - {name: WorkerUnhealthy, metric: workers_unhealthy, when: "> 0", for: FOR}
"""


@pytest.mark.parametrize(("wait", "unnoticed", "longest"), [("10s", 0, 10_000), ("2m", 1, None)])
def test_notices_are_measured_over_faults_and_not_over_what_an_operator_did(
    wait: str, unnoticed: int, longest: float | None
) -> None:
    """An alert that waits longer than the fault lasts never fires."""
    seen = observe(sim.parse_scenario(ALERTED.replace("FOR", wait)), "queue", 1)
    assert measured(seen, "faults_unnoticed") == unnoticed
    assert measured(seen, "false_alerts") == 0
    assert measured(seen, "detection_time_max") == longest


def test_every_measure_gives_a_number_or_nothing() -> None:
    """Of the same run."""
    seen = observe(sim.parse_scenario(ALERTED.replace("FOR", "10s")), "queue", 1)
    assert all(isinstance(measured(seen, name), int | float) for name in MEASURES)


ONE_MORE = """
    Measure(
        "first_effect",
        "duration",
        "when the first effect came",
        lambda seen, queue: min(seen.delivery_ms[queue], default=None),
        per_queue=False,
        nothing="no effect came",
        heading="Effects",
        lines=lambda seen: ["  none"],
    ),
)
COUNTS ="""
WITH_ONE_MORE = """
import sys
import sim
from sim.exercises.evidence import evidence
from sim.exercises.exercise import Check
from sim.exercises.judgement import CheckResult
from sim.exercises.measures import measured
from sim.exercises.observation import observe
from tests.docs import measure_table

seen = observe(sim.parse_scenario(sys.argv[1]), "queue", 1)
assert measured(seen, "first_effect") == 800
check = Check(name="soon", measure="first_effect", bound="<= 1s", message="m")
assert check.is_time and check.limit.text == "<= 1s", check.limit
assert CheckResult(check, False, None, 1).observed_text == "no effect came"
assert evidence(check, seen).heading == "Effects"
try:
    Check(name="soon", measure="first_effect", queue="order", bound="<= 1s", message="m")
except ValueError as error:
    assert "first_effect is counted over the whole run" in str(error)
else:
    raise AssertionError("of one queue")
assert "| `first_effect` | duration | when the first effect came |" in measure_table.table()
"""


def test_a_new_measure_takes_one_entry(tmp_path: Path) -> None:
    """Checks, verdicts, evidence and docs of a copy of the package have it."""
    before, after = (ROOT / "sim/exercises/measures.py").read_text().split("\n)\nCOUNTS =")
    copy_package(tmp_path, "exercises", {"measures.py": before + ONE_MORE + after})
    python(tmp_path, "-c", WITH_ONE_MORE, QUIET)

"""A run that is over is freed at once: its parts, which refer to each other in circles, are taken apart."""

import gc

import pytest

from sim.engine.run import run
from sim.faults.registry import FAULTS
from sim.scenario.load import parse_scenario
from sim.yaml_files.fields import ModeName

EVERYTHING = """
title: Closing
question: Is anything left of a run?
queues:
  email: {service: 2s, attempts: 3, backoff: {type: fixed, delay: 1s}}
workload:
  - queue: email
    arrivals: {kind: constant, interval: 1s, count: 8}
workers:
  email: {processes: 3}
faults:
  - {kind: worker-crash, target: email-1, at: 4500ms, restart_after: 1s}
  - {kind: worker-crash, target: email-2, on_job: 2}
  - {kind: worker-freeze, target: email-3, at: 5s, duration: 2s}
  - {kind: handler-error, error: transient, rate: 0.5}
  - {kind: database-failure, at: 6s, duration: 1s}
  - {kind: redis-outage, at: 74s, duration: 2s}
  - {kind: redis-crash, at: 70s, duration: 1s}
  - {kind: slow-database, at: 2s, duration: 1s, latency: 100ms}
  - {kind: poison-job, jobs: [email-8]}
  - {kind: worker-shutdown, target: email-1, at: 20s, grace: 1s}
  - {kind: worker-shutdown, target: email-3, at: 73s, grace: null}
  - {kind: redis-partition, target: email-2, at: 9s, duration: 2s}
  - {kind: redis-partition, target: application, at: 3s, duration: 1s}
  - {kind: clock-skew, target: email-2, by: -2s, at: 5s, duration: 60s}
  - {kind: redis-readonly, at: 13s, duration: 1s}
  - {kind: redis-failover, at: 17s, duration: 1s, lag: 2s}
  - {kind: redis-hang, at: 26s, duration: 2s}
  - {kind: slow-redis, at: 1s, duration: 5s, latency: 100ms}
  - {kind: slow-redis, target: email-3, at: 1s, duration: 30s, latency: {kind: uniform, min: 0s, max: 1s}}
  - {kind: redis-lost-reply, at: 2s, count: 2}
  - {kind: redis-lost-reply, target: email-1, at: 8s, duration: 2s, rate: 0.5}
  - {kind: handler-hang, jobs: [email-7], hangs_for: 3s}
  - {kind: handler-hang, jobs: [email-6], step: after-effect, first_attempts: 1}
operator:
  - {at: 3s, do: pause, queue: email}
  - {at: 4s, do: resume, queue: email}
"""


def test_the_run_that_is_closed_has_every_fault_there_is() -> None:
    """So that whoever adds one adds it here."""
    assert {fault.kind for fault in parse_scenario(EVERYTHING, "closing.yaml").faults} == set(FAULTS)


@pytest.mark.parametrize("mode", ["queue", "in-process"])
@pytest.mark.parametrize("end", ["", "duration: 75s", "metrics: {interval: 1s}"])
def test_a_finished_run_leaves_nothing_to_the_garbage_collector(mode: ModeName, end: str) -> None:
    """Whatever broke in it, and whether it settled or was cut off."""
    scenario = parse_scenario(EVERYTHING + end, "closing.yaml")
    run(scenario, modes=[mode], store="memory", error_log=True)  # what is made once in a process is made
    gc.collect()
    gc.disable()
    try:
        run(scenario, modes=[mode], store="memory", error_log=True)
        assert gc.collect() == 0
    finally:
        gc.enable()

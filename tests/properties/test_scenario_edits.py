"""However a scenario file is edited, loading it gives a scenario or says what is wrong, and soon."""

import random
import re
import time
from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.scenario.load import parse_scenario
from sim.scenario.schema import Scenario
from tests.properties.scenario_edits import edits

PLAIN = """\
title: A worker dies
question: Who sends the email?
workload:
  - queue: email
    arrivals: {kind: constant, interval: 1s, count: 10}
"""
EVERYTHING = """\
title: Everything at once
question: What is left?
story: |
  It was a dark and stormy night.
seed: 7
semantics: [documented, bull-4.16]
modes: [in-process, queue]
duration: 10m
queues:
  bulk:
    handler: email
    attempts: 4
    backoff: {type: fixed, delay: 500ms}
    remove_on_fail: {count: 10, age: 1h}
    remove_on_complete: true
    idempotency_key: on
    service: {kind: uniform, min: 1s, max: 2s}
    limiter: {max: 5, duration: 1s}
workload:
  - {queue: bulk, arrivals: {kind: poisson, interval: 1s, count: 30}, priority: 2}
  - {queue: order, arrivals: {kind: bursts, interval: 5s, size: 3, bursts: 4}, invalid: 0.1}
  - {queue: email, arrivals: {kind: times, at: [0s, 1s, 1m30s]}, delay: 3s}
workers:
  bulk: {processes: 3, concurrency: 2, lock_duration: 20s, blocking: off}
application: {concurrency: 5}
redis: {persistence: rdb, save_interval: 30s}
database: {latency: 5ms, stock: 100}
faults:
  - {kind: worker-crash, target: bulk-2, at: [10s, 20s], restart_after: null}
  - {kind: worker-freeze, target: bulk, mean_interval: 30s, until: 2m, duration: 40s}
  - {kind: handler-error, queues: [bulk], rate: 0.5, first_attempts: 2}
  - {kind: poison-job, jobs: [order-3, bulk-7]}
  - {kind: redis-crash, at: 1m, duration: 5s, cause: power-loss, loading: 2s}
expect:
  queue: {lost: 0, delivered: "> 10", queues: {bulk: {offered: 30}}}
  bull-4.16:
    in-process: {failed_reported: 0..20}
"""
SHIPPED = sorted(Path("scenarios").rglob("*.yaml"))
TEXTS = [PLAIN, EVERYTHING, *(path.read_text() for path in SHIPPED)]
LINE = re.compile(r"edited\.yaml:[1-9][0-9]*:[1-9][0-9]*: [^\n]+|edited\.yaml: and at least [0-9,]+ more problems")


def _problems(text: str) -> tuple[str, ...] | None:
    try:
        assert isinstance(parse_scenario(text, "edited.yaml"), Scenario)
    except ScenarioError as error:
        return error.args
    return None


@pytest.mark.parametrize("seed", range(10))
def test_an_edited_file_loads_or_is_refused_in_one_line_a_problem(seed: int) -> None:
    """No other exception, no line without a position, and never more than two seconds."""
    rng = random.Random(seed)
    loaded = refused = 0
    for _ in range(150):
        text = edits(rng.choice(TEXTS), rng, TEXTS)
        began = time.process_time()
        problems = _problems(text)
        assert time.process_time() - began < 2
        loaded += problems is None
        refused += problems is not None
        assert problems is None or problems
        assert [line for line in problems or () if not LINE.fullmatch(line) or not line.isprintable()] == []
    assert loaded > 10
    assert refused > 10


def test_the_editor_repeats_itself() -> None:
    """The same seed gives the same edits, so that a failure can be looked at again."""
    one, other = random.Random(3), random.Random(3)
    assert [edits(EVERYTHING, one) for _ in range(20)] == [edits(EVERYTHING, other) for _ in range(20)]


@pytest.mark.parametrize("text", TEXTS)
def test_unedited_files_load(text: str) -> None:
    """What the editor starts from is in order, else it would only ever test refusals."""
    parse_scenario(text, "unedited.yaml")

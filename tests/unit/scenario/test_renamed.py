"""A file that says an old name is told the new one, at its place, and nothing else because of it."""

import json

import pytest

from sim.exercises.exercise import Description
from sim.exercises.measures import MEASURES
from sim.results.sweep_values import MEASURES as OF_SWEEPS
from sim.scenario.schema_descriptions import models_schema
from sim.yaml_files.renamed import RENAMED
from tests.unit.scenario.test_load import HEAD, problems

ARRIVALS = "title: t\nquestion: q\nworkload:\n  - {queue: email, arrivals: {kind: %s, every: 1s, %s}}\n"


@pytest.mark.parametrize(
    ("kind", "more"), [("constant", "count: 3"), ("poisson", "count: 3"), ("bursts", "size: 3, bursts: 1")]
)
def test_arrivals_have_an_interval(kind: str, more: str) -> None:
    """And the required new key is not reported missing on top of it."""
    column = len(f"  - {{queue: email, arrivals: {{kind: {kind}, ") + 1
    assert problems(ARRIVALS % (kind, more)) == [f"4:{column}: workload[0].arrivals.every: is now called `interval`"]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("metrics: {every: 5s}", "5:11: metrics.every: is now called `interval`"),
        ("metrics: {aftermath: 5s}", "5:11: metrics.aftermath: is now called `attribution_window`"),
        ("health: {silent_after: 5s}", "5:10: health.silent_after: is now called `unresponsive_after`"),
        ("health: {failure_share: 0.5}", "5:10: health.failure_share: is now called `failure_rate`"),
        ("faults: [{kind: worker-crash, mean_every: 5s, until: 1m}]",
         "5:31: faults[0].mean_every: is now called `mean_interval`"),
        ("faults: [{kind: database-failure, at: 1s, duration: 1s, share: 0.5}]",
         "5:57: faults[0].share: is now called `rate`"),
    ],
)  # fmt: skip
def test_an_old_key_is_told_the_new_one(more: str, problem: str) -> None:
    """Alone: what does not fit because of it is not told as well."""
    assert problems(HEAD + more) == [problem]


def test_an_old_name_where_the_new_one_may_not_stand_is_an_unknown_key() -> None:
    """``every`` of a queue was never a key."""
    assert "unknown key" in problems(HEAD + "queues: {email: {every: 1s}}")[0]


def test_the_new_names_are_in_use_and_the_old_ones_are_not() -> None:
    """As a key of a scenario or an exercise, or as a measure; ``says`` and ``needs`` are words of prose too.

    ``every`` is a key again: of a schedule, where Bull has that word.
    """
    schema = models_schema()
    del schema["$defs"]["Repeat"]["properties"]["every"]
    said = json.dumps([schema, Description.model_json_schema()])
    for old, new in RENAMED.items():
        assert f'"{new}": ' in said or new in (*MEASURES, *OF_SWEEPS), new
        assert f'"{old}": {{' not in said, old
        assert old not in (*MEASURES, *OF_SWEEPS), old

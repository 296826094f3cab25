"""A misspelt name is recognised, and another name is not taken for it."""

import pytest

from sim.core.spelling import edits, nearest
from sim.scenario.schema_descriptions import kinds, models_schema, resolved


def test_misspellings_are_recognised_and_other_things_are_not() -> None:
    """By the letters that differ: a suggestion is never another fault."""
    known = kinds(resolved(models_schema()["properties"]["faults"]["items"]))
    for kind in known:
        for place in range(len(kind) - 1):
            swapped = kind[:place] + kind[place + 1] + kind[place] + kind[place + 2 :]
            assert nearest(swapped, known) == kind
            assert nearest(kind[:place] + kind[place + 1 :], known) == kind
    for other in (
        "redis-freeze",
        "worker-outage",
        "slow-worker",
        "database-crash",
        "handler-crash",
        "job",
    ):
        assert nearest(other, known) is None
    assert nearest("target", ["start", "at", "until", "kind", "duration"]) is None
    assert nearest("wait", ["waiting", "active"]) == "waiting"
    assert nearest("redis", known) is None


@pytest.mark.parametrize(
    ("one", "other", "distance"), [("lots", "lost", 1), ("", "ab", 2), ("abc", "abc", 0), ("kitten", "sitting", 3)]
)
def test_edits_are_counted_with_swaps_as_one(one: str, other: str, distance: int) -> None:
    """Optimal string alignment."""
    assert edits(one, other, 5) == edits(other, one, 5) == distance
    assert edits(one, other, 0) == min(distance, 1)

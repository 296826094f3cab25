"""What one more job costs, or a small world, is what docs/performance.md says: calls, which no busy machine changes."""

import pytest

from benchmarks.calls_per_job import calls_per_job, calls_per_small_world

MARGIN = 0.1


@pytest.mark.parametrize(("store", "calls"), [("memory", 226), ("fakeredis", 1_618)])
def test_a_job_costs_no_more_calls_than_it_did(store: str, calls: int) -> None:
    """Within a tenth, either way: who makes a job cheaper writes the new figure down, here and in the docs."""
    assert calls_per_job(store) == pytest.approx(calls, rel=MARGIN)


def test_a_small_world_costs_no_more_calls_than_it_did() -> None:
    """Three workers, eight jobs and one crash: within a tenth, either way."""
    assert calls_per_small_world() == pytest.approx(3_698, rel=MARGIN)

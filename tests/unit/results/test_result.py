"""A result without the trace: what it still has, and what it says of the rest."""

import pytest

import sim
from sim.core.errors import SimError
from sim.plots import jobs, outcomes, timeline
from sim.results.result import Result


@pytest.fixture(scope="module")
def bare() -> Result:
    """A run of which only outcomes were kept."""
    return sim.run("scenarios/01-worker-crashes/frozen-worker.yaml", store="memory", trace=False)


def test_what_needs_events_says_that_the_run_needs_its_trace(bare: Result) -> None:
    """The trace, its hash, and the pictures of jobs and of the time line."""
    one = bare.modes["queue"]
    asked = [lambda: bare.trace, lambda: one.trace_sha256, lambda: jobs(bare), lambda: timeline(bare)]
    for ask in asked:
        with pytest.raises(SimError, match="run it with the trace"):
            ask()


def test_what_needs_only_outcomes_is_there(bare: Result) -> None:
    """Counts, expectations, jobs and the picture of outcomes."""
    whole = sim.run("scenarios/01-worker-crashes/frozen-worker.yaml", store="memory")
    assert bare.outcomes == whole.outcomes
    assert bare.jobs == whole.jobs
    assert bare.expectations == whole.expectations
    assert outcomes(bare).get_xlabel() == "jobs"
    assert set(bare.as_dict()["trace_sha256"].values()) == {None}


def test_queues_add_up_to_the_totals_and_an_idle_queue_has_zeros() -> None:
    """Also for a queue to which nothing was offered."""
    text = """
title: Two queues
question: Who gets what?
queues: {email: {}, order: {}}
workload: [{queue: email, arrivals: {kind: constant, interval: 1s, count: 3}}]
"""
    one = sim.run(sim.parse_scenario(text, "two.yaml"), store="memory").modes["queue"]
    assert {name: counts.offered for name, counts in one.queues.items()} == {"email": 3, "order": 0}
    assert one.queues["email"] == one.totals


@pytest.mark.parametrize("picture", ["jobs", "outcomes", "timeline"])
def test_an_old_method_says_what_to_call_in_its_place(bare: Result, picture: str) -> None:
    """And what it says is there; another missing name is missing as anywhere."""
    with pytest.raises(AttributeError, match=rf"\'plot_{picture}\'; it is now sim\.plots\.{picture}\(result\)$"):
        getattr(bare, f"plot_{picture}")
    assert callable(getattr(sim.plots, picture))
    with pytest.raises(AttributeError, match="'Result' object has no attribute 'plot_pie'"):
        _ = bare.plot_pie

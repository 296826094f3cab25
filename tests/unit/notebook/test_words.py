"""What a run came to is said in words, made of the run."""

import pytest

import sim
from sim.core.errors import SimError
from sim.notebook import changed, jobs_in_words, outcomes_in_words

SCENARIO = "01-worker-crashes/crash-after-effect.yaml"


def test_outcomes_are_said_for_each_mode() -> None:
    """Only those that occurred, and how many jobs had their effect twice."""
    assert outcomes_in_words(sim.run(changed(SCENARIO, {}))) == (
        "in-process: 10 delivered; queue: 10 delivered, 1 of them twice"
    )


def test_jobs_are_said_that_did_not_go_through_at_once() -> None:
    """The others are counted."""
    words = jobs_in_words(sim.run(changed(SCENARIO, {}), modes=["queue"]))
    assert words.startswith("queue: email-3 delivered, 2 starts, 2 effects, found stalled, ended at ")
    assert words.endswith("; 9 other delivered at the first attempt")


def test_a_mode_that_was_not_run_has_no_words() -> None:
    """It is refused with those that were."""
    with pytest.raises(SimError, match="no mode 'in-process'; it has: queue"):
        jobs_in_words(sim.run(changed(SCENARIO, {}), modes=["queue"]), "in-process")

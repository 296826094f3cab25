"""Predictions and verdicts, on simulated runs that stand in for real ones."""

from typing import Any

import pytest

from sim.experiments.run import run
from sim.rehearsal.prediction import SEEDS, TIMINGS, RetimedStreams, predict, randomness
from sim.rehearsal.verdict import Verdict
from sim.scenario.schema import Scenario
from sim.world.streams import Streams
from tests.rehearsal.conftest import few_emails

KILLED_AFTER = {"kind": "worker-crash", "jobs": ["email-2"], "step": "after-effect-before-ack"}


def verdict_of(predicted: Scenario, happened: Scenario, seed: int = 1) -> Verdict:
    """Hold one scenario's run against another's prediction."""
    real = run(happened, modes=["queue"], seed=seed, semantics="bull-4.16").modes["queue"]
    return Verdict(predict(predicted, 1), real.totals, real.jobs, real.ledger)


def test_a_run_agrees_with_its_own_prediction() -> None:
    """Job by job, over the timings of the stalled checks."""
    scenario = few_emails(faults=[KILLED_AFTER])
    verdict = verdict_of(scenario, scenario)
    assert verdict.agrees
    assert verdict.job_by_job
    assert verdict.prediction.runs == TIMINGS
    assert {row.measure: row.real for row in verdict.rows}["duplicated"] == 1


def test_a_job_that_became_something_else_disagrees_and_both_stories_are_told() -> None:
    """Here the worker dies after the effect instead of never."""
    verdict = verdict_of(few_emails(), few_emails(faults=[KILLED_AFTER]))
    assert not verdict.agrees
    (one,) = verdict.disagreements
    assert (one.job, one.predicted, one.real) == ("email-2", ["delivered"], "delivered, 2 effects")
    assert not any("killed" in line for line in one.predicted_story)
    assert any("killed #1 email-" in line for line in one.real_story)
    assert verdict.as_dict()["verdict"] == "disagree"


def test_a_job_that_is_missing_or_too_many_disagrees() -> None:
    """Whichever side it is missing on."""
    more = few_emails(
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "every": "1s", "count": 4, "start": "1s"}}]
    )
    assert verdict_of(few_emails(), more).disagreements[0].predicted == ["no such job"]
    assert verdict_of(more, few_emails()).disagreements[0].real == "no such job"


def test_equal_outcomes_with_other_counts_disagree() -> None:
    """An attempt more shows in the totals alone, and that is enough."""
    failing = few_emails(faults=[{"kind": "handler-error", "jobs": ["email-1"], "first_attempts": 1}])
    verdict = verdict_of(few_emails(), failing)
    assert verdict.disagreements == []
    assert [row.measure for row in verdict.rows if not row.agrees] == ["attempts"]
    assert not verdict.agrees


RANDOM: list[tuple[dict[str, Any], str]] = [
    ({"workload": [{"queue": "email", "arrivals": {"kind": "poisson", "every": "1s", "count": 3}}]}, "arrivals"),
    ({"queues": {"email": {"service": {"kind": "exponential", "mean": "1s"}}}}, "service times"),
    ({"faults": [{"kind": "worker-crash", "mean_every": "9s"}]}, "the moments of faults"),
    ({"workers": {"email": {"start_spread": "1s"}}}, "the workers' starts"),
]


@pytest.mark.parametrize(("parts", "what"), RANDOM)
def test_it_is_known_what_is_random(parts: dict[str, Any], what: str) -> None:
    """Each by itself."""
    assert randomness(few_emails(**parts)) == [what]


def test_what_is_drawn_for_the_job_is_not_random() -> None:
    """Errors by chance and invalid data fall on the same jobs here and there."""
    workload = [{"queue": "email", "arrivals": {"kind": "constant", "every": "1s", "count": 3}, "invalid": 0.5}]
    assert randomness(few_emails(workload=workload, faults=[{"kind": "handler-error", "rate": 0.5}])) == []


def test_random_scenarios_are_held_against_the_interval_of_other_seeds() -> None:
    """Totals only; the rehearsal's own seed is not among the 200."""
    scenario = few_emails(
        workload=[{"queue": "email", "arrivals": {"kind": "poisson", "every": "1s", "count": 5}}],
        faults=[{"kind": "handler-error", "rate": 0.4}],
    )
    verdict = verdict_of(scenario, scenario)
    assert verdict.prediction.runs == SEEDS
    assert not verdict.job_by_job
    assert verdict.prediction.fates == {}
    low, high = verdict.prediction.bounds["attempts"]
    assert low < high
    assert low <= verdict.real.attempts <= high
    assert verdict.agrees


def test_a_total_outside_the_interval_disagrees() -> None:
    """More failures than any of 200 runs had."""
    workload = [{"queue": "email", "arrivals": {"kind": "poisson", "every": "1s", "count": 9}}]
    calm = few_emails(workload=workload)
    wild = few_emails(workload=workload, faults=[{"kind": "handler-error"}])
    assert not verdict_of(calm, wild).agrees


def test_another_timing_changes_the_timers_and_nothing_else() -> None:
    """Every other stream gives the seed's numbers."""
    plain, other = Streams(1), RetimedStreams(1, 7)
    assert other.unit("fault:1:handler-error", "email-1", 1) == plain.unit("fault:1:handler-error", "email-1", 1)
    assert other.generator("arrivals:email:0").random() == plain.generator("arrivals:email:0").random()
    assert other.unit("stalled-timer:email-1:1", 1) != plain.unit("stalled-timer:email-1:1", 1)

"""Predictions and verdicts, on simulated runs that stand in for real ones."""

from typing import Any

import pytest

from sim.engine.random_streams import Streams
from sim.engine.run import run
from sim.rehearsal.prediction import SEEDS, TIMINGS, RetimedStreams, predict, randomness
from sim.rehearsal.scale import REAL_TIME, Scale
from sim.rehearsal.time_distributions import ks_distance
from sim.rehearsal.times import Tolerance, Way, ways_to_ends
from sim.rehearsal.verdict import Verdict
from sim.results.trace import Event, EventKind, Trace
from sim.scenario.schema import Scenario
from tests.rehearsal.conftest import few_emails

KILLED_AFTER = {"kind": "worker-crash", "jobs": ["email-2"], "step": "after-effect-before-ack"}


def verdict_of(predicted: Scenario, happened: Scenario, seed: int = 1, scale: Scale = REAL_TIME) -> Verdict:
    """Hold one scenario's run against another's prediction."""
    real = run(happened, modes=["queue"], seed=seed, semantics="bull-4.16").modes["queue"]
    return Verdict(predict(predicted, 1, scale), real.totals, real.jobs, real.trace)


def test_a_run_agrees_with_its_own_prediction() -> None:
    """Job by job, over the timings of the stalled checks."""
    scenario = few_emails(faults=[KILLED_AFTER])
    verdict = verdict_of(scenario, scenario)
    assert verdict.agrees
    assert verdict.job_by_job
    assert verdict.prediction.runs >= TIMINGS
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
        workload=[{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 4, "start": "1s"}}]
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
    ({"workload": [{"queue": "email", "arrivals": {"kind": "poisson", "interval": "1s", "count": 3}}]}, "arrivals"),
    ({"queues": {"email": {"service": {"kind": "exponential", "mean": "1s"}}}}, "service times"),
    ({"faults": [{"kind": "worker-crash", "mean_interval": "9s"}]}, "the moments of faults"),
    ({"workers": {"email": {"start_spread": "1s"}}}, "the workers' starts"),
]


@pytest.mark.parametrize(("parts", "what"), RANDOM)
def test_it_is_known_what_is_random(parts: dict[str, Any], what: str) -> None:
    """Each by itself."""
    assert randomness(few_emails(**parts)) == [what]


def test_what_is_drawn_for_the_job_is_not_random() -> None:
    """Errors by chance and invalid data fall on the same jobs here and there."""
    workload = [{"queue": "email", "arrivals": {"kind": "constant", "interval": "1s", "count": 3}, "invalid": 0.5}]
    assert randomness(few_emails(workload=workload, faults=[{"kind": "handler-error", "rate": 0.5}])) == []


def test_random_scenarios_are_held_against_the_interval_of_other_seeds() -> None:
    """Totals only; the rehearsal's own seed is not among the 200."""
    scenario = few_emails(
        workload=[{"queue": "email", "arrivals": {"kind": "poisson", "interval": "1s", "count": 5}}],
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
    workload = [{"queue": "email", "arrivals": {"kind": "poisson", "interval": "1s", "count": 9}}]
    calm = few_emails(workload=workload)
    wild = few_emails(workload=workload, faults=[{"kind": "handler-error"}])
    assert not verdict_of(calm, wild).agrees


def test_another_timing_changes_the_timers_and_nothing_else() -> None:
    """Every other stream gives the seed's numbers."""
    plain, other = Streams(1), RetimedStreams(1, 7)
    assert other.unit("fault:1:handler-error", "email-1", 1) == plain.unit("fault:1:handler-error", "email-1", 1)
    assert other.generator("arrivals:email:0").random() == plain.generator("arrivals:email:0").random()
    assert other.unit("stalled-timer:email-1:1", 1) != plain.unit("stalled-timer:email-1:1", 1)


RETRIED = {"kind": "handler-error", "jobs": ["email-2"], "first_attempts": 1}


def backoff_of(delay: str) -> Scenario:
    """The second email fails once and is tried again after a fixed delay."""
    return few_emails(queues={"email": {"backoff": {"type": "fixed", "delay": delay}}}, faults=[RETRIED])


def test_a_backoff_that_is_a_second_too_short_disagrees_in_times_alone() -> None:
    """At 1:10 that is 100 real ms; the job is named, with both times, what is allowed, and both stories."""
    verdict = verdict_of(backoff_of("4s"), backoff_of("5s"), scale=Scale(10))
    assert verdict.outcomes_agree
    assert not verdict.times_agree
    assert not verdict.agrees
    (one,) = verdict.times_off
    assert (one.job, one.off_ms, one.allowed_ms) == ("email-2", 1_000, 10 * (30 + 2 * 6))
    assert any("retry-scheduled" in line for line in one.predicted_story)
    assert any("retry-scheduled" in line for line in one.real_story)
    shown = verdict.as_dict()
    assert (shown["verdict"], shown["outcomes"], shown["times"]) == ("disagree", "agree", "disagree")
    assert shown["times_off"][0]["real"]["ended_ms"] - shown["times_off"][0]["predicted"]["ended_ms"] == 1_000


def test_what_the_scale_explains_agrees() -> None:
    """A third of a second at 1:10 does; at 1:1 the same difference does not."""
    assert verdict_of(backoff_of("4700ms"), backoff_of("5s"), scale=Scale(10)).agrees
    assert not verdict_of(backoff_of("4700ms"), backoff_of("5s"), scale=Scale(1)).agrees


def test_a_job_that_never_started_or_never_ended_is_off_by_no_number() -> None:
    """It is named first, and what is not there is null."""
    short, long = few_emails(duration="2500ms"), few_emails(duration="9s", queues={"email": {"service": "10s"}})
    real = run(long, modes=["queue"], seed=1, semantics="bull-4.16").modes["queue"]
    off = Verdict(predict(short, 1), real.totals, real.jobs, real.trace).times_off
    assert (off[0].off_ms, off[0].real.ended_ms) == (None, None)


def test_a_scenario_that_never_settles_is_held_against_the_moment_at_which_the_rehearsal_was_ended() -> None:
    """Not against the hour that a simulated run lasts; near that moment both before and after count."""
    endless = {"email": {"service": "40s"}}
    workers = {"email": {"processes": 2, "lock_renew": "1h", "max_stalled": 100}}
    scenario = few_emails(queues=endless, workers=workers)
    cut = scenario.model_copy(update={"duration": 300_000})
    real = run(cut, modes=["queue"], seed=1, semantics="bull-4.16").modes["queue"]
    assert real.totals.attempts < 30
    assert Verdict(predict(scenario, 1, Scale(10), 300_000), real.totals, real.jobs, real.trace).agrees
    assert not Verdict(predict(scenario, 1, Scale(10), 400_000), real.totals, real.jobs, real.trace).agrees


def test_the_times_of_a_random_scenario_are_held_against_those_of_other_runs() -> None:
    """The rehearsal of the same scenario is one of them; one whose handlers take twice as long is not."""
    workload = [{"queue": "email", "arrivals": {"kind": "poisson", "interval": "5s", "count": 30}}]
    calm = few_emails(workload=workload, queues={"email": {"service": "1s"}})
    slow = few_emails(workload=workload, queues={"email": {"service": "2500ms"}})
    same = verdict_of(calm, calm, seed=1, scale=Scale(10))
    assert same.agrees
    assert {(row.queue, row.what) for row in same.distributions} == {("email", "first start"), ("email", "end")}
    other = verdict_of(calm, slow, seed=1, scale=Scale(10))
    assert other.outcomes_agree
    assert [row.agrees for row in other.distributions] == [False, False]
    assert other.as_dict()["distributions"][1]["p"] < 0.01


def test_a_shift_up_to_the_slack_is_no_distance() -> None:
    """Beyond it the largest difference between both distributions counts, whichever is the later."""
    pooled = [0, 10, 20, 30]
    assert ks_distance([5, 15, 25, 35], pooled, 5) == 0
    assert ks_distance([5, 15, 25, 35], pooled, 4) == pytest.approx(0.25)
    assert ks_distance([-90, -80], pooled, 5) == 1
    assert ks_distance([90, 95], pooled, 5) == 1


def test_a_lateness_is_handed_on_from_attempt_to_attempt() -> None:
    """By the job's own attempts and stalls, and by a worker that goes straight on from another; a pause ends it."""
    trace = Trace("queue")
    for t_ms, job, event in (
        (0, "email-1", EventKind.STARTED),
        (1_000, "email-1", EventKind.COMPLETED),
        (1_050, "email-2", EventKind.STARTED),
        (2_000, "email-2", EventKind.RETRY_SCHEDULED),
        (9_000, "email-3", EventKind.STARTED),
        (9_100, "email-3", EventKind.COMPLETED),
        (9_200, "email-2", EventKind.STARTED),
        (30_000, "email-2", EventKind.STALLED),
    ):
        trace.records.append(Event(t_ms, "email", job, event, 1, "email-1", None))
    ways = ways_to_ends(trace, Scale(10))
    assert ways == {"email-1": Way(1), "email-2": Way(3, 1), "email-3": Way(1)}
    assert Tolerance(Scale(10)).of(ways["email-2"]) == 10 * (30 + 3 * 6 + 20)


def test_a_process_that_is_started_anew_is_as_late_as_the_one_before_it_was() -> None:
    """After a shutdown, which ends with the last job; not after a crash, which comes at its own time."""
    for left, expected in ((EventKind.WORKER_STOPPED, Way(2, restarts=1)), (EventKind.FAULT_BEGAN, Way(1))):
        trace = Trace("queue")
        for t_ms, job, event in (
            (0, "email-1", EventKind.STARTED),
            (1_000, "email-1", EventKind.COMPLETED),
            (1_000, None, left),
            (6_000, None, EventKind.WORKER_STARTED),
            (6_100, "email-2", EventKind.STARTED),
            (7_100, "email-2", EventKind.COMPLETED),
        ):
            trace.records.append(Event(t_ms, "email" if job else None, job, event, 1, "email-1", None))
        assert ways_to_ends(trace, Scale(10)) == {"email-1": Way(1), "email-2": expected}
    assert Tolerance(Scale(10)).of(Way(2, restarts=1)) == 10 * (30 + 2 * 6 + 30)


def test_a_prediction_has_either_order_in_which_processes_reconnect() -> None:
    """A retry that came due in an outage and a job that was submitted in it: each of them is first in some timing."""
    scenario = few_emails(
        queues={"email": {"service": "1s", "backoff": {"type": "fixed", "delay": "2s"}}},
        workload=[{"queue": "email", "arrivals": {"kind": "times", "at": ["1s", "5s"]}}],
        workers={"email": {"processes": 1}},
        faults=[
            {"kind": "handler-error", "jobs": ["email-1"], "first_attempts": 1},
            {"kind": "redis-outage", "at": "3s", "duration": "3s"},
        ],
    )
    times = predict(scenario, 1, Scale(10)).times
    starts = {round(time.started_ms or 0, -2) for time in times["email-2"]}
    ends = {round(time.ended_ms or 0, -2) for time in times["email-1"]}
    assert {7_700, 8_700} <= starts
    assert {8_700, 9_700} <= ends

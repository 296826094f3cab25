"""A job with several effects: how far each attempt came, what happens again, and what counts as delivered."""

from typing import Any

import pytest

from sim.engine.run import run
from sim.results.outcomes import JobResult
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario

SHOWN = {EventKind.STARTED, EventKind.EFFECT, EventKind.EFFECT_DEDUPLICATED, EventKind.ATTEMPT_FAILED, EventKind.KILLED}
SEND, MARK = {"name": "send", "in": "outside", "idempotent": False, "times": 3}, {"name": "mark", "in": "database"}


def batch(*effects: Any, attempts: int = 2, **parts: Any) -> Scenario:
    """One job at 1 s that works 1 s before each of its effects and 1 s after the last."""
    listed = effects or (SEND, MARK)
    works = sum(effect.get("times", 1) for effect in listed) + 1
    queue = {"handler": {"effects": list(listed)}, "service": f"{works}s", "attempts": attempts}
    return scenario(
        **{
            "workload": [{"queue": "batch", "arrivals": {"kind": "times", "at": ["1s"]}}],
            "queues": {"batch": queue},
            **parts,
        }
    )


def steps(story: Scenario, mode: str = "queue") -> list[str]:
    """What happened, in seconds: starts (>), effects, recognised ones (=), errors (!) and kills (x)."""
    signs = {"started": ">", "effect": "", "effect-deduplicated": "=", "attempt-failed": "!", "killed": "x"}
    (one,) = run(story, modes=[mode]).modes.values()
    return [
        f"{r.t_ms / 1_000:g} {signs[r.kind.value]}{(r.more or {}).get('effect', '')}".strip()
        for r in one.trace
        if r.kind in SHOWN
    ]


def job(story: Scenario, mode: str = "queue") -> JobResult:
    """What became of the job."""
    (one,) = run(story, modes=[mode]).modes.values()
    return one.jobs[0]


BOTH = pytest.mark.parametrize("mode", ["queue", "in-process"])


@BOTH
def test_effects_come_one_after_another_and_all_of_them_deliver(mode: str) -> None:
    """The service time is divided evenly; the job is delivered when the last has happened."""
    assert steps(batch(), mode) == ["1 >", "2 send.1", "3 send.2", "4 send.3", "5 mark"]
    one = job(batch(), mode)
    assert (one.outcome, one.effects, one.done, one.first_effect_ms, one.ended_ms) == ("delivered", 4, 4, 5_000, 6_000)
    assert (one.duplicated, one.partial) == (False, False)


def test_work_says_how_much_is_worked_before_an_effect() -> None:
    """What is left is divided evenly; what is said of several equal effects is divided among them."""
    effects = ({"name": "a", "in": "outside", "work": 0.5}, {"name": "b", "in": "outside", "times": 2, "work": 0.2})
    story = batch(*effects, {"name": "c", "in": "outside"})
    queues = {"batch": {**story.queues["batch"].model_dump(by_alias=True, include={"handler"}), "service": "10s"}}
    assert steps(batch(queues=queues)) == ["1 >", "6 a", "7 b.1", "8 b.2", "9.5 c"]


def test_a_batch_that_fails_after_two_sends_begins_from_the_beginning() -> None:
    """Two are sent twice; the third and the last once."""
    story = batch(faults=[{"kind": "handler-error", "effect": "send.3", "first_attempts": 1}])
    assert steps(story) == ["1 >", "2 send.1", "3 send.2", "4 !", "4 >", "5 send.1", "6 send.2", "7 send.3", "8 mark"]
    one = job(story)
    assert (one.outcome, one.effects, one.done, one.extra_effects, one.duplicated) == ("delivered", 6, 4, 2, True)


def test_idempotent_effects_are_recognised_one_by_one() -> None:
    """Nothing is sent twice."""
    story = batch(
        {**SEND, "idempotent": True}, MARK, faults=[{"kind": "handler-error", "effect": "send.3", "first_attempts": 1}]
    )
    assert steps(story)[4:] == ["4 >", "5 =send.1", "6 =send.2", "7 send.3", "8 mark"]
    assert (job(story).suppressed, job(story).extra_effects) == (2, 0)


@BOTH
def test_what_never_comes_to_its_end_is_partial_wherever_its_record_is(mode: str) -> None:
    """It is not delivered; how far it came counts beside its outcome, and repeated effects count too."""
    story = batch(faults=[{"kind": "handler-error", "effect": "send.3"}])
    one = job(story, mode)
    queue = mode == "queue"
    assert (one.outcome, one.partial) == ("failed-retained" if queue else "failed-reported", True)
    assert (one.effects, one.done, one.extra_effects) == ((4, 2, 2) if queue else (2, 2, 0))
    assert (one.first_effect_ms, one.duplicated, one.false_failure) == (None, False, False)
    (result,) = run(story, modes=[mode]).modes.values()
    assert (result.totals.partial, result.totals.delivered, result.totals.duplicated) == (1, 0, 0)
    assert result.totals.extra_effects == one.extra_effects
    assert result.totals.adds_up


def test_a_job_that_has_had_no_effect_is_not_partial() -> None:
    """It failed before the first."""
    one = job(batch(faults=[{"kind": "handler-error"}]))
    assert (one.partial, one.done, one.effects) == (False, 0, 0)


def test_a_process_can_die_between_two_effects() -> None:
    """The third is never reached in the first attempt; the job runs again from the beginning."""
    story = batch(faults=[{"kind": "worker-crash", "jobs": ["batch-1"], "effect": "send.3", "restart_after": "1s"}])
    assert steps(story)[:4] == ["1 >", "2 send.1", "3 send.2", "4 xsend.3"]
    assert (job(story).effects, job(story).done) == (6, 4)


def test_without_a_name_a_fault_strikes_before_the_first_effect_or_after_the_last() -> None:
    """As if the job had one effect."""
    crash = {"kind": "worker-crash", "on_job": 1}
    assert steps(batch(faults=[crash]))[1] == "2 xsend.1"
    before, after = ({"kind": "handler-error", "first_attempts": 1, "step": f"{s}-effect"} for s in ("before", "after"))
    assert steps(batch(faults=[before]))[:3] == ["1 >", "2 !", "2 >"]
    assert steps(batch(faults=[after]))[:6] == ["1 >", "2 send.1", "3 send.2", "4 send.3", "5 mark", "5 !"]


def test_a_handler_can_hang_after_the_second_effect() -> None:
    """It goes on where it stood."""
    hang = {"kind": "handler-hang", "step": "after-effect", "effect": "send.2", "hangs_for": "10s"}
    assert steps(batch(faults=[hang])) == ["1 >", "2 send.1", "3 send.2", "14 send.3", "15 mark"]


@pytest.mark.parametrize(
    ("failure", "again"),
    [("refuse", ["5 !", "5 >"]), ("abort", ["5 !", "5 >"]), ("lost-reply", ["5 mark", "5 !", "5 >"])],
)
def test_the_database_can_fail_at_one_effect(failure: str, again: list[str]) -> None:
    """Those outside stand; a lost reply lets the effect stand and the handler fail."""
    fault = {"kind": "database-failure", "at": "0s", "duration": "6s", "failure": failure, "effect": "mark"}
    listed = batch(SEND, MARK, faults=[fault])
    assert steps(listed)[4 : 4 + len(again)] == again
    assert steps(listed)[-1] == ("9 =mark" if failure == "lost-reply" else "9 mark")
    other = batch({"name": "first", "in": "database"}, MARK, faults=[fault])
    assert steps(other)[1:3] == ["2 first", "3 !" if failure != "lost-reply" else "3 mark"]


@BOTH
def test_invalid_data_fails_before_the_first_effect(mode: str) -> None:
    """As with every other handler."""
    story = batch(workload=[{"queue": "batch", "arrivals": {"kind": "times", "at": ["1s"]}, "invalid": 1}])
    assert job(story, mode).done == 0
    (one,) = run(story, modes=[mode]).modes.values()
    error = next(r.more for r in one.trace if r.kind is EventKind.ATTEMPT_FAILED)
    assert (error or {})["error"] == "number must be a whole number from 1 to 1,000,000,000, not 0"


def test_effects_in_the_database_wait_for_it_and_those_outside_do_not() -> None:
    """Each call takes its latency."""
    story = batch(SEND, MARK, database={"latency": "250ms"})
    assert steps(story) == ["1 >", "2 send.1", "3 send.2", "4 send.3", "5.25 mark"]

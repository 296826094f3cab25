"""Short stories of jobs that come later than promised (times in ms)."""

import json
from typing import Any

import pytest

from sim.engine.run import run
from sim.results.result import Result
from sim.results.trace import EventKind
from sim.scenario.schema import Scenario
from tests.stories.test_stories import scenario


def told(result: Result, mode: str = "queue") -> list[tuple[str, int | None, bool]]:
    """By job: how long it took from when it was due, and whether it was late."""
    return [(job.job, job.delivery_ms, job.late) for job in result.jobs if job.mode == mode]


def one_after_the_other(within: str, **more: Any) -> Scenario:
    """Three emails at 1 s for one worker that takes a second each; the effect is at 0.8 s of it."""
    return scenario(
        queues={"email": {"service": "1s", "deliver_within": within}},
        workload=[
            {
                "queue": "email",
                "arrivals": {"kind": "bursts", "interval": "1s", "size": 3, "bursts": 1, "start": "1s"},
                **more,
            }
        ],
    )


def test_who_waits_too_long_in_line_is_late() -> None:
    """In queue mode the third email waits for two others; in in-process mode nobody waits."""
    result = run(one_after_the_other("1.8s"))
    assert told(result) == [("email-1", 800, False), ("email-2", 1_800, False), ("email-3", 2_800, True)]
    assert [late for _job, _took, late in told(result, "in-process")] == [False, False, False]
    assert result.outcomes["queue"]["late"] == 1
    assert result.delivery["queue"].max_ms == 2_800


def test_a_promise_of_the_workload_goes_before_that_of_the_queue() -> None:
    """Some customers were promised more than others."""
    result = run(one_after_the_other("1m", deliver_within="799ms"))
    assert [late for _job, _took, late in told(result)] == [True, True, True]


def test_with_a_delay_a_job_is_due_later_and_the_promise_counts_from_there() -> None:
    """In-process mode knows no delay: there a job is due at once."""
    result = run(one_after_the_other("2s", delay="10s"))
    assert told(result) == [("email-1", 801, False), ("email-2", 1_801, False), ("email-3", 2_801, True)]
    assert [job.due_ms for job in result.jobs if job.mode == "queue"] == [11_000] * 3
    assert [job.due_ms for job in result.jobs if job.mode == "in-process"] == [1_000] * 3


def test_a_delayed_job_that_an_operator_promotes_is_early_and_not_late() -> None:
    """Its time to delivery is 0, not less."""
    early = one_after_the_other("1ms", delay="10s").model_copy(
        update={"operator": scenario(operator=[{"at": "2s", "do": "promote", "job": "email-1"}]).operator}
    )
    assert told(run(early))[0] == ("email-1", 0, False)


def test_a_job_that_is_retried_by_hand_hours_later_is_delivered_and_late() -> None:
    """All delivered is no success if it took 14 hours."""
    result = run(
        scenario(
            queues={"email": {"service": "1s", "attempts": 1, "deliver_within": "10m"}},
            faults=[{"kind": "handler-error", "first_attempts": 1}],
            operator=[{"at": "14h", "do": "retry-all", "queue": "email"}],
        )
    )
    (job,) = [job for job in result.jobs if job.mode == "queue"]
    assert (job.outcome, job.late, job.delivery_ms) == ("delivered", True, 14 * 3_600_000 - 1_000 + 800)
    (in_process,) = [job for job in result.jobs if job.mode == "in-process"]
    assert (in_process.outcome, in_process.late) == ("failed-reported", False)


def test_the_trace_tells_what_was_promised_and_nothing_else_changes() -> None:
    """A promise is no setting of the queue: without what the offers say of it, the traces are equal."""
    promised, free = (run(one_after_the_other("1.8s", delay=delay)) for delay in ("5s", "0s"))
    offers = [one for one in promised.trace if one["event"] == "offered"]
    assert {(one["mode"], one["deliver_within_ms"], one.get("delay_ms")) for one in offers} == {
        ("in-process", 1_800, None),
        ("queue", 1_800, 5_000),
    }
    plain = scenario(
        queues={"email": {"service": "1s"}},
        workload=[
            {"queue": "email", "arrivals": {"kind": "bursts", "interval": "1s", "size": 3, "bursts": 1, "start": "1s"}}
        ],
    )
    without = [{key: one[key] for key in one if key != "deliver_within_ms"} for one in free.trace]
    assert without == list(run(plain).trace)


@pytest.mark.parametrize(
    ("bound", "holds"),
    [
        ({"late": 1}, True),
        ({"late": 0}, False),
        ({"delivery_max": "<= 2.8s"}, True),
        ({"delivery_max": "< 2.8s"}, False),
        ({"delivery_p50": "1800ms"}, True),
        ({"delivery_p50": "1s..1.799s"}, False),
        ({"delivery_p99": "2s..3s"}, True),
    ],
)
def test_an_expectation_can_bound_late_jobs_and_times(bound: dict[str, Any], holds: bool) -> None:
    """Counts with numbers, times with durations; per queue as well."""
    own = one_after_the_other("1.8s")
    for expected in ({"queue": bound}, {"queue": {"queues": {"email": bound}}}):
        result = run(
            own.model_copy(
                update={
                    "expect": Scenario.model_validate(
                        {
                            **own.model_dump(include={"title", "question"}),
                            "expect": expected,
                            "queues": {"email": {"deliver_within": "1s"}},
                            "workload": [{"queue": "email", "arrivals": {"kind": "times", "at": ["1s"]}}],
                        }
                    ).expect
                }
            )
        )
        assert result.holds is holds


def test_a_time_is_not_within_a_bound_where_nothing_was_delivered() -> None:
    """No delivery is not a quick one."""
    result = run(
        scenario(
            queues={"email": {"attempts": 1}},
            faults=[{"kind": "handler-error", "first_attempts": 9}],
            expect={"queue": {"delivery_max": "<= 1h"}},
        )
    )
    (check,) = result.expectations
    assert (check.holds, check.seen, check.seen_text) == (False, None, "none delivered")
    assert json.loads(json.dumps(result.as_dict()))["modes"]["queue"]["delivery_max_ms"] is None


def test_a_running_world_counts_late_jobs_as_soon_as_they_are_delivered() -> None:
    """Not before: until then they are pending."""
    from sim.engine.world import World, simulation_of

    world = World(one_after_the_other("1.8s"))
    late = []
    for moment in ("3.5s", "4s"):
        world.run_until(moment)
        late.append(sum(job.late for job in simulation_of(world).outcomes_now()))
    assert late == [0, 1]
    assert EventKind.OFFERED.value == "offered"

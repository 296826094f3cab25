"""Late jobs in pictures and tables: told without colour, and only where something was promised."""

import io
from typing import Any

import pytest
from rich.console import Console

from sim.engine.run import run
from sim.plots.fates_panel import labels_of
from sim.plots.job_choice import choose_jobs
from sim.plots.job_timeline import job_lanes
from sim.plots.runs.jobs import PICTURE as JOBS
from sim.plots.runs.monitoring import PICTURE as MONITORING
from sim.plots.runs.outcomes import PICTURE as OUTCOMES
from sim.plots.runs.timeline import PICTURE as TIMELINE
from sim.plots.styles import OUTCOME_LOOKS
from sim.reports.tables import print_outcomes
from sim.results.delivery_text import delivery_table
from sim.results.fates import fates_over_time
from sim.results.outcomes import Outcome
from sim.results.result import Result
from sim.scenario.schema import Scenario


def a_run(within: str | None = "2.8s", count: int = 5, **more: Any) -> Result:
    """Emails that all come at once, a second each; the fourth and the fifth are late."""
    email = {"service": "1s"} if within is None else {"service": "1s", "deliver_within": within}
    return run(
        Scenario.model_validate(
            {
                "title": "Late",
                "question": "How late?",
                "modes": ["queue"],
                "queues": {"email": email},
                "workload": [
                    {"queue": "email", "arrivals": {"kind": "bursts", "interval": "1s", "size": count, "bursts": 1}}
                ],
                **more,
            }
        )
    )


def test_over_time_late_jobs_are_a_part_of_the_delivered_ones() -> None:
    """From the moment of each delivery on; at the end as many as the counts say."""
    result = a_run().modes["queue"]
    fates = fates_over_time(result)
    assert [fates.late.at(t_ms) for t_ms in (3_799, 3_800, 4_800)] == [0, 1, 2]
    assert fates.late.last == result.totals.late == 2
    assert [label.text for label in labels_of(fates)] == [
        "3 in time",
        "2 delivered late",
        "0 not delivered",
        "5 offered",
    ]
    assert next(label.text for label in labels_of(fates_over_time(a_run(None).modes["queue"]))) == "5 delivered"


def test_late_looks_like_delivered_with_a_pattern() -> None:
    """So it is told from it without colour, and a bar in words."""
    late, delivered = OUTCOME_LOOKS["late"], OUTCOME_LOOKS["delivered"]
    assert late.colour == delivered.colour
    assert late.hatch
    assert not delivered.hatch


@pytest.mark.parametrize(("job", "overdue"), [("email-3", None), ("email-4", (2_800, 3_800))])
def test_a_lane_shows_from_the_promise_to_the_effect(job: str, overdue: tuple[int, int] | None) -> None:
    """Exactly at the promise nobody has waited for too long."""
    (lane,) = job_lanes(a_run().modes["queue"], [job])
    assert lane.overdue == overdue


def test_a_lane_of_a_job_that_is_never_delivered_shows_its_promise_broken_until_it_ends() -> None:
    """Nobody got anything, and somebody waited."""
    failing = a_run("100ms", 1, faults=[{"kind": "handler-error", "first_attempts": 9}])
    (lane,) = job_lanes(failing.modes["queue"], ["email-1"])
    assert lane.outcome is not Outcome.DELIVERED
    assert lane.overdue == (100, lane.end_ms)


def test_late_jobs_are_a_story_of_their_own() -> None:
    """A picture of few of many jobs shows both kinds."""
    result = a_run("30s", 200)
    chosen = set(choose_jobs(result, 12).jobs)
    assert {job.late for job in result.jobs if job.job in chosen} == {True, False}


def test_pictures_and_their_tables_tell_of_late_jobs_in_words() -> None:
    """For those who do not see them; without a promise nothing speaks of lateness."""
    alerts = [{"name": "Overdue", "metric": "overdue", "when": "> 0"}]
    late, free = a_run(alerts=alerts), a_run(None, metrics={"interval": "1s"})
    for picture, word in (
        (TIMELINE, "later than promised"),
        (JOBS, "waited for longer than promised"),
        (OUTCOMES, "2 of them late"),
        (MONITORING, "overdue jobs"),
    ):
        told, silent = picture.content(late), picture.content(free)
        assert told is not None
        assert silent is not None
        assert word in told.alt
        assert word not in silent.alt
    jobs = JOBS.content(late)
    assert jobs is not None
    assert [row[9] for row in jobs.tables[0].rows] == ["within 2.8 s"] * 3 + ["within 2.8 s: LATE"] * 2


def test_the_table_of_times_has_promises_only_where_there_are_any() -> None:
    """And no rows where nothing was delivered and nothing promised."""
    headings, rows = delivery_table(a_run())
    assert (headings[-2:], rows) == (
        ["promised", "late"],
        [["queue", "5", "2.8s", "4.8s", "4.8s", "4.8s", "2.8s", "2"]],
    )
    assert delivery_table(a_run(None))[0][-1] == "longest"
    nothing = a_run(None, 1, faults=[{"kind": "handler-error", "first_attempts": 9}])
    assert delivery_table(nothing) == ([], [])


@pytest.mark.parametrize("number", [1, 3])
def test_the_table_fits_eighty_columns(number: int) -> None:
    """With the longest names, times of hours, and several queues."""
    queues = {
        f"{place}_{'x' * 30}".replace("0", "a").replace("1", "b").replace("2", "c"): {
            "handler": "email",
            "service": "14h59m59s",
            "deliver_within": "13h59m59s",
        }
        for place in range(number)
    }
    workload = [{"queue": name, "arrivals": {"kind": "times", "at": ["0s", "1s"]}} for name in queues]
    console = Console(file=io.StringIO(), width=80, color_system=None)
    print_outcomes(a_run(queues=queues, workload=workload, modes=["in-process", "queue"]), console)
    text = console.file.getvalue()
    part = text[text.index("Time to delivery") :].splitlines()[2:8]
    assert all(len(line.rstrip()) <= 80 for line in part)
    assert part[0].split() == ["jobs", "median", "95%", "99%", "longest", "promised", "late"]

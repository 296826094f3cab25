"""What a workload's entry may say of ids, groups and schedules."""

import pytest

from sim.scenario.load import parse_scenario
from tests.unit.scenario.test_load import HEAD, problems

ENTRY = HEAD.replace("arrivals: {kind: constant, interval: 1s, count: 3}", "%s")
ARRIVALS = "arrivals: {kind: times, at: [0s]}, "


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("distinct_ids: 3", "distinct_ids: counts the numbers of a job_id: with {n}"),
        ("job_id: a, distinct_ids: 3", "distinct_ids: counts the numbers of a job_id: with {n}"),
        ("job_id: 'a:b'", "an id has letters, digits"),
        ("job_id: 'a b'", "an id has letters, digits"),
        ("job_id: wait", "wait cannot be a job's id: Bull keeps something else under that key"),
        ("job_id: [a, failed]", "failed cannot be a job's id"),
        ("groups: 3", "groups are for a limiter that goes by them; give the queue email one with group_key:"),
        ("repeat: {every: 5m, limit: 1}", "jobs come by arrivals: or by repeat:, not both"),
    ],
)
def test_what_does_not_fit_beside_arrivals_is_told(entry: str, told: str) -> None:
    """With what would be right."""
    (line,) = problems(ENTRY % (ARRIVALS + entry))
    assert told in line


@pytest.mark.parametrize(
    ("repeat", "told"),
    [
        ("{every: 5m}", "this schedule never ends, so the run needs a duration:, or the schedule a limit: or an end:"),
        ("[{every: 5m, limit: 1}, {cron: '* * * * *'}]", "workload[0].repeat[1]: this schedule never ends"),
        ("{limit: 1}", "a schedule has either every:, such as 5m, or cron:"),
        ("{every: 5m, cron: '* * * * *', limit: 1}", "a schedule has either every:"),
        ("{every: 5m, tz: Europe/Berlin, limit: 1}", "tz: needs cron:"),
        ("{every: 5m, start: 1h, limit: 1}", "start: needs cron:"),
        ("{cron: '* * *', limit: 1}", "'* * *' is no cron expression: it has five fields"),
        ("{cron: '61 * * * *', limit: 1}", "'61 * * * *' is no cron expression: bad minute"),
        ("{cron: '* * * * *', tz: Europe/Berln, limit: 1}", "there is no time zone 'Europe/Berln'"),
        ("{every: 5m, limit: 1}, delay: 1s", "delay: does not go with repeat:"),
        ("{every: 5m, limit: 1}, invalid: 0.5", "invalid: does not go with repeat:"),
        ("{every: 5m, limit: 1}, job_id: 'a-{n}'", "job_id: with repeat: it is one text"),
    ],
)
def test_what_does_not_fit_a_schedule_is_told(repeat: str, told: str) -> None:
    """With what would be right."""
    assert told in problems(ENTRY % f"repeat: {repeat}")[0]


def test_more_jobs_than_the_limit_are_refused() -> None:
    """A schedule is counted like arrivals."""
    (line,) = problems(ENTRY % "repeat: {every: 100ms}" + "duration: 60h")
    assert "this schedule plans 2,160,000 jobs; the limit is 2,000,000" in line


@pytest.mark.parametrize(
    ("repeat", "span_ms"),
    [
        ("{every: 5m, limit: 3}", 1_200_000),
        ("{every: 5m, end: 7m}", 720_000),
        ("{every: 5m, limit: 3, end: 7m}", 720_000),
        ("{cron: '*/5 * * * *', limit: 3}", 900_000),
        ("{cron: '*/5 * * * *', end: 12m}", 600_000),
        ("{cron: '*/5 * * * *', start: 1h, limit: 1}", 3_900_000),
    ],
)
def test_a_run_lasts_at_least_until_the_last_job_of_a_schedule(repeat: str, span_ms: int) -> None:
    """Faults without an end go on so long, and the run is not given up before."""
    assert parse_scenario(ENTRY % f"repeat: {repeat}").last_arrival_ms == span_ms


def test_with_a_duration_a_schedule_goes_on_to_its_end() -> None:
    """However long it is."""
    assert parse_scenario(ENTRY % "repeat: {every: 5m}" + "duration: 2h").last_arrival_ms == 7_200_000

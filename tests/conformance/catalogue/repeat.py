"""Repeatable jobs: schedules, the job for the next time, and what a second registration does."""

from typing import Any

from tests.conformance.case import Script, Settings, case

MINUTE = 60_000
FIVE: dict[str, Any] = {"every": 5 * MINUTE}
FIRST = "repeat:0e33f1bb2873999aa9b55fa78e5c99c5:1767225900000"
"""The job for the first time of ``FIVE``."""
T0 = 1_767_225_600_000
"""When every case begins, epoch ms: 2026-01-01 00:00 UTC."""


def _due(q: Script, ms: int) -> None:
    """Let a time come, and the job that is due stand in line."""
    q.tick(ms)
    q.promote()


@case()
def a_schedule_adds_one_delayed_job(q: Script) -> None:
    """The schedule stands in `repeat`, its job among the delayed ones, under an id made of both."""
    q.add({"report": 1}, repeat=FIVE)
    q.counts()


@case()
def every_counts_from_1970(q: Script) -> None:
    """Registered in the middle of an interval, it is due at the interval's end."""
    q.tick(123_456)
    q.add(repeat=FIVE)


@case()
def registered_at_the_moment_it_is_due_it_waits_for_the_next(q: Script) -> None:
    """The first time is after the moment of the registration."""
    q.tick(5 * MINUTE)
    q.add(repeat=FIVE)


@case()
def the_next_job_is_added_when_one_is_taken(q: Script) -> None:
    """Before the handler runs, so an interval does not count from its end."""
    q.add(repeat=FIVE)
    _due(q, 5 * MINUTE + 7)
    q.take()
    q.counts()


@case()
def an_idle_workers_pop_adds_the_next_job_when_it_locks(q: Script) -> None:
    """Not when it pops."""
    q.add(repeat=FIVE)
    _due(q, 5 * MINUTE + 7)
    q.pop()
    q.counts()
    q.redis("LRANGE", "{q}active", 0, -1)


@case()
def a_completion_that_fetches_a_repeatable_job_adds_the_next(q: Script) -> None:
    """The next job of the line may belong to a schedule."""
    q.add()
    q.take()
    q.add(repeat=FIVE)
    _due(q, 5 * MINUTE + 7)
    q.complete("1", fetch=True)
    q.counts()


@case()
def missed_times_are_not_made_up(q: Script) -> None:
    """After an hour without a worker one job runs, and the next is due after now."""
    q.add(repeat=FIVE)
    _due(q, 62 * MINUTE)
    q.take()
    q.counts()


@case()
def registering_the_same_again_changes_nothing(q: Script) -> None:
    """The same times are the same schedule: its job exists, whatever the new data and attempts."""
    q.add({"first": True}, repeat=FIVE)
    q.tick(MINUTE)
    q.add({"second": True}, repeat=FIVE, attempts=9)
    q.counts()


@case()
def registering_other_times_makes_a_second_schedule(q: Script) -> None:
    """The old one stays, and both go on."""
    q.add(repeat=FIVE)
    q.add(repeat={"every": 10 * MINUTE})
    _due(q, 10 * MINUTE + 7)
    q.take()
    q.take()
    q.counts()


@case()
def cron_and_every_of_the_same_times_are_two_schedules(q: Script) -> None:
    """What counts is how the times are written."""
    q.add(repeat=FIVE)
    q.add(repeat={"cron": "*/5 * * * *"})
    q.counts()


@case()
def registering_again_in_a_later_interval(q: Script) -> None:
    """While a job is overdue, another registration adds the job for the time after now: both will run."""
    q.add(repeat=FIVE)
    q.tick(7 * MINUTE)
    q.add(repeat=FIVE)
    q.counts()
    q.promote()
    q.take()
    q.counts()


@case()
def an_own_id_makes_a_schedule_of_its_own(q: Script) -> None:
    """Two schedules of the same times need ids."""
    q.add({"of": "a"}, repeat=FIVE, jobId="a")
    q.add({"of": "b"}, repeat=FIVE, jobId="b")
    q.counts()


@case()
def another_name_makes_a_schedule_of_its_own(q: Script) -> None:
    """As two job types would."""
    q.add(repeat=FIVE, name="one")
    q.add(repeat=FIVE, name="two")
    q.counts()


@case()
def the_job_of_a_schedule_with_an_own_id_goes_on_with_it(q: Script) -> None:
    """The id is kept within the options' `repeat`."""
    q.add(repeat=FIVE, jobId="a")
    _due(q, 5 * MINUTE + 7)
    q.take()
    _due(q, 5 * MINUTE)
    q.take()
    q.counts()


@case()
def a_limit_ends_the_schedule(q: Script) -> None:
    """Two jobs and no third; the schedule stays in `repeat`."""
    q.add(repeat={"every": MINUTE, "limit": 2})
    for _ in range(3):
        _due(q, MINUTE + 7)
        q.take()
    q.counts()


@case()
def registering_after_the_limit_begins_again(q: Script) -> None:
    """The count is that of the chain of jobs, so a restart of the application starts it anew."""
    q.add(repeat={"every": MINUTE, "limit": 1})
    _due(q, MINUTE + 7)
    q.take()
    q.add(repeat={"every": MINUTE, "limit": 1})
    q.counts()


@case()
def a_limit_of_zero_adds_nothing(q: Script) -> None:
    """Not even the schedule."""
    q.add(repeat={"every": MINUTE, "limit": 0})
    q.counts()


@case()
def an_end_is_looked_at_when_a_job_is_taken(q: Script) -> None:
    """With `every` a job may be due after the end; it is the last."""
    q.add(repeat={"every": 5 * MINUTE, "endDate": T0 + 7 * MINUTE})
    _due(q, 5 * MINUTE + 7)
    q.take()
    q.counts()
    _due(q, 5 * MINUTE)
    q.take()
    q.counts()


@case()
def registering_after_the_end_adds_nothing(q: Script) -> None:
    """Neither schedule nor job."""
    q.tick(8 * MINUTE)
    q.add(repeat={"every": 5 * MINUTE, "endDate": T0 + 7 * MINUTE})
    q.counts()


@case()
def a_cron_schedule(q: Script) -> None:
    """Every five minutes, by cron."""
    q.add(repeat={"cron": "*/5 * * * *"})
    _due(q, 5 * MINUTE + 7)
    q.take()
    q.counts()


@case()
def cron_in_a_time_zone(q: Script) -> None:
    """Nine in the morning in Berlin is eight by UTC in winter; the zone is part of the schedule's key."""
    q.add(repeat={"cron": "0 9 * * *", "tz": "Europe/Berlin"})
    _due(q, 8 * 60 * MINUTE + 7)
    q.take()


@case()
def cron_across_the_change_to_summer_time(q: Script) -> None:
    """02:30 does not exist on 29 March 2026: 03:30 it is."""
    q.tick(87 * 24 * 60 * MINUTE)
    q.add(repeat={"cron": "30 2 * * *", "tz": "Europe/Berlin"})
    _due(q, 90 * MINUTE + 7)
    q.take()


@case()
def cron_with_seconds(q: Script) -> None:
    """Six fields."""
    q.add(repeat={"cron": "*/10 * * * * *"})
    _due(q, 10_007)
    q.take()


@case()
def cron_with_a_start(q: Script) -> None:
    """The first time is after the start."""
    q.add(repeat={"cron": "*/5 * * * *", "startDate": T0 + 12 * MINUTE})


@case()
def every_takes_no_notice_of_a_start(q: Script) -> None:
    """`startDate` is looked at with cron only."""
    q.add(repeat={"every": 5 * MINUTE, "startDate": T0 + 12 * MINUTE})


@case()
def cron_with_an_end_has_no_job_after_it(q: Script) -> None:
    """The next time would be after the end, so there is none."""
    q.add(repeat={"cron": "*/5 * * * *", "endDate": T0 + 7 * MINUTE})
    _due(q, 5 * MINUTE + 7)
    q.take()
    q.counts()


@case()
def a_retry_plans_again(q: Script) -> None:
    """A failed job that is taken again adds the next job once more, which exists already."""
    q.add(repeat=FIVE, attempts=2)
    _due(q, 5 * MINUTE + 7)
    q.take()
    q.fail(FIRST)
    q.take()
    q.counts()


@case(Settings(lock_ms=1_000))
def a_stalled_job_of_a_schedule_plans_again_too(q: Script) -> None:
    """Its worker died before or after it had planned; the next job exists once."""
    q.add(repeat=FIVE)
    _due(q, 5 * MINUTE + 7)
    q.take()
    q.crash()
    q.take(by="b")
    q.counts()


@case(Settings(lock_ms=1_000))
def a_worker_that_dies_between_pop_and_lock_leaves_the_schedule_waiting(q: Script) -> None:
    """Nothing is planned until the job is found and taken; then the schedule goes on."""
    q.add(repeat=FIVE)
    _due(q, 5 * MINUTE + 7)
    q.pop()
    q.crash()
    q.take(by="b")
    q.counts()


@case()
def a_removed_schedule_is_not_continued(q: Script) -> None:
    """The job that was added runs, and is the last."""
    q.add(repeat=FIVE)
    q.redis("DEL", "{q}repeat")
    _due(q, 5 * MINUTE + 7)
    q.take()
    q.counts()


@case()
def a_removed_job_stops_the_schedule(q: Script) -> None:
    """Without a job that is taken nothing plans the next; the schedule still stands in `repeat`."""
    q.add(repeat=FIVE)
    q.empty()
    _due(q, 11 * MINUTE)
    q.counts()


@case()
def registering_again_brings_a_stopped_schedule_back(q: Script) -> None:
    """As the next restart of the application does."""
    q.add(repeat=FIVE)
    q.empty()
    q.tick(11 * MINUTE)
    q.add(repeat=FIVE)
    q.counts()


@case()
def a_schedule_keeps_its_options(q: Script) -> None:
    """Attempts, backoff, priority and retention go from job to job."""
    q.add({"a": 1}, repeat=FIVE, attempts=3, backoff=1_000, priority=2, removeOnComplete=True)
    _due(q, 5 * MINUTE + 7)
    q.take()
    _due(q, 5 * MINUTE)
    q.take(by="b")
    q.counts()


@case()
def a_job_of_a_schedule_that_is_paused_out_waits(q: Script) -> None:
    """A paused queue takes nothing, so nothing is planned; after the pause one job runs and the next is after now."""
    q.add(repeat=FIVE)
    q.pause()
    _due(q, 17 * MINUTE)
    q.counts()
    q.resume()
    q.take()
    q.counts()


@case()
def a_promoted_job_plans_the_time_after_its_own(q: Script) -> None:
    """Run by hand before its time, it adds the job for the time after the one that it was for."""
    q.add(repeat=FIVE)
    q.promote_job(FIRST)
    q.take()
    q.counts()


@case(Settings(limiter={"max": 1, "duration": 200_000, "bounceBack": True}))
def a_bounced_job_stops_its_schedule(q: Script) -> None:
    """It is never taken, so nothing plans the next."""
    q.add()
    q.take()
    q.add(repeat={"every": MINUTE})
    _due(q, MINUTE + 7)
    q.take()
    q.counts()

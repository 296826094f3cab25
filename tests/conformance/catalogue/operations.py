"""An operator promotes, removes, cleans and empties."""

from tests.conformance.case import Script, Settings, case


def _finish(q: Script, *numbers: str, fail: bool = False) -> None:
    for number in numbers:
        q.take()
        if fail:
            q.fail(number)
        else:
            q.complete(number)
        q.tick(10)


# -- promote ------------------------------------------------------------------------------------------------------


@case()
def a_promoted_job_goes_behind_what_waits(q: Script) -> None:
    """A job promoted by hand stands behind everything that waits, and its delay is 0."""
    q.add(delay=60_000)
    q.adds(2)
    q.promote_job("1")
    q.jobs("waiting")
    q.job("1")


@case()
def a_promoted_job_ignores_lifo(q: Script) -> None:
    """With lifo too it stands behind everything."""
    q.add(delay=60_000, lifo=True)
    q.adds(2)
    q.promote_job("1")
    q.jobs("waiting")


@case()
def a_promoted_job_keeps_its_priority(q: Script) -> None:
    """With a priority it stands behind its equals."""
    q.add(delay=60_000, priority=2)
    q.add(priority=2)
    q.add(priority=3)
    q.add()
    q.promote_job("1")
    q.jobs("waiting")


@case()
def a_job_in_backoff_is_promoted(q: Script) -> None:
    """What waits for its backoff goes in line now, with its attempts."""
    q.add(attempts=3, backoff=60_000)
    q.take()
    q.fail("1")
    q.promote_job("1")
    q.take()
    q.fail("1")
    q.job("1")


@case()
def a_job_that_is_not_delayed_cannot_be_promoted(q: Script) -> None:
    """Neither a waiting, an active nor a completed job."""
    q.adds(2)
    q.promote_job("1")
    q.take()
    q.promote_job("1")
    q.complete("1")
    q.promote_job("1")
    q.promote_job("77")


@case()
def a_job_is_promoted_once(q: Script) -> None:
    """The second of two promotions is refused, and so finds the timer nothing."""
    q.add(delay=1_000)
    q.promote_job("1")
    q.promote_job("1")
    q.tick(2_000)
    q.promote()
    q.counts()


@case()
def a_promotion_goes_to_paused(q: Script) -> None:
    """Of a paused queue it lines up in paused."""
    q.add(delay=1_000)
    q.add(delay=1_000, priority=1)
    q.pause()
    q.promote_job("1")
    q.promote_job("2")
    q.jobs("paused")


@case()
def promoting_an_id_without_a_hash_makes_one(q: Script) -> None:
    """An id among the delayed ones whose hash is gone gets a hash with a delay of 0."""
    q.add(delay=1_000)
    q.redis("DEL", "{q}1")
    q.promote_job("1")


@case(Settings(limiter={"max": 1, "duration": 20_000}))
def a_job_that_the_limiter_holds_back_is_promoted(q: Script) -> None:
    """It goes in line and stays on the limiter's list."""
    q.adds(2)
    q.take()
    q.take()
    q.promote_job("2")
    q.counts()


# -- remove -------------------------------------------------------------------------------------------------------


@case()
def a_waiting_job_is_removed(q: Script) -> None:
    """Its id and its hash go; the others keep their order."""
    q.adds(3)
    q.remove("2")
    q.jobs("waiting")


@case()
def a_job_with_a_priority_is_removed(q: Script) -> None:
    """It is not counted among the priorities any more."""
    q.add(priority=1)
    q.add(priority=2)
    q.remove("1")
    q.add(priority=2)
    q.jobs("waiting")


@case()
def a_delayed_job_is_removed(q: Script) -> None:
    """It never becomes due."""
    q.add(delay=1_000)
    q.remove("1")
    q.tick(2_000)
    q.promote()


@case()
def finished_jobs_are_removed_with_their_logs(q: Script) -> None:
    """A completed and a failed job go, and what they logged."""
    q.adds(2)
    q.redis("RPUSH", "{q}1:logs", "a line")
    _finish(q, "1")
    _finish(q, "2", fail=True)
    q.remove("1")
    q.remove("2")
    q.counts()


@case()
def a_paused_job_is_removed(q: Script) -> None:
    """Also while the queue is paused."""
    q.adds(2)
    q.pause()
    q.remove("1")
    q.jobs("paused")


@case()
def a_locked_job_cannot_be_removed(q: Script) -> None:
    """A worker has locked it."""
    q.add()
    q.take()
    q.remove("1")
    q.complete("1")


@case()
def an_active_job_without_a_lock_is_removed(q: Script) -> None:
    """Popped and not locked yet: it goes, and the worker that comes to lock it gets an empty job."""
    q.add({"to": "a"})
    q.pop()
    q.remove("1")
    q.counts()


@case()
def a_job_whose_lock_expired_is_removed_and_its_end_refused(q: Script) -> None:
    """The worker that comes back finds no job; the mark of the stalled check stays."""
    q.add()
    q.take()
    q.check()
    q.tick(31_000)
    q.remove("1")
    q.complete("1")
    q.counts()


@case()
def removing_what_is_not_there_does_nothing(q: Script) -> None:
    """It is not refused either."""
    q.add()
    q.remove("77")
    q.counts()


@case()
def a_removed_id_is_free_again(q: Script) -> None:
    """A job of its own id can be added again after the removal."""
    q.add(jobId="mine")
    q.add(jobId="mine")
    q.remove("mine")
    q.add(jobId="mine")
    q.jobs("waiting")


@case()
def a_job_that_stands_twice_is_removed_twice(q: Script) -> None:
    """Every copy of its id goes."""
    q.add()
    q.add()
    q.redis("LPUSH", "{q}wait", "1")
    q.remove("1")
    q.jobs("waiting")


@case(Settings(limiter={"max": 1, "duration": 20_000}))
def a_job_that_the_limiter_holds_back_is_removed(q: Script) -> None:
    """It goes from the limiter's list too."""
    q.adds(2)
    q.take()
    q.take()
    q.remove("2")
    q.counts()


@case()
def a_removed_job_frees_its_debounce_id(q: Script) -> None:
    """The key that Bull's debounce keeps goes with the job."""
    q.redis("HSET", "{q}8", "data", "{}", "opts", "{}", "deid", "once")
    q.redis("SET", "{q}de:once", "8")
    q.redis("LPUSH", "{q}wait", "8")
    q.remove("8")


# -- clean --------------------------------------------------------------------------------------------------------


@case()
def clean_removes_completed_jobs_that_are_older(q: Script) -> None:
    """Age counts from the end; a job of exactly that age stays."""
    q.adds(3)
    _finish(q, "1", "2", "3")
    q.clean("completed", grace=20)
    q.jobs("completed")


@case()
def clean_removes_failed_jobs_with_their_logs(q: Script) -> None:
    """Hash and logs go."""
    q.adds(2)
    q.redis("RPUSH", "{q}1:logs", "a line")
    _finish(q, "1", "2", fail=True)
    q.clean("failed")
    q.counts()


@case()
def clean_takes_the_oldest_when_limited(q: Script) -> None:
    """With a limit the oldest failures go."""
    q.adds(4)
    _finish(q, "1", "2", "3", "4", fail=True)
    q.clean("failed", limit=2)
    q.jobs("failed")
    q.clean("failed", limit=5)


@case()
def a_limit_counts_young_jobs_too(q: Script) -> None:
    """Of a sorted set only the first so many are looked at."""
    q.adds(3)
    _finish(q, "1", "2", "3", fail=True)
    q.redis("HSET", "{q}1", "finishedOn", 1_767_229_200_000)
    q.clean("failed", limit=1)
    q.clean("failed", limit=2)
    q.jobs("failed")


@case()
def clean_with_a_grace_longer_than_time_removes_nothing(q: Script) -> None:
    """Nothing is that old; the number of digits counts, because Bull compares text."""
    q.add()
    _finish(q, "1", fail=True)
    q.clean("failed", grace=1_767_225_600_000)
    q.clean("failed", grace=3_600_000)
    q.counts()


@case()
def clean_of_the_wait_list_removes_what_was_added_long_ago(q: Script) -> None:
    """Age of a job that never ran counts from its add."""
    q.adds(2)
    q.tick(1_000)
    q.adds(2)
    q.tick(10)
    q.clean("waiting", grace=500)
    q.jobs("waiting")


@case()
def clean_of_the_wait_list_begins_with_who_would_run_next_when_limited(q: Script) -> None:
    """With a limit it goes through the list in pieces from the right, each from the left."""
    q.adds(5)
    q.tick(10)
    q.clean("waiting", limit=2)
    q.jobs("waiting")


@case()
def clean_goes_on_to_the_next_piece(q: Script) -> None:
    """Locked jobs and young ones do not use up the limit of a list."""
    q.adds(2)
    q.tick(10)
    q.add()
    q.tick(10)
    q.redis("HSET", "{q}1", "timestamp", 1_767_229_200_000)
    q.redis("SET", "{q}2:lock", "x", "PX", 30_000)
    q.add()
    q.add()
    q.tick(10)
    q.clean("waiting", limit=2)
    q.jobs("waiting")


@case()
def clean_removes_jobs_with_a_priority(q: Script) -> None:
    """They are not counted among the priorities any more."""
    q.add(priority=2)
    q.add(priority=1)
    q.tick(10)
    q.clean("waiting")


@case()
def a_retried_job_is_as_old_as_its_add(q: Script) -> None:
    """A manual retry deletes the other times, so a waiting job counts from its add."""
    q.add()
    q.tick(5_000)
    _finish(q, "1", fail=True)
    q.retry("1")
    q.clean("waiting", grace=1_000)
    q.counts()


@case()
def a_job_that_waits_again_is_as_old_as_its_last_start(q: Script) -> None:
    """After a failed attempt the age counts from that start."""
    q.add(attempts=2)
    q.tick(5_000)
    q.take()
    q.fail("1")
    q.clean("waiting", grace=1_000)
    q.tick(2_000)
    q.clean("waiting", grace=1_000)


@case()
def clean_removes_delayed_jobs_by_their_add(q: Script) -> None:
    """Age of a delayed job counts from its add, not from its due time."""
    q.add(delay=60_000)
    q.tick(1_000)
    q.add(delay=1)
    q.tick(100)
    q.clean("delayed", grace=500)
    q.jobs("delayed")


@case()
def a_limit_makes_clean_find_no_delayed_job(q: Script) -> None:
    """Their scores are due times times 4096, which the script takes for times."""
    q.adds(2, delay=60_000)
    q.tick(10)
    q.clean("delayed", limit=1)
    q.counts()
    q.clean("delayed")
    q.counts()


@case()
def clean_of_active_leaves_locked_jobs(q: Script) -> None:
    """What a worker holds stays; what was popped and never locked goes."""
    q.adds(2)
    q.take()
    q.pop(by="b")
    q.tick(10)
    q.clean("active")
    q.counts()
    q.complete("1")


@case()
def clean_of_active_after_the_lock_expired_takes_a_job_from_its_worker(q: Script) -> None:
    """The end that the worker reports later is refused."""
    q.add()
    q.take()
    q.tick(31_000)
    q.clean("active")
    q.complete("1")
    q.counts()


@case()
def clean_of_paused_jobs(q: Script) -> None:
    """The line of a paused queue has its own name."""
    q.adds(2)
    q.pause()
    q.tick(10)
    q.clean("waiting")
    q.clean("paused", limit=1)
    q.jobs("paused")


@case()
def an_id_without_a_hash_is_cleaned(q: Script) -> None:
    """Without any time it counts as old, first in the list."""
    q.redis("ZADD", "{q}failed", 1_767_225_600_000, "8")
    q.redis("LPUSH", "{q}wait", "9")
    q.clean("failed", grace=1_000)
    q.clean("waiting", grace=1_000)


@case()
def an_id_without_a_hash_is_as_old_as_the_one_before(q: Script) -> None:
    """The script remembers the time of the job before, so a leftover behind a young one stays."""
    q.adds(2)
    q.redis("DEL", "{q}1")
    q.clean("waiting", grace=1_000)
    q.tick(2_000)
    q.clean("waiting", grace=1_000)


@case()
def an_id_that_stands_twice_is_cleaned_twice(q: Script) -> None:
    """Both copies are listed; the second is as old as the job before it."""
    q.add()
    q.redis("LPUSH", "{q}wait", "1")
    q.tick(10)
    q.clean("waiting")
    q.counts()


@case()
def a_copy_behind_a_young_job_stays(q: Script) -> None:
    """The second copy has no hash any more and is as old as the young job between the two."""
    q.add()
    q.tick(1_000)
    q.add()
    q.redis("LPUSH", "{q}wait", "1")
    q.tick(10)
    q.clean("waiting", grace=500)
    q.jobs("waiting")
    q.counts()


@case()
def clean_frees_the_debounce_ids_of_unfinished_jobs_only(q: Script) -> None:
    """The keys of finished jobs were Bull's to delete when they finished."""
    for number, place in (("8", "wait"), ("9", "failed")):
        q.redis("HSET", "{q}" + number, "data", "{}", "opts", "{}", "deid", "once" + number)
        q.redis("SET", "{q}de:once" + number, number)
        if place == "wait":
            q.redis("LPUSH", "{q}wait", number)
        else:
            q.redis("ZADD", "{q}failed", 1_767_225_600_000, number)
    q.clean("waiting")
    q.clean("failed")


@case()
def clean_of_an_empty_state(q: Script) -> None:
    """Nothing happens."""
    for state in ("waiting", "active", "paused", "delayed", "completed", "failed"):
        q.clean(state)
        q.clean(state, limit=1)


@case(Settings(limiter={"max": 1, "duration": 20_000}))
def a_job_that_the_limiter_holds_back_is_cleaned(q: Script) -> None:
    """It goes from the limiter's list too."""
    q.adds(2)
    q.take()
    q.take()
    q.tick(10)
    q.clean("delayed")
    q.counts()


# -- empty --------------------------------------------------------------------------------------------------------


@case()
def empty_takes_all_that_waits(q: Script) -> None:
    """Waiting jobs go with their hashes, active and finished ones stay."""
    q.adds(4)
    _finish(q, "1", fail=True)
    q.take()
    q.empty()
    q.counts()
    q.complete("2")


@case()
def empty_leaves_the_logs(q: Script) -> None:
    """The list of what a job logged has no job any more."""
    q.add(attempts=2)
    q.redis("RPUSH", "{q}1:logs", "a line")
    q.empty()


@case()
def empty_leaves_the_hashes_of_delayed_jobs(q: Script) -> None:
    """They stand in no list, and an add under such an id does nothing."""
    q.add(delay=60_000, jobId="mine")
    q.empty()
    q.counts()
    q.add(jobId="mine")
    q.counts()
    q.state("mine")


@case()
def empty_ends_a_pause(q: Script) -> None:
    """One mark of the pause goes with the line, so jobs are handed out again, though the queue says it is paused."""
    q.adds(2)
    q.pause()
    q.empty()
    q.is_paused()
    q.add()
    q.take()


@case()
def empty_forgets_priorities(q: Script) -> None:
    """The next ones are counted anew."""
    q.add(priority=1)
    q.add(priority=2)
    q.empty()
    q.add(priority=2)
    q.add(priority=1)
    q.jobs("waiting")


@case(Settings(limiter={"max": 1, "duration": 20_000}))
def empty_forgets_the_rate_limit(q: Script) -> None:
    """Another job may start at once."""
    q.adds(3)
    q.take()
    q.empty()
    q.add()
    q.take()


@case()
def empty_of_nothing(q: Script) -> None:
    """Nothing happens."""
    q.empty()
    q.counts()

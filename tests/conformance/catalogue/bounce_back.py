"""The rate limiter with ``bounceBack``: what is over the limit leaves the line, and nothing brings it back."""

from tests.conformance.case import Script, Settings, case

TWO = Settings(limiter={"max": 2, "duration": 200_000, "bounceBack": True})
BY_GROUP = Settings(limiter={"max": 1, "duration": 200_000, "bounceBack": True, "groupKey": "customer"})


def _take(q: Script, count: int) -> None:
    for _ in range(count):
        q.take()


@case(TWO)
def a_bounced_job_is_in_no_list(q: Script) -> None:
    """Of four jobs two start; of the others only the hashes are left."""
    q.adds(4)
    _take(q, 4)
    q.counts()
    q.state("3")
    q.job("3")


@case(TWO)
def a_popped_job_is_bounced_too(q: Script) -> None:
    """An idle worker's pop loses a job over the limit the same way."""
    q.adds(3)
    for number in (1, 2, 3):
        q.pop()
        q.lock(str(number))
    q.counts()


@case(TWO)
def a_bounced_job_never_comes_back(q: Script) -> None:
    """Neither a new window, nor due times, nor the stalled check brings it back."""
    q.adds(3)
    _take(q, 3)
    q.complete("1")
    q.complete("2")
    q.tick(210_000)
    q.promote()
    q.check()
    q.tick(31_000)
    q.check()
    q.take()
    q.counts()


@case(TWO)
def the_next_window_starts_newcomers(q: Script) -> None:
    """Nobody is held back, so a newcomer starts in the next window."""
    q.adds(3)
    _take(q, 3)
    q.tick(210_000)
    q.add()
    q.take()
    q.counts()


@case(TWO)
def a_bounced_id_stays_taken(q: Script) -> None:
    """The hash that is left makes a second add of the same id a silent nothing."""
    q.adds(2)
    q.add(jobId="x")
    _take(q, 3)
    q.tick(210_000)
    q.add(jobId="x")
    q.counts()


@case(TWO)
def a_bounced_job_cannot_be_retried(q: Script) -> None:
    """A manual retry refuses it, since it has not failed."""
    q.adds(3)
    _take(q, 3)
    q.retry("3")
    q.counts()


@case(TWO)
def a_bounced_job_can_be_removed(q: Script) -> None:
    """Removing it deletes the hash that is left."""
    q.adds(3)
    _take(q, 3)
    q.remove("3")
    q.job("3")


@case(TWO)
def a_retry_over_the_limit_is_bounced(q: Script) -> None:
    """A failed attempt that would run again at once is lost when the window is full."""
    q.add(attempts=3)
    q.add()
    _take(q, 2)
    q.fail("1")
    q.take()
    q.counts()
    q.job("1")


@case(TWO)
def a_stalled_job_over_the_limit_is_bounced(q: Script) -> None:
    """A recovered job needs a start of its own, and is lost when there is none."""
    q.adds(2)
    _take(q, 2)
    q.crash()
    _take(q, 2)
    q.counts()


@case(TWO)
def a_bounced_job_keeps_its_priority_entry(q: Script) -> None:
    """Its entry among the priorities stays, which counts nowhere."""
    q.adds(3, priority=4)
    _take(q, 3)
    q.counts()


@case(BY_GROUP)
def bouncing_by_groups(q: Script) -> None:
    """With groups the job over its group's limit is lost, and the other group's starts."""
    q.add({"customer": "acme"}, jobId="a0")
    q.add({"customer": "acme"}, jobId="a1")
    q.add({"customer": "bravo"}, jobId="b")
    _take(q, 3)
    q.jobs("active")
    q.counts()

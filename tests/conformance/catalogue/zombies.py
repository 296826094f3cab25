"""Workers that lost their lock and report all the same."""

from tests.conformance.case import Script, Settings, case


def _lost_to_b(q: Script, **opts: object) -> None:
    """Let a take a job and stand still until b has it."""
    q.add(**opts)
    q.take("a")
    q.crash()
    q.take("b")


@case()
def a_zombie_completes_after_the_other_did(q: Script) -> None:
    """A late completion of a completed job is refused."""
    _lost_to_b(q)
    q.complete("1", by="b")
    q.complete("1", "late", by="a")
    q.job("1")


@case()
def a_zombie_completes_while_the_other_runs(q: Script) -> None:
    """A late completion under a foreign lock is refused by name."""
    _lost_to_b(q)
    q.complete("1", "late", by="a")
    q.complete("1", by="b")


@case()
def a_zombies_refused_completion_counts_as_a_failure(q: Script) -> None:
    """The failure that follows a refused completion marks the completed job."""
    _lost_to_b(q)
    q.complete("1", by="b")
    q.complete("1", by="a")
    q.fail("1", "Missing lock for job 1 finished", by="a")
    q.job("1")
    q.state("1")


@case()
def a_zombie_fails_after_the_other_completed(q: Script) -> None:
    """A late failure leaves its reason on a completed job, which stays completed."""
    _lost_to_b(q, attempts=3)
    q.complete("1", by="b")
    q.fail("1", "late", by="a")
    q.state("1")


@case()
def a_zombie_fails_with_backoff_after_the_other_completed(q: Script) -> None:
    """With a backoff the refusal speaks of the delayed set."""
    _lost_to_b(q, attempts=3, backoff=1_000)
    q.complete("1", by="b")
    q.fail("1", "late", by="a")
    q.state("1")


@case()
def a_zombie_fails_while_the_other_runs(q: Script) -> None:
    """A late failure under a foreign lock is refused and leaves its mark."""
    _lost_to_b(q, attempts=3, backoff=1_000)
    q.fail("1", "late", by="a")
    q.complete("1", by="b")
    q.job("1")


@case()
def the_second_worker_overwrites_the_zombies_count(q: Script) -> None:
    """The second worker's own count of attempts is written over what the zombie wrote."""
    _lost_to_b(q, attempts=4, backoff=1_000)
    q.fail("1", "late", by="a")
    q.fail("1", "mine", by="b")
    q.job("1")


@case()
def a_zombie_after_removal_writes_nothing(q: Script) -> None:
    """When the other completed with removeOnComplete, nothing of the job comes back."""
    _lost_to_b(q, removeOnComplete=True)
    q.complete("1", by="b")
    q.complete("1", by="a")
    q.fail("1", by="a")


@case()
def a_zombie_after_the_other_failed_for_good(q: Script) -> None:
    """A late completion of a failed job is refused: a false failure stays one."""
    _lost_to_b(q)
    q.fail("1", "other", by="b")
    q.complete("1", by="a")
    q.fail("1", "Missing lock for job 1 finished", by="a")
    q.state("1")
    q.job("1")


@case()
def a_zombie_cannot_extend(q: Script) -> None:
    """A zombie's renewal fails while the other runs and after it has finished."""
    _lost_to_b(q)
    q.extend("1", "a")
    q.complete("1", by="b")
    q.extend("1", "a")


@case()
def a_zombie_of_a_job_that_waits_again(q: Script) -> None:
    """A late completion while the stalled job waits is refused, and the job still runs again."""
    q.add()
    q.take("a")
    q.crash()
    q.complete("1", by="a")
    q.fail("1", "Missing lock for job 1 finished", by="a")
    q.take("b")
    q.complete("1", by="b")


@case()
def a_zombie_of_a_delayed_job(q: Script) -> None:
    """A late completion while the job waits for its backoff is refused."""
    _lost_to_b(q, attempts=3, backoff=5_000)
    q.fail("1", by="b")
    q.complete("1", by="a")
    q.fail("1", "Missing lock for job 1 finished", by="a")
    q.job("1")


@case()
def the_same_worker_takes_its_lost_job_again(q: Script) -> None:
    """One token for a process: the first run's completion is accepted under the second run's lock."""
    q.add()
    q.take("a")
    q.crash()
    q.take("a")
    q.complete("1", "first run", by="a")
    q.complete("1", "second run", by="a")


@case(Settings(max_stalled=0))
def a_zombie_of_a_job_that_failed_by_a_stall(q: Script) -> None:
    """A late completion of a job that was given up as stalled is refused, and then marks it."""
    q.add()
    q.take("a")
    q.crash()
    q.complete("1", by="a")
    q.fail("1", "Missing lock for job 1 finished", by="a")
    q.job("1")
    q.jobs("failed")


@case()
def a_zombie_fetches_nothing(q: Script) -> None:
    """A refused completion takes no next job."""
    _lost_to_b(q)
    q.add()
    q.complete("1", by="a", fetch=True)
    q.counts()


@case()
def a_lock_taken_over_by_hand(q: Script) -> None:
    """A lock that an operator overwrote is a foreign one."""
    q.add()
    q.take("a")
    q.redis("SET", "{q}1:lock", "somebody", "PX", 30_000)
    q.complete("1", by="a")
    q.extend("1", "a")


@case()
def a_zombies_job_was_retried_by_hand(q: Script) -> None:
    """A late failure of a job that failed, was retried and runs again is refused."""
    _lost_to_b(q)
    q.fail("1", by="b")
    q.retry("1")
    q.take("b")
    q.fail("1", "late", by="a")
    q.complete("1", by="b")
    q.job("1")

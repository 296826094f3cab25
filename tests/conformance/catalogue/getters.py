"""Counts, lists and states as an operator reads them."""

from tests.conformance.case import Script, case


def _one_of_each(q: Script) -> None:
    """Make a completed, a failed, an active, a delayed and two waiting jobs."""
    q.adds(3)
    q.take()
    q.complete("1")
    q.take()
    q.fail("2")
    q.take()
    q.add(delay=9_000)
    q.adds(2)


@case()
def counts_of_every_state(q: Script) -> None:
    """Every state has its count."""
    _one_of_each(q)
    q.counts()


@case()
def counts_of_an_empty_queue(q: Script) -> None:
    """An empty queue counts 0 everywhere."""
    q.counts()


@case()
def the_state_of_every_job(q: Script) -> None:
    """Every job knows its state."""
    _one_of_each(q)
    for number in range(1, 7):
        q.state(str(number))


@case()
def lists_of_every_state(q: Script) -> None:
    """Every state lists its jobs."""
    _one_of_each(q)
    for state in ("waiting", "active", "completed", "failed", "delayed", "paused"):
        q.jobs(state)


@case()
def waiting_jobs_are_listed_next_first(q: Script) -> None:
    """The job that runs next stands first."""
    q.adds(12)
    q.jobs("waiting")


@case()
def active_jobs_are_listed_oldest_first(q: Script) -> None:
    """The job that was taken first stands first."""
    q.adds(3)
    for _ in range(3):
        q.take()
    q.jobs("active")


@case()
def completed_jobs_are_listed_newest_first(q: Script) -> None:
    """The job that finished last stands first."""
    q.adds(3)
    for number in range(1, 4):
        q.take()
        q.complete(str(number))
        q.tick(10)
    q.jobs("completed")


@case()
def delayed_jobs_are_listed_by_due_time(q: Script) -> None:
    """The job that is due first stands first."""
    for delay in (500, 100, 300):
        q.add(delay=delay)
    q.jobs("delayed")


@case()
def an_unknown_job_has_no_fields(q: Script) -> None:
    """Reading an unknown job gives nothing."""
    q.job("77")


@case()
def a_job_in_no_list_is_stuck(q: Script) -> None:
    """A job whose id is in no list is stuck."""
    q.add()
    q.redis("DEL", "{q}wait")
    q.state("1")


@case()
def a_job_reads_back_with_all_its_fields(q: Script) -> None:
    """Every field of a job that lived a full life can be read."""
    q.add({"n": 1}, name="send", attempts=3, backoff={"type": "fixed", "delay": 1_000}, priority=2, delay=50)
    q.tick(60)
    q.promote()
    q.take()
    q.fail("1", "first")
    q.tick(1_100)
    q.promote()
    q.take()
    q.complete("1", {"sent": True, "to": "x"})
    q.job("1")


@case()
def return_values_of_every_kind(q: Script) -> None:
    """Text, numbers, lists and objects come back as they were returned."""
    q.adds(6)
    for number, value in enumerate(("text", 12, 2.5, [1, 2], {"a": None}, True), 1):
        q.take()
        q.complete(str(number), value)
        q.job(str(number))

"""Who runs next: first in first out, lifo, priorities, and where jobs come back in."""

from tests.conformance.case import Script, case


@case()
def jobs_run_in_the_order_of_their_adds(q: Script) -> None:
    """First in, first out."""
    q.adds(3)
    for _ in range(4):
        q.take()


@case()
def lifo_runs_next(q: Script) -> None:
    """A job with lifo goes ahead of everything that waits."""
    q.adds(2)
    q.add(lifo=True)
    q.add(lifo=True)
    q.jobs("waiting")
    for _ in range(4):
        q.take()


@case()
def priority_one_runs_first_and_none_last(q: Script) -> None:
    """Jobs run by priority, 1 first; a job without priority runs after all that have one."""
    for priority in (3, 1, 0, 2):
        q.add(priority=priority) if priority else q.add()
    q.jobs("waiting")
    for _ in range(4):
        q.take()


@case()
def equal_priorities_are_first_in_first_out(q: Script) -> None:
    """Equal priorities keep the order of their adds."""
    for priority in (2, 1, 2, 1, 2):
        q.add(priority=priority)
    q.jobs("waiting")
    for _ in range(5):
        q.take()


@case()
def priority_beats_lifo(q: Script) -> None:
    """The option lifo is ignored for a job with a priority."""
    q.add(priority=5)
    q.add(priority=5, lifo=True)
    q.add(priority=1, lifo=True)
    q.jobs("waiting")


@case()
def lifo_goes_ahead_of_priorities(q: Script) -> None:
    """A job with lifo and no priority goes ahead of every priority."""
    q.add(priority=1)
    q.add(lifo=True)
    q.add(priority=1)
    q.jobs("waiting")
    for _ in range(3):
        q.take()


@case()
def a_priority_enters_among_jobs_that_partly_ran(q: Script) -> None:
    """Priorities are counted among the jobs that still wait."""
    for priority in (1, 1, 2, 3):
        q.add(priority=priority)
    q.take()
    q.take()
    q.add(priority=1)
    q.add(priority=2)
    q.add()
    q.add(priority=4)
    q.jobs("waiting")


@case()
def very_different_priorities_line_up(q: Script) -> None:
    """Priorities up to the largest allowed are ordered as numbers."""
    for priority in (2_097_152, 10, 9, 100, 1):
        q.add(priority=priority)
    q.jobs("waiting")


@case()
def an_immediate_retry_goes_behind_what_waits(q: Script) -> None:
    """A retry without backoff stands behind everything that waits."""
    q.add(attempts=2)
    q.adds(2)
    q.take()
    q.fail("1")
    q.jobs("waiting")


@case()
def an_immediate_retry_with_lifo_runs_next(q: Script) -> None:
    """With lifo a retry without backoff runs next."""
    q.add(attempts=2, lifo=True)
    q.take()
    q.adds(2)
    q.fail("1")
    q.jobs("waiting")


@case()
def an_immediate_retry_with_priority_goes_behind_its_equals(q: Script) -> None:
    """With a priority a retry stands behind its equals and ahead of the rest."""
    q.add(attempts=2, priority=2)
    q.take()
    for priority in (1, 2, 3, 0):
        q.add(priority=priority) if priority else q.add()
    q.fail("1")
    q.jobs("waiting")


@case()
def a_backoff_retry_goes_behind_what_waits(q: Script) -> None:
    """A job that comes back from its backoff stands behind everything that waits."""
    q.add(attempts=2, backoff=1_000)
    q.take()
    q.fail("1")
    q.adds(2)
    q.tick(1_500)
    q.promote()
    q.jobs("waiting")


@case()
def a_backoff_retry_ignores_lifo(q: Script) -> None:
    """The option lifo does not matter to a job that comes back from its backoff."""
    q.add(attempts=2, backoff=1_000, lifo=True)
    q.take()
    q.fail("1")
    q.adds(2)
    q.tick(1_500)
    q.promote()
    q.jobs("waiting")


@case()
def a_backoff_retry_honours_priority(q: Script) -> None:
    """A job that comes back from its backoff goes behind its equals in priority."""
    q.add(attempts=2, backoff=1_000, priority=2)
    q.take()
    q.fail("1")
    for priority in (1, 2, 3, 0):
        q.add(priority=priority) if priority else q.add()
    q.tick(1_500)
    q.promote()
    q.jobs("waiting")


@case()
def a_stalled_job_runs_next(q: Script) -> None:
    """A stalled job goes to the front, ahead even of priority 1."""
    q.add()
    q.take()
    q.add(priority=1)
    q.add()
    q.add(priority=1)
    q.crash()
    q.jobs("waiting")


@case()
def fetching_with_a_completion_takes_the_first_in_line(q: Script) -> None:
    """The job that comes back with a completion is the one that would have been taken."""
    q.adds(2)
    q.take()
    q.add(priority=1)
    q.complete("1", fetch=True)
    q.complete("3", fetch=True)
    q.complete("2", fetch=True)


@case()
def two_workers_take_turns(q: Script) -> None:
    """Two workers never get the same job."""
    q.adds(3)
    q.take("a")
    q.take("b")
    q.complete("1", by="a", fetch=True)
    q.complete("2", by="b", fetch=True)
    q.complete("3", by="a", fetch=True)
    q.counts()


@case()
def a_popped_job_is_locked_in_a_second_step(q: Script) -> None:
    """An idle worker's pop and lock together do what a busy worker does in one step."""
    q.add({"n": 1})
    q.pop()
    q.lock("1")
    q.complete("1")


@case()
def an_empty_queue_gives_nothing(q: Script) -> None:
    """Taking from an empty queue changes nothing."""
    q.take()
    q.pop()
    q.counts()


@case()
def names_and_data_of_every_kind_come_back(q: Script) -> None:
    """A job's name and data arrive as they were given."""
    q.add({"nested": {"list": [1, 2.5, "x", None, True]}}, name="send")
    q.add([1, 2, 3], name="numbers")
    q.add("plain text")
    for _ in range(3):
        q.take()

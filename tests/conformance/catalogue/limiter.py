"""The rate limiter: what is over the limit waits among the delayed ones."""

from tests.conformance.case import Script, Settings, case

THREE = Settings(limiter={"max": 3, "duration": 200_000})
ONE = Settings(limiter={"max": 1, "duration": 100_000})


@case(THREE)
def the_first_jobs_start_at_once(q: Script) -> None:
    """Up to max jobs start in one window."""
    q.adds(3)
    for _ in range(3):
        q.take()
    q.counts()


@case(THREE)
def what_is_over_the_limit_is_delayed(q: Script) -> None:
    """Jobs over the limit are delayed, each further behind the one before."""
    q.adds(6)
    for _ in range(6):
        q.take()
    q.counts()
    q.jobs("delayed")


@case(THREE)
def a_held_back_job_starts_when_it_comes_again(q: Script) -> None:
    """A job that was held back is let through at its second turn."""
    q.adds(5)
    for _ in range(5):
        q.take()
    q.tick(600_000)
    q.promote()
    q.take()
    q.take()
    q.counts()


@case(THREE)
def the_window_ends_and_a_new_one_begins(q: Script) -> None:
    """After the duration the count starts again."""
    q.adds(5)
    for _ in range(3):
        q.take()
    q.tick(210_000)
    q.take()
    q.take()
    q.counts()


@case(THREE)
def newcomers_queue_up_behind_those_held_back(q: Script) -> None:
    """While somebody is held back, a newcomer is too, although the window has room."""
    q.adds(4)
    for _ in range(4):
        q.take()
    q.tick(210_000)
    q.add()
    q.take()
    q.counts()
    q.jobs("delayed")


@case(ONE)
def one_at_a_time(q: Script) -> None:
    """With max 1 the second and third jobs wait."""
    q.adds(3)
    for _ in range(3):
        q.take()
    q.jobs("delayed")


@case(THREE)
def a_completion_brings_no_next_job_with_a_limiter(q: Script) -> None:
    """With a limiter the next job is taken in a step of its own."""
    q.adds(2)
    q.take()
    q.complete("1", fetch=True)
    q.counts()


@case(ONE)
def an_idle_workers_pop_is_limited_too(q: Script) -> None:
    """A popped job over the limit leaves active for the delayed ones."""
    q.adds(2)
    q.pop()
    q.lock("1")
    q.pop()
    q.lock("2")
    q.counts()


@case(ONE)
def a_limited_job_keeps_its_priority(q: Script) -> None:
    """A job that was held back comes back by its priority."""
    q.adds(2, priority=2)
    q.take()
    q.take()
    q.add(priority=3)
    q.add(priority=1)
    q.tick(250_000)
    q.promote()
    q.jobs("waiting")

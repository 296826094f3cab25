"""The rate limiter by groups: each value of a field of the data has a limit of its own."""

from tests.conformance.case import Script, Settings, case

TWO = Settings(limiter={"max": 2, "duration": 200_000, "groupKey": "customer"})
ONE = Settings(limiter={"max": 1, "duration": 100_000, "groupKey": "customer"})


def _add(q: Script, job_id: str, customer: str | int, **opts: object) -> None:
    q.add({"customer": customer}, jobId=job_id, **opts)


def _take(q: Script, count: int) -> None:
    for _ in range(count):
        q.take()


@case(TWO)
def a_job_of_a_group_has_the_group_in_its_id(q: Script) -> None:
    """The group's name follows the job's own id, behind a colon."""
    _add(q, "x", "acme")
    q.jobs("waiting")
    q.job("x:acme")


@case(TWO)
def each_group_has_a_limit_of_its_own(q: Script) -> None:
    """Two jobs of each group start, although the queue starts four in one window."""
    for number in range(2):
        _add(q, f"a{number}", "acme")
        _add(q, f"b{number}", "bravo")
    _take(q, 4)
    q.counts()


@case(TWO)
def only_the_busy_group_waits(q: Script) -> None:
    """What is over the limit of its group is delayed, and others start past it."""
    for number in range(4):
        _add(q, f"a{number}", "acme")
    _add(q, "b", "bravo")
    _take(q, 5)
    q.jobs("active")
    q.jobs("delayed")


@case(TWO)
def a_groups_jobs_queue_up_behind_those_held_back(q: Script) -> None:
    """A newcomer of a group that has a job held back is held back too, in a new window as well."""
    for number in range(3):
        _add(q, f"a{number}", "acme")
    _take(q, 3)
    q.tick(210_000)
    _add(q, "a3", "acme")
    _add(q, "b", "bravo")
    _take(q, 2)
    q.jobs("delayed")
    q.jobs("active")


@case(ONE)
def a_held_back_job_of_a_group_starts_at_its_second_turn(q: Script) -> None:
    """A job that was held back in its group is let through when it comes again."""
    _add(q, "a0", "acme")
    _add(q, "a1", "acme")
    _take(q, 2)
    q.tick(250_000)
    q.promote()
    q.take()
    q.counts()


@case(ONE)
def a_job_without_the_field_is_of_the_group_undefined(q: Script) -> None:
    """All jobs whose data lack the field share one limit."""
    q.add({}, jobId="x")
    q.add({"other": 1}, jobId="y")
    _take(q, 2)
    q.jobs("active")
    q.jobs("delayed")


@case(ONE)
def a_number_as_group(q: Script) -> None:
    """A number in the field is a group by its text."""
    _add(q, "x", 7)
    _add(q, "y", "7")
    _take(q, 2)
    q.jobs("delayed")


@case(ONE)
def a_group_with_a_colon_counts_from_its_last_one(q: Script) -> None:
    """Of a group's name only what is behind its last colon counts."""
    _add(q, "x", "eu:acme")
    _add(q, "y", "us:acme")
    _take(q, 2)
    q.jobs("active")
    q.jobs("delayed")


@case(ONE)
def an_empty_group_counts_for_the_queue(q: Script) -> None:
    """A job with an empty group is limited by the queue's own count."""
    _add(q, "x", "")
    _add(q, "y", "acme")
    _take(q, 2)
    q.counts()


@case(ONE)
def the_same_id_in_two_groups_is_two_jobs(q: Script) -> None:
    """An own id is only the same within one group."""
    _add(q, "x", "acme")
    _add(q, "x", "bravo")
    _add(q, "x", "acme")
    q.jobs("waiting")
    q.counts()


@case(ONE)
def removing_a_held_back_job_frees_its_group(q: Script) -> None:
    """A job that is removed while it is held back no longer holds up its group."""
    _add(q, "a0", "acme")
    _add(q, "a1", "acme")
    _take(q, 2)
    q.remove("a1:acme")
    q.tick(110_000)
    _add(q, "a2", "acme")
    q.take()
    q.counts()


@case(ONE)
def a_retry_in_a_group_counts_again(q: Script) -> None:
    """A retry at once is another start of its group, and waits."""
    _add(q, "a", "acme", attempts=2)
    q.take()
    q.fail("a:acme")
    q.take()
    q.counts()
    q.jobs("delayed")


@case(ONE)
def a_popped_job_of_a_group_is_limited_too(q: Script) -> None:
    """A popped job over its group's limit leaves active for the delayed ones."""
    _add(q, "a0", "acme")
    _add(q, "a1", "acme")
    for number in range(2):
        q.pop()
        q.lock(f"a{number}:acme")
    q.counts()


@case(ONE)
def groups_and_priorities(q: Script) -> None:
    """A job that was held back in its group comes back by its priority."""
    _add(q, "a0", "acme", priority=2)
    _add(q, "a1", "acme", priority=2)
    _take(q, 2)
    _add(q, "b", "bravo", priority=3)
    q.tick(250_000)
    q.promote()
    q.jobs("waiting")

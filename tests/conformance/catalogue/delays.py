"""Jobs that become due later."""

from tests.conformance.case import Script, case


@case()
def a_delayed_job_waits_for_its_time(q: Script) -> None:
    """A delayed job is due in the millisecond after its delay."""
    q.add(delay=5_000)
    q.take()
    for ms in (5_000, 1):
        q.tick(ms)
        q.promote()
        q.counts()
    q.take()


@case()
def delayed_jobs_with_one_due_time_run_in_the_order_of_their_adds(q: Script) -> None:
    """Equal due times keep the order of the adds."""
    q.adds(12, delay=1_000)
    q.tick(2_000)
    q.promote()
    q.jobs("waiting")


@case()
def delayed_jobs_run_by_due_time(q: Script) -> None:
    """Whatever the order of the adds, the earlier due time comes first."""
    for delay in (3_000, 1_000, 2_000):
        q.add(delay=delay)
    q.jobs("delayed")
    q.tick(4_000)
    q.promote()
    q.jobs("waiting")


@case()
def only_what_is_due_is_promoted(q: Script) -> None:
    """Promotion leaves what is not due and says when that will be."""
    for delay in (1_000, 2_000, 3_000):
        q.add(delay=delay)
    q.tick(2_500)
    q.promote()
    q.jobs("waiting")
    q.jobs("delayed")


@case()
def promotion_puts_delayed_jobs_behind_what_waits(q: Script) -> None:
    """A due job stands behind everything that waits."""
    q.add(delay=1_000)
    q.adds(2)
    q.tick(1_500)
    q.promote()
    q.jobs("waiting")


@case()
def a_due_job_with_priority_enters_by_priority(q: Script) -> None:
    """A due job with a priority goes behind its equals and ahead of the rest."""
    q.add(delay=1_000, priority=2)
    for priority in (1, 2, 3, 0):
        q.add(priority=priority) if priority else q.add()
    q.tick(1_500)
    q.promote()
    q.jobs("waiting")


@case()
def a_due_job_ignores_lifo(q: Script) -> None:
    """The option lifo does not matter to a job that was delayed."""
    q.add(delay=1_000, lifo=True)
    q.adds(2)
    q.tick(1_500)
    q.promote()
    q.jobs("waiting")


@case()
def several_due_jobs_with_and_without_priority(q: Script) -> None:
    """Due jobs enter one after the other in the order of their due times, each by its own priority."""
    for number, priority in enumerate((0, 3, 0, 1, 2, 0, 1)):
        q.add(delay=1_000 + number, priority=priority) if priority else q.add(delay=1_000 + number)
    q.tick(2_000)
    q.promote()
    q.jobs("waiting")
    for _ in range(7):
        q.take()


@case()
def a_negative_delay_is_none(q: Script) -> None:
    """A negative delay is stored as it was asked for and the job waits at once."""
    q.add(delay=-500)
    q.take()


@case()
def the_delay_is_set_to_0_at_promotion(q: Script) -> None:
    """The hash forgets the delay when the job becomes due; its options keep it."""
    q.add(delay=1_000)
    q.tick(1_001)
    q.promote()
    q.job("1")


@case()
def a_delayed_job_put_there_by_hand_is_due_by_its_score(q: Script) -> None:
    """A job among the delayed ones with a small score is due at once."""
    q.redis("HSET", "{q}7", "data", '{"by":"hand"}')
    q.redis("ZADD", "{q}delayed", 5_000, "7")
    q.promote()
    q.take()


@case()
def nothing_delayed_means_nothing_to_wait_for(q: Script) -> None:
    """Promotion of an empty set does nothing and names no time."""
    q.promote()


@case()
def a_due_job_that_is_also_active_leaves_active(q: Script) -> None:
    """Promotion takes the job out of active, where a job put among both by hand would stay."""
    q.add()
    q.take()
    q.redis("ZADD", "{q}delayed", 5_000, "1")
    q.promote()
    q.counts()


@case()
def the_order_of_more_than_4096_ids_wraps(q: Script) -> None:
    """The low 12 bits of the counter order equal due times, so the ids 4095 and 4096 swap places."""
    q.redis("SET", "{q}id", 4_093)
    q.adds(4, delay=1_000)
    q.tick(2_000)
    q.promote()
    q.jobs("waiting")

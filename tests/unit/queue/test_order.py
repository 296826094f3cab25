"""Who runs next (BULL_FACTS 3, 10)."""

from sim.queue.job import Backoff
from sim.queue.manual_retry import retry_failed_jobs, retry_job
from tests.unit.queue.driver import Driver


def test_jobs_run_in_the_order_they_were_added(q: Driver) -> None:
    """First in, first out."""
    ids = [q.add() for _ in range(3)]
    assert q.line == ids == ["1", "2", "3"]


def test_a_lifo_job_runs_next(q: Driver) -> None:
    """Last in, first out, when asked for."""
    q.add()
    q.add(lifo=True)
    assert q.line == ["2", "1"]


def test_priority_one_runs_first_and_none_runs_last(q: Driver) -> None:
    """Equal priorities keep their order; 0 stands behind all."""
    for priority in (0, 2, 1, 2, 0, 1):
        q.add(priority=priority)
    assert q.line == ["3", "6", "2", "4", "1", "5"]


def test_a_stalled_job_runs_before_every_priority(q: Driver) -> None:
    """It is put at the very front."""
    q.add()
    q.take()
    q.add(priority=1)
    q.add()
    q.add(priority=1)
    assert q.crash("1").stalled == ["1"]
    assert q.line == ["1", "2", "4", "3"]


def test_an_immediate_retry_stands_behind_everything(q: Driver) -> None:
    """Without backoff the job goes to the back of the line."""
    q.add(attempts=2)
    q.add()
    assert q.fail(q.take()).verdict == "retry"
    assert q.line == ["2", "1"]


def test_an_immediate_retry_of_a_lifo_job_runs_next(q: Driver) -> None:
    """The job keeps to its own way of entering."""
    q.add(attempts=2, lifo=True)
    first = q.take()
    q.add()
    assert q.fail(first).verdict == "retry"
    assert q.line == ["1", "2"]


def test_an_immediate_retry_of_a_prioritised_job_stands_behind_its_equals(q: Driver) -> None:
    """By priority, behind those of the same."""
    q.add(attempts=2, priority=1)
    q.add(priority=1)
    q.add(priority=2)
    q.fail(q.take())
    assert q.line == ["2", "1", "3"]


def test_a_job_back_from_its_backoff_stands_behind_everything_even_with_lifo(q: Driver) -> None:
    """Promotion ignores lifo."""
    q.add(attempts=2, backoff=Backoff("fixed", 100), lifo=True)
    q.fail(q.take())
    q.add()
    q.clock.advance(101)
    assert q.promote() == ["1"]
    assert q.line == ["2", "1"]


def test_a_due_job_with_a_priority_is_placed_by_it(q: Driver) -> None:
    """Promotion honours priority, several at once included."""
    q.add(delay_ms=10, priority=2)
    q.add(delay_ms=10, priority=1)
    q.add(delay_ms=10)
    q.add()
    q.clock.advance(11)
    assert q.promote() == ["1", "2", "3"]
    assert q.line == ["2", "1", "4", "3"]


def test_delayed_jobs_of_one_moment_become_due_in_the_order_of_their_numbers(q: Driver) -> None:
    """The low bits of the score keep the order."""
    ids = [q.add(delay_ms=50) for _ in range(12)]
    q.clock.advance(51)
    assert q.promote() == ids


def test_a_delayed_job_is_due_in_the_millisecond_after_and_not_before(q: Driver) -> None:
    """Its score is a little above its due time."""
    q.add(delay_ms=50)
    q.clock.advance(50)
    assert q.promote() == []
    q.clock.advance(1)
    assert q.promote() == ["1"]


def test_a_manual_retry_stands_behind_everything_and_forgets_its_priority(q: Driver) -> None:
    """Priority is not looked at, and the job is not among the prioritised again."""
    q.add(priority=1)
    q.fail(q.take())
    q.add()
    retry_job(q.store, q.keys, "1", now_ms=q.clock.now_ms)
    assert q.line == ["2", "1"]
    assert q.store.zcard(q.keys.priority) == 0


def test_retrying_all_puts_the_oldest_failure_first(q: Driver) -> None:
    """In the order of the failures, also over several batches."""
    for _ in range(5):
        q.add()
    for _ in range(5):
        q.fail(q.take())
        q.clock.advance(1)
    assert retry_failed_jobs(q.store, q.keys, batch=2) == ["1", "2", "3", "4", "5"]
    assert q.line == ["1", "2", "3", "4", "5"]
    assert q.failed() == []

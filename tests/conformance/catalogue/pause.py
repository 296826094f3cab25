"""Pause and resume."""

from tests.conformance.case import Script, case


@case()
def a_paused_queue_hands_nothing_out(q: Script) -> None:
    """What waits moves to paused, and a worker gets nothing."""
    q.adds(2)
    q.pause()
    q.is_paused()
    q.take()
    q.counts()
    q.resume()
    q.is_paused()
    q.take()


@case()
def adds_go_to_the_paused_list(q: Script) -> None:
    """New jobs line up in paused, by the same rules."""
    q.add()
    q.pause()
    q.add()
    q.add(lifo=True)
    q.add(priority=2)
    q.add(priority=1)
    q.jobs("paused")
    q.counts()
    q.resume()
    q.jobs("waiting")


@case()
def an_empty_queue_can_be_paused_and_resumed(q: Script) -> None:
    """Pausing without jobs only sets the marks."""
    q.pause()
    q.counts()
    q.resume()
    q.counts()


@case()
def active_jobs_finish_while_paused(q: Script) -> None:
    """A job under way completes, and no next one comes with it."""
    q.adds(2)
    q.take()
    q.pause()
    q.complete("1", fetch=True)
    q.counts()


@case()
def an_immediate_retry_goes_to_paused(q: Script) -> None:
    """A failed job lines up in paused."""
    q.add(attempts=2)
    q.take()
    q.pause()
    q.fail("1")
    q.counts()


@case()
def a_due_job_goes_to_paused(q: Script) -> None:
    """Delayed jobs that become due line up in paused."""
    q.add(delay=1_000)
    q.add(delay=1_000, priority=1)
    q.pause()
    q.tick(2_000)
    q.promote()
    q.counts()
    q.jobs("paused")


@case()
def a_stalled_job_goes_to_paused(q: Script) -> None:
    """Stalled jobs line up first in paused."""
    q.adds(2)
    q.take()
    q.pause()
    q.crash()
    q.jobs("paused")


@case()
def a_manual_retry_goes_to_paused(q: Script) -> None:
    """A retried job lines up in paused."""
    q.adds(2)
    q.take()
    q.fail("1")
    q.pause()
    q.retry("1")
    q.jobs("paused")
    q.resume()
    q.take()


@case()
def retry_all_goes_to_paused(q: Script) -> None:
    """Jobs retried together line up in paused."""
    q.adds(2)
    for number in ("1", "2"):
        q.take()
        q.fail(number)
    q.pause()
    q.retry_all()
    q.jobs("paused")


@case()
def a_push_to_wait_by_hand_runs_while_paused(q: Script) -> None:
    """What somebody pushes into wait is handed out all the same."""
    q.pause()
    q.redis("HSET", "{q}5", "data", "{}")
    q.redis("LPUSH", "{q}wait", "5")
    q.take()


@case()
def pausing_twice(q: Script) -> None:
    """A second pause changes nothing."""
    q.add()
    q.pause()
    q.pause()
    q.counts()
    q.resume()
    q.resume()
    q.counts()


@case()
def the_state_of_a_paused_job(q: Script) -> None:
    """A job in a paused queue is paused."""
    q.add()
    q.pause()
    q.state("1")
    q.resume()
    q.state("1")

"""Ids of the caller's own, and what happens to a second job of the same id."""

from tests.conformance.case import Script, case


@case()
def a_second_job_of_the_same_id_is_ignored_while_it_waits(q: Script) -> None:
    """The second add answers with the same id, keeps the old data and still raises the counter."""
    q.add({"first": True}, jobId="x")
    q.add({"second": True}, jobId="x", attempts=9)
    q.job("x")
    q.counts()


@case()
def a_second_job_of_the_same_id_is_ignored_while_active(q: Script) -> None:
    """The same while it runs."""
    q.add(jobId="x")
    q.take()
    q.add(jobId="x")
    q.counts()


@case()
def a_second_job_of_the_same_id_is_ignored_while_delayed(q: Script) -> None:
    """The same while it is delayed; a shorter delay does not count."""
    q.add(jobId="x", delay=5_000)
    q.add(jobId="x")
    q.counts()


@case()
def a_second_job_of_the_same_id_is_ignored_after_completion(q: Script) -> None:
    """The same as long as the completed job is kept."""
    q.add(jobId="x")
    q.take()
    q.complete("x")
    q.add(jobId="x")
    q.counts()


@case()
def a_second_job_of_the_same_id_is_ignored_after_failure(q: Script) -> None:
    """The same as long as the failed job is kept."""
    q.add(jobId="x")
    q.take()
    q.fail("x")
    q.add(jobId="x")
    q.counts()


@case()
def a_hash_in_no_list_makes_an_add_a_silent_nothing(q: Script) -> None:
    """A leftover hash is enough for an add to be ignored."""
    q.redis("HSET", "{q}x", "data", "{}")
    q.add(jobId="x")
    q.counts()
    q.state("x")


@case()
def a_number_as_own_id_is_overwritten_by_the_counter(q: Script) -> None:
    """An own id "2" is overwritten by the second automatic id: one hash, twice in line."""
    q.add({"own": True}, jobId="2")
    q.add({"automatic": True})
    q.jobs("waiting")
    q.job("2")


@case()
def a_forgotten_counter_reuses_ids(q: Script) -> None:
    """Without its counter the queue gives out ids again that are in use."""
    q.adds(2)
    q.redis("DEL", "{q}id")
    q.add({"new": True})
    q.jobs("waiting")


@case()
def a_custom_id_with_backoff_has_no_low_bits(q: Script) -> None:
    """The score of a retry with a text id carries no low bits."""
    q.add(jobId="order-77", attempts=2, backoff=1_000)
    q.take()
    q.fail("order-77")


@case()
def a_custom_id_and_a_priority(q: Script) -> None:
    """Own ids line up by priority like others."""
    q.add(jobId="low", priority=9)
    q.add(jobId="high", priority=1)
    q.add(jobId="high", priority=1)
    q.jobs("waiting")
    q.take()


@case()
def a_job_written_by_hand_runs_with_defaults(q: Script) -> None:
    """A hash with data and a place in line is enough for a job."""
    q.redis("HSET", "{q}9", "data", '{"by":"hand"}')
    q.redis("LPUSH", "{q}wait", "9")
    q.take()
    q.complete("9")


@case()
def an_id_without_a_hash_runs_too(q: Script) -> None:
    """An id in line without a hash is taken with empty data and completes."""
    q.redis("LPUSH", "{q}wait", "9")
    q.take()
    q.complete("9")
    q.state("9")

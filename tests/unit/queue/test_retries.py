"""Failed attempts: backoff, counters and fields (BULL_FACTS 1)."""

import json

import pytest

from sim.queue.backoff import backoff_delay_ms
from sim.queue.errors import UnknownBackoff
from sim.queue.job import Backoff
from sim.queue.semantics import BULL, DOCUMENTED, Semantics
from tests.conftest import T0
from tests.unit.queue.driver import Driver


@pytest.mark.parametrize(
    ("semantics", "delays"), [(DOCUMENTED, [2000, 4000, 8000]), (BULL, [2000, 6000, 14000])], ids=lambda s: str(s)
)
def test_exponential_backoff_differs_between_document_and_library(semantics: Semantics, delays: list[int]) -> None:
    """2, 4, 8 s in the document; 2, 6, 14 s in the library."""
    assert [backoff_delay_ms(Backoff("exponential", 2000), n, semantics) for n in (1, 2, 3)] == delays


def test_fixed_backoff_is_the_same_every_time() -> None:
    """In both profiles."""
    for semantics in (DOCUMENTED, BULL):
        assert [backoff_delay_ms(Backoff("fixed", 5000), n, semantics) for n in (1, 2)] == [5000, 5000]


def test_a_job_with_backoff_waits_among_the_delayed(q: Driver) -> None:
    """The score is the due time and the low bits of the number; ``delay`` and ``opts`` stay as they were."""
    q.add(attempts=3, backoff=Backoff("exponential", 100))
    before = q.hash("1")
    failed = q.fail(q.take())
    assert (failed.verdict, failed.delay_ms) == ("delayed", 100)
    assert q.store.zscore(q.keys.delayed, "1") == (T0 + 100) * 4096 + 1
    after = q.hash("1")
    assert after["delay"] == "0"
    assert after["opts"] == before["opts"]


def test_the_last_attempt_fails_for_good(q: Driver) -> None:
    """Three attempts: twice again, then failed."""
    q.add(attempts=3)
    assert [q.fail(q.take()).verdict for _ in range(3)] == ["retry", "retry", "failed"]
    assert q.hash("1")["attemptsMade"] == "3"


@pytest.mark.parametrize("attempts", [0, 1])
def test_one_attempt_and_none_are_the_same(q: Driver, attempts: int) -> None:
    """The first failure is final."""
    q.add(attempts=attempts)
    assert q.fail(q.take()).verdict == "failed"


def test_attempts_made_is_absent_until_the_first_failure(q: Driver) -> None:
    """A job that succeeds at once never has the field."""
    q.add()
    q.complete(q.take(), return_value="ok")
    assert "attemptsMade" not in q.hash("1")
    assert q.hash("1")["returnvalue"] == '"ok"'


def test_the_marks_of_a_failure_stay_after_a_success(q: Driver) -> None:
    """failedReason, stacktrace and attemptsMade of earlier attempts remain."""
    q.add(attempts=2)
    q.fail(q.take())
    q.complete(q.take())
    fields = q.hash("1")
    assert (fields["failedReason"], fields["attemptsMade"]) == ("boom", "1")
    assert json.loads(fields["stacktrace"]) == ["Error: boom"]


def test_a_discarded_job_uses_no_further_attempt(q: Driver) -> None:
    """The failure is final with one attempt made."""
    q.add(attempts=5)
    job = q.take()
    job.discard()
    assert q.fail(job).verdict == "failed"
    assert q.hash("1")["attemptsMade"] == "1"


@pytest.mark.parametrize(
    ("delay", "verdict"), [(None, "retry"), (0, "retry"), (-1, "failed"), (-100, "delayed"), (1, "delayed")]
)
def test_a_custom_strategy_decides(q: Driver, delay: int | None, verdict: str) -> None:
    """Nothing and 0 mean at once, -1 gives up, less than -1 is due in the past."""
    q.add(attempts=5, backoff=Backoff("own", 0))
    assert q.fail(q.take(), strategies={"own": lambda *_failure: delay}).verdict == verdict


def test_a_negative_delay_is_due_at_once(q: Driver) -> None:
    """It goes through the delayed ones all the same."""
    q.add(attempts=5, backoff=Backoff("own", 0))
    q.fail(q.take(), strategies={"own": lambda *_failure: -100})
    assert q.promote() == ["1"]


def test_an_unknown_strategy_records_nothing(q: Driver) -> None:
    """The job stays active under its lock."""
    q.add(attempts=5, backoff=Backoff("nobody knows", 0))
    with pytest.raises(UnknownBackoff, match="Unknown backoff strategy nobody knows"):
        q.fail(q.take())
    assert q.store.lrange(q.keys.active, 0, -1) == ["1"]
    assert "attemptsMade" not in q.hash("1")

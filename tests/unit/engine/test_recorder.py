"""The recorder: names behind ids, and what it takes note of."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.recorder import Recorder
from sim.engine.service_times import ServiceTimes
from sim.results.trace import EventKind, Trace
from sim.scenario.workload import ListedArrivals, Workload


def recorder(*, kept: bool = True) -> Recorder:
    """Return a recorder that stands at 5 ms."""
    return Recorder.into(SimpleNamespace(now=5), Trace("queue", kept=kept))


def test_ids_come_in_the_order_in_which_they_first_came_up() -> None:
    """Across the queues; an id that is given out again keeps its place and stands for the newer offer."""
    pen = recorder()
    for queue, job_id, job in [
        ("email", "1", "email-1"),
        ("order", "1", "order-1"),
        ("email", "2", "email-2"),
        ("email", "1", "email-3"),
        ("order", "2", "order-2"),
    ]:
        pen.offered(queue, job)
        pen.enqueued(queue, job, job_id)
    assert pen.ids() == [
        ("email", "1", "email-3"),
        ("order", "1", "order-1"),
        ("email", "2", "email-2"),
        ("order", "2", "order-2"),
    ]
    assert pen.name_of("order", "2") == "order-2"


@pytest.mark.parametrize("kept", [True, False])
def test_a_job_that_nobody_offered_becomes_an_offer_once(kept: bool) -> None:
    """With and without the trace; the second time its id is known."""
    pen = recorder(kept=kept)
    assert not pen.is_known("email#7")
    assert [pen.name_of("email", "7") for _ in range(2)] == ["email#7"] * 2
    assert pen.is_known("email#7")
    assert [(facts.job, facts.offered_ms, facts.enqueued) for facts in pen.facts] == [("email#7", 5, True)]


def test_starts_are_numbered_without_the_trace_too() -> None:
    """From 1, each job by itself."""
    pen = recorder(kept=False)
    for job in ("email-1", "email-2"):
        pen.offered("email", job)
    assert [pen.started("email", job, "w") for job in ("email-1", "email-1", "email-2")] == [1, 2, 1]
    pen.world(EventKind.WORKER_STARTED, "w", generation=1)
    assert [facts.attempts for facts in pen.facts] == [2, 1]


def test_a_job_works_as_long_as_it_was_last_said_to() -> None:
    """The usual time, another one, and the usual one again; a job that nobody offered takes the usual time."""
    times = ServiceTimes(200)
    entry = Workload(queue="email", arrivals=ListedArrivals(kind="times", at=["0s"]))
    seen = []
    for service_ms in (200, 300, 200, 0):
        times.remember("email-1", service_ms, entry)
        seen.append(times.of("email-1", 1))
    assert seen == [200, 300, 200, 0]
    assert times.of("email#9", 1) == 200


@given(mapped=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4)), max_size=20), asked_after=st.integers(0, 20))
def test_the_latest_id_of_an_offer_is_found_whenever_somebody_asks(
    mapped: list[tuple[int, int]], asked_after: int
) -> None:
    """Of the ids that stand for it the one that came up last, also where Redis lost them and gave them out again."""
    pen = recorder()
    for place, (job_id, job) in enumerate(mapped):
        if place == asked_after:
            pen.id_of("email", "email-1")
        pen.map_id("email", str(job_id), f"email-{job}")
    names = {str(job_id): f"email-{job}" for job_id, job in mapped}
    for job in ("email-1", "email-2", "email-3", "email-4"):
        own = [job_id for job_id, name in names.items() if name == job]
        assert pen.id_of("email", job) == (own[-1] if own else None)
    assert pen.id_of("order", "order-1") is None

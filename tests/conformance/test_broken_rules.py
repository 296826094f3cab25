"""The cases have teeth: with one rule of the queue broken, cases stop agreeing."""

from collections.abc import Callable
from typing import Any

import pytest

import sim.queue.backoff
import sim.queue.finish
import sim.queue.insertion
import sim.queue.limiter
import sim.queue.locks
import sim.queue.retention
import sim.queue.stalled
import tests.conformance.arms
import tests.conformance.catalogue
from sim.core.clock import ManualClock
from sim.queue.backoff import Wait, backoff_wait
from sim.queue.insertion import Insertion
from sim.queue.retention import jobs_to_evict
from sim.queue.semantics import DOCUMENTED
from sim.queue.stalled import check_stalled_jobs
from sim.stores.fakeredis_store import open_fakeredis
from tests.conformance.arms import T0, Arm, ProjectQueue
from tests.conformance.case import CATALOGUE
from tests.conformance.records import disagreements, load, observe

Patch = Callable[[pytest.MonkeyPatch], None]


def _backoff(patch: pytest.MonkeyPatch) -> None:
    """Exponential backoff doubles from its base, as the document says and Bull does not."""

    def doubling(backoff: Any, failures: int, _semantics: Any, *more: Any) -> Wait:
        return backoff_wait(backoff, failures, DOCUMENTED, *more)

    patch.setattr(sim.queue.finish, "backoff_wait", doubling)


def _re_entry_side(patch: pytest.MonkeyPatch) -> None:
    """Retried and due jobs go to the front of the line."""

    def front(entry: Insertion, tx: Any) -> None:
        tx.rpush(entry.key, entry.job_id)

    patch.setattr(Insertion, "write", front)


def _retention_order(patch: pytest.MonkeyPatch) -> None:
    """Ties are trimmed by number instead of by text: the newcomer always stays."""

    def newest_stays(tx: Any, key: str, newcomer: tuple[float, str], *, count: int | None, age_s: Any) -> list[str]:
        evicted = jobs_to_evict(tx, key, newcomer, count=count, age_s=age_s)
        if newcomer[1] in evicted and count:
            evicted[evicted.index(newcomer[1])] = tx.zrange(key, 0, 0)[0]
        return evicted

    patch.setattr(sim.queue.retention, "jobs_to_evict", newest_stays)


def _stalled_limit(patch: pytest.MonkeyPatch) -> None:
    """A job may stall once more than its limit says."""

    def lenient(*args: Any, max_stalled: int, **more: Any) -> Any:
        return check_stalled_jobs(*args, max_stalled=max_stalled + 1, **more)

    patch.setattr(tests.conformance.arms, "check_stalled_jobs", lenient)


def _lock_check(patch: pytest.MonkeyPatch) -> None:
    """Whoever reports a job is believed to hold its lock."""
    patch.setattr(sim.queue.finish, "ownership_error", lambda *_args: None)


def _limiter_spacing(patch: pytest.MonkeyPatch) -> None:
    """Jobs that are held back follow each other without Bull's extra tenth."""
    spaced = sim.queue.limiter.Limiting.__init__

    def closer(limiting: Any, tx: Any, keys: Any, job_id: str, limit: Any) -> None:
        spaced(limiting, tx, keys, job_id, limit)
        held = tx.scard(keys.limiter_limited)
        if limiting.delay_ms and held:
            limiting.delay_ms -= held * limit.duration_ms * 0.1 / limit.max_jobs

    patch.setattr(sim.queue.limiter.Limiting, "__init__", closer)


BROKEN: dict[str, tuple[str, Patch]] = {
    "backoff": ("backoff", _backoff),
    "re-entry side": ("order", _re_entry_side),
    "retention order": ("retention", _retention_order),
    "stalled limit": ("stalled", _stalled_limit),
    "lock check": ("locks", _lock_check),
    "limiter spacing": ("limiter", _limiter_spacing),
}
"""Which group of cases must notice which broken rule."""


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_makes_a_case_disagree(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rule broken at least one case of its group departs from what the real Bull did; without, none."""
    group, break_it = BROKEN[rule]
    assert _departing(group) == []
    break_it(monkeypatch)
    assert _departing(group)


def _departing(group: str) -> list[str]:
    clock = ManualClock(T0)
    store = open_fakeredis(clock)[1]
    arm = Arm(ProjectQueue(store), store, clock)
    records = load(group)
    cases = [one for one in CATALOGUE.values() if one.group == group]
    return [one.name for one in cases if disagreements(one, records.get(one.name), observe(one, arm))]

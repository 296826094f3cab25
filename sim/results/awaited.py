"""The jobs of a queue that somebody waits for: due, and neither delivered nor given up, as the trace's events tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np

from sim.results.samples import Floats, Integers


class Spell(NamedTuple):
    """A stretch of time in which customers waited for jobs that came later than promised, or did not come.

    Attributes:
        start_ms: When the first of them was due, ms since the run began.
        missed_ms: When the first promise was broken.
        end_ms: When the last of them was delivered or given up, or now.
        ended: Whether nobody waits any more.
    """

    start_ms: int
    missed_ms: int
    end_ms: int
    ended: bool


@dataclass(slots=True)
class _Wait:
    """A job that was not delivered yet; ``since_ms`` is from when somebody waits for it, None once it was given up."""

    offered_ms: int
    due_ms: int
    by_ms: int | None
    since_ms: int | None


class Awaited:
    """Who waits for what, over time.

    A job is waited for from when it is due. It is given up when its submit is refused or ignored (another job has its
    id), when it fails for good, or when an operator removes it. Nobody gives up a job that was lost without a word.

    Attributes:
        oldest_at_ms: When it changed which job is the one that was due first, rising.
        oldest_due_ms: When that job was due, from then on; -1 for none.
    """

    def __init__(self) -> None:
        self.oldest_at_ms: list[int] = []
        self.oldest_due_ms: list[int] = []
        self._waits: dict[str, _Wait] = {}
        self._by_due: list[tuple[int, str]] = []
        self._overdue: list[tuple[int, int, int]] = []
        """From when each of those that are over was waited for, when it became overdue, and when that ended."""

    def offer(self, t_ms: int, job: str, more: Mapping[str, Any] | None) -> None:
        """Somebody wants a job done."""
        told = more or {}
        due_ms, within_ms = t_ms + told.get("delay_ms", 0), told.get("deliver_within_ms")
        self._waits[job] = _Wait(t_ms, due_ms, None if within_ms is None else due_ms + within_ms, due_ms)
        heappush(self._by_due, (due_ms, job))
        self._note(t_ms)

    def delay(self, t_ms: int, job: str, delay_ms: int) -> None:
        """Its submit says that it is due so long after its offer."""
        wait = self._waits.get(job)
        if wait is not None and wait.due_ms != wait.offered_ms + delay_ms:
            wait.due_ms = wait.since_ms = wait.offered_ms + delay_ms
            heappush(self._by_due, (wait.due_ms, job))
            self._note(t_ms)

    def deliver(self, t_ms: int, job: str) -> tuple[int, bool] | None:
        """Say how long a job took from when it was due, ms, and whether it came late; None unless it is the first time.

        It may have been given up before: a worker that lost its lock goes on.
        """
        wait = self._waits.pop(job, None)
        if wait is None:
            return None
        self._close(wait, t_ms)
        self._note(t_ms)
        return max(0, t_ms - wait.due_ms), wait.by_ms is not None and t_ms > wait.by_ms

    def give_up(self, t_ms: int, job: str) -> None:
        """It will not be delivered, and somebody knows that."""
        wait = self._waits.get(job)
        if wait is not None:
            self._close(wait, t_ms)
            wait.since_ms = None
            self._note(t_ms)

    def take_back(self, t_ms: int, job: str) -> None:
        """It is tried again after all."""
        wait = self._waits.get(job)
        if wait is not None and wait.since_ms is None:
            wait.since_ms = max(t_ms, wait.due_ms)
            heappush(self._by_due, (wait.due_ms, job))
            self._note(t_ms)

    def _close(self, wait: _Wait, t_ms: int) -> None:
        if wait.by_ms is not None and wait.since_ms is not None and t_ms > wait.by_ms:
            self._overdue.append((wait.since_ms, max(wait.by_ms, wait.since_ms), t_ms))

    def _note(self, t_ms: int) -> None:
        """Take note of which job was due first."""
        by_due = self._by_due
        while by_due and not self._is_waited_for(*by_due[0]):
            heappop(by_due)
        first = by_due[0][0] if by_due else -1
        if not self.oldest_due_ms or self.oldest_due_ms[-1] != first:
            self.oldest_at_ms.append(t_ms)
            self.oldest_due_ms.append(first)

    def _is_waited_for(self, due_ms: int, job: str) -> bool:
        wait = self._waits.get(job)
        return wait is not None and wait.since_ms is not None and wait.due_ms == due_ms

    def overdue(self, t_ms: Integers) -> Floats:
        """Count, at each moment, the jobs that are waited for longer than promised; at moment 0 there is none."""
        still = [wait for wait in self._waits.values() if wait.by_ms is not None and wait.since_ms is not None]
        begun = [begun_ms for _since_ms, begun_ms, _end_ms in self._overdue]
        begun += [max(wait.by_ms or 0, wait.since_ms or 0) for wait in still]
        ended = [end_ms for _since_ms, _begun_ms, end_ms in self._overdue]
        begins, ends = (np.sort(np.asarray(times, dtype=np.int64)) for times in (begun, ended))
        found = np.searchsorted(begins, t_ms, side="left") - np.searchsorted(ends, t_ms, side="right")
        return np.where(t_ms <= 0, 0, found).astype(np.float64)

    def undelivered_s(self, t_ms: Integers) -> Floats:
        """Say, at each moment, how long ago the job was due that is waited for longest, seconds; 0 for none."""
        place = np.searchsorted(np.asarray(self.oldest_at_ms, dtype=np.int64), t_ms, side="right") - 1
        due_ms = np.asarray([*self.oldest_due_ms, -1], dtype=np.int64)[place]
        return np.where((due_ms < 0) | (t_ms <= due_ms), 0.0, (t_ms - due_ms) / 1_000)

    def spells(self, now_ms: int, gap_ms: int) -> list[Spell]:
        """List the stretches in which anybody waited for a job longer than promised, from when that job was due.

        Args:
            now_ms: The end of the run; what is overdue then has not ended.
            gap_ms: Stretches that are no further apart are one.
        """
        waits = [(*one, True) for one in self._overdue]
        for wait in self._waits.values():
            if wait.by_ms is not None and wait.since_ms is not None and wait.by_ms < now_ms:
                waits.append((wait.since_ms, max(wait.by_ms, wait.since_ms), now_ms, False))
        found: list[Spell] = []
        for start_ms, missed_ms, end_ms, ended in sorted(waits):
            last = found[-1] if found else None
            if last is None or start_ms > last.end_ms + gap_ms:
                found.append(Spell(start_ms, missed_ms, end_ms, ended))
            else:
                missed_ms, end_ms = min(last.missed_ms, missed_ms), max(last.end_ms, end_ms)
                found[-1] = Spell(last.start_ms, missed_ms, end_ms, last.ended and ended)
        return found

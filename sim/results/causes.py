"""What may have caused an alert, or a worker's bad health, at a moment."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from sim.faults.window import FaultKind
from sim.results.alerts import Episode
from sim.results.fault_windows import FaultWindow
from sim.results.metrics import Metrics
from sim.results.run_lengths import run_lengths

OVERLOAD_MS = 60_000
"""A queue whose oldest job has waited this long is overloaded, as long as no fault holds it up."""


class CausesAt:
    """The faults that began last among those that may show at a moment.

    Args:
        window_ms: For so long a fault may show after its end, ms.
    """

    def __init__(self, windows: Iterable[FaultWindow], window_ms: int) -> None:
        faults: list[FaultWindow] = []
        operated: list[FaultWindow] = []
        groups: dict[str | None, list[FaultWindow]] = {None: []}
        for window in windows:
            if window.kind is FaultKind.OPERATOR:
                operated.append(window)
            else:
                faults.append(window)
                groups.setdefault(window.process, []).append(window)
        self._faults = _Begun(faults, window_ms)
        self._operated = _Begun(operated, window_ms)
        self._of_process = {process: _Begun(own, window_ms) for process, own in groups.items()}

    def between(self, first_ms: int, last_ms: int) -> list[FaultWindow]:
        """List what jobs may be late of that were due at the first moment and promised by the last; see ``moment``."""
        return self._faults.last(last_ms, first_ms) or self._operated.last(last_ms, first_ms)

    def moment(self, t_ms: int, process: str | None = None) -> list[FaultWindow]:
        """List what it may be, ms since the run began; several where they began together.

        What an operator did is chosen only where no fault may show.

        Args:
            process: Whose health it is, in which what struck other processes does not show; None for an alert.
        """
        if process is None:
            return self._faults.last(t_ms) or self._operated.last(t_ms)
        able = self._of_process[None].last(t_ms)
        if process in self._of_process:
            able += self._of_process[process].last(t_ms)
        if not able:
            return self._operated.last(t_ms)
        last_ms = max(window.start_ms for window in able)
        return [window for window in able if window.start_ms == last_ms]


class _Begun:
    """Windows by when they began."""

    def __init__(self, windows: list[FaultWindow], window_ms: int) -> None:
        self._windows = sorted(windows, key=lambda window: window.start_ms)
        self._starts = [window.start_ms for window in self._windows]
        self._ends = [window.shows_until_ms + window_ms for window in self._windows]
        self._latest_ends = list(accumulate(self._ends, max))

    def last(self, t_ms: int, since_ms: int | None = None) -> list[FaultWindow]:
        """List those that may show at a moment, or at any from ``since_ms`` to it, and began last of these."""
        found: list[FaultWindow] = []
        since_ms = t_ms if since_ms is None else since_ms
        place = bisect_right(self._starts, t_ms)
        while place and self._latest_ends[place - 1] >= since_ms:
            place -= 1
            if found and self._starts[place] != found[0].start_ms:
                break
            if self._ends[place] >= since_ms:
                found.append(self._windows[place])
        return found


class _Stretch(NamedTuple):
    """A time in which a queue could not keep up.

    Attributes:
        last_ms: Until when an alert that it made fire began to hold.
        causes: The faults that it came of; itself, as an overload, where there was none.
    """

    first_ms: int
    last_ms: int
    causes: tuple[FaultWindow, ...]


class Overloads:
    """The stretches in which customers had to wait for too long, queue by queue.

    Where something was promised (``deliver_within``), these are the times in which jobs were late, each from when the
    first of them was due; near ones are one. Elsewhere they are the times in which a job stood in line for
    ``OVERLOAD_MS``.

    Args:
        causes_at: Finds the faults that late jobs came of.
        end_ms: When the run ended, ms.
    """

    def __init__(self, metrics: Metrics, causes_at: CausesAt, end_ms: int) -> None:
        self._metrics = metrics
        self._causes_at = causes_at
        self._end_ms = end_ms
        self._found: dict[str, list[_Stretch]] = {}

    @property
    def late(self) -> list[FaultWindow]:
        """The times in which jobs were late though nothing was broken, noticed or not."""
        return [
            window
            for queue in self._metrics.scenario.promising_queues
            for stretch in self._stretches(queue)
            for window in stretch.causes
            if window.kind is FaultKind.OVERLOAD
        ]

    def episode(self, episode: Episode) -> tuple[FaultWindow, ...]:
        """Find what made customers wait while an alert's condition held, or just before; the first, of several."""
        if episode.queue is None:
            return ()
        stretches = self._stretches(episode.queue)
        first_ms = episode.active_ms - self._metrics.config.window
        last_ms = self._end_ms if episode.resolved_ms is None else episode.resolved_ms
        place = bisect_left(stretches, first_ms, key=lambda stretch: stretch.last_ms)
        return stretches[place].causes if place < len(stretches) and stretches[place].first_ms <= last_ms else ()

    def _stretches(self, queue: str) -> list[_Stretch]:
        if queue not in self._found:
            is_promised = queue in self._metrics.scenario.promising_queues
            self._found[queue] = self._with_late_jobs(queue) if is_promised else self._with_old_jobs(queue)
        return self._found[queue]

    def _with_late_jobs(self, queue: str) -> list[_Stretch]:
        found: list[_Stretch] = []
        awaited = self._metrics.counters.queues[queue].awaited
        for spell in awaited.spells(self._end_ms, self._metrics.config.attribution_window):
            causes = self._causes_at.between(spell.start_ms, spell.missed_ms)
            own = FaultWindow(FaultKind.OVERLOAD, f"{queue} late", spell.start_ms, spell.end_ms, spell.ended)
            found.append(_Stretch(spell.start_ms, spell.end_ms, tuple(causes) or (own,)))
        return found

    def _with_old_jobs(self, queue: str) -> list[_Stretch]:
        t_ms = self._metrics.t_ms
        ages = np.nan_to_num(self._metrics.series(queue, "oldest_waiting_age"), nan=0.0)
        found: list[_Stretch] = []
        for stretch in run_lengths(ages * 1_000 >= OVERLOAD_MS):
            if not stretch.value:
                continue
            first_ms = int(t_ms[stretch.first])
            start_ms = max(0, first_ms - int(ages[stretch.first] * 1_000))
            ended = stretch.after < len(t_ms)
            over_ms = int(t_ms[stretch.after]) if ended else self._end_ms
            own = FaultWindow(FaultKind.OVERLOAD, f"{queue} overloaded", start_ms, over_ms, ended)
            found.append(_Stretch(first_ms, int(t_ms[stretch.after - 1]), (own,)))
        return found

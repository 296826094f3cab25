"""What may have caused an alert, or a worker's bad health, at a moment."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

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

    def last(self, t_ms: int) -> list[FaultWindow]:
        """List those that may show at a moment and began last of these."""
        found: list[FaultWindow] = []
        place = bisect_right(self._starts, t_ms)
        while place and self._latest_ends[place - 1] >= t_ms:
            place -= 1
            if found and self._starts[place] != found[0].start_ms:
                break
            if self._ends[place] >= t_ms:
                found.append(self._windows[place])
        return found


class Overloads:
    """The stretches in which jobs had to wait for long, queue by queue.

    Args:
        end_ms: When the run ended, ms.
    """

    def __init__(self, metrics: Metrics, end_ms: int) -> None:
        self._metrics = metrics
        self._end_ms = end_ms
        self._found: dict[str, tuple[list[int], list[int], list[FaultWindow]]] = {}

    def episode(self, episode: Episode) -> FaultWindow | None:
        """Find the first stretch while an alert's condition held, or just before."""
        if episode.queue is None:
            return None
        if episode.queue not in self._found:
            self._found[episode.queue] = self._of(episode.queue)
        firsts, lasts, windows = self._found[episode.queue]
        first_ms = episode.active_ms - self._metrics.config.window
        last_ms = self._end_ms if episode.resolved_ms is None else episode.resolved_ms
        place = bisect_left(lasts, first_ms)
        return windows[place] if place < len(windows) and firsts[place] <= last_ms else None

    def _of(self, queue: str) -> tuple[list[int], list[int], list[FaultWindow]]:
        """List the first and the last moment of each stretch, and what it shows as."""
        t_ms = self._metrics.t_ms
        ages = np.nan_to_num(self._metrics.series(queue, "oldest_waiting_age"), nan=0.0)
        firsts: list[int] = []
        lasts: list[int] = []
        windows: list[FaultWindow] = []
        for stretch in run_lengths(ages * 1_000 >= OVERLOAD_MS):
            if not stretch.value:
                continue
            firsts.append(int(t_ms[stretch.first]))
            lasts.append(int(t_ms[stretch.after - 1]))
            start_ms = max(0, firsts[-1] - int(ages[stretch.first] * 1_000))
            ended = stretch.after < len(t_ms)
            over_ms = int(t_ms[stretch.after]) if ended else self._end_ms
            windows.append(FaultWindow(FaultKind.OVERLOAD, f"{queue} overloaded", start_ms, over_ms, ended))
        return firsts, lasts, windows

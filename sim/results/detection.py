"""Which fault was noticed, by which alert or by whose health, and how long after it began."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from sim.faults.window import FaultKind
from sim.results.alerts import Episode
from sim.results.causes import CausesAt, Overloads
from sim.results.fault_windows import FaultWindow
from sim.results.health import Health, Spell, Status
from sim.results.metrics import Metrics
from sim.results.replay import replay
from sim.results.trace import Trace
from sim.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class FaultDetection:
    """One fault, or what an operator did, and who noticed it.

    Attributes:
        alerts: The first firing of each alert and queue that may have come of the fault, the earliest first.
        health_ms: When a worker was first found unhealthy, ms since the run began; None when none was.
        well_ms: When all of them had recovered after the fault's end; None when they had not before the run ended.
    """

    window: FaultWindow
    alerts: tuple[Episode, ...]
    health_ms: int | None
    well_ms: int | None

    @property
    def is_operator_action(self) -> bool:
        """Whether it is what an operator did: an alert may come of it, but nobody has to notice it."""
        return self.window.kind is FaultKind.OPERATOR

    @property
    def is_overload(self) -> bool:
        """Whether nothing was broken, yet customers had to wait: jobs were late, or stood in line for long."""
        return self.window.kind is FaultKind.OVERLOAD

    @property
    def unnoticed(self) -> bool:
        """Whether neither an alert nor anybody's health noticed it, though it is a fault."""
        return not self.alerts and self.health_ms is None and not self.is_operator_action

    def after_ms(self, t_ms: int) -> int:
        """Return how long after the fault's beginning a moment is."""
        return t_ms - self.window.start_ms


@dataclass(frozen=True, slots=True)
class Detections:
    """The outcome of every fault and every alert of one mode.

    Attributes:
        faults: In the order in which they began; what an operator did stands among them.
        episodes: Every stretch of time in which an alert was pending or firing.
        false: Those that fired although no fault was under way or had just ended, and no job had to wait for long.
    """

    faults: tuple[FaultDetection, ...]
    episodes: tuple[Episode, ...]
    false: tuple[Episode, ...]

    def fired(self, alert: str) -> list[Episode]:
        """List the firings of one alert."""
        return [episode for episode in self.episodes if episode.alert == alert and episode.fired_ms is not None]

    def soonest_ms(self, alert: str) -> int | None:
        """Return how long after a fault's beginning an alert fired, at the soonest; None when it never noticed one."""
        found = [
            fault.after_ms(episode.fired_ms)
            for fault in self.faults
            for episode in fault.alerts
            if episode.alert == alert and episode.fired_ms is not None
        ]
        return min(found, default=None)


def detect(metrics: Metrics, broken: Sequence[FaultWindow], trace: Trace, end_ms: int) -> Detections:
    """Match faults with alerts and with the health of workers.

    An alert may come of every fault that was under way, or had ended at most ``metrics.attribution_window`` before,
    when the alert's condition began to hold; of several it is put down to the one that began last, and only without
    any to what an operator did. A fault of the database is under way until the last attempt has ended that it caught.
    An alert that comes of no fault is false, unless customers had to wait for too long meanwhile: then it is put down
    to the fault that made the jobs late, or else an overload has been noticed, which is listed among the faults. Times
    with late jobs and without a fault are listed though nobody noticed them. A worker that becomes unhealthy is
    put down in the same way, but the death or freeze of a process shows in its own health alone.

    Args:
        broken: What the trace says was broken when.
        end_ms: When the run ended, ms.
    """
    windows = [*_standing_faults(metrics.scenario, end_ms), *_outlived(broken, trace, end_ms)]
    window_ms = metrics.config.attribution_window
    causes_at = CausesAt(windows, window_ms)
    overloads = Overloads(metrics, causes_at, end_ms)
    alerts: dict[FaultWindow, list[Episode]] = {window: [] for window in (*windows, *overloads.late)}
    false = []
    for episode in metrics.alerts:
        if episode.fired_ms is None:
            continue
        causes = causes_at.moment(episode.active_ms) or overloads.episode(episode)
        for window in causes:
            alerts.setdefault(window, []).append(episode)
        if not causes:
            false.append(episode)
    overloaded = [window for window in alerts if window.kind is FaultKind.OVERLOAD]
    spells = _unhealthy(metrics.health, windows, causes_at)
    faults = [_notice(window, alerts[window], spells.get(window, [])) for window in [*windows, *overloaded]]
    faults.sort(key=lambda fault: fault.window.start_ms)
    return Detections(tuple(faults), tuple(metrics.alerts), tuple(false))


def _outlived(windows: Sequence[FaultWindow], trace: Trace, end_ms: int) -> list[FaultWindow]:
    """Say of each fault of the database when the last attempt ended that was under way at the same time.

    An attempt whose worker was killed ended at the kill: whatever its job does afterwards, nobody waits for that call.
    """
    if all(window.kind is not FaultKind.DATABASE for window in windows):
        return list(windows)
    attempts = sorted((one.start_ms, one.end_ms) for one in replay(trace, end_ms=end_ms).attempts)
    latest_ends = list(accumulate((ended_ms for _started_ms, ended_ms in attempts), max, initial=0))
    found: list[FaultWindow] = []
    for window in windows:
        if window.kind is FaultKind.DATABASE:
            ended_ms = latest_ends[bisect_left(attempts, (window.end_ms + 1,))]
            found.append(replace(window, outlived_ms=ended_ms if ended_ms > window.start_ms else 0))
        else:
            found.append(window)
    return found


def _standing_faults(scenario: Scenario, end_ms: int) -> list[FaultWindow]:
    """List the faults that last for the whole run, of which the trace has neither beginning nor end."""
    return [
        FaultWindow(FaultKind.OTHER if fault.window is None else fault.window.group, label, 0, end_ms, False)
        for fault in scenario.faults
        if (label := fault.standing_label) is not None
    ]


def _unhealthy(health: Health, windows: Sequence[FaultWindow], causes_at: CausesAt) -> dict[FaultWindow, list[Spell]]:
    """Put down each stretch in which a worker was unhealthy to what it came of."""
    found: dict[FaultWindow, list[Spell]] = {window: [] for window in windows}
    for queue, worker in health.workers:
        for spell in health.spells(queue, worker):
            if spell.status is not Status.HEALTHY:
                for window in causes_at.moment(spell.start_ms, worker):
                    found[window].append(spell)
    return found


def _notice(window: FaultWindow, fired: Sequence[Episode], spells: Sequence[Spell]) -> FaultDetection:
    first: dict[tuple[str, str | None], Episode] = {}
    for episode in sorted(fired, key=lambda episode: episode.fired_ms or 0):
        first.setdefault((episode.alert, episode.queue), episode)
    health_ms = min((spell.start_ms for spell in spells), default=None)
    lasted = any(spell.lasted for spell in spells)
    well_ms = None if lasted else max((spell.end_ms for spell in spells), default=None)
    return FaultDetection(window, tuple(first.values()), health_ms, well_ms)

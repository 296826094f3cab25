"""Which fault was noticed, by which alert or by whose health, and how long after it began."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.ledger.events import Ledger
from sim.monitoring.alerts import Episode
from sim.monitoring.health import Health, Status
from sim.monitoring.metrics import Metrics
from sim.report.fault_windows import FaultKind, FaultWindow, fault_windows
from sim.scenario.fault_schema import HandlerError
from sim.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class FaultNotice:
    """One fault, and who noticed it.

    Attributes:
        alerts: The first firing of each alert and queue that may have come of the fault, the earliest first.
        health_ms: When a worker was first found unwell, ms since the run began; None when none was.
        well_ms: When all of them were found well again after the fault's end; None when they were not until the end.
    """

    window: FaultWindow
    alerts: tuple[Episode, ...]
    health_ms: int | None
    well_ms: int | None

    @property
    def unnoticed(self) -> bool:
        """Whether neither an alert nor anybody's health noticed it."""
        return not self.alerts and self.health_ms is None

    def after_ms(self, t_ms: int) -> int:
        """Return how long after the fault's beginning a moment is."""
        return t_ms - self.window.start_ms


@dataclass(frozen=True, slots=True)
class Notices:
    """What came of every fault and every alert of one mode.

    Attributes:
        episodes: Every stretch of time in which an alert was pending or firing.
        false: Those that fired although no fault was under way or had just ended.
    """

    faults: tuple[FaultNotice, ...]
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


def take_notice(metrics: Metrics, ledger: Ledger, end_ms: int) -> Notices:
    """Match faults with alerts and with the health of workers.

    An alert may come of every fault that was under way, or had ended at most ``metrics.aftermath`` before, when the
    alert's condition began to hold. The death or freeze of a process shows in that process's own health, every other
    fault in anybody's.

    Args:
        end_ms: When the run ended, ms.
    """
    windows = [*_standing_faults(metrics.scenario, end_ms), *fault_windows(ledger, end_ms)]
    episodes = metrics.alerts
    aftermath_ms = metrics.config.aftermath
    fired = [episode for episode in episodes if episode.fired_ms is not None]
    faults = [_notice(window, fired, metrics.health, aftermath_ms) for window in windows]
    caused = {episode for fault in faults for episode in fired if _may_cause(fault.window, episode, aftermath_ms)}
    false = tuple(episode for episode in fired if episode not in caused)
    return Notices(tuple(faults), tuple(episodes), false)


def _standing_faults(scenario: Scenario, end_ms: int) -> list[FaultWindow]:
    """List the faults that last for the whole run, of which the ledger has neither beginning nor end."""
    return [
        FaultWindow(FaultKind.HANDLER, f"handlers raise {fault.error} errors", 0, end_ms, False)
        for fault in scenario.faults
        if isinstance(fault, HandlerError) and fault.at is None
    ]


def _may_cause(window: FaultWindow, episode: Episode, aftermath_ms: int) -> bool:
    return window.start_ms <= episode.active_ms <= window.end_ms + aftermath_ms


def _notice(window: FaultWindow, fired: Sequence[Episode], health: Health, aftermath_ms: int) -> FaultNotice:
    first: dict[tuple[str, str | None], Episode] = {}
    for episode in sorted(fired, key=lambda episode: episode.fired_ms or 0):
        if _may_cause(window, episode, aftermath_ms):
            first.setdefault((episode.alert, episode.queue), episode)
    own = window.label.rpartition(" ")[0] if window.kind in (FaultKind.DOWN, FaultKind.FROZEN) else None
    spells = [
        spell
        for queue, worker in health.workers
        if own is None or worker == own
        for spell in health.spells(queue, worker)
        if spell.status is not Status.HEALTHY
    ]
    mine = [spell for spell in spells if window.start_ms <= spell.start_ms <= window.end_ms + aftermath_ms]
    if not mine:
        return FaultNotice(window, tuple(first.values()), None, None)
    well_ms = None if any(spell.lasted for spell in mine) else max(spell.end_ms for spell in mine)
    return FaultNotice(window, tuple(first.values()), min(spell.start_ms for spell in mine), well_ms)

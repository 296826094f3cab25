"""What was broken from when to when, and what an operator did when, read out of a ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sim.results.trace import Event, EventKind, Trace


class FaultKind(StrEnum):
    """What stood broken, or who interfered, in the words of a picture's label for several of them."""

    DOWN = "processes down"
    FROZEN = "processes frozen"
    REDIS = "Redis away"
    DATABASE = "database failing"
    HANDLER = "handlers failing"
    OPERATOR = "operator"
    OVERLOAD = "overload"


@dataclass(frozen=True, slots=True)
class FaultWindow:
    """One stretch of time in which something was broken or paused, or the moment of what an operator did.

    Attributes:
        label: What was broken, such as ``email-1 down``.
        start_ms: Milliseconds since the run began.
        end_ms: When it was mended; the end of the run where nothing mended it.
        mended: Whether it was.
        outlived_ms: When the last attempt ended that a fault of the database had caught; a call may outlive its fault.
    """

    kind: FaultKind
    label: str
    start_ms: int
    end_ms: int
    mended: bool
    outlived_ms: int = 0

    @property
    def shows_until_ms(self) -> int:
        """Until when it holds up work, ms since the run began."""
        return max(self.end_ms, self.outlived_ms)

    @property
    def is_moment(self) -> bool:
        """Whether it is a deed of an operator, which takes no time."""
        return self.kind is FaultKind.OPERATOR and self.start_ms == self.end_ms


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One row of a picture's fault strip: windows that share a label."""

    label: str
    windows: tuple[FaultWindow, ...]


_OPENS = {
    EventKind.WORKER_CRASHED: FaultKind.DOWN,
    EventKind.WORKER_FROZEN: FaultKind.FROZEN,
    EventKind.REDIS_DOWN: FaultKind.REDIS,
    EventKind.DATABASE_FAULT_BEGAN: FaultKind.DATABASE,
    EventKind.HANDLER_FAULT_BEGAN: FaultKind.HANDLER,
}
_CLOSES = {
    EventKind.WORKER_STARTED: FaultKind.DOWN,
    EventKind.WORKER_RESUMED: FaultKind.FROZEN,
    EventKind.REDIS_UP: FaultKind.REDIS,
    EventKind.DATABASE_FAULT_ENDED: FaultKind.DATABASE,
    EventKind.HANDLER_FAULT_ENDED: FaultKind.HANDLER,
}
_DATABASE = {
    "refuse": "database refuses calls",
    "abort": "database aborts calls",
    "lost-reply": "database loses replies",
    "slow": "database slow",
}


def fault_windows(trace: Trace, end_ms: int) -> list[FaultWindow]:
    """Find every stretch of time in which something was broken, in the order in which they began.

    A process that dies while it stands frozen is down from then on and frozen no more; a Redis that starts to load its
    data is no longer unreachable but loading.

    Args:
        end_ms: When the run ended; windows that nothing closed end there.
    """
    under_way: dict[tuple[FaultKind, str], list[tuple[str, int]]] = {}
    windows: list[FaultWindow] = []

    def close(kind: FaultKind, name: str, t_ms: int, *, mended: bool = True, everything: bool = False) -> None:
        begun = under_way.get((kind, name), [])
        while begun:
            label, start_ms = begun.pop(0)
            if begun and kind is FaultKind.FROZEN and not everything:
                begun[0] = (label, start_ms)
                return
            windows.append(FaultWindow(kind, label, start_ms, max(start_ms, t_ms), mended))
            if not everything:
                return

    for record in trace:
        if record.job is not None:
            continue
        if record.kind in (EventKind.OPERATOR_ACTED, EventKind.OPERATOR_FAILED):
            do, queue = str((record.more or {}).get("do")), record.queue or ""
            if record.kind is EventKind.OPERATOR_FAILED:
                windows.append(_moment(f"operator cannot {do} {queue}", record.t_ms))
                continue
            if do in ("pause", "resume", "drain"):
                close(FaultKind.OPERATOR, queue, record.t_ms)
            if do == "pause":
                paused = (f"operator pauses {queue}", record.t_ms)
                under_way.setdefault((FaultKind.OPERATOR, queue), []).append(paused)
            elif do != "resume":
                windows.append(_moment(f"operator: {do} {queue}", record.t_ms))
            continue
        name = _name(record)
        if (kind := _OPENS.get(record.kind)) is not None:
            if kind is FaultKind.DOWN:
                close(FaultKind.FROZEN, name, record.t_ms, everything=True)
            elif kind is FaultKind.REDIS:
                close(kind, name, record.t_ms)
            under_way.setdefault((kind, name), []).append((_label(kind, record), record.t_ms))
        elif (kind := _CLOSES.get(record.kind)) is not None:
            close(kind, name, record.t_ms)
    for kind, name in list(under_way):
        close(kind, name, end_ms, mended=False, everything=True)
    return sorted(windows, key=lambda window: (window.start_ms, window.label))


def fault_rows(windows: Sequence[FaultWindow], most: int = 5) -> list[FaultRow]:
    """Gather windows into rows by label; with more labels than ``most``, by kind."""
    rows = _gather(windows, by_kind=False)
    return rows if len(rows) <= most else _gather(windows, by_kind=True)


def _gather(windows: Sequence[FaultWindow], *, by_kind: bool) -> list[FaultRow]:
    labels: dict[FaultKind, set[str]] = {}
    for window in windows:
        labels.setdefault(window.kind, set()).add(window.label)
    rows: dict[str, list[FaultWindow]] = {}
    for window in windows:
        together = by_kind and len(labels[window.kind]) > 1
        rows.setdefault(window.kind.value if together else window.label, []).append(window)
    return [
        FaultRow(f"{label} ({len(found)} times)" if len(found) > 1 else label, tuple(found))
        for label, found in rows.items()
    ]


def _name(record: Event) -> str:
    return record.worker or str((record.more or {}).get("name", ""))


def _moment(label: str, t_ms: int) -> FaultWindow:
    return FaultWindow(FaultKind.OPERATOR, label, t_ms, t_ms, mended=True)


def _label(kind: FaultKind, record: Event) -> str:
    more = record.more or {}
    if kind is FaultKind.DOWN:
        return f"{record.worker} down"
    if kind is FaultKind.FROZEN:
        return f"{record.worker} frozen"
    if kind is FaultKind.REDIS:
        why = more.get("why", "unreachable")
        return f"Redis {why}" if why in ("unreachable", "loading") else f"Redis down ({why})"
    if kind is FaultKind.DATABASE:
        return _DATABASE.get(str(more.get("failure")), "database failing")
    error = more.get("error")
    return f"handlers raise {error} errors" if error else "handlers raise errors"

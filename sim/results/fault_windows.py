"""What was broken from when to when, and what an operator did when, read out of a trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.faults.registry import FAULTS
from sim.faults.window import FaultKind, Window
from sim.results.trace import Event, EventKind, Trace


@dataclass(frozen=True, slots=True)
class FaultWindow:
    """One stretch of time in which something was broken or paused, or the moment of what an operator did.

    Attributes:
        label: What was broken, such as ``email-1 down``.
        start_ms: Milliseconds since the run began.
        end_ms: When it was mended; the end of the run where nothing mended it.
        mended: Whether it was.
        outlived_ms: When the last attempt ended that a fault of the database had caught; a call may outlive its fault.
        process: The process that it struck, such as ``email-1``; None where it struck none.
    """

    kind: FaultKind
    label: str
    start_ms: int
    end_ms: int
    mended: bool
    outlived_ms: int = 0
    process: str | None = None

    @property
    def shows_until_ms(self) -> int:
        """Until when it holds up work, ms since the run began."""
        return max(self.end_ms, self.outlived_ms)

    @property
    def is_moment(self) -> bool:
        """Whether it is an operator's action, which takes no time."""
        return self.kind is FaultKind.OPERATOR and self.start_ms == self.end_ms


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One row of a picture's fault strip: windows that share a label."""

    label: str
    windows: tuple[FaultWindow, ...]


class _Begun(NamedTuple):
    """A window that is open, and whether one that begins meanwhile belongs to it."""

    label: str
    start_ms: int
    process: str | None = None
    merges: bool = False


def window_of(record: Event) -> Window:
    """Say how the fault shows that an event ``fault-began`` or ``fault-ended`` tells of."""
    kind = str((record.more or {}).get("kind"))
    window = FAULTS[kind].window if kind in FAULTS else None
    return window or Window(
        FaultKind.OTHER, lambda _event, process: f"{kind} {process}".strip(), f"{kind} begins", f"{kind} ends"
    )


def fault_windows(trace: Trace, end_ms: int) -> list[FaultWindow]:
    """Find every stretch of time in which something was broken, in the order in which they began.

    A process that dies while it stands frozen is down from then on and frozen no more; its clock, which is that of its
    machine, stays wrong. A Redis that starts to load its data is no longer unreachable but loading.

    Args:
        end_ms: When the run ended; windows that nothing closed end there.
    """
    under_way: dict[tuple[FaultKind, str], list[_Begun]] = {}
    windows: list[FaultWindow] = []

    def close(kind: FaultKind, name: str, t_ms: int, *, mended: bool = True, everything: bool = False) -> None:
        begun = under_way.get((kind, name), [])
        while begun:
            first = begun.pop(0)
            if begun and first.merges and not everything:
                begun[0] = first
                return
            end_ms = max(first.start_ms, t_ms)
            windows.append(FaultWindow(kind, first.label, first.start_ms, end_ms, mended, process=first.process))
            if not everything:
                return

    def open_(kind: FaultKind, name: str, begun: _Begun) -> None:
        under_way.setdefault((kind, name), []).append(begun)

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
                open_(FaultKind.OPERATOR, queue, _Begun(f"operator pauses {queue}", record.t_ms))
            elif do != "resume":
                windows.append(_moment(f"operator: {do} {queue}", record.t_ms))
            continue
        name, t_ms = _name(record), record.t_ms
        if record.kind in (EventKind.WORKER_CRASHED, EventKind.WORKER_STOPPED):
            for kind in FaultKind:
                if kind not in (FaultKind.DOWN, FaultKind.CLOCK):
                    close(kind, name, t_ms, everything=True)
            open_(FaultKind.DOWN, name, _Begun(f"{name} down", t_ms, record.worker))
        elif record.kind is EventKind.WORKER_STARTED:
            close(FaultKind.DOWN, name, t_ms)
        elif record.kind is EventKind.REDIS_LOADING:
            close(FaultKind.REDIS, name, t_ms)
            open_(FaultKind.REDIS, name, _Begun("Redis loading", t_ms))
        elif record.kind is EventKind.FAULT_BEGAN:
            window = window_of(record)
            if window.overlap == "replaced":
                close(window.group, name, t_ms)
            label = window.label(record.more or {}, record.worker or "")
            open_(window.group, name, _Begun(label, t_ms, record.worker, window.overlap == "merged"))
        elif record.kind is EventKind.FAULT_ENDED:
            close(window_of(record).group, name, t_ms)
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

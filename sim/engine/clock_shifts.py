"""By how much the clock of one process is wrong: the sum of what faults do to it at the moment."""

from collections.abc import Hashable


class ClockShifts:
    """The faults that move a process's clock; it belongs to the machine, so a new process of the name has it too.

    Attributes:
        total_ms: By how much the clock is ahead, ms; negative where it is behind.
    """

    __slots__ = ("_shifts", "total_ms")

    def __init__(self) -> None:
        self.total_ms = 0
        self._shifts: list[tuple[Hashable, int]] = []

    def __contains__(self, fault: Hashable) -> bool:
        """Tell whether a fault moves the clock at this moment."""
        return any(one == fault for one, _ms in self._shifts)

    def add(self, fault: Hashable, by_ms: int) -> None:
        """Move the clock, besides what moves it already."""
        self._shifts.append((fault, by_ms))
        self.total_ms += by_ms

    def end(self, fault: Hashable) -> bool:
        """Take back what a fault did first, and tell whether it did anything."""
        for place, (one, by_ms) in enumerate(self._shifts):
            if one == fault:
                del self._shifts[place]
                self.total_ms -= by_ms
                return True
        return False

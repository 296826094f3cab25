"""How many connections a Redis takes, and who has them."""

from collections.abc import Sequence
from typing import Protocol


class Limited(Protocol):
    """The connections of one process."""

    def enter(self) -> None:
        """Take the connections that a process opens as it starts."""

    def mend(self) -> None:
        """Try again."""


class ConnectionLimit:
    """How many connections there are, and who has them.

    A process that finds room for only some of its connections keeps these, and does nothing before it has all.

    Attributes:
        is_open: Whether anybody is counted; everyone who is there when the run begins is so at once, by ``begin``.
    """

    def __init__(self, most: int) -> None:
        self.is_open = False
        self._left = most
        self._held: dict[Limited, int] = {}
        self._waiting: dict[Limited, None] = {}

    def begin(self, links: Sequence[Limited]) -> None:
        """Take those who are there before the run, in this order."""
        self.is_open = True
        for link in links:
            link.enter()

    def admits(self, link: Limited, needed: int) -> bool:
        """Give a process what there is, and tell whether it has all that it needs."""
        held = self._held.get(link, 0)
        taken = max(0, min(self._left, needed - held))
        self._left -= taken
        self._held[link] = held + taken
        return held + taken >= needed

    def release(self, link: Limited) -> None:
        """Take back what a process has; who waits without a schedule tries at once."""
        self._left += self._held.pop(link, 0)
        self._waiting.pop(link, None)
        waiting, self._waiting = self._waiting, {}
        for one in waiting:
            one.mend()

    def wait(self, link: Limited) -> None:
        """Let a process that has no schedule try again when somebody leaves."""
        self._waiting[link] = None

"""A Redis that takes only so many connections: whose process comes when there is no room tries again later."""

from collections.abc import Callable
from typing import Any

from sim.engine.clock import SimulatedTime
from sim.engine.process import Process
from sim.engine.redis_server import RedisLink, RedisServer, reconnect_delay_ms
from sim.queue.semantics import Semantics


class ConnectionLimit:
    """How many connections there are, and who has them.

    A process that finds room for only some of its connections keeps these, and does nothing before it has all.

    Attributes:
        is_open: Whether anybody is counted; everyone who is there when the run begins is so at once, by ``begin``.
    """

    def __init__(self, most: int) -> None:
        self.is_open = False
        self._left = most
        self._held: dict[LimitedLink, int] = {}
        self._waiting: dict[LimitedLink, None] = {}

    def begin(self, links: "list[LimitedLink]") -> None:
        """Take those who are there before the run, in this order."""
        self.is_open = True
        for link in links:
            link.enter()

    def admits(self, link: "LimitedLink", needed: int) -> bool:
        """Give a process what there is, and tell whether it has all that it needs."""
        held = self._held.get(link, 0)
        taken = max(0, min(self._left, needed - held))
        self._left -= taken
        self._held[link] = held + taken
        return held + taken >= needed

    def release(self, link: "LimitedLink") -> None:
        """Take back what a process has; who waits without a schedule tries at once."""
        self._left += self._held.pop(link, 0)
        self._waiting.pop(link, None)
        waiting, self._waiting = self._waiting, {}
        for one in waiting:
            one.mend()

    def wait(self, link: "LimitedLink") -> None:
        """Let a process that has no schedule try again when somebody leaves."""
        self._waiting[link] = None


class LimitedLink(RedisLink):
    """One process's connections to a Redis that may have no room for them.

    Bull never shows the error with which Redis closes them: to its client they are lost, and it tries again on its
    schedule. Source: docs/bull-facts.md, section 28.
    """

    def __init__(
        self,
        env: SimulatedTime,
        server: RedisServer,
        semantics: Semantics,
        process: Process,
        on_back: Callable[[], None],
        tries: int | None,
        limit: ConnectionLimit,
        needed: Callable[[], int],
    ) -> None:
        super().__init__(env, server, semantics, process, on_back, tries)
        self._limit = limit
        self._needed = needed
        if limit.is_open:
            self.enter()

    def enter(self) -> None:
        """Take the connections that a process opens as it starts."""
        if self.is_up and not self._limit.admits(self, self._needed()):
            self._lost_ms = min(self._process.started_ms, self.env.now) if self._process.alive else self.env.now
            self._turn_away()

    def close(self) -> None:
        """Forget the connections; the process has died."""
        super().close()
        self._limit.release(self)

    def _lose(self) -> None:
        super()._lose()
        self._limit.release(self)

    def _come_back(self, expected_round: int) -> None:
        if expected_round != self._round or (self._has_schedule and self._process.frozen):
            return
        if self._limit.admits(self, self._needed()):
            super()._come_back(expected_round)
        else:
            self._turn_away()

    def _turn_away(self) -> None:
        self.is_up = False
        self._round += 1
        if not self._has_schedule or self._lost_ms is None:
            self._limit.wait(self)
            return
        expected = self._round
        delay_ms = 1 + reconnect_delay_ms(self.env.now - self._lost_ms + 1)
        timer: Any = self.env.timeout(delay_ms)
        timer.callbacks.append(lambda _event: self._come_back(expected))

"""A process's connections to a Redis that takes only so many: who finds no room tries again later."""

from collections.abc import Callable
from typing import Any

from sim.engine.clock import SimulatedTime
from sim.engine.connection_limit import ConnectionLimit
from sim.engine.process import Process
from sim.engine.redis_server import RedisLink, RedisServer, reconnect_delay_ms
from sim.queue.semantics import Semantics


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
        tries: int | None = 20,
    ) -> None:
        super().__init__(env, server, semantics, process, on_back, tries)
        assert server.limit is not None
        self._limit: ConnectionLimit = server.limit
        if self._limit.is_open:
            self.enter()

    def enter(self) -> None:
        """Take the connections that a process opens as it starts."""
        if self.is_up and not self._limit.admits(self, self._process.connections):
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
        if self._limit.admits(self, self._process.connections):
            super()._come_back(expected_round)
        else:
            self._turn_away()

    def _turn_away(self) -> None:
        self.is_up = False
        self.settle()
        self._round += 1
        if not self._has_schedule or self._lost_ms is None:
            self._limit.wait(self)
            return
        expected = self._round
        delay_ms = 1 + reconnect_delay_ms(self.env.now - self._lost_ms + 1)
        timer: Any = self.env.timeout(delay_ms)
        timer.callbacks.append(lambda _event: self._come_back(expected))

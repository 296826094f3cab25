"""The event loop of a process whose handlers block it: one thread, which serves one thing at a time."""

from collections import deque

import simpy

from sim.engine.clock import SimulatedTime
from sim.engine.process import Process, Steps


class EventLoop:
    """Whose turn it is in a process: handlers that compute one after another, and then what has waited for them.

    A handler that has something to compute gets in line. The loop goes through the line in *rounds*: it computes for
    the first, who then goes on until he computes again (he gets in line again) or waits for something, and so on, until
    nobody is in line. All that time the process is blocked for everything else: its timers (lock renewals, stalled
    checks, delayed jobs) and the answers of Redis and the database. They are served when the round is over, in the
    order in which they came, before the next round begins. So whatever happens to all slots in the same millisecond,
    such as jobs taken and locked, has happened to all of them before the first of them computes.

    This is Node's order for handlers that give up their turn between two stretches of work by ``setImmediate``:
    callbacks of the poll phase, those of the check phase, timers.

    Source: BULL_FACTS 7, measured with several slots.
    """

    def __init__(self, env: SimulatedTime, process: Process) -> None:
        self._env = env
        self._process = process
        self._line: deque[tuple[int, simpy.Event]] = deque()
        self._in_round = False

    def compute(self, span_ms: int) -> Steps:
        """Block the process for a while, ms, when everybody before has had his turn (for ``yield from``)."""
        done = self._env.event()
        self._line.append((span_ms, done))
        if not self._in_round:
            self._in_round = True
            self._process.spawn(self._round())
        yield done

    def _round(self) -> Steps:
        env, process, line = self._env, self._process, self._line
        yield env.moment_over(0)
        yield from process.until_thawed()
        process.block()
        while line:
            span_ms, done = line.popleft()
            yield env.timeout(span_ms)
            yield from process.until_continued()
            yield done.succeed()
        self._in_round = False
        process.unblock()

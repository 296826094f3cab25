"""The application's database under load: who has a connection, who waits for one, and whom the database works for."""

from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from math import exp, log
from statistics import NormalDist
from typing import NamedTuple

import simpy

from sim.core.durations import format_duration
from sim.core.errors import SimError
from sim.engine.clock import SimulatedTime
from sim.engine.database import DatabaseAccess
from sim.engine.process import Process, Steps
from sim.engine.random_streams import Streams
from sim.handlers.errors import CallTimedOut, DatabaseUnavailable, NoConnection, TooManyConnections
from sim.scenario.database import DatabaseConfig
from sim.yaml_files.distributions import ExponentialTime, UniformTime

STREAM = "database-latency"
_NORMAL, _TINY = NormalDist(), 2.0**-64


class Places:
    """So many places, and a line of those who wait for one; who has come first gets the next.

    Args:
        number: How many there are; None for any number.

    Attributes:
        taken: How many are.
    """

    def __init__(self, env: SimulatedTime, number: int | None) -> None:
        self._env = env
        self._line: dict[simpy.Event, None] = {}
        self.number = number
        self.taken = 0

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._line)

    @property
    def is_full(self) -> bool:
        """Whether who comes now has to wait."""
        return self.number is not None and self.taken >= self.number

    def take(self, within_ms: int | None = None) -> Steps:
        """Wait for a place and tell whether it came in time (for ``yield from``).

        Args:
            within_ms: For how long at most; None for ever.
        """
        if not self.is_full:
            self.taken += 1
            return True
        turn = self._env.event()
        self._line[turn] = None
        if within_ms is not None:
            self._env.timeout(within_ms).callbacks.append(lambda _event: self._give_up(turn))
        try:
            came: bool = yield turn
        except BaseException:
            self._forget(turn)
            raise
        return came

    def give_back(self) -> None:
        """Give a place to who has waited longest, or leave it empty."""
        if self._line:
            turn = next(iter(self._line))
            del self._line[turn]
            turn.succeed(True)
        else:
            self.taken -= 1

    def _give_up(self, turn: simpy.Event) -> None:
        if turn in self._line:
            del self._line[turn]
            turn.succeed(False)

    def _forget(self, turn: simpy.Event) -> None:
        """Who waited has died: leave the line, or give back what has just been given."""
        if turn in self._line:
            del self._line[turn]
        elif turn.triggered and turn.value:
            self.give_back()


class _Call(NamedTuple):
    """A call that the database has been sent.

    Attributes:
        span_ms: How long it takes, ms, without what faults add.
        answer: Succeeds with True when it is done, unless its caller has given up.
        done: Is called then in any case.
    """

    span_ms: int
    answer: simpy.Event
    done: Callable[[], object]


class DatabaseLoad:
    """What all processes together do to the database.

    A connection comes from the process's pool, and counts among those of all processes. With it a call stands in line
    for one of the cores, oldest first, which then works on it. A station M/M/c/K where times are exponential, ``cores``
    is c, ``connections`` is K, and calls above it are refused.

    Args:
        access: What faults do to the database at the moment.

    Attributes:
        connections: Those of all processes.
        working: Calls that the database works on.
    """

    def __init__(self, env: SimulatedTime, config: DatabaseConfig, access: DatabaseAccess, streams: Streams) -> None:
        self.env = env
        self.config = config
        self.access = access
        self.connections = Places(env, config.connections)
        self.working = 0
        self._line: deque[_Call] = deque()
        self._pools: dict[str, Places] = {}
        self._calls = Counter[str]()
        self._streams = streams

    def seat(self, process: Process) -> "Seat":
        """Return one attempt's way to the database."""
        return Seat(self, process)

    def pool(self, process: Process) -> Places:
        """Return the pool of a process."""
        pool = self._pools.get(process.name)
        if pool is None:
            pool = self._pools[process.name] = Places(self.env, self.config.pool)
        return pool

    def work(self, job: str, done: Callable[[], object]) -> simpy.Event:
        """Let the database work on a call of a job when its turn comes; the event is its end.

        Args:
            done: Is called at that end, also when nobody waits for the answer any more.
        """
        call = _Call(self._span_ms(job), self.env.event(), done)
        cores = self.config.cores
        if cores is None or self.working < cores:
            self._begin(call)
        else:
            self._line.append(call)
        return call.answer

    def _begin(self, call: _Call) -> None:
        self.working += 1
        self.env.timeout(call.span_ms + self.access.added_ms).callbacks.append(partial(self._finish, call))

    def _finish(self, call: _Call, _event: simpy.Event) -> None:
        self.working -= 1
        if self._line:
            self._begin(self._line.popleft())
        call.done()
        if not call.answer.triggered:
            call.answer.succeed(True)

    def _span_ms(self, job: str) -> int:
        """Draw how long the next call of a job takes, ms: the same in both modes."""
        latency = self.config.latency
        if isinstance(latency, int):
            return latency
        self._calls[job] += 1
        unit = self._streams.unit(STREAM, job, self._calls[job])
        if isinstance(latency, ExponentialTime):
            return round(-latency.mean * log(1 - unit))
        if isinstance(latency, UniformTime):
            return round(latency.min + (latency.max - latency.min) * unit)
        return round(latency.median * exp(latency.sigma * _NORMAL.inv_cdf(max(unit, _TINY))))


class Seat:
    """One attempt's way to the database: a connection for each call, or one until the handler ends."""

    def __init__(self, load: DatabaseLoad, process: Process) -> None:
        self._load = load
        self._process = process
        self._pool = load.pool(process)
        self._has_connection = False

    def call(self, job: str) -> Steps:
        """Make a call of a job, and return the error that its caller gets, or None (for ``yield from``)."""
        load, config = self._load, self._load.config
        if load.access.is_away:
            return DatabaseUnavailable()
        if not self._has_connection:
            refused: SimError | None = yield from self._connect()
            if refused is not None:
                return refused
        self._has_connection = False
        given_up = False
        broken = True

        def done() -> None:
            """Close the database's end of a connection whose caller has gone."""
            if given_up:
                load.connections.give_back()

        answer = load.work(job, done)
        if config.call_timeout is not None:
            load.env.timeout(config.call_timeout).callbacks.append(partial(_give_up, answer))
        try:
            answered: bool = yield answer
            if self._process.frozen:
                yield from self._process.until_thawed()
            broken = not answered
        finally:
            if broken:
                given_up = not (answer.triggered and answer.value)
                self._pool.give_back()
                if not given_up:
                    load.connections.give_back()
        if not answered:
            return CallTimedOut(format_duration(config.call_timeout or 0))
        self._has_connection = True
        if config.hold == "call":
            self.leave()
        return None

    def leave(self) -> None:
        """Give back the connection, if it has one."""
        if self._has_connection:
            self._has_connection = False
            self._pool.give_back()
            self._load.connections.give_back()

    def _connect(self) -> Steps:
        """Take a connection, and return the error that its caller gets, or None."""
        load, config, pool, began_ms = self._load, self._load.config, self._pool, self._load.env.now
        if not (yield from pool.take(config.pool_timeout)):
            waited = format_duration(config.pool_timeout or 0)
            return NoConnection(pool.number, f"the pool of {self._process.name}", waited)
        refused: SimError | None = None
        connected = False
        try:
            if self._process.frozen:
                yield from self._process.until_thawed()
            if config.overload == "refuse" and load.connections.is_full:
                refused = TooManyConnections(load.connections.number)
            else:
                left_ms = None
                if config.pool_timeout is not None:
                    left_ms = max(0, config.pool_timeout - (load.env.now - began_ms))
                connected = yield from load.connections.take(left_ms)
                if not connected:
                    waited = format_duration(config.pool_timeout or 0)
                    refused = NoConnection(load.connections.number, "the database", waited)
        finally:
            if not connected:
                pool.give_back()
        self._has_connection = connected
        return refused


def _give_up(answer: simpy.Event, _timer: simpy.Event) -> None:
    """Let a caller go on without the answer, if it has not come."""
    if not answer.triggered:
        answer.succeed(False)

"""Redis as the processes of the world see it: there, hung, loading its data, or down."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import simpy

from sim.core.clock import Clock
from sim.core.errors import SimError
from sim.engine.clock import SimulatedTime
from sim.engine.connection_limit import ConnectionLimit
from sim.engine.process import Process
from sim.engine.wire import Sockets, Wire
from sim.queue.semantics import Semantics
from sim.stores.snapshots import Snapshot, load_snapshot, take_snapshot

T = TypeVar("T")

State = Literal["up", "hung", "loading", "down"]

RECONNECT_AT_MS = (3, 10, 30, 85, 240, 645, 1_750, 4_730, 12_840, 32_850)
"""When a client tries to come back, ms after it lost the connection; later every 20 s.

Source: BULL_FACTS 8, measured.
"""
RECONNECT_EVERY_MS = 20_000
REJECTED_LATE_MS = 5
"""So much after a failed attempt the client rejects what waits; each attempt of the even ones adds as much."""
REJECTED_LATEST_MS = 50

OUT_OF_TRIES = "Reached the max retries per request limit (which is {tries})."
LOADING = "LOADING Redis is loading the dataset in memory"
REFUSED = "connect ECONNREFUSED"


class CommandFailed(SimError):
    """A command to Redis that did not get through; its text is what the client says."""


class RedisServer:
    """The server's state, and who wants to know when it changes.

    Attributes:
        refuses_writes: Whether it is a replica: it answers, and changes nothing.
        limit: How many connections it takes, and who has them; None where it takes any number.
        epoch: How often it has gone away; what was under way to it then is gone.
    """

    def __init__(self, env: simpy.Environment, redis: Any, clock: Clock, connected: Callable[[bool], None]) -> None:
        self.env = env
        self.redis = redis
        self.state: State = "up"
        self.refuses_writes = False
        self.limit: ConnectionLimit | None = None
        self.epoch = 0
        self.on_lost: list[Callable[[], None]] = []
        self.on_listening: list[Callable[[], None]] = []
        self._clock = clock
        self._connected = connected
        self._is_hung = False
        self.sockets = Sockets()
        self._goes_on: simpy.Event = env.event()

    @property
    def is_listening(self) -> bool:
        """Whether a connection can be made; a loading server takes connections and refuses commands."""
        return self.state != "down"

    def go_away(self) -> None:
        """Stop answering; every connection breaks."""
        self.state = "down"
        self.epoch += 1
        self.sockets = Sockets()
        self._connected(False)
        for tell in self.on_lost:
            tell()

    def listen(self, loading: bool) -> None:
        """Take connections again; with ``loading`` refuse their commands until ``finish_loading``."""
        self.state = "loading" if loading else self._serving
        self._connected(not loading)
        for tell in self.on_listening:
            tell()

    def finish_loading(self) -> None:
        """Answer commands."""
        self.state = self._serving
        self._connected(True)

    @property
    def _serving(self) -> State:
        return "hung" if self._is_hung else "up"

    def hang(self) -> None:
        """Answer nothing from now on; connections stay, and new ones can be made."""
        self._is_hung = True
        if self.state == "up":
            self.state = "hung"

    def resume(self) -> None:
        """Go on, with what waits in the sockets."""
        self._is_hung = False
        if self.state != "hung":
            return
        self.state = "up"
        self.sockets.empty()
        goes_on, self._goes_on = self._goes_on, self.env.event()
        goes_on.succeed()

    def until_it_goes_on(self) -> Any:
        """Wait while it hangs (a generator for ``yield from``)."""
        while self.state == "hung":
            yield self._goes_on

    def operate(self, look: Callable[[], T]) -> T:
        """Do something with the keys also while the server is down, as only the world's own stagehands can."""
        self._connected(True)
        try:
            return look()
        finally:
            self._connected(self.state in ("up", "hung"))

    def look(self) -> Snapshot:
        """Copy every key."""
        return self.operate(lambda: take_snapshot(self.redis, self._clock))

    def replace_data(self, snapshot: Snapshot) -> None:
        """Put a snapshot in place of everything."""
        self.operate(lambda: load_snapshot(self.redis, self._clock, snapshot))


class RedisLink:
    """One process's connection to Redis, with the offline queue of its client.

    It tries to connect again on a schedule that began when it lost the connection, or, where there was none to be had,
    when its process started. With a schedule the client is part of its process: while that is stopped (frozen, or
    its event loop held by a handler) it neither notices that the connection is cut nor tries to come back. When the
    process goes on, the client notices, and the schedule begins; or the attempt that came due meanwhile is made, and
    the next ones come as much later. A command sent over a connection that is cut, noticed or not, waits until the
    client is back.

    Source: BULL_FACTS 7, 8.

    Attributes:
        is_up: Whether commands get through (or at least to a server that is loading).
        tries: Failed attempts to connect after which everything in its offline queue is rejected; None means never.
        is_plain: Whether they do so at once: it is up, nothing slows it down, and nothing is under way on it.
        wire: What is under way on it.
        breaks: How often all connections of the process have broken.
        late_ms: By how much its attempts to connect come after the schedule, 0 or more.
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
        self.env = env
        self.server = server
        self.on_back = on_back
        self.tries = tries
        self._process = process
        self.wire = Wire(env, server, process, self.settle, self.break_down)
        self.breaks = 0
        self.is_up = server.is_listening and not process.cuts
        self.is_plain = self.is_up and self.wire.is_quick
        self.late_ms = 0
        self._has_schedule = semantics.reconnect == "schedule"
        self._lost_ms: int | None = env.now
        """When the schedule of attempts began, ms since the run began; None while the process has not noticed."""
        self._news: simpy.Event = env.event()
        self._round = 0
        server.on_lost.append(self._lose)
        server.on_listening.append(self._hear)

    @property
    def is_open(self) -> bool:
        """Whether a command is carried out and answered in the moment it is sent; look here, or ask, before each."""
        return self.is_plain and self.server.state == "up"

    @property
    def is_connected(self) -> bool:
        """Whether a command that is sent now reaches a server that will carry it out, be it later."""
        return self.is_up and self.server.state != "loading"

    @property
    def is_slow(self) -> bool:
        """Whether it is connected and yet not open: what is sent has to be waited for."""
        return not self.is_open and self.is_connected

    def break_down(self) -> None:
        """Break once, with an answer on its way; nothing keeps the client from connecting again."""
        self._lose_connection()
        self._hear()

    def close(self) -> None:
        """Forget the connection; its process has died, and what it has sent is on its way."""
        self.wire.hang_up()
        self.server.on_lost.remove(self._lose)
        self.server.on_listening.remove(self._hear)
        self._round += 1

    def let_go(self) -> None:
        """Drop all that it knows, so that it is freed at once."""
        self.wire.hang_up()
        vars(self).clear()

    def cut_off(self) -> None:
        """Break; the process can reach Redis no more."""
        self._lose()

    def mend(self) -> None:
        """Try again, as Redis can be reached."""
        self._hear()

    def go_on(self) -> None:
        """Notice what happened to the connection while the process was frozen; it calls this when it goes on."""
        if self.is_up or not self._has_schedule:
            return
        now_ms, since_ms = self.env.now, self._process.frozen_since_ms
        if self._lost_ms is None:
            self._lost_ms = now_ms + self.late_ms
        else:
            due_ms = since_ms + reconnect_delay_ms(since_ms - self._lost_ms)
            self._lost_ms += max(0, now_ms - due_ms)
        self._tell()
        self._try_next()

    def wait(self, *, forever: bool = False) -> Any:
        """Wait in the offline queue until the connection is back (a generator for ``yield from``).

        Args:
            forever: Never give up, as blocking connections do.

        Raises:
            CommandFailed: Indefinite in general, definite here: the client ran out of tries before sending anything.
        """
        while not self.is_up:
            since_ms = self._lost_ms
            if forever or self.tries is None or not self._has_schedule or since_ms is None:
                yield self._news
                continue
            wait_ms = next_rejection_ms(self.env.now - since_ms, self.tries)
            rejected_ms = self.env.now + wait_ms - since_ms
            yield self._news | self.env.timeout(wait_ms)
            while self._process.frozen and not self.is_up:
                yield self._news
            if not self.is_up and self._lost_ms is not None and self.env.now - self._lost_ms >= rejected_ms:
                raise CommandFailed(OUT_OF_TRIES.format(tries=self.tries))
        if self.server.state == "loading":
            raise CommandFailed(LOADING)

    def settle(self) -> None:
        """Take note that something about the process's way to Redis has changed."""
        self.is_plain = self.is_up and self.wire.is_quick

    def _lose(self) -> None:
        self.breaks += 1
        self._lose_connection()

    def _lose_connection(self) -> None:
        self._round += 1
        if self.is_up:
            self.is_up = self.is_plain = False
            self.wire.tear()
            unnoticed = self._has_schedule and self._process.frozen
            self._lost_ms = None if unnoticed else self.env.now + self.late_ms

    def _hear(self) -> None:
        if not self.is_up and not (self._has_schedule and self._process.frozen):
            self._try_next()

    def _try_next(self) -> None:
        """Let the next attempt be made, if Redis can be reached; it is at once where there is no schedule."""
        self._round += 1
        if not self.server.is_listening or self._process.cuts:
            return
        delay_ms = 0
        if self._has_schedule and self._lost_ms is not None:
            delay_ms = reconnect_delay_ms(self.env.now - self._lost_ms)
        if delay_ms == 0:
            self._come_back(self._round)
            return
        expected = self._round
        timer = self.env.timeout(delay_ms)
        timer.callbacks.append(lambda _event: self._come_back(expected))

    def _come_back(self, expected_round: int) -> None:
        """Be back; an attempt of a frozen process is made when it goes on, by ``go_on``."""
        if expected_round != self._round or (self._has_schedule and self._process.frozen):
            return
        self.is_up = True
        self.settle()
        self._tell()
        self.on_back()

    def _tell(self) -> None:
        """Let everybody who waits look again."""
        news, self._news = self._news, self.env.event()
        news.succeed()


def next_rejection_ms(away_ms: int, tries: int) -> int:
    """Return how long it takes until the client next runs out of tries and rejects all that waits, ms.

    It counts how often it lost the connection or failed to connect, and rejects at every ``tries + 1``-th of these.

    Args:
        away_ms: How long ago the schedule of attempts began, ms.
        tries: Bull's ``maxRetriesPerRequest``.

    Source: BULL_FACTS 8, 26.
    """
    after = 1
    if away_ms > RECONNECT_AT_MS[-1]:  # begin with the attempts that came at even distances
        even = (away_ms - RECONNECT_AT_MS[-1] - REJECTED_LATEST_MS) // RECONNECT_EVERY_MS
        after = max(1, (len(RECONNECT_AT_MS) + even + 1) // (tries + 1))
    while rejection_ms(after, tries) <= away_ms:
        after += 1
    return rejection_ms(after, tries) - away_ms


def rejection_ms(number: int, tries: int) -> int:
    """Return when a client rejects what waits for the ``number``-th time, ms after the schedule of attempts began."""
    attempt = number * (tries + 1) - 1
    if attempt <= len(RECONNECT_AT_MS):
        return (0, *RECONNECT_AT_MS)[attempt] + REJECTED_LATE_MS
    even = attempt - len(RECONNECT_AT_MS)
    return RECONNECT_AT_MS[-1] + even * RECONNECT_EVERY_MS + min(REJECTED_LATEST_MS, even * REJECTED_LATE_MS)


def reconnect_delay_ms(away_ms: int) -> int:
    """Return how long it takes until the next attempt to connect, on Bull's schedule; 0 when one is due now.

    Args:
        away_ms: How long ago the client noticed that the connection was lost, ms.

    Source: BULL_FACTS 8: an outage of 6 s costs 6.8 s more, one of 14 s 18.8 s more.
    """
    for attempt_ms in RECONNECT_AT_MS:
        if attempt_ms >= away_ms:
            return attempt_ms - away_ms
    late = away_ms - RECONNECT_AT_MS[-1]
    return -late % RECONNECT_EVERY_MS

"""The simulated Redis of a running world, on a TCP port: redis-cli, the real Bull or a graphical client at its keys."""

import asyncio
import itertools
import logging
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from sim.core.errors import SimError
from sim.engine.simulation import Simulation
from sim.engine.world import World, simulation_of
from sim.serve.redis_port.budgets import DataBudget
from sim.serve.redis_port.connection import Connection
from sim.serve.redis_port.fakeredis_parts import check_fakeredis, server_behind
from sim.serve.redis_port.info import ServerFacts, describe, size_of
from sim.serve.redis_port.limits import PortLimits
from sim.serve.redis_port.script_runner import ScriptRunner
from sim.serve.world_lock import WorldBusy, WorldLock

LOGGER = logging.getLogger("sim.serve")

DEFAULT_PORT = 6390
LOOK_EVERY_S = 0.5
SCANS = 32
"""Scans at once that see what they would have seen at their beginning; each keeps a list of it."""


class PortUnavailable(SimError):
    """The port cannot be opened.

    Args:
        address: Host and port.
        why: What the operating system said.
    """

    def __str__(self) -> str:
        return f"cannot listen on {self.args[0]}: {self.args[1]}; choose another port (0 takes a free one)"


class RedisPort:
    """A TCP server, in its own thread, for the Redis of one world.

    A command is executed at the current simulated time of the world, between two of its steps. Step the world only
    while holding ``world_lock``, briefly:

    >>> with RedisPort(world) as port:
    ...     while not world.is_over:
    ...         with port.world_lock:
    ...             world.run_until(world.now_ms + 20)

    Args:
        world: In queue mode, with its keys in fakeredis.
        host: Who is not on this machine cannot come in by the default.
        port: 0 takes a free one.
        allow_dangerous: Whether FLUSHALL and its like are carried out.
        world_lock: A lock to share; default: a new one.
        on_change: Called under the lock, in the port's thread, after a command that changed a key; default: the world
            looks for due and waiting jobs (``QueueSystem.wake_everyone``).
        limits: What clients may ask.

    Attributes:
        world_lock: Held while a command is carried out; to be held while the world makes steps.
        held_bytes: What the port holds for all its clients: what they sent and what they have not read.

    Raises:
        SimError: The world has no simulated Redis, or something needed is not installed.
    """

    def __init__(
        self,
        world: World | Simulation,
        host: str = "127.0.0.1",
        port: int = DEFAULT_PORT,
        allow_dangerous: bool = False,
        *,
        world_lock: WorldLock | None = None,
        on_change: Callable[[], None] | None = None,
        limits: PortLimits | None = None,
    ) -> None:
        world = simulation_of(world)
        if world.mode != "queue":
            raise SimError("in in-process mode there is no Redis to show; open the world with mode='queue'")
        if world.options.store != "fakeredis":
            raise SimError("the Redis port needs the world's keys in fakeredis; open the world with store='fakeredis'")
        check_fakeredis()
        self.world_lock = WorldLock() if world_lock is None else world_lock
        self.limits = PortLimits() if limits is None else limits
        self.allow_dangerous = allow_dangerous
        self.scripts = ScriptRunner(self.limits)
        self.clock = world.clock
        self.server = server_behind(world.redis)
        self.server.SCAN_CURSORS_LIMIT = SCANS
        self.budget = DataBudget(self.limits.data_bytes, self.server.dbs)
        self.held_bytes = 0
        self._world = world
        self._redis = world.server
        self._host, self._wanted_port, self._port = host, port, port
        self._on_change = world.queue_system.wake_everyone if on_change is None else on_change
        self._up_since_ms = world.clock.now_ms - world.now_ms
        self._connections: dict[Connection, None] = {}
        self._arrivals = self._commands = 0
        self._numbers = itertools.count(1)
        self._look_is_planned = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    # -- for the owner ---------------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port that clients connect to."""
        return self._port

    @property
    def clients(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    def start(self) -> "RedisPort":
        """Listen.

        Raises:
            PortUnavailable: Something else has the port, or it is not allowed.
            SimError: It listens already.
        """
        if self._thread is not None:
            raise SimError("the Redis port is already open")
        address = f"{self._host}:{self._wanted_port}"
        if not 0 <= self._wanted_port <= 65_535:
            raise PortUnavailable(address, "a port is a number from 1 to 65535")
        try:
            listener = socket.create_server((self._host, self._wanted_port), backlog=128)
        except OSError as error:
            raise PortUnavailable(address, error.strerror or str(error)) from None
        self._port = listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)), name="redis-port", daemon=True
        )
        self._thread.start()
        ready.wait()
        with self.world_lock:
            self._redis.on_lost.append(self._lose)
            self._redis.on_listening.append(self._hear)
            self.world_lock.on_release.append(self._plan_look)
        return self

    def stop(self, patience_s: float | None = None) -> None:
        """Close every connection and listen no more.

        Args:
            patience_s: How long to wait for the step and the command at hand, real seconds; default: for as long as
                they take.

        Raises:
            SimError: The caller holds the world's lock, which the port's thread may be waiting for.
        """
        thread, loop, end = self._thread, self._loop, self._end
        if thread is None or loop is None or end is None:
            return
        if self.world_lock.is_mine:
            raise SimError("release the world's lock before closing the Redis port")
        loop.call_soon_threadsafe(end.set)
        try:
            with self.world_lock if patience_s is None else self.world_lock.within(patience_s):
                self._redis.on_lost.remove(self._lose)
                self._redis.on_listening.remove(self._hear)
                self.world_lock.on_release.remove(self._plan_look)
        except WorldBusy:
            LOGGER.warning("the Redis port was closed in the middle of a step of the run")
        thread.join(patience_s)
        self._thread = self._loop = self._end = None

    def __enter__(self) -> "RedisPort":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- the thread ------------------------------------------------------------------------------------------------

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_tell)
        self._loop, self._end = loop, asyncio.Event()
        server = await loop.create_server(lambda: Connection(self, loop), sock=listener)
        ready.set()
        while not self._end.is_set():
            for connection in list(self._connections):
                connection.check_time()
            try:
                await asyncio.wait_for(self._end.wait(), LOOK_EVERY_S)
            except TimeoutError:
                continue
        server.close()
        self.scripts.close()
        while self._connections:
            for connection in list(self._connections):
                connection.cut()
            await asyncio.sleep(0)

    # -- for connections -------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """Whether the simulated Redis is up, loading or down."""
        return self._redis.state

    def arrived(self, connection: Connection) -> bool:
        """Take a connection in; False when there are too many."""
        self._arrivals += 1
        if len(self._connections) >= self.limits.connections:
            return False
        self._connections[connection] = None
        return True

    def left(self, connection: Connection) -> None:
        """Forget a connection."""
        self._connections.pop(connection, None)

    def count_command(self) -> None:
        """Count a command for INFO."""
        self._commands += 1

    def next_blocked_number(self) -> int:
        """Return a greater number every time."""
        return next(self._numbers)

    def changed(self) -> None:
        """Tell the world that keys were changed by hand, then those who wait in a blocked pop."""
        try:
            self._on_change()
        except Exception as error:  # a world that cannot go on is its owner's to tell; the port stays
            LOGGER.error("the world could not look at what a client changed: %r", error)
        self._plan_look(own=True)

    def describe(self, sections: list[str]) -> str:
        """Return what INFO says."""
        clients = [connection.client for connection in self._connections if connection.client is not None]
        facts = ServerFacts(
            now_ms=self.clock.now_ms,
            up_since_ms=self._up_since_ms,
            port=self._port,
            seed=self._world.seed,
            is_loading=self.state == "loading",
            clients=len(clients),
            blocked=sum(client.blocked is not None for client in clients),
            subscribed=sum(client.subscribes for client in clients),
            max_clients=self.limits.connections,
            connections=self._arrivals,
            commands=self._commands,
            databases=self.server.dbs,
        )
        return describe(facts, sections)

    def size_of(self, key: bytes, database: Any) -> int | None:
        """Return about how many bytes a key takes."""
        return size_of(key, database)

    def up_since_s(self) -> int:
        """Return when the simulated Redis last came up, epoch seconds of simulated time."""
        return self._up_since_ms // 1000

    # -- blocked pops ----------------------------------------------------------------------------------------------

    def _plan_look(self, own: bool = False) -> None:
        """Have blocked pops tried again: after a step of the world, or after a client's command."""
        loop = self._loop
        is_port = self._thread is not None and threading.get_ident() == self._thread.ident
        if loop is None or self._look_is_planned or (is_port and not own):
            return
        if any(connection.is_blocked for connection in list(self._connections)):
            self._look_is_planned = True
            # The second turn of the loop comes after it has heard from the network: who died by now gets no job.
            _call_soon(loop, lambda: loop.call_soon(self._look))

    def _look(self) -> None:
        self._look_is_planned = False
        if self.state != "up":
            return
        changed = False
        with self.world_lock:
            waiting = [connection for connection in self._connections if connection.is_blocked]
            for connection in sorted(waiting, key=lambda connection: connection.blocked_number):
                changed |= connection.look_again()
            if changed:
                self.changed()

    # -- the world's own faults ------------------------------------------------------------------------------------

    def _lose(self) -> None:
        """Break every connection: the simulated Redis is gone."""
        if self._loop is not None:
            _call_soon(self._loop, self._cut_all)

    def _cut_all(self) -> None:
        for connection in list(self._connections):
            connection.cut()

    def _hear(self) -> None:
        self._up_since_ms = self.clock.now_ms


def _call_soon(loop: asyncio.AbstractEventLoop, act: Callable[[], Any]) -> None:
    try:
        loop.call_soon_threadsafe(act)
    except RuntimeError:  # the loop has ended
        return


def _tell(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    LOGGER.warning("the Redis port: %s: %r", context.get("message"), context.get("exception"))

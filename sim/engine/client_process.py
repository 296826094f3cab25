"""A process that calls Redis through a client; each call has the time at which it was made."""

from collections.abc import Callable, Generator
from functools import partial
from typing import Protocol, TypeVar

import simpy

from sim.engine.clock import EPOCH_MS
from sim.engine.limited_link import LimitedLink
from sim.engine.process import Process, Steps
from sim.engine.redis_server import RedisLink, RedisServer
from sim.engine.run_context import RunContext
from sim.engine.wire import Command

T = TypeVar("T")
Answer = TypeVar("Answer", covariant=True)


class Call(Protocol[Answer]):
    """An operation of the queue with everything but its time."""

    def __call__(self, *, now_ms: int) -> Answer:
        """Carry it out; ``now_ms`` is the time of the call, epoch ms."""


class ClientProcess(Process):
    """What workers, the application and operators have in common: a connection, and when their calls were made.

    Bull reads the clock when one of its functions is called and sends that time as an argument. What then waits in the
    client for Redis to come back is carried out late and with the old time: a job's time stamp, the due time of a delay
    or a backoff, ``processedOn``, ``finishedOn`` and with it retention by age. Here a process has its time from
    ``made_ms`` alone, before it waits; ``call`` does both. What every job goes through does the same without ``call``.

    A frozen process calls nothing; it makes its call when it goes on. What it had called before keeps its
    time. It notices nothing either: what happened to its connection meanwhile it learns when it goes on.

    Its clock may be wrong; that of Redis, by which keys expire, is right.

    Attributes:
        epoch_ms: When the run began by the clock of this process, epoch ms.

    Source: BULL_FACTS 7, 17, 41.
    """

    def __init__(self, run: RunContext, name: str, server: RedisServer) -> None:
        super().__init__(run.time, name)
        self.recorder = run.recorder
        self.semantics = run.semantics
        self.epoch_ms = EPOCH_MS
        self.server = server
        self._tries = run.scenario.redis.max_retries_per_request
        self.link = self._connect()

    def start(self) -> None:
        """Begin to run, as a new process of the same name with a connection of its own."""
        if self.generation:
            self.link = self._connect()
        elif self.server.limit is not None and self.server.limit.is_open:
            self.link.close()
            self.link = self._connect()
        super().start()

    def die(self) -> None:
        """Die at once; the connection, and what waited for it, goes with it."""
        self.link.close()
        super().die()

    def let_go(self) -> None:
        """Drop what it does, and its connection."""
        self.link.let_go()
        super().let_go()

    @property
    def made_ms(self) -> int:
        """The time of a call that is made now, by the clock of this process, epoch ms."""
        return self.epoch_ms + self.env.now

    def clock_moved(self) -> None:
        """Send the new time with every call from now on; what waits in the client keeps its own."""
        self.epoch_ms = EPOCH_MS + self.clock_shifts.total_ms

    def call(
        self, send: Call[T], name: str = "", unheard: "Callable[[T], object]" = lambda _answer: None
    ) -> Generator[simpy.Event, object, T]:
        """Make a call: take its time, wait until commands get through, send it (for ``yield from``).

        Args:
            send: Carries the call out; is handed the time at which it was made.
            name: What kind it is, for faults that strike some kinds.
            unheard: Is told of an answer that did not reach the process.

        Raises:
            CommandFailed: The client gave up, or Redis is loading; nothing was sent.
        """
        made_ms = self.made_ms
        if self.link.is_open:
            return send(now_ms=made_ms)
        return (yield from self.ask(partial(send, now_ms=made_ms), name, unheard))

    def ask(
        self, send: Callable[[], T], name: str = "", unheard: "Callable[[T], object]" = lambda _answer: None
    ) -> Generator[simpy.Event, object, T]:
        """Send a command where the link is not open, and wait for its answer (for ``yield from``).

        If the connection breaks before the answer has come, the client sends the command again when it is back, whether
        Redis has carried it out or not: ioredis does so (``autoResendUnfulfilledCommands``).

        Raises:
            CommandFailed: The client gave up, or Redis is loading; nothing was sent.
        """
        while True:
            yield from self.connected()
            if self.link.is_open:
                return send()
            command = Command(name, send, unheard, self.env)
            self.link.wire.send(command)
            yield command.answered
            yield from self.until_thawed()
            if not command.is_lost:
                answer: T = command.result()
                return answer

    def connected(self, *, forever: bool = False) -> Steps:
        """Wait until the client is connected to a server that takes commands, though it may hang or be slow.

        Args:
            forever: Never give up, as blocking connections do.

        Raises:
            CommandFailed: The client gave up, or Redis is loading.
        """
        while not self.link.is_connected:
            yield from self.link.wait(forever=forever)
            yield from self.until_thawed()

    def slow_down(self, fault: str, latency: Callable[[], int]) -> None:
        """Let Redis answer it later, until ``speed_up``."""
        super().slow_down(fault, latency)
        self.link.settle()

    def speed_up(self, fault: str) -> None:
        """Let Redis answer as before, after what is under way."""
        super().speed_up(fault)
        self.link.settle()

    def begin_losing(self, fault: str, loses: Callable[[str], bool]) -> None:
        """Let answers of Redis get lost, until ``end_losing``."""
        super().begin_losing(fault, loses)
        self.link.settle()

    def end_losing(self, fault: str) -> None:
        """Let answers arrive as before."""
        super().end_losing(fault)
        self.link.settle()

    def cut_off(self) -> None:
        """Lose the connection, and get none, until ``reconnect`` has been called as often as this."""
        super().cut_off()
        if self.cuts == 1:
            self.link.cut_off()

    def reconnect(self) -> None:
        """Let the client connect again when its schedule says so."""
        was_cut = self.cuts
        super().reconnect()
        if was_cut == 1:
            self.link.mend()

    def _connect(self) -> RedisLink:
        kind = RedisLink if self.server.limit is None else LimitedLink
        return kind(self.env, self.server, self.semantics, self, self._came_back, self._tries)

    def _goes_on(self) -> None:
        self.link.go_on()

    def _came_back(self) -> None:
        """Do what a process does first when its connection is back."""

"""The way of one real process to Redis: cut, slow, or losing replies, as faults want it."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from sim.faults.injector import Answered
from sim.rehearsal.bull_commands import CommandReader, brings_something

CHUNK = 65_536


class RedisWay:
    """What happens to all that one process sends to Redis, and to what comes back.

    Attributes:
        cuts: How often it was cut off, less how often mended.
        latencies: By the fault, what draws how long a command and its reply are under way, real seconds.
        losses: By the fault, what tells whether the reply to a kind of command gets lost.
        writers: The open ends of all its connections.
    """

    def __init__(self) -> None:
        self.cuts = 0
        self.latencies: dict[str, Callable[[], float]] = {}
        self.losses: dict[str, Callable[[str], bool]] = {}
        self.writers: set[asyncio.StreamWriter] = set()

    def half_s(self) -> float:
        """Draw how long something is under way in one direction, real seconds."""
        return sum(draw() for draw in self.latencies.values()) / 2

    def loses(self, kind: Answered) -> bool:
        """Tell whether the reply to a command of this kind gets lost."""
        return any(loss(kind) for loss in list(self.losses.values()))


class Connection:
    """One connection of a process, passed on in both directions.

    Args:
        process: The ends of the connection to the process.
        redis: Those of the connection to redis-server.
    """

    def __init__(
        self,
        way: RedisWay,
        process: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        redis: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._way = way
        self._process = process
        self._redis = redis
        self._reader = CommandReader()
        self._asked: list[Answered] = []

    async def pass_on(self) -> None:
        """Pass on whatever comes, to the end; an end on one side is one on the other."""
        there = Pump(self._way, self._redis[1], self._sent)
        back = Pump(self._way, self._process[1], self._answered)
        await asyncio.gather(there.run(self._process[0]), back.run(self._redis[0]))

    def _sent(self, chunk: bytes) -> bool:
        """Take note of what is asked, also while no fault asks for it: a blocked pop may be answered much later."""
        self._asked = self._reader.read(chunk) or self._asked
        return True

    def _answered(self, chunk: bytes) -> bool:
        """Break the connection in place of passing on a reply that gets lost."""
        asked, self._asked = self._asked, []
        for kind in asked if brings_something(chunk) else ():
            if self._way.loses(kind):
                self._process[1].transport.abort()
                self._redis[1].transport.abort()
                return False
        return True


class Pump:
    """One direction of a connection; what is delayed is passed on in order.

    Args:
        looks: Sees each chunk as it comes, and tells whether it is passed on.
    """

    def __init__(self, way: RedisWay, sink: asyncio.StreamWriter, looks: Callable[[bytes], bool]) -> None:
        self._way = way
        self._sink = sink
        self._looks = looks
        self._line: deque[bytes] = deque()
        self._last_s = 0.0

    async def run(self, source: asyncio.StreamReader) -> None:
        """Pass on whatever comes, to the end."""
        loop = asyncio.get_running_loop()
        while chunk := await source.read(CHUNK):
            if not self._looks(chunk):
                return
            due_s = max(self._last_s, loop.time() + self._way.half_s())
            if due_s <= loop.time() and not self._line:
                self._sink.write(chunk)
                await self._sink.drain()
                continue
            self._last_s = due_s
            self._line.append(chunk)
            loop.call_at(due_s, self._pass_on)
        if self._line:
            await asyncio.sleep(self._last_s - loop.time())
        with suppress(OSError):
            self._sink.close()

    def _pass_on(self) -> None:
        chunk = self._line.popleft()
        if not self._sink.is_closing():
            self._sink.write(chunk)


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass on whatever comes, to the end; an end on one side is one on the other."""
    while chunk := await source.read(CHUNK):
        sink.write(chunk)
        await sink.drain()
    with suppress(OSError):
        sink.close()

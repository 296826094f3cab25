"""Ways to Redis of their own for the processes whose way a fault breaks: each is a socket that passes things on."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from sim.rehearsal.redis_way import Connection, RedisWay


class RedisProxies:
    """A proxy for each process whose way is to be broken; for all others Redis is where it always is.

    Args:
        folder: Where the sockets lie.
        redis: The socket that they pass everything on to.
    """

    def __init__(self, folder: Path, redis: Path) -> None:
        self._folder = folder
        self._redis = redis
        self._ways: dict[str, RedisWay] = {}
        self._servers: list[asyncio.Server] = []

    def add(self, name: str) -> Path:
        """Let there be one for a process, and return its socket; call it before ``open``."""
        self._ways.setdefault(name, RedisWay())
        return self._socket(name)

    async def open(self, guard: Callable[[Exception], None]) -> None:
        """Listen.

        Args:
            guard: Is handed what goes wrong inside a proxy itself.
        """
        for name in self._ways:
            self._servers.append(await asyncio.start_unix_server(self._server_of(name, guard), self._socket(name)))

    def close(self) -> None:
        """Listen no more."""
        for server in self._servers:
            server.close()

    def cut_off(self, name: str) -> None:
        """Break all connections of a process, and take no new ones until ``mend`` has been called as often as this."""
        way = self._ways[name]
        way.cuts += 1
        if way.cuts == 1:
            self._socket(name).rename(self._away(name))
            for writer in list(way.writers):
                writer.transport.abort()

    def mend(self, name: str) -> None:
        """Let a process connect again."""
        way = self._ways[name]
        way.cuts -= 1
        if not way.cuts:
            self._away(name).rename(self._socket(name))

    def is_cut(self, name: str) -> bool:
        """Whether a process is cut off."""
        return name in self._ways and self._ways[name].cuts > 0

    def ways(self, name: str | None) -> dict[str, RedisWay]:
        """Return the way of a process, or all of them, by the processes' names."""
        return self._ways if name is None else {name: self._ways[name]}

    def _socket(self, name: str) -> Path:
        return self._folder / f"redis-of-{name}.sock"

    def _away(self, name: str) -> Path:
        return self._folder / f"redis-of-{name}-away.sock"

    def _server_of(
        self, name: str, guard: Callable[[Exception], None]
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            way, writers = self._ways[name], [writer]
            try:
                there_reader, there_writer = await asyncio.open_unix_connection(self._redis)
                writers.append(there_writer)
                way.writers.update(writers)
                await Connection(way, (reader, writer), (there_reader, there_writer)).pass_on()
            except OSError:  # cut off, or Redis itself is away
                pass
            except Exception as error:
                guard(error)
            finally:
                way.writers.difference_update(writers)
                for one in writers:
                    one.close()

        return serve

"""Ways to Redis of their own for the processes that a fault cuts off: each is a socket that passes everything on."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

CHUNK = 65_536


class RedisProxies:
    """A proxy for each process that is to be cut off; for all others Redis is where it always is.

    Args:
        folder: Where the sockets lie.
        redis: The socket that they pass everything on to.
    """

    def __init__(self, folder: Path, redis: Path) -> None:
        self._folder = folder
        self._redis = redis
        self._cuts: dict[str, int] = {}
        self._writers: dict[str, set[asyncio.StreamWriter]] = {}
        self._servers: list[asyncio.Server] = []

    def add(self, name: str) -> Path:
        """Let there be one for a process, and return its socket; call it before ``open``."""
        self._cuts.setdefault(name, 0)
        self._writers.setdefault(name, set())
        return self._socket(name)

    async def open(self, guard: Callable[[Exception], None]) -> None:
        """Listen.

        Args:
            guard: Is handed what goes wrong inside a proxy itself.
        """
        for name in self._cuts:
            self._servers.append(await asyncio.start_unix_server(self._server_of(name, guard), self._socket(name)))

    def close(self) -> None:
        """Listen no more."""
        for server in self._servers:
            server.close()

    def cut_off(self, name: str) -> None:
        """Break all connections of a process, and take no new ones until ``mend`` has been called as often as this."""
        self._cuts[name] += 1
        if self._cuts[name] == 1:
            self._socket(name).rename(self._away(name))
            for writer in list(self._writers[name]):
                writer.transport.abort()

    def mend(self, name: str) -> None:
        """Let a process connect again."""
        self._cuts[name] -= 1
        if not self._cuts[name]:
            self._away(name).rename(self._socket(name))

    def is_cut(self, name: str) -> bool:
        """Whether a process is cut off."""
        return self._cuts.get(name, 0) > 0

    def _socket(self, name: str) -> Path:
        return self._folder / f"redis-of-{name}.sock"

    def _away(self, name: str) -> Path:
        return self._folder / f"redis-of-{name}-away.sock"

    def _server_of(
        self, name: str, guard: Callable[[Exception], None]
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers = [writer]
            try:
                there_reader, there_writer = await asyncio.open_unix_connection(self._redis)
                writers.append(there_writer)
                self._writers[name].update(writers)
                await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))
            except OSError:  # cut off, or Redis itself is away
                pass
            except Exception as error:
                guard(error)
            finally:
                self._writers[name].difference_update(writers)
                for one in writers:
                    one.close()

        return serve


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass on whatever comes, to the end; an end on one side is one on the other."""
    while chunk := await source.read(CHUNK):
        sink.write(chunk)
        await sink.drain()
    with suppress(OSError):
        sink.close()

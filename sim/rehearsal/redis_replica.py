"""A second redis-server that follows the first, and can be made to fall behind: it is connected through a proxy."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sim.rehearsal.redis_way import pump


class ReplicationLink:
    """What a replica takes for its primary: a TCP port that passes everything on to the socket of the real one.

    Args:
        primary: Names the socket; it is asked at each connection.
    """

    def __init__(self, primary: Callable[[], Path]) -> None:
        self._primary = primary
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> int:
        """Listen, and return the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def cut(self) -> None:
        """Let nothing through any more, for good."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        with suppress(OSError):  # the primary is away, or the link was cut
            there_reader, there_writer = await asyncio.open_unix_connection(self._primary())
            writers.append(there_writer)
            self._writers.update(writers)
            await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))
        self._writers.difference_update(writers)
        for one in writers:
            one.close()

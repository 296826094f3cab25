"""The application's database and the outside systems as servers: sockets that real processes call, and that fail."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from sim.core.errors import SimError
from sim.engine.database import DatabaseAccess, FailureWindow
from sim.handlers.errors import DatabaseUnavailable, PermanentError, ReplyLost, TransientError
from sim.rehearsal.scale import Scale


class Call(Protocol):
    """One call that a handler wants made; the process that runs it makes it by its number."""

    outside: bool
    problem: SimError | None

    def carry_out(self) -> Any:
        """Do it on the database and return the answer."""


class DatabaseServer:
    """Serves numbered calls on two sockets: the database, which a fault may take away, and the outside systems.

    Attributes:
        database: Socket of the application's database.
        outside: Socket of the payment provider and the mail server.
    """

    def __init__(self, folder: Path, access: DatabaseAccess, scale: Scale) -> None:
        self.database = folder / "database.sock"
        self.outside = folder / "outside.sock"
        self._away = folder / "database-away.sock"
        self._access = access
        self._scale = scale
        self._refusing: set[str] = set()
        self._calls: dict[int, Call] = {}
        self._number = 0
        self._servers: list[asyncio.Server] = []

    async def open(self, guard: Callable[[Exception], None]) -> None:
        """Listen.

        Args:
            guard: Is handed what goes wrong inside the server itself.
        """

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await self._serve(reader, writer)
            except ConnectionError:
                pass
            except Exception as error:
                guard(error)
            finally:
                writer.close()

        for path in (self.database, self.outside):
            self._servers.append(await asyncio.start_unix_server(serve, path, backlog=4_096))

    def close(self) -> None:
        """Listen no more."""
        for server in self._servers:
            server.close()

    def expect(self, call: Call) -> tuple[int, str]:
        """Take note of a call and return its number and the socket to make it on."""
        self._number += 1
        self._calls[self._number] = call
        return self._number, str(self.outside if call.outside else self.database)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if not line:
            return
        call = self._calls.pop(int(line))
        if not call.outside and self._access.latency_ms:
            await asyncio.sleep(self._scale.real_ms(self._access.latency_ms) / 1_000)
        try:
            answer: dict[str, Any] = {"value": call.carry_out()}
        except (DatabaseUnavailable, ReplyLost) as problem:
            call.problem = problem
            return
        except (TransientError, PermanentError) as problem:
            call.problem = problem
            answer = {"error": str(problem)}
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()

    # -- faults -----------------------------------------------------------------------------------------------------

    def begin_failing(self, window: FailureWindow) -> None:
        """Let calls fail from now on; where all are refused, nobody can connect."""
        self._access.begin_failing(window)
        if window.is_total:
            self._refusing.add(window.name)
            if self.database.exists():
                self.database.rename(self._away)

    def end_failing(self, name: str) -> None:
        """End a failure window."""
        self._access.end_failing(name)
        self._refusing.discard(name)
        if not self._refusing and self._away.exists():
            self._away.rename(self.database)

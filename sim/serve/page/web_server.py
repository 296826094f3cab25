"""The page on a TCP port: uvicorn, with time limits on every connection."""

import asyncio
import os
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sim.core.errors import SimError
from sim.serve.page.limits import WebLimits


class PortTaken(SimError):
    """The page's port cannot be opened.

    Args:
        address: Host and port.
        why: What the operating system said.
    """

    def __str__(self) -> str:
        return f"cannot listen on {self.args[0]}: {self.args[1]}; choose another with --port (0 takes a free one)"


def open_listener(host: str, port: int) -> socket.socket:
    """Take the port before anything else is begun.

    Raises:
        PortTaken: Something else has it, or the address is not of this machine.
    """
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except socket.gaierror as error:
        raise PortTaken(shown, error.strerror or str(error)) from None
    except OSError as error:  # asyncio's and socket's own words would repeat the address
        raise PortTaken(shown, os.strerror(error.errno) if error.errno else str(error)) from None


def web_server(app: Any, limits: WebLimits) -> uvicorn.Server:
    """Return a server for ``run(sockets=[listener])``."""

    class Prompt(H11Protocol):
        """Closes a connection whose request does not arrive in time; uvicorn alone would wait for ever."""

        _alarm: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            self._unwatch()
            super().connection_lost(exc)

        @property
        def _is_awaited(self) -> bool:
            return self.cycle is None or self.cycle.response_complete

        def _watch(self) -> None:
            if not self._is_awaited:
                self._unwatch()
            elif self._alarm is None:
                self._alarm = self.loop.call_later(limits.request_s, self._close)

        def _unwatch(self) -> None:
            if self._alarm is not None:
                self._alarm.cancel()
                self._alarm = None

        def _close(self) -> None:
            self._alarm = None
            if self._is_awaited and self.transport is not None:
                self.transport.close()

    config = uvicorn.Config(
        app,
        http=Prompt,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=limits.connections,
        timeout_keep_alive=int(limits.idle_s),
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=32_768,
    )
    return uvicorn.Server(config)

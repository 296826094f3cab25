"""What a connection asks of the operating system and of its event loop."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any


def call_soon(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    """Have the loop's thread do something, from any thread; after its end nothing is done any more."""
    try:
        loop.call_soon_threadsafe(act)
    except RuntimeError:
        return


def keep_alive(sock: Any) -> None:
    """Have the operating system find out about clients whose machine or network is gone."""
    if sock is None:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def shown(address: Any) -> str:
    """Write an address as Redis lists its clients: ``host:port``."""
    return f"{address[0]}:{address[1]}" if isinstance(address, tuple) else "?"

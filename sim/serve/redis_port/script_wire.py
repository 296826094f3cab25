"""What goes between the Redis port and the process that runs its scripts: frames of MessagePack, in turn.

The port sends ``["run", sha, script or None, keys, arguments]``, and then an answer to every ``["call", fields]`` and
``["resp", version]`` that comes back, until ``["done", value, is_full]`` or ``["failed", error, is_full]``.
"""

import socket
import struct
import time
from typing import Any

import msgpack

from sim.core.errors import SimError

STATUS, ERROR = 1, 2
"""Extension types: a status reply and an error reply of Redis."""
FRAME_BYTES = 64 * 1024 * 1024
PART_BYTES = 64 * 1024
_LENGTH = struct.Struct(">I")


class WireBroken(SimError):
    """The other side is gone, or sends what it must not."""


class WireLate(SimError):
    """The other side has said nothing by the deadline."""


class Wire:
    """One side of the connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._buffer = bytearray()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def send(self, message: Any, deadline_s: float | None = None) -> None:
        """Send a message of lists, bytes, numbers, booleans, None and dictionaries.

        Args:
            deadline_s: By ``time.monotonic``; default: there is none.

        Raises:
            WireBroken: The other side is gone, or the message is too long.
            WireLate: It does not read.
        """
        data: bytes = msgpack.packb(message, default=_extended, use_bin_type=True)
        if len(data) > FRAME_BYTES:
            raise WireBroken("a message is too long")
        self._set_timeout(deadline_s)
        try:
            self._socket.sendall(_LENGTH.pack(len(data)) + data)
        except TimeoutError:
            raise WireLate from None
        except OSError as error:
            raise WireBroken(str(error)) from None

    def receive(self, deadline_s: float | None = None) -> Any:
        """Return the next message; statuses and errors in it are ``Reply``.

        Raises:
            WireBroken: The other side is gone, or sends what is no message.
            WireLate: Nothing has come by the deadline.
        """
        length = _LENGTH.unpack(self._read(_LENGTH.size, deadline_s))[0]
        if length > FRAME_BYTES:
            raise WireBroken("a message is too long")
        try:
            return msgpack.unpackb(self._read(length, deadline_s), raw=False, strict_map_key=False, ext_hook=Reply)
        except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
            raise WireBroken(f"a message cannot be read: {error}") from None

    def _read(self, count: int, deadline_s: float | None) -> bytes:
        while len(self._buffer) < count:
            self._set_timeout(deadline_s)
            try:
                part = self._socket.recv(PART_BYTES)
            except TimeoutError:
                raise WireLate from None
            except OSError as error:
                raise WireBroken(str(error)) from None
            if not part:
                raise WireBroken("the other side is gone")
            self._buffer += part
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _set_timeout(self, deadline_s: float | None) -> None:
        if deadline_s is None:
            return
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            raise WireLate
        self._socket.settimeout(left_s)


class Reply:
    """A status or an error.

    Attributes:
        code: ``STATUS`` or ``ERROR``.
    """

    __slots__ = ("code", "text")

    def __init__(self, code: int, text: bytes) -> None:
        self.code = code
        self.text = text


def _extended(value: Any) -> Any:
    if isinstance(value, Reply):
        return msgpack.ExtType(value.code, value.text)
    raise TypeError(f"{type(value).__name__} does not go over the wire")

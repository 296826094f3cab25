"""One client on the wire: bytes in, commands in turn, bytes out, and an end to those that take too long."""

import asyncio
import logging
from collections import deque
from typing import cast

from sim.serve.redis_port.client_socket import ClientSocket
from sim.serve.redis_port.command_policy import WHILE_LOADING
from sim.serve.redis_port.gate import Gate
from sim.serve.redis_port.limits import PortLimits
from sim.serve.redis_port.replies import encode_error
from sim.serve.redis_port.requests import ProtocolError, RequestReader
from sim.serve.redis_port.sockets import call_soon, keep_alive, shown

LOGGER = logging.getLogger("sim.serve")

AT_ONCE = 100
"""Commands of one client that are carried out in a row before another's turn comes."""
IN_LINE_BYTES = 256 * 1024
"""With so many bytes of further commands in line, a client is not read from until they are carried out."""
LONG_BYTES = 64 * 1024
"""A message of more is counted before the next one is made."""
HTTP_VERBS = frozenset((b"get", b"head", b"put", b"patch", b"delete", b"options", b"connect", b"trace"))
LOADING = "LOADING Redis is loading the dataset in memory"
FULL = "ERR max number of clients reached"
NOT_HTTP = "ERR this port speaks the Redis protocol, not HTTP"


class Connection(asyncio.Protocol):
    """A client's connection; it lives on the port's event loop.

    Attributes:
        client: Its side in fakeredis; None before it was let in.
        blocked_number: Grows with every blocked pop; who has the lowest has waited longest.
    """

    def __init__(self, gate: "Gate[Connection]", loop: asyncio.AbstractEventLoop) -> None:
        self._gate = gate
        self._limits: PortLimits = gate.limits
        self._loop = loop
        self._reader = RequestReader(gate.limits)
        self._transport: asyncio.Transport | None = None
        self._outgoing: deque[bytes] = deque()
        self._flush_is_planned = False
        self._work_is_planned = False
        self._write_paused_at: float | None = None
        self._command_began_at: float | None = None
        self._last_asked_at = loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._outgoing_bytes = self._held_bytes = 0
        self.client: ClientSocket | None = None
        self.blocked_number = 0

    @property
    def is_blocked(self) -> bool:
        """Whether the client waits in a blocked pop."""
        return self.client is not None and self.client.blocked is not None and not self._closing

    # -- from asyncio ----------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the client in, unless there are too many or the simulated Redis is down."""
        self._transport = cast(asyncio.Transport, transport)
        keep_alive(transport.get_extra_info("socket"))
        if self._gate.state == "down":
            self.cut()
            return
        if not self._gate.arrived(self):
            self._transport.write(encode_error(FULL))
            self._hang_up()
            return
        with self._gate.world_lock:
            self.client = ClientSocket(
                self._gate.server,
                self._gate,
                self.deliver,
                addr=shown(transport.get_extra_info("peername")),
                laddr=shown(transport.get_extra_info("sockname")),
                fd=transport.get_extra_info("socket").fileno(),
            )

    def data_received(self, data: bytes) -> None:
        """Take bytes in and carry out what they complete."""
        if self._closing or self.client is None:
            return
        self._reader.feed(data)
        self._work()
        self._book()

    def eof_received(self) -> None:
        """Close: a client that says nothing more is gone, as on Redis."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the client's blocked pop, subscriptions and watches away."""
        self._closing = True
        self._stop_timer()
        self._outgoing.clear()
        self._gate.held_bytes -= self._held_bytes
        self._held_bytes = 0
        if self.client is not None:
            with self._gate.world_lock:
                self.client.leave()
            self._gate.left(self)

    def pause_writing(self) -> None:
        """Carry nothing more out for a client that does not read."""
        self._write_paused_at = self._loop.time()
        cast(asyncio.Transport, self._transport).pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._write_paused_at = None
        cast(asyncio.Transport, self._transport).resume_reading()
        self._plan_work()

    # -- commands --------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Carry out what has come, in turn with others."""
        self._work_is_planned = False
        client = self.client
        if self._closing or client is None or client.blocked is not None or self._write_paused_at is not None:
            self._hold_back()
            return
        try:
            self._carry_out(client)
        except ProtocolError as error:
            self._refuse(f"ERR {error}")
        except Exception as error:  # whatever it is, the other clients must not notice
            LOGGER.error("a client of the Redis port was cut off: %r", error)
            self.cut()

    def _carry_out(self, client: ClientSocket) -> None:
        fields = self._reader.next()
        changed = False
        self._note_time(fields is not None)
        if fields is not None:
            self._flush_is_planned = True  # what comes of this batch goes out at its end
            until_s = self._loop.time() + self._limits.turn_s
            try:
                with self._gate.world_lock:
                    for number in range(AT_ONCE):
                        if number and self._loop.time() > until_s:
                            break
                        if number:
                            fields = self._reader.next()
                        if fields is None:
                            break
                        changed |= self._answer(client, fields)
                        if self._closing or client.is_over or client.blocked is not None:
                            break
                    if changed:
                        self._gate.changed()
            finally:
                self._flush()
        if client.blocked is not None:
            self.blocked_number = self._gate.next_blocked_number()
            self._wait(client.blocked.timeout_s)
        elif fields is not None:
            self._plan_work()
        self._read_on(client.blocked is not None or fields is None)

    def _answer(self, client: ClientSocket, fields: list[bytes]) -> bool:
        self._gate.count_command()
        word = fields[0].lower()
        if word in (b"post", b"host:") or (word in HTTP_VERBS and len(fields) > 2 and fields[2].startswith(b"HTTP/")):
            self._refuse(NOT_HTTP)
            return False
        if self._gate.state == "down":
            self.cut()
            return False
        if self._gate.state == "loading" and word.decode("latin-1") not in WHILE_LOADING:
            self.deliver(encode_error(LOADING))
            return False
        return client.carry_out(fields)

    def _note_time(self, is_complete: bool) -> None:
        self._last_asked_at = self._loop.time()
        if is_complete or not self._reader.is_amid_command:
            self._command_began_at = None
        elif self._command_began_at is None:
            self._command_began_at = self._last_asked_at

    def _read_on(self, wanted: bool) -> None:
        """Read from the client, or let it wait while it has enough in line; one that blocks is read, to see it go."""
        transport = self._transport
        if self._closing or transport is None or self._write_paused_at is not None:
            return
        if wanted:
            transport.resume_reading()
        elif self._reader.unread_bytes > IN_LINE_BYTES:
            transport.pause_reading()

    def _plan_work(self) -> None:
        if not self._work_is_planned and not self._closing:
            self._work_is_planned = True
            self._loop.call_soon(self._work)

    def _hold_back(self) -> None:
        """Read no more from a client that has a lot in line already, blocked or not."""
        if self._reader.unread_bytes > self._limits.command_bytes and not self._closing:
            self._refuse("ERR too much was sent while an earlier command is still waiting")

    # -- blocked pops ----------------------------------------------------------------------------------------------

    def _wait(self, timeout_s: float | None) -> None:
        if timeout_s:
            self._timer = self._loop.call_later(timeout_s, self._time_is_over)

    def _time_is_over(self) -> None:
        if self.client is not None and self.client.blocked is not None:
            with self._gate.world_lock:
                self.client.give_up()
            self._go_on()

    def look_again(self) -> bool:
        """Try a blocked pop again and tell whether it changed a key; the world's lock is held."""
        client = self.client
        if client is None or self._closing:
            return False
        changed = client.look_again()
        if client.blocked is None:
            self._go_on()
        return changed

    def _go_on(self) -> None:
        self._stop_timer()
        self._last_asked_at = self._loop.time()
        self._plan_work()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- out -------------------------------------------------------------------------------------------------------

    def deliver(self, data: bytes) -> None:
        """Send bytes; from any thread that holds the world's lock."""
        if self._closing:
            return
        self._outgoing.append(data)
        self._outgoing_bytes += len(data)
        if len(data) > LONG_BYTES or self._outgoing_bytes > self._limits.unread_bytes:
            self._book()
        if not self._flush_is_planned:
            self._flush_is_planned = True
            call_soon(self._loop, self._flush)

    def _flush(self) -> None:
        self._flush_is_planned = False
        parts = []
        while self._outgoing:
            parts.append(self._outgoing.popleft())
        self._outgoing_bytes = 0
        transport = self._transport
        if self._closing or transport is None:
            return
        if transport.get_write_buffer_size() > self._limits.unread_bytes:
            self.cut()
            return
        data = b"".join(parts)
        if data:
            transport.write(data)
            self._book()
        if self.client is not None and self.client.is_over:
            self._hang_up()

    def _book(self) -> None:
        """Tell the port what is held for this client; the one with which it becomes too much is cut off.

        May be called by another client's command that publishes to this one.
        """
        transport = self._transport
        if transport is None or self._closing:
            return
        held = self._reader.held_bytes + self._outgoing_bytes + transport.get_write_buffer_size()
        self._gate.held_bytes += held - self._held_bytes
        self._held_bytes = held
        is_much = self._outgoing_bytes > 2 * self._limits.unread_bytes
        if is_much or (self._gate.held_bytes > self._limits.buffers_bytes and held > self._fair_share):
            self._closing = True
            self._outgoing.clear()
            self._gate.held_bytes -= held
            self._outgoing_bytes = self._held_bytes = 0
            call_soon(self._loop, self.cut)

    @property
    def _fair_share(self) -> int:
        return self._limits.buffers_bytes // self._limits.connections

    def _refuse(self, why: str) -> None:
        """Say what is wrong and close."""
        self.deliver(encode_error(why))
        self._flush()
        self._hang_up()

    def _hang_up(self) -> None:
        if not self._closing and self._transport is not None:
            self._closing = True
            self._transport.close()

    def cut(self) -> None:
        """Close at once, whatever is still to be sent."""
        self._closing = True
        if self._transport is not None:
            self._transport.abort()

    # -- time-outs -------------------------------------------------------------------------------------------------

    def check_time(self) -> None:
        """Cut the client off if it takes too long to send a command, to read its replies, or to ask anything."""
        now, limits, client = self._loop.time(), self._limits, self.client
        if self._closing:
            # close() waits for a client to read what it was told last; there is an end to that too
            if self._transport is not None and now - self._last_asked_at > limits.unread_s:
                self._transport.abort()
            return
        if self._write_paused_at is not None:
            if now - self._write_paused_at > limits.unread_s:
                self.cut()
        elif client is None or client.blocked is not None:
            return
        elif self._command_began_at is not None:
            if now - self._command_began_at > limits.command_s:
                self._refuse("ERR a command was not completed in time")
        elif not client.subscribes and now - self._last_asked_at > limits.idle_s:
            self._hang_up()

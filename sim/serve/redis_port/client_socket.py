"""One client of the simulated Redis: a connection of fakeredis without a socket, whose blocked pops end with it."""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from sim.serve.redis_port.client_commands import ClientCommands
from sim.serve.redis_port.fakeredis_parts import (
    SUPPORTED_COMMANDS,
    NoResponse,
    NullArray,
    SimpleError,
    convert_to_resp2,
)
from sim.serve.redis_port.host import TOO_LONG, Host
from sim.serve.redis_port.replies import encode_error, encode_push, encode_reply, weigh

LOGGER = logging.getLogger("sim.serve")
PER_FIELD_BYTES = 64
"""What Python takes beside the bytes of an argument, about."""


class BlockedCommand(NamedTuple):
    """A blocking command that waits.

    Attributes:
        look: Tries it again; None means that there is still nothing.
        shape: Makes the reply of what was found, or of None.
        timeout_s: How long it may wait, seconds of real time; None or 0 means for ever.
    """

    look: Callable[[bool], Any]
    shape: Callable[[Any], Any] | None
    timeout_s: float | None


class Answer(NamedTuple):
    """The answer to a command, as opposed to a message that was published meanwhile."""

    value: Any


class ClientSocket(ClientCommands):
    """A connection to the simulated server, without a socket: commands go in, encoded replies come out.

    All of it is called with the world's lock held.

    Attributes:
        parked: The blocking command that this client waits in; nothing else of it is carried out meanwhile.
        is_over: Whether the client said QUIT, or was killed by another.
    """

    def __init__(self, server: Any, host: Host, deliver: Callable[[bytes], None], **client_info: Any) -> None:
        self._host = host
        self._deliver = deliver
        self._changed = False
        self._queued_bytes = 0
        self.blocked: BlockedCommand | None = None
        self.is_over = False
        super().__init__(server, 0, client_class=None, client_info=client_info)

    # -- for the connection ----------------------------------------------------------------------------------------

    @property
    def subscribes(self) -> bool:
        """Whether the client listens to a channel or a pattern."""
        return bool(self._pubsub)

    def carry_out(self, fields: list[bytes]) -> bool:
        """Carry a command out, and tell whether it changed any key."""
        if self._transaction is None:
            self._queued_bytes = 0
        elif not self._may_queue(fields):
            self._deliver(encode_error("ERR the transaction is larger than this port keeps; EXEC will refuse it"))
            return False
        return self._watched(lambda: self._process_command(fields))

    def _may_queue(self, fields: list[bytes]) -> bool:
        """Count a command that an open transaction would keep; one that holds too much keeps nothing any more."""
        if fields[0].lower() in (b"exec", b"discard", b"reset", b"quit"):
            return True
        self._queued_bytes += sum(map(len, fields)) + PER_FIELD_BYTES * len(fields)
        if self._queued_bytes <= self._host.limits.command_bytes:
            return True
        self._transaction = []
        self._transaction_failed = True
        return False

    def look_again(self) -> bool:
        """Try the parked command again, and tell whether that changed any key."""
        return self._watched(self._try_blocked) if self.blocked is not None else False

    def give_up(self) -> None:
        """Answer the parked command: its time is over."""
        if self.blocked is not None:
            self._answer_blocked(None)

    def leave(self) -> None:
        """Be gone: blocked pops, subscriptions and watches with it."""
        self.blocked = None
        self.is_over = True
        self._discard_subscriptions()
        self._clear_watches()
        if self in self._server.sockets:
            self._server.sockets.remove(self)

    def _watched(self, act: Callable[[], None]) -> bool:
        databases = list(self._server.dbs.values())
        self._changed = False
        for database in databases:
            database.add_change_callback(self._note_change)
        try:
            act()
        except Exception as error:  # a fault of fakeredis is no reason to take the port down
            LOGGER.info("fakeredis could not carry out a command: %r", error)
            self._deliver(encode_error(f"ERR the simulated Redis cannot execute this: {error or type(error).__name__}"))
        finally:
            for database in databases:
                database.remove_change_callback(self._note_change)
        return self._changed

    def _note_change(self) -> None:
        self._changed = True

    # -- replies ---------------------------------------------------------------------------------------------------

    def put_response(self, msg: Any) -> None:
        """Send an answer or a published message on its way."""
        if isinstance(msg, Answer):
            self._send(msg.value)
        else:
            self._deliver(encode_push(msg, self.protocol))

    def _send(self, value: Any) -> None:
        too_long = weigh(value) > self._host.limits.reply_bytes
        self._deliver(encode_error(TOO_LONG) if too_long else encode_reply(value, self.protocol))

    def _decode_result(self, result: Any) -> Any:
        return result if isinstance(result, NoResponse) else Answer(result)

    def kill(self) -> None:
        """Be ended by CLIENT KILL."""
        super().kill()
        self.is_over = True
        self._deliver(b"")

    # -- blocking --------------------------------------------------------------------------------------------------

    def _blocking(
        self, timeout: float | None, func: Callable[[bool], Any], shape: Callable[[Any], Any] | None = None
    ) -> Any:
        found = func(True)
        if found is not None or self._in_transaction:
            return found if shape is None else shape(found)
        self.blocked = BlockedCommand(func, shape, timeout)
        self._blocked = True
        return NoResponse()

    def _try_blocked(self) -> None:
        blocked = self.blocked
        assert blocked is not None
        with self._server.lock:
            try:
                if self._unblock_reason is not None:
                    self._take_unblock_reason()
                    found = None
                else:
                    found = blocked.look(False)
                    if found is None:
                        return
            except SimpleError as error:
                found = error
        self._answer_blocked(found)

    def _answer_blocked(self, found: Any) -> None:
        blocked = self.blocked
        assert blocked is not None
        self.blocked = None
        self._blocked = False
        self._unblock_reason = None
        value = found
        if not isinstance(found, SimpleError):
            if blocked.shape is not None:
                value = blocked.shape(found)
            if value is None:
                value = NullArray()
            elif self.protocol == 2:
                value = convert_to_resp2(value)
        self._send(value)

    def blmove(self, source: bytes, destination: bytes, where_from: bytes, where_to: bytes, timeout: float) -> Any:
        """Move from list to list, and wait while there is nothing; fakeredis's own does not wait for a missing list."""
        move = SUPPORTED_COMMANDS["lmove"]

        def look(_first: bool) -> Any:
            found = self._run_command(self.lmove, move, [source, destination, where_from, where_to], False)
            if isinstance(found, SimpleError):
                raise found
            return found

        return self._blocking(timeout, look)

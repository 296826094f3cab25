"""fakeredis on simulated time: one server for one run, and a client without sockets."""

import functools
from collections.abc import Callable
from typing import Any, cast

import fakeredis
import redis
from fakeredis._commands import COMMANDS_WITH_SUB, SUPPORTED_COMMANDS, Signature
from fakeredis._helpers import SimpleError, SimpleString
from redis._parsers import Encoder

from sim.core.clock import Clock
from sim.queue.store import NO_OPERATIONS, Operations, Store
from sim.stores.direct_commands import DirectCommands
from sim.stores.fakeredis_check import check_installed_release
from sim.stores.fakeredis_server import SimulatedServer


class SimulatedRedis(fakeredis.FakeRedis):
    """A redis-py client of the simulated server.

    Nothing can come between two commands at one simulated instant, so a transaction runs its body directly. Commands go
    to fakeredis without being written to a socket and read back; those that need a connection around them go redis-py's
    way.
    """

    operations: Operations = NO_OPERATIONS
    _socket: Any = None
    _direct: DirectCommands

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Carry out one command.

        Raises:
            redis.ConnectionError: The server is not connected.
            redis.DataError: An argument is of no type that redis-py sends.
            redis.ResponseError: What the server answers to a bad command.
        """
        command = args[0]
        signature = _SIGNATURES.get(command) or _look_up(command)
        if signature is None:
            return cast(Any, super()).execute_command(*args, **options)
        fields = [arg.encode() if type(arg) is str else _encode(arg) for arg in args[1:]]
        socket = self._socket
        if socket is None:
            connection: Any = self.connection_pool.get_connection()
            socket = self._socket = connection.get_socket()
            self._direct = DirectCommands(socket)
        if not socket._server.connected:
            raise redis.ConnectionError("FakeRedis is emulating a connection error.")
        with socket._server.lock:
            answer = self._direct.run(signature, fields)
        if isinstance(answer, SimpleError):
            raise socket._decode_error(answer)
        reply = _decoded(answer)
        callback = dict.get(self.response_callbacks, command)
        if callback is None:
            return reply
        options.pop("keys", None)
        return callback(reply, **options)

    def transaction(
        self,
        func: Callable[[Any], Any],
        *watches: Any,
        shard_hint: str | None = None,
        value_from_callable: bool = False,
        watch_delay: float | None = None,
    ) -> Any:
        """Run the body; its commands carry out at once."""
        value = func(self)
        return value if value_from_callable else []

    def watch(self, *names: Any) -> None:
        """Do nothing: no other client can change a key before the body ends."""

    def multi(self) -> None:
        """Do nothing: what follows is carried out at once instead of being noted down."""


_encode = cast(Any, Encoder)("utf-8", "strict", decode_responses=True).encode
_SIGNATURES: dict[str, Signature] = {}
_WITH_A_LIFE_OF_THEIR_OWN = {
    "multi", "exec", "discard", "watch", "unwatch", "eval", "evalsha", "subscribe", "psubscribe", "select", "auth",
    "hello", "reset", "quit", "blpop", "brpop", "blmove", "brpoplpush", "bzpopmin", "bzpopmax", "blmpop", "bzmpop",
}  # fmt: skip


def _look_up(command: Any) -> Signature | None:
    """Find how fakeredis carries a command out; None for those that need a connection around them."""
    name = str(command).lower()
    if " " in name or name in COMMANDS_WITH_SUB or name in _WITH_A_LIFE_OF_THEIR_OWN:
        return None
    signature = SUPPORTED_COMMANDS.get(name)
    if signature is not None:
        _SIGNATURES[command] = signature
    return signature


def _text(value: bytes) -> str:
    """Turn a value into text; bytes that are no UTF-8 become U+FFFD, as Node reads them."""
    return value.decode("utf-8", "replace")


def _decoded(answer: Any) -> Any:
    """Turn bytes into text, all the way down, as a client with ``decode_responses`` does."""
    kind = type(answer)
    if kind is int or answer is None:
        return answer
    if kind is bytes:
        return _text(answer)
    if isinstance(answer, list):
        return [_text(part) if type(part) is bytes else _decoded(part) for part in answer]
    if isinstance(answer, SimpleString):
        return _text(answer.value)
    if isinstance(answer, dict):
        return {_decoded(key): _decoded(value) for key, value in answer.items()}
    if isinstance(answer, set):
        return {_decoded(part) for part in answer}
    return answer


class Sizes:
    """How long the keys of a simulated server are, without commands: a sample of metrics asks for six of each queue.

    Redis: what LLEN and ZCARD answer. O(1).
    """

    def __init__(self, server: SimulatedServer) -> None:
        self._database = server.dbs[0]

    def llen(self, name: str) -> int:
        """Count the values of a list, or whatever else the key holds."""
        item = self._database.get(name.encode())
        return 0 if item is None else len(item.value)

    zcard = llen


def open_fakeredis(clock: Clock) -> tuple[SimulatedServer, Store]:
    """Start a simulated Redis and return it with a client.

    Raises:
        UnsuitableFakeredis: The installed fakeredis does not follow the simulated clock, or works otherwise.
    """
    _check_once()
    server = SimulatedServer(clock)
    return server, cast(Store, SimulatedRedis(server=server, decode_responses=True))


@functools.cache
def _check_once() -> None:
    check_installed_release(SimulatedRedis)

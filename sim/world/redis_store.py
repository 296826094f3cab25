"""fakeredis on simulated time: one server for one run, and a client that needs no sockets' worth of ceremony."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, cast

import fakeredis
import redis
from fakeredis._commands import COMMANDS_WITH_SUB, SUPPORTED_COMMANDS, Signature
from fakeredis._core._database import Database  # the module's place is pinned by a canary at every start
from fakeredis._helpers import SimpleError, SimpleString

from sim.core.clock import Clock
from sim.core.errors import SimError
from sim.jobqueue.store import Store
from sim.world.direct_commands import DirectCommands


class ClockCanaryError(SimError):
    """fakeredis did not expire a key on the simulated clock; this release of it needs another adapter."""


class SimulatedDatabase(Database):
    """A fakeredis database that reads the simulated clock and expires keys by whole milliseconds."""

    def __init__(self, lock: Any, clock: Clock) -> None:
        self._clock = clock
        super().__init__(lock)

    @property
    def time(self) -> float:
        """Simulated time, epoch seconds."""
        return self._clock.now_ms / 1000

    @time.setter
    def time(self, value: float) -> None:
        """Ignore the wall clock that fakeredis would set before each command."""

    def expired(self, item: Any) -> bool:
        """Tell whether an item is past its expiry; in its last millisecond it is not, as on Redis."""
        return item.expireat is not None and round(item.expireat * 1000) < self._clock.now_ms

    def _remove_expired(self) -> None:
        for key in [key for key, item in self._dict.items() if self.expired(item)]:
            self._dict.pop(key)


class SimulatedServer(fakeredis.FakeServer):
    """A fakeredis server whose databases live on the simulated clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(server_type="redis", version=(7, 0))
        self.dbs = defaultdict(lambda: SimulatedDatabase(self.lock, clock))


class SimulatedRedis(fakeredis.FakeRedis):
    """A redis-py client of the simulated server.

    Nothing can come between two commands at one simulated instant, so a transaction runs its body directly. Plain
    commands go to fakeredis without being written to a socket and read back; that makes them about four times as fast.
    """

    runs_alone = True
    _socket: Any = None
    _direct: DirectCommands

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Carry out one command.

        Raises:
            redis.ConnectionError: The server is not connected.
            redis.ResponseError: What the server answers to a bad command.
        """
        command = args[0]
        signature = _SIGNATURES.get(command) or _look_up(command)
        if signature is None:
            return cast(Any, super()).execute_command(*args, **options)
        socket = self._socket
        if socket is None:
            connection: Any = self.connection_pool.get_connection()
            socket = self._socket = connection.get_socket()
            self._direct = DirectCommands(socket)
        if not socket._server.connected:
            raise redis.ConnectionError("FakeRedis is emulating a connection error.")
        fields = [arg.encode() if type(arg) is str else _bytes(arg) for arg in args[1:]]
        with socket._server.lock:
            answer = self._direct.run(signature, fields)
        if isinstance(answer, SimpleError):
            raise socket._decode_error(answer)
        decoded = _decoded(answer)
        callback = cast(Any, self.response_callbacks).get(command)
        if callback is None:
            return decoded
        options.pop("keys", None)
        return callback(decoded, **options)

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


def _bytes(arg: Any) -> bytes:
    return arg if type(arg) is bytes else str(arg).encode()


def _decoded(answer: Any) -> Any:
    """Turn bytes into text, all the way down, as a client with ``decode_responses`` does."""
    kind = type(answer)
    if kind is int or answer is None:
        return answer
    if kind is bytes:
        return answer.decode()
    if isinstance(answer, list):
        return [part.decode() if type(part) is bytes else _decoded(part) for part in answer]
    if isinstance(answer, SimpleString):
        return answer.value.decode()
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
        ClockCanaryError: The installed fakeredis does not follow the simulated clock.
    """
    _check_canary()
    server = SimulatedServer(clock)
    return server, cast(Store, SimulatedRedis(server=server, decode_responses=True))


_canary_sang = False


def _check_canary() -> None:
    """Set a key that lives 500 ms, and see it there after 500 and gone after 501."""
    global _canary_sang
    if _canary_sang:
        return

    class _Hand:
        now_ms = 1_000_000

    hand = _Hand()
    redis = SimulatedRedis(server=SimulatedServer(hand), decode_responses=True)
    redis.set("canary", 1, px=500)
    hand.now_ms += 500
    alive = redis.exists("canary")
    hand.now_ms += 1
    if not alive or redis.exists("canary"):
        raise ClockCanaryError("fakeredis does not follow the simulated clock")
    _canary_sang = True

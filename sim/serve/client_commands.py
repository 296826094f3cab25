"""What the port answers by itself, on top of fakeredis: INFO, HELLO, TIME and more; and scripts in a safe room."""

import hashlib
from typing import Any, Protocol

from sim.core.clock import Clock
from sim.serve.fakeredis_parts import (
    FLAG_NO_SCRIPT,
    FakeSocket,
    NullArray,
    SimpleError,
    SimpleString,
    Timeout,
    signature,
)
from sim.serve.limits import PortLimits
from sim.serve.lua_runtime import ScriptRoom
from sim.serve.offered import DANGEROUS, OFFERED, refusal

OK = SimpleString(b"OK")
SETTINGS = {
    b"appendonly": b"no",
    b"databases": b"16",
    b"maxmemory": b"0",
    b"maxmemory-policy": b"noeviction",
    b"notify-keyspace-events": b"",
    b"save": b"",
    b"timeout": b"0",
}
"""What ``CONFIG GET`` knows."""


class Host(Protocol):
    """What a client's commands may ask of the port."""

    limits: PortLimits
    allow_dangerous: bool

    @property
    def clock(self) -> Clock:
        """The world's clock."""

    def describe(self, sections: list[str]) -> str:
        """Return what INFO says."""

    def size_of(self, key: bytes, database: Any) -> int | None:
        """Return about how many bytes a key takes."""

    def up_since_s(self) -> int:
        """Return when the simulated Redis last came up, epoch seconds of simulated time."""


class ClientCommands(FakeSocket):
    """fakeredis's commands, with what it lacks and without what a client must not do."""

    _host: Host
    is_over = False

    @property
    def protocol(self) -> int:
        """2, or 3 after ``HELLO 3``."""
        return int(self._client_info.protocol_version)

    def _name_to_func(self, cmd_name: str) -> tuple[Any, Any]:
        refused = refusal(cmd_name, self._host.allow_dangerous)
        if refused is not None:
            raise SimpleError(refused)
        own = _OWN.get(cmd_name)
        if own is not None:
            return getattr(self, own.func_name), own
        if cmd_name not in OFFERED and cmd_name not in DANGEROUS:
            raise self._unknown_command(cmd_name.replace("\r", " ").replace("\n", " ")[:128])
        found: tuple[Any, Any] = super()._name_to_func(cmd_name)
        return found

    def _run_command(self, func: Any, sig: Any, args: list[Any], from_script: bool) -> Any:
        """Let a subscriber ask what Redis lets it ask: QUIT, and in RESP3 everything; fakeredis lets it do neither."""
        count = self._pubsub
        if not count or sig.name in self.ACCEPTED_COMMANDS_WHILE_PUBSUB or (self.protocol == 2 and sig.name != "quit"):
            return super()._run_command(func, sig, args, from_script)
        self._pubsub = 0
        try:
            return super()._run_command(func, sig, args, from_script)
        finally:
            self._pubsub = count

    def command_(self) -> list[Any]:
        """COMMAND: those that are offered."""
        return [about for about in super().command_() if about[0].decode() in OFFERED]

    def command_count(self) -> int:
        """COMMAND COUNT."""
        return len(self.command_())

    def info(self, *sections: bytes) -> bytes:
        """INFO."""
        return self._host.describe([section.decode("utf-8", "replace").lower() for section in sections]).encode()

    def role(self) -> list[Any]:
        """ROLE: a master without replicas."""
        return [b"master", 0, []]

    def quit(self) -> SimpleString:
        """QUIT."""
        self.is_over = True
        return OK

    def time(self) -> list[bytes]:
        """TIME, simulated."""
        now_ms = self._host.clock.now_ms
        return [str(now_ms // 1000).encode(), str(now_ms % 1000 * 1000).encode()]

    def lastsave(self) -> int:
        """LASTSAVE: when the server came up."""
        return self._host.up_since_s()

    def config_get(self, *patterns: bytes) -> dict[bytes, bytes]:
        """CONFIG GET, of the few settings that clients ask for."""
        wanted = [pattern.lower().rstrip(b"*") for pattern in patterns]
        exact = {pattern.lower() for pattern in patterns}
        return {
            name: value
            for name, value in SETTINGS.items()
            if name in exact
            or any(p.endswith(b"*") and name.startswith(w) for p, w in zip(patterns, wanted, strict=True))
        }

    def memory(self, subcommand: bytes, *arguments: bytes) -> int | None:
        """MEMORY USAGE, about."""
        if subcommand.lower() != b"usage" or not arguments:
            raise SimpleError("ERR unknown subcommand or wrong number of arguments; MEMORY USAGE key is offered")
        return self._host.size_of(arguments[0], self._db)

    def slowlog(self, subcommand: bytes, *_: bytes) -> Any:
        """SLOWLOG: nothing is slow."""
        name = subcommand.lower()
        if name == b"get":
            return []
        if name == b"len":
            return 0
        raise SimpleError("ERR unknown subcommand; SLOWLOG GET and SLOWLOG LEN are offered")

    def command_docs(self, *_: bytes) -> dict[bytes, Any]:
        """COMMAND DOCS: none; clients fall back to what they know."""
        return {}

    def hello(self, *args: bytes) -> dict[str, Any]:
        """HELLO, with the protocols and the server that there are."""
        if args and args[0] not in (b"2", b"3"):
            raise SimpleError("NOPROTO unsupported protocol version")
        rest = [arg.upper() if arg.upper() in (b"AUTH", b"SETNAME") else arg for arg in args[1:]]
        if b"SETNAME" in rest[:-1]:
            _check_name(rest[rest.index(b"SETNAME") + 1])
        protocol = self._client_info["resp"]
        answer: dict[str, Any] = super().hello(*(args[:1] or (str(protocol).encode(),)), *rest)
        return {**answer, "server": "redis", "version": "7.0.0"}

    def client_setname(self, value: bytes) -> SimpleString:
        """CLIENT SETNAME."""
        _check_name(value)
        self._client_info["name"] = value.decode()
        return OK

    def client_setinfo(self, lib_data: bytes, value: bytes) -> Any:
        """CLIENT SETINFO."""
        _check_name(value)
        return super().client_setinfo(lib_data, value)

    def exec_(self) -> Any:
        """EXEC."""
        answer = super().exec_()
        return NullArray() if answer is None else answer

    # -- scripts ---------------------------------------------------------------------------------------------------

    def eval(self, script: bytes, numkeys: int, *keys_and_args: bytes) -> Any:
        """EVAL, for as long as a script may take."""
        if script[:1] == b"\x1b":
            raise SimpleError("ERR Error compiling script: binary chunks are not accepted")
        server: Any = self._server
        self._get_server_runtime(server)
        room: ScriptRoom = server.script_room
        try:
            with room:
                return super().eval(script, numkeys, *keys_and_args)
        finally:
            if room.is_full:
                server.script_room = None

    def _get_server_runtime(self, server: Any) -> Any:
        room: ScriptRoom | None = getattr(server, "script_room", None)
        if room is None:
            current: list[Any] = [None]
            names: set[Any] = set()

            def call(*args: Any) -> Any:
                return current[0]._lua_redis_call(server._lua_runtime, names, *args)

            def pcall(*args: Any) -> Any:
                return current[0]._lua_redis_pcall(server._lua_runtime, names, *args)

            def setresp(*args: Any) -> Any:
                return current[0]._lua_setresp(server._lua_runtime, names, *args)

            room = ScriptRoom(self._host.limits, call, pcall, setresp, _sha1hex)
            names |= room.names
            server._lua_runtime = room.runtime
            server._lua_expected_globals = names
            server._lua_current_socket = current
            server._lua_set_keys_argv = room.set_keys_and_arguments
            server.script_room = room
        return room.runtime


_OWN = {
    "blmove": signature("blmove", "blmove", bytes, bytes, bytes, bytes, Timeout, flags=FLAG_NO_SCRIPT),
    "command docs": signature("command docs", "command_docs", repeat=(bytes,)),
    "config get": signature("config get", "config_get", bytes, repeat=(bytes,)),
    "info": signature("info", "info", repeat=(bytes,)),
    "memory": signature("memory", "memory", bytes, repeat=(bytes,)),
    "quit": signature("quit", "quit"),
    "role": signature("role", "role"),
    "slowlog": signature("slowlog", "slowlog", bytes, repeat=(bytes,)),
}


def _sha1hex(text: Any) -> bytes:
    return hashlib.sha1(text if isinstance(text, bytes) else str(text).encode()).hexdigest().encode()


def _check_name(name: bytes) -> None:
    if any(not 33 <= char <= 126 for char in name):
        raise SimpleError("ERR Client names cannot contain spaces, newlines or special characters.")

"""What the port answers by itself, on top of fakeredis: INFO, HELLO, TIME and more, within its limits."""

import time
from typing import Any

from sim.serve.redis_port.budgets import refusal as refuse_cost
from sim.serve.redis_port.command_policy import DANGEROUS, OFFERED, refusal
from sim.serve.redis_port.fakeredis_parts import (
    FLAG_NO_SCRIPT,
    NullArray,
    SimpleError,
    SimpleString,
    Timeout,
    signature,
)
from sim.serve.redis_port.globs import compile_glob
from sim.serve.redis_port.host import TOO_LONG
from sim.serve.redis_port.replies import weigh
from sim.serve.redis_port.script_commands import ScriptCommands

OK = SimpleString(b"OK")
MAX_NAME = 1_024
MAX_SETTINGS = 64
"""Patterns of one CONFIG GET."""
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


class ClientCommands(ScriptCommands):
    """fakeredis's commands, with what it lacks and without what a client must not do."""

    is_over = False
    _transaction_end_s = 0.0
    _replies_bytes = 0

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
        """Carry a command out where the limits allow it; those of a transaction have a limit together."""
        limits = self._host.limits
        if self._in_transaction and time.monotonic() > self._transaction_end_s:
            return SimpleError("ERR the transaction ran too long and was stopped; what it wrote until then is kept")
        refused = refuse_cost(sig.name, args, self._db, limits) or self._host.budget.refusal(sig.name, args, self._db)
        if refused is not None:
            return SimpleError(refused)
        found = self._carry_out_command(func, sig, args, from_script)
        if self._in_transaction:
            self._replies_bytes += weigh(found)
            if self._replies_bytes > limits.reply_bytes:
                return SimpleError(TOO_LONG)
        return found

    def _carry_out_command(self, func: Any, sig: Any, args: list[Any], from_script: bool) -> Any:
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
        wanted = [compile_glob(pattern.lower()) for pattern in patterns[:MAX_SETTINGS]]
        return {name: value for name, value in self._settings().items() if any(glob.match(name) for glob in wanted)}

    def _settings(self) -> dict[bytes, bytes]:
        limits = self._host.limits
        return SETTINGS | {
            b"maxmemory": b"%d" % limits.data_bytes,
            b"proto-max-bulk-len": b"%d" % limits.argument_bytes,
        }

    def memory(self, subcommand: bytes, *arguments: bytes) -> int | None:
        """MEMORY USAGE, about."""
        if subcommand.lower() != b"usage" or not arguments:
            raise SimpleError("ERR unknown subcommand or wrong number of arguments; only MEMORY USAGE key is supported")
        return self._host.size_of(arguments[0], self._db)

    def slowlog(self, subcommand: bytes, *_: bytes) -> Any:
        """SLOWLOG: nothing is slow."""
        name = subcommand.lower()
        if name == b"get":
            return []
        if name == b"len":
            return 0
        raise SimpleError("ERR unknown subcommand; only SLOWLOG GET and SLOWLOG LEN are supported")

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
        """EXEC, for as long as a transaction may take."""
        self._transaction_end_s = time.monotonic() + self._host.limits.transaction_s
        self._replies_bytes = 0
        answer = super().exec_()
        return NullArray() if answer is None else answer

    # -- what takes fakeredis time that grows with the square of its arguments ---------------------------------------

    def lpush(self, key: Any, *values: bytes) -> int:
        """LPUSH."""
        key.value[:0] = values[::-1]
        key.updated()
        return len(key.value)

    def lrem(self, key: Any, count: int, value: bytes) -> int:
        """LREM."""
        items: list[bytes] = key.value
        left = len(items) if not count else abs(count)
        kept: list[bytes] = []
        for item in items if count >= 0 else reversed(items):
            if left and item == value:
                left -= 1
            else:
                kept.append(item)
        removed = len(items) - len(kept)
        if removed:
            items[:] = kept if count >= 0 else kept[::-1]
            key.updated()
        return removed

    # -- what is kept for a client -----------------------------------------------------------------------------------

    def _subscribe(self, channels: Any, subscribers: dict[bytes, Any], mtype: bytes) -> Any:
        limits = self._host.limits
        held = max(self._pubsub, len(subscribers) if mtype == b"psubscribe" else 0)
        if held + len(channels) > limits.subscriptions or any(len(name) > limits.name_bytes for name in channels):
            raise SimpleError(
                f"ERR too many subscriptions: at most {limits.subscriptions:,} channels or patterns at this port, "
                f"with names of at most {limits.name_bytes:,} bytes"
            )
        return super()._subscribe(channels, subscribers, mtype)

    def watch(self, *keys: Any) -> Any:
        """WATCH."""
        limits = self._host.limits
        names = [key.key for key in keys] + [name for name, _database in self._watches]
        if len(names) > limits.watched_keys or sum(map(len, names)) > limits.names_bytes:
            raise SimpleError(f"ERR too many keys are watched; at most {limits.watched_keys:,} at this port")
        return super().watch(*keys)


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


def _check_name(name: bytes) -> None:
    if len(name) > MAX_NAME or any(not 33 <= char <= 126 for char in name):
        raise SimpleError("ERR Client names cannot contain spaces, newlines or special characters.")

"""Everything of fakeredis that the port stands on, in one place, and a check that it is still what it was.

fakeredis promises none of these names. Another release of it may change them; ``check_fakeredis`` says so at the start
instead of letting a client find out.
"""

import importlib.util
from typing import Any

from fakeredis._command_args_parsing import Timeout
from fakeredis._commands import SUPPORTED_COMMANDS, Signature
from fakeredis._helpers import NoResponse, SimpleError, SimpleString
from fakeredis._msgs import FLAG_NO_SCRIPT
from fakeredis._socket import FakeSocket
from fakeredis._socket._resp import convert_to_resp2

from sim.core.errors import SimError

__all__ = [
    "FLAG_NO_SCRIPT",
    "SUPPORTED_COMMANDS",
    "FakeSocket",
    "NoResponse",
    "NullArray",
    "SimpleError",
    "SimpleString",
    "Timeout",
    "check_fakeredis",
    "convert_to_resp2",
    "lua_module",
    "server_behind",
    "signature",
]

_METHODS = (
    "_blocking", "_cleanup", "_clear_watches", "_decode_result", "_discard_subscriptions", "_get_server_runtime",
    "_lua_redis_call", "_lua_redis_pcall", "_lua_setresp", "_name_to_func", "_process_command", "_run_command",
    "client_setinfo", "client_setname", "eval", "exec_", "hello", "kill", "lastsave", "put_response", "time",
)  # fmt: skip


class FakeredisChanged(SimError):
    """The installed fakeredis lacks something that the Redis port stands on."""

    def __str__(self) -> str:
        return f"the installed fakeredis has no {self.args[0]}; the Redis port needs another release of it"


class ServePartMissing(SimError):
    """Something that the port needs is not installed."""

    def __str__(self) -> str:
        return f"the Redis port needs {self.args[0]}; run: pip install 'jobworker-sim[serve]'"


class NullArray(SimpleString):
    """RESP2's null array, which tells a transaction that was called off and a blocked pop that timed out."""

    def __init__(self) -> None:
        super().__init__(b"")


def check_fakeredis() -> None:
    """See that everything is there.

    Raises:
        ServePartMissing: lupa (for Lua) or msgpack (for Bull's scripts) is not installed.
        FakeredisChanged: fakeredis has changed.
    """
    for part in ("lupa", "msgpack"):
        if importlib.util.find_spec(part) is None:
            raise ServePartMissing(part)
    for name in _METHODS:
        if not callable(getattr(FakeSocket, name, None)):
            raise FakeredisChanged(f"FakeSocket.{name}")


def lua_module() -> Any:
    """Return the Lua that fakeredis itself runs scripts in; what it hands out is told apart by this module's types."""
    from fakeredis.commands_mixins.scripting_mixin import LUA_MODULE

    return LUA_MODULE


def server_behind(client: Any) -> Any:
    """Return the server that a client of fakeredis talks to.

    Raises:
        FakeredisChanged: The client does not say.
    """
    server = client.connection_pool.connection_kwargs.get("server")
    if server is None or not hasattr(server, "dbs"):
        raise FakeredisChanged("server behind its clients")
    return server


def signature(name: str, method: str, *fixed: Any, repeat: Any = (), flags: Any = "") -> Any:
    """Describe a command that fakeredis does not have: which method carries it out, with which arguments."""
    return Signature(name, method, fixed, repeat, flags=flags)

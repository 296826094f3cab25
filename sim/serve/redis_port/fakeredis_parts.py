"""Everything of fakeredis that the port stands on, in one place, and a check that it is still what it was.

fakeredis promises none of these names. Another release of it may change them; ``check_fakeredis`` says so at the start
instead of letting a client find out.
"""

from typing import Any

from fakeredis._command_args_parsing import Timeout
from fakeredis._commands import SUPPORTED_COMMANDS, Signature
from fakeredis._helpers import NoResponse, SimpleError, SimpleString
from fakeredis._msgs import FLAG_NO_SCRIPT
from fakeredis._socket import FakeSocket, _notifications
from fakeredis._socket._resp import convert_to_resp2, extract_command
from fakeredis.commands_mixins import _mixin_base, generic_mixin, pubsub_mixin
from fakeredis.model import is_write_command

from sim.core.errors import SimError
from sim.core.extras import need
from sim.serve.redis_port.globs import compile_glob

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
    "extract_command",
    "is_write_command",
    "server_behind",
    "signature",
]

_METHODS = (
    "_blocking", "_cleanup", "_clear_watches", "_decode_result", "_discard_subscriptions", "_name_to_func",
    "_process_command", "_run_command", "client_setinfo", "client_setname", "eval", "evalsha", "exec_", "hello", "kill",
    "lastsave", "put_response", "script_load", "time",
)  # fmt: skip


_MATCHERS: tuple[Any, ...] = (_mixin_base, _notifications, generic_mixin, pubsub_mixin)
"""Where fakeredis matches patterns; its own way takes for ever on some, in whichever thread that is."""


class FakeredisChanged(SimError):
    """The installed fakeredis lacks something that the Redis port stands on."""

    def __str__(self) -> str:
        return f"the installed fakeredis has no {self.args[0]}; the Redis port needs another release of it"


class NullArray(SimpleString):
    """RESP2's null array, which tells a transaction that was called off and a blocked pop that timed out."""

    def __init__(self) -> None:
        super().__init__(b"")


def check_fakeredis() -> None:
    """See that everything is there, and have patterns matched in bounded time from now on.

    Raises:
        MissingExtra: lupa (for Lua) or msgpack (for Bull's scripts) is not installed.
        FakeredisChanged: fakeredis has changed.
    """
    need("the Redis port", "serve", "lupa", "msgpack")
    for module in _MATCHERS:
        if not callable(getattr(module, "compile_pattern", None)):
            raise FakeredisChanged(f"{module.__name__}.compile_pattern")
        module.compile_pattern = compile_glob
    for name in _METHODS:
        if not callable(getattr(FakeSocket, name, None)):
            raise FakeredisChanged(f"FakeSocket.{name}")


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

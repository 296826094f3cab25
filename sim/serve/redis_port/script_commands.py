"""EVAL and its kin: a client's scripts, carried out in a process of their own, whose commands come back here."""

import hashlib
from typing import Any

from sim.serve.redis_port.fakeredis_parts import FakeSocket, SimpleError, SimpleString, extract_command
from sim.serve.redis_port.host import TOO_LONG, Host
from sim.serve.redis_port.replies import weigh
from sim.serve.redis_port.script_runner import ScriptError, error_text
from sim.serve.redis_port.script_wire import ERROR, STATUS, Reply


class ScriptCommands(FakeSocket):
    """fakeredis's commands, with scripts that can be killed in place of its own."""

    _host: Host

    def eval(self, script: bytes, numkeys: int, *keys_and_args: bytes) -> Any:
        """EVAL, in a process of its own and for as long as a script may take."""
        if numkeys > len(keys_and_args):
            raise SimpleError("ERR Number of keys can't be greater than number of args")
        if numkeys < 0:
            raise SimpleError("ERR Number of keys can't be negative")
        sha = self._remember(script)
        self._script_resp = 2
        try:
            answer = self._host.scripts.run(
                sha,
                script,
                list(keys_and_args[:numkeys]),
                list(keys_and_args[numkeys:]),
                self._call_from_script,
                self._respond_in,
            )
        except ScriptError as error:
            raise SimpleError(str(error)) from None
        finally:
            self._script_resp = None
        if isinstance(answer, Reply) and answer.code == ERROR:
            raise SimpleError(error_text(answer))
        return _from_script(answer)

    def evalsha(self, sha1: bytes, numkeys: int, *keys_and_args: bytes) -> Any:
        """EVALSHA."""
        script = self._server.script_cache.get(sha1.lower())
        if script is None:
            self._host.scripts.prepare()  # the script will follow soon
            raise SimpleError("NOSCRIPT No matching script. Please use EVAL.")
        return self.eval(script, numkeys, *keys_and_args)

    def script_load(self, *args: bytes) -> bytes:
        """SCRIPT LOAD."""
        if len(args) != 1:
            raise SimpleError("ERR Unknown subcommand or wrong number of arguments for 'LOAD'. Try SCRIPT HELP.")
        self._host.scripts.prepare()
        return self._remember(args[0]).encode()

    def _remember(self, script: bytes) -> str:
        sha = hashlib.sha1(script).hexdigest()
        cache: dict[bytes, bytes] = self._server.script_cache
        if sha.encode() not in cache:
            cache[sha.encode()] = script
            held = sum(map(len, cache.values())) + len(cache) * len(sha)
            while held > self._host.limits.scripts_bytes and len(cache) > 1:
                held -= len(cache.pop(next(iter(cache)))) + len(sha)
        return sha

    def _call_from_script(self, fields: list[bytes]) -> Any:
        """Carry out what a script calls; its errors are answers as well."""
        try:
            name, arguments = extract_command(fields)
            func, sig = self._name_to_func(name)
            if func is None:
                raise SimpleError("ERR Wrong number of args calling Redis command from script")
            answer = self._run_command(func, sig, arguments, True)
            if weigh(answer) > self._host.limits.reply_bytes:
                return Reply(ERROR, TOO_LONG.encode())
            return _to_script(answer)
        except SimpleError as error:
            return Reply(ERROR, error.value.encode("utf-8", "replace"))
        except Exception as error:  # a fault of fakeredis is an error to the script
            return Reply(ERROR, f"ERR the simulated Redis cannot execute this: {error!r}".encode("utf-8", "replace"))

    def _respond_in(self, version: int) -> None:
        self._script_resp = version


def _to_script(value: Any) -> Any:
    """Make the answer of a command ready for the wire."""
    if isinstance(value, SimpleString):
        return Reply(STATUS, value.value)
    if isinstance(value, SimpleError):
        return Reply(ERROR, value.value.encode("utf-8", "replace"))
    if isinstance(value, list | tuple):
        return [item if type(item) is bytes else _to_script(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(map(_to_script, value), key=repr)
    if isinstance(value, dict):
        return {_to_script(key): _to_script(item) for key, item in value.items()}
    return value


def _from_script(value: Any) -> Any:
    """Make a script's answer what a command answers."""
    if isinstance(value, Reply):
        return SimpleString(value.text) if value.code == STATUS else SimpleError(error_text(value))
    if isinstance(value, list):
        return [_from_script(item) for item in value]
    if isinstance(value, dict):
        return {_from_script(key): _from_script(item) for key, item in value.items()}
    return value

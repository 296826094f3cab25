"""The process in which scripts run: one Lua, no keys, and a wire to the Redis port that has them.

It can be killed at any moment, whatever a script is at (``string.find`` on a pattern that takes a year holds every lock
of its process and hears no signal); the port starts another. It imports little, to be there soon.
"""

import ctypes
import os
import resource
import signal
import socket
import sys
from typing import Any

from sim.serve.redis_port.limits import PortLimits
from sim.serve.redis_port.lua_runtime import ScriptFailed, ScriptSlot
from sim.serve.redis_port.script_wire import FRAME_BYTES, Wire, WireBroken

ROOM_BYTES = 512 * 1024 * 1024
"""What the process may take on top of what it needs to start; Lua itself may take less."""
MORE_CPU_S = 5
_DIE_WITH_PARENT = 1
"""prctl's PR_SET_PDEATHSIG."""


def main(descriptor: int, script_s: float, script_bytes: int) -> None:
    """Run scripts until the port hangs up."""
    _die_with_the_port()
    limits = PortLimits()._replace(script_s=script_s, script_bytes=script_bytes)
    wire = Wire(socket.socket(fileno=descriptor))

    def ask(*message: Any) -> Any:
        try:
            wire.send(message)
            return wire.receive()
        except WireBroken:  # the port is gone; a script could catch an error and go on for ever
            os._exit(1)

    room = ScriptSlot(limits, ask)
    _limit_memory()
    wire.send(["ready"])
    while True:
        try:
            kind, sha, script, keys, arguments = wire.receive()
        except WireBroken:
            return
        if kind != "run":
            return
        _limit_time(script_s)
        wire.send(_carry_out(room, sha, script, keys, arguments))


def _carry_out(
    room: ScriptSlot, sha: str, script: bytes | None, keys: list[bytes], arguments: list[bytes]
) -> list[Any]:
    try:
        if script is not None:
            room.compile(sha, script)
        value = room.run(sha, keys, arguments)
    except ScriptFailed as error:
        return ["failed", str(error), room.is_full]
    except (MemoryError, RecursionError) as error:
        return ["failed", f"ERR the script was ended: {error or 'it took too much memory'}", True]
    size = _size(value)
    if size > FRAME_BYTES // 2:
        return ["failed", "ERR the reply of the script is too long", True]
    return ["done", value, room.is_full]


def _size(value: Any) -> int:
    if isinstance(value, bytes):
        return len(value) + 8
    if isinstance(value, list):
        return 8 + sum(map(_size, value))
    if isinstance(value, dict):
        return 8 + sum(_size(key) + _size(item) for key, item in value.items())
    return 16


def _die_with_the_port() -> None:
    """Leave no script running when the port's process is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the port, which then hangs up
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _limit_memory() -> None:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + ROOM_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (OSError, ValueError):  # not on this system: Lua's own limit holds, and the clock
        return


def _limit_time(script_s: float) -> None:
    """End with the processor's time as well, should nobody be there to kill this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + script_s) + MORE_CPU_S
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    except (OSError, ValueError):
        return


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))

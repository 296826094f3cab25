"""Which commands Bull sends to Redis, read out of the bytes that pass a proxy."""

from sim.faults.injector import Answered

NOTHING = (b"*2\r\n$-1", b"$-1", b"*-1", b":-")
"""How a reply begins that brings no job, or refuses what was asked for."""


class CommandReader:
    """Reads the commands of one connection as they pass; a chunk may end in the middle of one."""

    def __init__(self) -> None:
        self._rest = b""

    def read(self, chunk: bytes) -> list[Answered]:
        """Return which of the commands that faults know were sent with this chunk."""
        self._rest += chunk
        found: list[Answered] = []
        while (parsed := _command(self._rest)) is not None:
            fields, self._rest = parsed
            kind = kind_of(fields)
            if kind is not None:
                found.append(kind)
        return found


def kind_of(fields: list[bytes]) -> Answered | None:
    """Say which kind a command is: by its name, or by the keys of its script; None for all that no fault asks for."""
    name = fields[0].lower() if fields else b""
    if name in (b"brpoplpush", b"blmove"):
        return "pop"
    if name not in (b"eval", b"evalsha") or len(fields) < 3 or not fields[2].isdigit():
        return None
    number = int(fields[2])
    keys, arguments = fields[3 : 3 + number], fields[3 + number :]
    if number == 6 and keys[3].endswith(b":id"):
        return "add"
    if number == 9 and keys[1].endswith(b":completed"):
        return "complete"
    if number == 8 and keys[5].endswith(b":limiter") and keys[0].endswith(b":wait") and not arguments[4]:
        return "pop"
    return None


def brings_something(reply: bytes) -> bool:
    """Tell whether a reply brings a job, or says that something was done."""
    return not reply.startswith((*NOTHING, b"-"))


def _command(text: bytes) -> tuple[list[bytes], bytes] | None:
    """Return the fields of the first command and what follows it; None where it is not there as a whole."""
    head, end, rest = text.partition(b"\r\n")
    if not end or not head.startswith(b"*"):
        return None
    fields: list[bytes] = []
    for _ in range(int(head[1:])):
        head, end, rest = rest.partition(b"\r\n")
        if not end:
            return None
        size = int(head[1:])
        if len(rest) < size + 2:
            return None
        fields.append(rest[:size])
        rest = rest[size + 2 :]
    return fields, rest

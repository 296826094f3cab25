"""Commands out of the bytes that a client sends: RESP arrays, and lines as people type them into ``nc``."""

from sim.core.errors import SimError
from sim.serve.redis_port.limits import PortLimits

PER_FIELD_BYTES = 64
_ESCAPES = {ord("n"): b"\n", ord("r"): b"\r", ord("t"): b"\t", ord("b"): b"\b", ord("a"): b"\a"}


class ProtocolError(SimError):
    """Bytes that are not Redis's protocol; the connection cannot go on. The text is Redis's own."""


class RequestReader:
    """Takes bytes as they come and gives commands as they become complete.

    Source: Redis 7.0, ``processInlineBuffer`` and ``processMultibulkBuffer``.
    """

    def __init__(self, limits: PortLimits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._at = 0
        self._missing = 0
        self._length = -1
        self._size = 0
        self._fields: list[bytes] = []

    @property
    def is_amid_command(self) -> bool:
        """Whether a command was begun and is not complete."""
        return bool(self._missing or self._at < len(self._buffer))

    @property
    def held_bytes(self) -> int:
        """How much memory what has come takes, with the arguments of a command that is not complete."""
        return len(self._buffer) + (self._size + PER_FIELD_BYTES * len(self._fields) if self._missing else 0)

    @property
    def unread_bytes(self) -> int:
        """How much has come that was not given out yet."""
        return len(self._buffer) - self._at

    def feed(self, data: bytes) -> None:
        """Take in what came."""
        if self._at:
            del self._buffer[: self._at]
            self._at = 0
        self._buffer += data

    def next(self) -> list[bytes] | None:
        """Return the next command with its arguments, or None when it is not complete.

        Raises:
            ProtocolError: What came is not a command, or a greater one than the limits allow.
        """
        while True:
            if not self._missing:
                line = self._line("too big mbulk count string" if self._starts_with(b"*") else "too big inline request")
                if line is None:
                    return None
                if not line.startswith(b"*"):
                    fields = split_line(line)
                    if fields:
                        return fields
                    continue
                self._missing = self._number(line, "invalid multibulk length", self._limits.arguments)
                self._fields, self._size = [], 0
                if self._missing <= 0:
                    self._missing = 0
                    continue
            if not self._read_arguments():
                return None
            return self._fields

    def _read_arguments(self) -> bool:
        while self._missing:
            if self._length < 0:
                line = self._line("too big bulk count string")
                if line is None:
                    return False
                if not line.startswith(b"$"):
                    raise ProtocolError(f"Protocol error: expected '$', got {_shown(line)}")
                length = self._number(line, "invalid bulk length", self._limits.argument_bytes)
                self._size += max(length, 0)
                if length < 0 or self._size > self._limits.command_bytes:
                    raise ProtocolError("Protocol error: invalid bulk length")
                self._length = length
            end = self._at + self._length
            if len(self._buffer) < end + 2:
                return False
            self._fields.append(bytes(self._buffer[self._at : end]))
            self._at = end + 2
            self._length = -1
            self._missing -= 1
        return True

    def _starts_with(self, mark: bytes) -> bool:
        return self._buffer[self._at : self._at + 1] == mark

    def _line(self, too_long: str) -> bytes | None:
        end = self._buffer.find(b"\n", self._at, self._at + self._limits.line_bytes)
        if end < 0:
            if len(self._buffer) - self._at >= self._limits.line_bytes:
                raise ProtocolError(f"Protocol error: {too_long}")
            return None
        line = bytes(self._buffer[self._at : end])
        self._at = end + 1
        return line.removesuffix(b"\r")

    def _number(self, line: bytes, wrong: str, most: int) -> int:
        digits = line[1:]
        plain = digits.removeprefix(b"-")
        if not plain.isdigit() or len(plain) > 20 or int(digits) > most:
            raise ProtocolError(f"Protocol error: {wrong}")
        return int(digits)


def split_line(line: bytes) -> list[bytes]:
    """Split a line into words; words with spaces stand in quotes.

    Raises:
        ProtocolError: A quote is not closed, or something follows it at once.
    """
    words: list[bytes] = []
    at, end = 0, len(line)
    while True:
        while at < end and line[at : at + 1].isspace():
            at += 1
        if at == end:
            return words
        if line[at : at + 1] not in (b'"', b"'"):
            start = at
            while at < end and not line[at : at + 1].isspace():
                at += 1
            words.append(line[start:at])
            continue
        word, at = _quoted(line, at)
        words.append(word)


def _quoted(line: bytes, at: int) -> tuple[bytes, int]:
    quote, word = line[at], bytearray()
    at += 1
    while at < len(line):
        if line[at] == quote:
            if at + 1 < len(line) and not line[at + 1 : at + 2].isspace():
                break
            return bytes(word), at + 1
        if line[at : at + 1] == b"\\" and at + 1 < len(line) and (quote == ord('"') or line[at + 1] == quote):
            at += 1
            if line[at : at + 1] == b"x" and _is_hex(line[at + 1 : at + 3]):
                word.append(int(line[at + 1 : at + 3], 16))
                at += 3
                continue
            word += _ESCAPES.get(line[at], line[at : at + 1]) if quote == ord('"') else line[at : at + 1]
        else:
            word.append(line[at])
        at += 1
    raise ProtocolError("Protocol error: unbalanced quotes in request")


def _is_hex(digits: bytes) -> bool:
    return len(digits) == 2 and all(digit in b"0123456789abcdefABCDEF" for digit in digits)


def _shown(line: bytes) -> str:
    return f"'{chr(line[0]) if line and 32 <= line[0] < 127 else ' '}'"

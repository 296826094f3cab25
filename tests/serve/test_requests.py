"""What counts as a command, and what as a breach of the protocol, byte by byte."""

import pytest

from sim.serve.redis_port.limits import PortLimits
from sim.serve.redis_port.requests import ProtocolError, RequestReader

SMALL = PortLimits(argument_bytes=10, command_bytes=15, arguments=3, line_bytes=40)


def commands(data: bytes, step: int | None = None) -> list[list[bytes]]:
    """Every command in these bytes, which come in pieces of so many."""
    reader, found = RequestReader(SMALL), []
    for start in range(0, len(data), step or len(data)):
        reader.feed(data[start : start + (step or len(data))])
        while (fields := reader.next()) is not None:
            found.append(fields)
    return found


@pytest.mark.parametrize("step", [1, 2, 7, None])
def test_commands_are_the_same_however_the_bytes_arrive(step: int | None) -> None:
    """An array, an empty argument, an argument with line ends, a line, an empty line, an empty array."""
    data = b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n" + b"*1\r\n$4\r\n\r\n\r\n\r\n"
    data += b'PING "a b"\r\n' + b"\r\n*0\r\n*-1\r\nPING\n"
    assert commands(data, step) == [[b"GET", b""], [b"\r\n\r\n"], [b"PING", b"a b"], [b"PING"]]


def test_quotes_take_escapes() -> None:
    """As redis-cli and the inline commands of Redis read them."""
    assert commands(rb'SET "a\n\x41\"" ' + rb"'b\'\n'" + b"\r\n") == [[b"SET", b'a\nA"', rb"b'\n"]]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"*x\r\n", "invalid multibulk length"),
        (b"*4\r\n", "invalid multibulk length"),
        (b"*99999999999999999999999\r\n", "invalid multibulk length"),
        (b"*1\r\n+OK\r\n", "expected '$', got '+'"),
        (b"*1\r\n\x00\r\n", "expected '$', got ' '"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*1\r\n$11\r\n", "invalid bulk length"),
        (b"*2\r\n$8\r\n12345678\r\n$8\r\n", "invalid bulk length"),
        (b'GET "a\r\n', "unbalanced quotes"),
        (b'GET "a"b\r\n', "unbalanced quotes"),
        (b"x" * 40, "too big inline request"),
        (b"*" + b"1" * 40, "too big mbulk count string"),
        (b"*1\r\n$" + b"1" * 40, "too big bulk count string"),
    ],
)
def test_a_breach_is_named_as_redis_names_it(data: bytes, why: str) -> None:
    """Before any of what it announces is kept."""
    with pytest.raises(ProtocolError, match=why.replace("$", r"\$").replace("+", r"\+")):
        commands(data)


def test_the_limits_themselves_are_allowed() -> None:
    """Three arguments, ten bytes in one, fifteen in all."""
    assert commands(b"*3\r\n$10\r\n0123456789\r\n$5\r\n12345\r\n$0\r\n\r\n") == [[b"0123456789", b"12345", b""]]
    assert RequestReader(SMALL).next() is None

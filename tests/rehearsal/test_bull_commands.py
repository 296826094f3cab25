"""What a proxy reads out of the bytes that pass."""

import pytest

from sim.rehearsal.bull_commands import CommandReader, brings_something


def packed(*fields: str) -> bytes:
    """Write a command as a client does."""
    return f"*{len(fields)}\r\n".encode() + b"".join(f"${len(one)}\r\n{one}\r\n".encode() for one in fields)


ADD = ("evalsha", "sha", "6", "bull:q:wait", "bull:q:paused", "bull:q:meta-paused", "bull:q:id", "bull:q:delayed", "x")
COMPLETE = ("eval", "lua", "9", "bull:q:active", "bull:q:completed", *"abcdefg", "17")
FAIL = ("eval", "lua", "9", "bull:q:active", "bull:q:failed", *"abcdefg", "17")
KEYS = ("bull:q:wait", "b", "c", "d", "e", "bull:q:limiter", "g", "h")
TAKE = ("evalsha", "sha", "8", *KEYS, "bull:q:", "token", "30000", "1", "")
LOCK = ("evalsha", "sha", "8", *KEYS, "bull:q:", "token", "30000", "1", "17")


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        (ADD, ["add"]),
        (COMPLETE, ["complete"]),
        (FAIL, []),
        (TAKE, ["pop"]),
        (LOCK, []),
        (("brpoplpush", "bull:q:wait", "bull:q:active", "5"), ["pop"]),
        (("ping",), []),
    ],
)
def test_a_command_is_known_by_its_name_or_by_its_keys(fields: tuple[str, ...], kinds: list[str]) -> None:
    """A failure is no success, and a lock for a popped job brings nothing new."""
    assert CommandReader().read(packed(*fields)) == kinds


def test_a_chunk_may_end_anywhere() -> None:
    """The command counts when the whole of it has been sent."""
    text = packed(*ADD) + packed("ping") + packed(*COMPLETE)
    for cut in range(len(text)):
        reader = CommandReader()
        assert reader.read(text[:cut]) + reader.read(text[cut:]) == ["add", "complete"]


@pytest.mark.parametrize(
    ("reply", "brings"),
    [
        (b"$2\r\n17\r\n", True),
        (b"*-1\r\n", False),
        (b"$-1\r\n", False),
        (b"*2\r\n$-1\r\n$-1\r\n", False),
        (b":0\r\n", True),
        (b":-2\r\n", False),
        (b"-ERR x\r\n", False),
    ],
)
def test_a_reply_that_brings_nothing_is_passed_on(reply: bytes, brings: bool) -> None:
    """A pop that timed out, a refusal, an error."""
    assert brings_something(reply) is brings

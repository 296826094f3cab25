"""The check that the installed fakeredis is one that the simulator can use, made once in a process.

The simulated server and its shortcuts rely on how fakeredis keeps its data, which is nobody's promise; a release that
keeps it otherwise is found out here instead of in a wrong result.
"""

from typing import Any

import fakeredis

from sim.core.errors import SimError
from sim.world.simulated_server import SimulatedServer

Call = tuple[str, tuple[Any, ...], dict[str, Any]]

EVERYDAY: tuple[Call, ...] = (
    ("set", ("text", "7"), {"px": 5_000}),
    ("set", ("other", 1), {}),
    ("incr", ("text",), {}),
    ("get", ("text",), {}),
    ("exists", ("text", "missing"), {}),
    ("publish", ("channel", "message"), {}),
    ("hset", ("hash", "a", "1"), {}),
    ("hset", ("hash",), {"mapping": {"b": "2", "c": 3}}),
    ("hincrby", ("hash", "a", 2), {}),
    ("hdel", ("hash", "c"), {}),
    ("hget", ("hash", "b"), {}),
    ("hgetall", ("hash",), {}),
    ("lpush", ("list", "b", "a"), {}),
    ("rpush", ("list", "d", "e"), {}),
    ("linsert", ("list", "BEFORE", "d", "c"), {}),
    ("rpoplpush", ("list", "moved"), {}),
    ("lrem", ("list", 1, "a"), {}),
    ("llen", ("list",), {}),
    ("lpos", ("list", "c"), {}),
    ("lindex", ("list", -1), {}),
    ("lrange", ("list", 0, -1), {}),
    ("sadd", ("set", "a", "b", "c"), {}),
    ("srem", ("set", "b"), {}),
    ("scard", ("set",), {}),
    ("sismember", ("set", "a"), {}),
    ("smembers", ("set",), {}),
    ("zadd", ("sorted", {"b": 2, "a": 2, "c": 0.5, "d": 9}), {}),
    ("zrem", ("sorted", "d"), {}),
    ("zcard", ("sorted",), {}),
    ("zcount", ("sorted", "-inf", 2), {}),
    ("zscore", ("sorted", "a"), {}),
    ("zrange", ("sorted", 0, -1), {"desc": True}),
    ("zrange", ("sorted", 0, 1), {"withscores": True}),
    ("zrangebyscore", ("sorted", 0, "+inf"), {"start": 1, "num": 1}),
    ("delete", ("other",), {}),
)
"""Everyday calls of all commands that have a shortcut, in an order in which each finds something."""
_LOOKS: tuple[Call, ...] = (
    ("keys", (), {}),
    ("get", ("text",), {}),
    ("pttl", ("text",), {}),
    ("hgetall", ("hash",), {}),
    ("lrange", ("list", 0, -1), {}),
    ("lrange", ("moved", 0, -1), {}),
    ("smembers", ("set",), {}),
    ("zrange", ("sorted", 0, -1), {"withscores": True}),
)


class CanaryError(SimError):
    """The installed fakeredis works otherwise than the simulator expects."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"this release of fakeredis ({getattr(fakeredis, '__version__', 'unknown')}) cannot be used: {found}; "
            "install the one that constraints.txt names"
        )


class _Hand:
    """A clock that the check moves."""

    now_ms = 1_000_000


def check_fakeredis(client_class: Any) -> None:
    """Check that keys expire on the simulated clock, and that shortcuts do what fakeredis's own commands do.

    Args:
        client_class: Makes the client with the shortcuts, given ``server`` and ``decode_responses``.

    Raises:
        CanaryError: They do not.
    """
    try:
        _check(client_class)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CanaryError(f"a shortcut fails with {type(error).__name__}: {error}") from error


def _check(client_class: Any) -> None:
    hand = _Hand()
    server, plain_server = SimulatedServer(hand), SimulatedServer(hand)
    client = client_class(server=server, decode_responses=True)
    plain = fakeredis.FakeRedis(server=plain_server, decode_responses=True)
    _check_expiry(client, hand)
    for call in EVERYDAY:
        _compare(call, client, plain)
    beside = fakeredis.FakeRedis(server=server, decode_responses=True)
    for call in _LOOKS:
        _compare(call, beside, plain)


def _check_expiry(client: Any, hand: _Hand) -> None:
    """Set a key that lives 500 ms, and see it there after 500 and gone after 501."""
    client.set("canary", 1, px=500)
    hand.now_ms += 500
    alive = client.exists("canary")
    hand.now_ms += 1
    if not alive or client.exists("canary"):
        raise CanaryError("its keys do not follow the simulated clock")


def _compare(call: Call, client: Any, plain: Any) -> None:
    command, args, options = call
    expected = getattr(plain, command)(*args, **options)
    answer = getattr(client, command)(*args, **options)
    if answer != expected:
        raise CanaryError(f"beside a shortcut, {command} answers {answer!r} instead of {expected!r}")

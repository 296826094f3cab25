"""The check that the installed fakeredis is one that the simulator can use, made once in a process.

The simulated server and the direct commands rely on names of fakeredis that nobody promises; a release that does
otherwise is found out here instead of in a wrong result.
"""

from typing import Any

import fakeredis

from sim.core.errors import SimError
from sim.stores.fakeredis_server import SimulatedServer

Call = tuple[str, tuple[Any, ...], dict[str, Any]]

CALLS: tuple[Call, ...] = (
    ("set", ("text", "7"), {"px": 5_000}),
    ("incr", ("text",), {}),
    ("hset", ("hash",), {"mapping": {"a": "1", "b": 2}}),
    ("hgetall", ("hash",), {}),
    ("lpush", ("list", "b", "a"), {}),
    ("rpoplpush", ("list", "moved"), {}),
    ("lrange", ("list", 0, -1), {}),
    ("sadd", ("set", "a"), {}),
    ("srem", ("set", "a"), {}),
    ("zadd", ("sorted", {"b": 2, "c": 0.5}), {}),
    ("zrange", ("sorted", 0, -1), {"withscores": True}),
    ("delete", ("moved", "missing"), {}),
    ("get", ("missing",), {}),
    ("pttl", ("text",), {}),
    ("keys", (), {}),
)
"""Each type of key is made, changed and read; one is emptied, one deleted."""


class UnsuitableFakeredis(SimError):
    """The installed fakeredis works otherwise than the simulator expects."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"this release of fakeredis ({getattr(fakeredis, '__version__', 'unknown')}) cannot be used: {found}; "
            "install the one that constraints.txt names"
        )


class _SetClock:
    """A clock that the check sets."""

    now_ms = 1_000_000


def check_installed_release(client_class: Any) -> None:
    """Check that keys expire on the simulated clock, and that direct commands do what fakeredis's own client does.

    Args:
        client_class: Makes the client with direct commands, given ``server`` and ``decode_responses``.

    Raises:
        UnsuitableFakeredis: They do not.
    """
    try:
        _check(client_class)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnsuitableFakeredis(f"a direct command fails with {type(error).__name__}: {error}") from error


def _check(client_class: Any) -> None:
    clock = _SetClock()
    client = client_class(server=SimulatedServer(clock), decode_responses=True)
    plain = fakeredis.FakeRedis(server=SimulatedServer(clock), decode_responses=True)
    for command, args, options in CALLS:
        expected = getattr(plain, command)(*args, **options)
        answer = getattr(client, command)(*args, **options)
        if answer != expected:
            raise UnsuitableFakeredis(f"as a direct command, {command} answers {answer!r} instead of {expected!r}")
    _check_expiry(client, clock)


def _check_expiry(client: Any, clock: _SetClock) -> None:
    """Set a key that lives 500 ms, and see it there after 500 and gone after 501."""
    client.set("expiring", 1, px=500)
    clock.now_ms += 500
    alive = client.exists("expiring")
    clock.now_ms += 1
    if not alive or client.exists("expiring"):
        raise UnsuitableFakeredis("its keys do not follow the simulated clock")

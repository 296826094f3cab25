"""A world in which three emails have failed, and its Redis on a port."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from sim.engine.world import World
from sim.serve.redis_port.limits import PortLimits
from sim.serve.redis_port.server import RedisPort

SCENARIO = Path(__file__).parent / "some_failed.yaml"

pytest.importorskip("lupa", reason="the Redis port needs lupa")


@pytest.fixture
def world() -> World:
    """Ten seconds into the run: emails 1 to 3 have failed, 4 is sent, nothing else is to come."""
    world = World(SCENARIO)
    world.run_until("10s")
    assert world.queue("email").counts["failed"] == 3
    assert world.queue("email").counts["completed"] == 1
    return world


@pytest.fixture
def port(world: World) -> Iterator[RedisPort]:
    """The world's Redis on a free port."""
    with RedisPort(world, port=0) as port:
        yield port


@pytest.fixture
def connect(port: RedisPort) -> Iterator[Callable[..., Any]]:
    """Opens clients (redis-py); they are closed with the test."""
    clients: list[Any] = []

    def open_client(to: RedisPort = port, **options: Any) -> Any:
        clients.append(redis.Redis(port=to.port, decode_responses=True, socket_timeout=20, **options))
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Callable[..., Any]) -> Any:
    """One client of redis-py, with its defaults."""
    return connect()


@pytest.fixture
def open_port(world: World) -> Iterator[Callable[..., RedisPort]]:
    """Opens ports with other limits; they are closed with the test."""
    ports: list[RedisPort] = []

    def open_one(allow_dangerous: bool = False, **limits: Any) -> RedisPort:
        ports.append(RedisPort(world, port=0, allow_dangerous=allow_dangerous, limits=PortLimits(**limits)).start())
        return ports[-1]

    yield open_one
    for port in ports:
        port.stop()


def wait_until_blocked(client: Any, count: int) -> None:
    """Ask until so many clients wait in a blocked pop."""
    deadline = time.monotonic() + 20
    while client.info("clients")["blocked_clients"] != count:
        assert time.monotonic() < deadline, f"there are never {count} clients in a blocked pop"


class Raw:
    """A TCP connection without a client library: bytes out, bytes in."""

    def __init__(self, port: RedisPort) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port.port), timeout=20)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def read(self, enough: bytes) -> bytes:
        """Read until something has come; what has come until the end if it never does."""
        data = b""
        while enough not in data:
            part = self.socket.recv(65536)
            if not part:
                break
            data += part
        return data

    def read_to_end(self) -> bytes:
        """Read until the server closes."""
        data = b""
        try:
            while part := self.socket.recv(65536):
                data += part
        except ConnectionResetError:
            pass
        return data


@pytest.fixture
def raw(port: RedisPort) -> Iterator[Callable[..., Raw]]:
    """Opens bare connections; they are closed with the test."""
    opened: list[Raw] = []

    def open_one(to: RedisPort = port) -> Raw:
        opened.append(Raw(to))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.socket.close()

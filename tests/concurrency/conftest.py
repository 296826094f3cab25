"""A real Redis, emptied; what is claimed here cannot be seen on a simulated one."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from sim.core.clock import ManualClock
from tests.unit.jobqueue.driver import Driver


@pytest.fixture
def real_store(real_redis_socket: str | None) -> Iterator[Any]:
    """A client of an empty real redis-server."""
    if real_redis_socket is None:
        pytest.skip("no redis-server on this machine")
    client = redis.Redis(unix_socket_path=real_redis_socket, decode_responses=True)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def q(real_store: Any, clock: ManualClock) -> Driver:
    """An empty queue on a real Redis."""
    return Driver(real_store, clock)

"""The queue under test is on a store that others write to between its reads and its writes."""

from typing import Any

import fakeredis
import pytest

from sim.core.clock import ManualClock
from tests.unit.queue.driver import Driver


@pytest.fixture(params=["watched", pytest.param("redis-server", marks=pytest.mark.real)])
def q(request: pytest.FixtureRequest, clock: ManualClock) -> Driver:
    """An empty queue on fakeredis as it is, whose transactions watch, and on a real Redis."""
    if request.param == "redis-server":
        return Driver(request.getfixturevalue("real_store"), clock)
    client: Any = fakeredis.FakeRedis(server=fakeredis.FakeServer(), decode_responses=True)
    return Driver(client, clock)

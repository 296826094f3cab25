"""Fixtures that every suite may use."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, settings

from sim.core.clock import ManualClock
from sim.stores.fakeredis_store import open_fakeredis
from sim.stores.memory_store import MemoryStore
from tests.redis_server import redis_server

settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")  # how fast the machine is decides nothing

NOTHING_SKIPPED = "NOTHING_SKIPPED"
"""Set in the environment where every real part is there: a test that would be skipped fails instead."""
T0 = 1_767_225_600_000
"""When the tests' clock begins, epoch ms."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Turn a skip into a failure where nothing may be skipped."""
    report = yield
    if report.skipped and os.environ.get(NOTHING_SKIPPED) and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and {NOTHING_SKIPPED} is set: {report.longrepr}"
    return report


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still at T0."""
    return ManualClock(T0)


@pytest.fixture(scope="session")
def real_redis_socket() -> Iterator[str | None]:
    """A real redis-server on a unix socket in a temporary folder, ended with the session; None where there is none."""
    binary = shutil.which("redis-server")
    if binary is None:
        yield None
        return
    with redis_server(binary) as socket:
        yield socket


@pytest.fixture(params=["memory", "fakeredis", "redis-server"])
def store(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Any]:
    """The same test body in memory, on the simulated Redis and on a real one."""
    if request.param == "memory":
        yield MemoryStore(clock)
        return
    if request.param == "fakeredis":
        yield open_fakeredis(clock)[1]
        return
    socket = request.getfixturevalue("real_redis_socket")
    if socket is None:
        pytest.skip("no redis-server on this machine")
    client = redis.Redis(unix_socket_path=socket, decode_responses=True)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def real_store(real_redis_socket: str | None) -> Iterator[Any]:
    """A client of an empty real redis-server, for what cannot be seen on a simulated one."""
    if real_redis_socket is None:
        pytest.skip("no redis-server on this machine")
    client = redis.Redis(unix_socket_path=real_redis_socket, decode_responses=True)
    client.flushall()
    yield client
    client.close()

"""The arms that carry the cases out, and the count of agreements at the end."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from sim.core.clock import ManualClock
from sim.rehearsal.real_parts import RealPartMissing
from sim.stores.fakeredis_store import open_fakeredis
from sim.stores.memory_store import MemoryStore
from tests.conformance.arms import T0, Arm, Mixed, ProjectQueue, RealBull
from tests.conformance.live import live_bull

ARMS = ("project-fakeredis", "project-memory", "project-redis", "bull-redis", "mixed", "mixed-swapped")


@pytest.fixture(scope="session")
def bull_arm() -> Iterator[Arm | str]:
    """The real Bull on a real Redis, or why it is not there."""
    try:
        with live_bull() as arm:
            yield arm
    except RealPartMissing as missing:
        yield str(missing)


def make_arm(name: str, request: pytest.FixtureRequest) -> Arm:
    """Put one arm together; the test is skipped where a part of it is missing."""
    if name == "project-fakeredis":
        clock = ManualClock(T0)
        store = open_fakeredis(clock)[1]
        return Arm(ProjectQueue(store), store, clock)
    if name == "project-memory":
        clock = ManualClock(T0)
        memory = MemoryStore(clock)
        return Arm(ProjectQueue(memory), memory, clock)
    if name == "project-redis":
        socket = request.getfixturevalue("real_redis_socket")
        if socket is None:
            pytest.skip("no redis-server on this machine")
        client = redis.Redis(unix_socket_path=socket, decode_responses=True)
        request.addfinalizer(client.close)
        return Arm(ProjectQueue(client), client)
    bull = request.getfixturevalue("bull_arm")
    if isinstance(bull, str):
        pytest.skip(bull)
    assert isinstance(bull.implementation, RealBull)
    if name == "bull-redis":
        return bull
    mixed = Mixed(ProjectQueue(bull.store), bull.implementation, swapped=name == "mixed-swapped")
    return Arm(mixed, bull.store)


@pytest.fixture(params=ARMS)
def arm(request: pytest.FixtureRequest) -> Arm:
    """Each arm in turn."""
    return make_arm(request.param, request)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how many cases agree on each arm."""
    agreed = dict.fromkeys(ARMS, 0)
    other = dict.fromkeys(ARMS, 0)
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.getreports(outcome):
            if "test_every_arm_does_what_the_real_bull_did" not in report.nodeid:
                continue
            name = report.nodeid.rsplit("[", 1)[1].rstrip("]").split("--")[0]
            table = agreed if outcome == "passed" else other
            if outcome != "passed" or report.when == "call":
                table[name] += 1
    if not any(agreed.values()) and not any(other.values()):
        return
    terminalreporter.write_line("")
    for name in ARMS:
        total = agreed[name] + other[name]
        missing = f"; {other[name]} skipped or disagreeing" if other[name] else ""
        terminalreporter.write_line(f"conformance: {name:18} {agreed[name]} of {total} cases agree{missing}")

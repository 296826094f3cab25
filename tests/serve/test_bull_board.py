"""bull-board, the usual dashboard for Bull, on a world's Redis."""

import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.engine.world import World
from sim.rehearsal.real_parts import RealPartMissing, find_real_parts
from sim.serve.redis_port.server import RedisPort

pytestmark = pytest.mark.real

SCRIPT = Path(__file__).parent / "board.js"


@pytest.fixture
def board(port: RedisPort) -> Iterator[Callable[..., Any]]:
    """Asks a running bull-board: method, path; returns what it answers."""
    try:
        parts = find_real_parts()
    except RealPartMissing as missing:
        pytest.skip(str(missing))
    if not (parts.node_modules / "@bull-board" / "express").is_dir():
        pytest.skip("bull-board is not installed; run: npm install --prefix sim/rehearsal/node")
    command = [parts.node, str(SCRIPT), str(parts.node_modules), str(port.port), "email"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    web_port = int(process.stdout.readline())

    def ask(method: str, path: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{web_port}/{path}", method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            body = response.read()
        return json.loads(body) if body and "json" in response.headers["Content-Type"] else body

    yield ask
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def test_the_dashboard_lists_and_retries_the_world_s_jobs(
    world: World, port: RedisPort, board: Callable[..., Any]
) -> None:
    """One, then all; the simulated worker sends them."""
    (queue,) = board("GET", "api/queues?activeQueue=email&status=failed&page=1")["queues"]
    assert queue["counts"]["failed"] == 3
    assert [job["id"] for job in queue["jobs"]] == ["3", "2", "1"]
    board("PUT", "api/queues/email/2/retry")
    with port.world_lock:
        world.run_until("11s")
    (queue,) = board("GET", "api/queues?activeQueue=email&status=completed&page=1")["queues"]
    assert (queue["counts"]["failed"], queue["counts"]["completed"]) == (2, 2)
    board("PUT", "api/queues/email/retry/failed")
    with port.world_lock:
        world.run_until("12s")
    (queue,) = board("GET", "api/queues?activeQueue=email&status=completed&page=1")["queues"]
    assert (queue["counts"]["failed"], queue["counts"]["completed"]) == (0, 4)


def test_the_dashboard_pauses_the_queue(world: World, port: RedisPort, board: Callable[..., Any]) -> None:
    """And lets it go on."""
    board("PUT", "api/queues/email/pause")
    board("PUT", "api/queues/email/1/retry")
    with port.world_lock:
        world.run_until("12s")
    assert world.queue("email").counts["paused"] == 1
    board("PUT", "api/queues/email/resume")
    with port.world_lock:
        world.run_until("13s")
    assert world.queue("email").counts["completed"] == 2


def test_the_dashboard_shows_the_simulated_redis(board: Callable[..., Any]) -> None:
    """Version, uptime in simulated time, memory, clients."""
    stats = board("GET", "api/redis/stats")
    assert (stats["version"], stats["mode"], stats["uptime"]) == ("7.0.0", "standalone", 10)
    assert stats["memory"]["used"] > 0
    assert stats["clients"]["connected"] >= 1

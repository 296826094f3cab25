"""The real parts, started for a while: a redis-server on a unix socket, and Bull in a Node process."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from sim.rehearsal.real_parts import find_real_parts
from tests.conformance.arms import Arm, RealBull


@contextmanager
def redis_server(binary: str) -> Iterator[str]:
    """Run a redis-server that keeps nothing, and yield the path of its socket."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        socket = str(Path(folder) / "redis.sock")
        command = [binary, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            client = redis.Redis(unix_socket_path=socket)
            while server.poll() is None:
                try:
                    client.ping()
                    break
                except redis.ConnectionError:
                    os.sched_yield()
            client.close()
            yield socket
        finally:
            server.kill()
            server.wait()


@contextmanager
def live_bull() -> Iterator[Arm]:
    """Run the real Bull on a real Redis.

    Raises:
        RealPartMissing: Node, Bull or redis-server is not on this machine.
    """
    parts = find_real_parts()
    with redis_server(parts.redis_server) as socket:
        bull = RealBull(parts, socket)
        client = redis.Redis(unix_socket_path=socket, decode_responses=True)
        try:
            yield Arm(bull, client)
        finally:
            client.close()
            bull.close()

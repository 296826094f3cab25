"""A real redis-server for tests."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis


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

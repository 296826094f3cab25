"""The real redis-server of a rehearsal: killed, started again, and out of reach for a while.

It listens on a socket file of its own and is *published* by a link of the name that clients know. So Redis can be taken
away at one moment and given back at another, however long redis-server takes to start; and it can be unreachable while
it lives on with all its data: without the link nobody can connect, and who was connected is cut off.
"""

import asyncio
import subprocess
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from sim.core.errors import SimError
from sim.rehearsal.process_group import ProcessGroup
from sim.scenario.schema import RedisConfig

POLICIES = {
    "none": ["--appendonly", "no"],
    "rdb": ["--appendonly", "no"],
    "aof-everysec": ["--appendonly", "yes", "--appendfsync", "everysec"],
    "aof-always": ["--appendonly", "yes", "--appendfsync", "always"],
}
"""Options by persistence policy. With ``rdb`` the snapshots are saved by ``save``, at the scenario's times."""
HZ = "500"
"""How often a second redis-server looks whether a blocked pop has timed out. At its default of 10 a pop ends up to 100
real ms late, which a scale of 1:20 makes two seconds of the scenario."""
PATIENCE_S = 10.0


class RedisProcess:
    """One redis-server, and those that take its place.

    Attributes:
        public: The socket that clients connect to.
        client: The director's own connection, to whichever server runs.
    """

    def __init__(self, program: str, process_group: ProcessGroup, config: RedisConfig) -> None:
        self._program = program
        self._process_group = process_group
        self._policy = POLICIES[config.persistence]
        self._data = process_group.folder / "redis"
        self._data.mkdir()
        self.public = process_group.folder / "redis.sock"
        self._generation = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.client = self._start()

    def _start(self) -> "redis.Redis":
        self._generation += 1
        command = [self._program, "--port", "0", "--unixsocket", str(self._hidden), "--dir", str(self._data)]
        self._process = self._process_group.start("redis-server", *command, "--hz", HZ, "--save", "", *self._policy)
        # It never waits by itself to try again: that would hold up the director, who has the clock.
        return redis.Redis(unix_socket_path=str(self._hidden), decode_responses=True, retry=Retry(NoBackoff(), 0))

    @property
    def _hidden(self) -> Path:
        return self._process_group.folder / f"redis-{self._generation}.sock"

    async def until_it_answers(self) -> None:
        """Wait until the server that was started last serves commands.

        Raises:
            SimError: It does not.
        """
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + PATIENCE_S
        while loop.time() < give_up_s:
            try:
                self.client.ping()
                return
            except (redis.ConnectionError, redis.BusyLoadingError):
                await asyncio.sleep(0.002)
        raise SimError(f"redis-server does not answer: {self._process_group.last_words('redis-server')}")

    def publish(self) -> None:
        """Let clients reach it from now on."""
        self.public.unlink(missing_ok=True)
        self.public.symlink_to(self._hidden)

    def hide(self) -> None:
        """Cut everybody off but the director, and let nobody in; the server lives on with its data."""
        if not self.public.is_symlink():
            return
        self.public.unlink()
        for kind in ("normal", "pubsub"):
            self.client.client_kill_filter(_type=kind, skipme=True)

    def kill(self) -> None:
        """Kill it as by ``kill -9`` and start another on the same folder, out of the clients' reach."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self.client.close()
        self.public.unlink(missing_ok=True)
        self.client = self._start()

    def close(self) -> None:
        """Close the director's connection."""
        self.client.close()

    def save(self) -> None:
        """Save a snapshot, as ``save_interval`` asks."""
        self.client.save()

    def version(self) -> str:
        """Return the server's version, such as 7.0.15."""
        return str(self.client.info("server")["redis_version"])

"""The real redis-server of a rehearsal: killed, started again, out of reach for a while, replaced by its replica.

It listens on a socket file of its own and is *published* by a link of the name that clients know. So Redis can be taken
away at one moment and given back at another, however long redis-server takes to start; and it can be unreachable while
it lives on with all its data: without the link nobody can connect, and who was connected is cut off.
"""

import asyncio
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

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
NOBODY = ("127.0.0.1", "1")
"""What a server is made a replica of that is to refuse writes and keep its data: nothing listens there."""


ALWAYS = ("--repl-diskless-sync-delay", "0")
"""A replica gets the data as soon as it asks, and not 5 s later."""


class _Running(NamedTuple):
    """One redis-server that runs, with its folder, its own socket, and the director's connection to it."""

    process: "subprocess.Popen[bytes]"
    data: Path
    hidden: Path
    client: "redis.Redis"

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()
        self.client.close()


class RedisProcess:
    """One redis-server, and those that take its place.

    Attributes:
        public: The socket that clients connect to.
    """

    def __init__(self, program: str, process_group: ProcessGroup, config: RedisConfig) -> None:
        self._program = program
        self._process_group = process_group
        self._policy = POLICIES[config.persistence]
        self.public = process_group.folder / "redis.sock"
        self._generation = 0
        self._running = self._start(self._new_folder())
        self._replica: _Running | None = None

    def _new_folder(self) -> Path:
        folder = self._process_group.folder / f"redis-{self._generation}"
        folder.mkdir()
        return folder

    def _start(self, data: Path) -> "_Running":
        self._generation += 1
        hidden = self._process_group.folder / f"redis-{self._generation}.sock"
        command = [self._program, "--port", "0", "--unixsocket", str(hidden), "--dir", str(data), *ALWAYS]
        process = self._process_group.start("redis-server", *command, "--hz", HZ, "--save", "", *self._policy)
        # It never waits by itself to try again: that would hold up the director, who has the clock.
        client = redis.Redis(unix_socket_path=str(hidden), decode_responses=True, retry=Retry(NoBackoff(), 0))
        return _Running(process, data, hidden, client)

    @property
    def client(self) -> "redis.Redis":
        """The director's own connection, to whichever server runs."""
        return self._running.client

    def socket(self) -> Path:
        """Name the socket of whichever server runs, which only the director and a replica know."""
        return self._running.hidden

    async def until_it_answers(self) -> None:
        """Wait until the server that was started last serves commands.

        Raises:
            SimError: It does not.
        """
        await self._until(lambda: bool(self.client.ping()))

    async def start_replica(self, port: int) -> None:
        """Start another server that follows whoever is at a port of this machine, and wait until it has the data.

        Raises:
            SimError: It does not get the data.
        """
        replica = self._replica = self._start(self._new_folder())
        await self._until(lambda: bool(replica.client.ping()))
        replica.client.replicaof("127.0.0.1", str(port))
        await self._until(lambda: replica.client.info("replication").get("master_link_status") == "up")

    async def _until(self, is_so: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + PATIENCE_S
        while loop.time() < give_up_s:
            with suppress(redis.ConnectionError, redis.BusyLoadingError):
                if is_so():
                    return
            await asyncio.sleep(0.002)
        raise SimError(f"redis-server does not answer: {self._process_group.last_words('redis-server')}")

    def publish(self) -> None:
        """Let clients reach it from now on."""
        self.public.unlink(missing_ok=True)
        self.public.symlink_to(self._running.hidden)

    def hide(self) -> None:
        """Cut everybody off but the director, and let nobody in; the server lives on with its data."""
        if not self.public.is_symlink():
            return
        self.public.unlink()
        for kind in ("normal", "pubsub"):
            self.client.client_kill_filter(_type=kind, skipme=True)

    def stop(self) -> None:
        """Freeze it, with all its connections."""
        self._running.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._running.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill it as by ``kill -9`` and start another on the same folder, out of the clients' reach."""
        self._running.end()
        self.public.unlink(missing_ok=True)
        self._running = self._start(self._running.data)

    def take_over(self) -> None:
        """Kill it as by ``kill -9``, and let its replica be the server, out of the clients' reach.

        Raises:
            SimError: It has none.
        """
        if self._replica is None:
            raise SimError("this failover was not planned, and there is no replica")
        self.public.unlink(missing_ok=True)
        self._running.end()
        self._running, self._replica = self._replica, None

    def refuse_writes(self) -> None:
        """Answer every write with READONLY, as a replica of nobody; who is connected stays so."""
        self.client.replicaof(*NOBODY)

    def accept_writes(self) -> None:
        """Be a primary again, with the data that is there."""
        self.client.replicaof("NO", "ONE")

    def close(self) -> None:
        """Close the director's connections."""
        for running in (self._running, self._replica):
            if running is not None:
                running.client.close()

    def save(self) -> None:
        """Save a snapshot, as ``save_interval`` asks; a replica saves its own."""
        for running in (self._running, self._replica):
            if running is not None:
                running.client.save()

    def version(self) -> str:
        """Return the server's version, such as 7.0.15."""
        return str(self.client.info("server")["redis_version"])

"""Starts the processes, kills and replaces workers at random moments, and ends when no job is left to run."""

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.concurrency.workload import QUEUES

ROOT = Path(__file__).parents[2]
WORKERS = 8
PRODUCERS = 2
LOOK_EVERY_S = 0.05


class Fleet:
    """Two producers and eight workers on one Redis.

    Attributes:
        kills: Workers killed by SIGKILL so far; each was replaced at once.
        seconds: How long the run took.
    """

    def __init__(
        self,
        client: Any,
        socket: str,
        folder: Path,
        *,
        jobs: int,
        max_stalled: int,
        seed: int,
        dead_letters: bool = False,
    ) -> None:
        self.client = client
        self.socket = socket
        self.folder = folder
        self.jobs = jobs
        self.max_stalled = max_stalled
        self.dead_letters = dead_letters
        self.random = random.Random(seed)
        self.kills = 0
        self.seconds = 0.0
        self._started = 0
        self._workers: list[subprocess.Popen[bytes]] = []
        self._producers: list[subprocess.Popen[bytes]] = []

    def run(self, *, kill_every_s: tuple[float, float], limit_s: float) -> None:
        """Run until every job has ended.

        Raises:
            TimeoutError: That did not happen in time.
            RuntimeError: A process ended that nobody had killed.
        """
        began = time.monotonic()
        try:
            self._workers = [self._start_worker() for _ in range(WORKERS)]
            for which in range(PRODUCERS):
                journal = self.folder / f"producer-{which}.journal"
                self._producers.append(self._start("producer", journal, str(which), str(self.jobs)))
            kill_at = time.monotonic() + self.random.uniform(*kill_every_s)
            while not self._is_drained():
                now = time.monotonic()
                if now - began > limit_s:
                    raise TimeoutError(f"jobs are left after {limit_s} s: {self._what_is_left()}")
                if now >= kill_at:
                    self._replace_one()
                    kill_at = now + self.random.uniform(*kill_every_s)
                time.sleep(max(0.0, min(LOOK_EVERY_S, kill_at - time.monotonic())))
            self.seconds = time.monotonic() - began
            self._end_gently()
        finally:
            for process in (*self._workers, *self._producers):
                process.kill()
                process.wait()

    def _start(self, kind: str, journal: Path, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"tests.concurrency.{kind}_process", self.socket, str(journal), *arguments]
        with journal.with_suffix(".errors").open("wb") as errors:
            return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=errors)

    def _start_worker(self) -> subprocess.Popen[bytes]:
        self._started += 1
        name = f"worker-{self._started}"
        dead = "1" if self.dead_letters else "0"
        return self._start("worker", self.folder / f"{name}.journal", name, str(self.max_stalled), dead)

    def _replace_one(self) -> None:
        place = self.random.randrange(WORKERS)
        self._workers[place].kill()
        self._workers[place].wait()
        self.kills += 1
        self._workers[place] = self._start_worker()

    def _is_drained(self) -> bool:
        for process in self._workers:
            if process.poll() is not None:
                raise RuntimeError(f"a worker ended by itself: {self._errors()}")
        ends = [process.poll() for process in self._producers]
        if any(ends):
            raise RuntimeError(f"a producer ended with an error: {self._errors()}")
        return None not in ends and not self._what_is_left()

    def _what_is_left(self) -> list[str]:
        unfinished = [
            key
            for keys in QUEUES.values()
            for key in (keys.wait, keys.paused, keys.active, keys.delayed, keys.priority, keys.stalled)
        ]
        with self.client.pipeline() as pipe:
            for key in unfinished:
                pipe.exists(key)
            return [key for key, there in zip(unfinished, pipe.execute(), strict=True) if there]

    def _end_gently(self) -> None:
        for process in self._workers:
            process.terminate()
        for process in self._workers:
            if process.wait(30) != 0 and process.returncode != -15:  # 15: it had not come to setting its handler
                raise RuntimeError(f"a worker ended with an error: {self._errors()}")

    def _errors(self) -> str:
        return "\n".join(path.read_text() for path in self.folder.glob("*.errors"))[-2_000:]

"""The real processes of a rehearsal: the workers by name, the producer, and spares that take a dead one's place."""

import asyncio
import json
import os
import signal
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.core.errors import SimError
from sim.engine.clock_shifts import ClockShifts
from sim.rehearsal.process_group import ProcessGroup

Message = dict[str, Any]


class RehearsalBroken(SimError):
    """Something happened that is no part of the scenario, such as a process that ended by itself."""


class Link:
    """The control connection of one real process.

    Attributes:
        answers: A pipe for answers that are waited for with the event loop blocked; None until it is opened.
    """

    def __init__(self, pid: int, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.process: RealProcess | None = None
        self.answers: Path | None = None
        self._answers_fd: int | None = None
        self._writer = writer

    def send(self, message: Message) -> None:
        """Send a message; to a dead process it goes nowhere."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps(message).encode() + b"\n")

    def open_answers(self, folder: Path) -> None:
        """Make a pipe on which a process reads an answer while its event loop is blocked."""
        self.answers = folder / f"answers-{self.pid}"
        os.mkfifo(self.answers)
        self._answers_fd = os.open(self.answers, os.O_RDWR | os.O_NONBLOCK)

    def answer_at_once(self, message: Message) -> None:
        """Answer a process that does nothing but wait for it."""
        if self._answers_fd is not None:
            os.write(self._answers_fd, json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        """Close what belongs to it."""
        self._writer.close()
        if self._answers_fd is not None:
            os.close(self._answers_fd)
            self._answers_fd = None


class RealProcess:
    """A name that a real process has, and another after it has died.

    Attributes:
        generation: How many processes have had the name; 1 for the first.
        alive: Whether one has it, or is about to.
        frozen: Whether it is stopped.
        running: Attempts under way.
        unheard: Numbers of attempts whose handlers go on although they have timed out.
        freezes: How often it was stopped.
        clock_shifts: What makes its clock wrong, in the scenario's ms.
        handed_on_ms: Where the attempt stood whose end has brought the next job with it, ms since the run began.
    """

    def __init__(self, name: str, config: Message) -> None:
        self.name = name
        self.config = config
        self.generation = 0
        self.alive = False
        self.frozen = False
        self.running = 0
        self.unheard: set[int] = set()
        self.freezes = 0
        self.handed_on_ms: float | None = None
        self.clock_shifts = ClockShifts()
        self.link: Link | None = None
        self.ready = asyncio.Event()
        self._freezes = 0
        self._gone: Callable[[], object] | None = None

    def appoint(self, link: Link) -> None:
        """Let a spare process have the name and begin."""
        self.link = link
        link.process = self
        link.send({"kind": "start", **self.config, "answers": None if link.answers is None else str(link.answers)})

    def set_clock(self, ahead_ms: float) -> None:
        """Let its clock, and that of who takes its place, be so many real ms ahead; negative: behind."""
        self.config = {**self.config, "clock": round(ahead_ms)}
        if self.link is not None:
            self.link.send({"kind": "clock", "ahead": self.config["clock"]})

    @property
    def is_shutting_down(self) -> bool:
        """Whether it was told to shut down and has not left."""
        return self._gone is not None

    def shut_down(self, gone: Callable[[], object], *, force: bool = False) -> None:
        """Tell it to shut down, as a platform does, by SIGTERM; who runs no jobs is gone at once.

        Args:
            gone: Is called when it has left.
            force: Let it leave by ``close(true)``, for which it is told by a message in place of the signal.
        """
        if self.config["role"] != "work":
            self.kill()
            gone()
            return
        self._gone = gone
        if self.link is not None and force:
            self.link.send({"kind": "close"})
        elif self.link is not None:
            os.kill(self.link.pid, signal.SIGTERM)

    def leave(self) -> None:
        """Let it go; it has ended what it had to do, or leaves what runs."""
        link, self.link, gone = self.link, None, self._gone
        self.alive = False
        self._gone = None
        self.unheard.clear()
        if link is not None:
            link.close()
        if gone is not None:
            gone()
        self.running = 0
        self.handed_on_ms = None

    def expect(self) -> None:
        """Wait for a spare process to have the name."""
        self.generation += 1
        self.alive = True
        self.ready.clear()

    def kill(self) -> None:
        """Kill it as by ``kill -9``."""
        self.alive = False
        self._gone = None
        self.frozen = False
        self.running = 0
        self.unheard.clear()
        self.handed_on_ms = None
        self._freezes = 0
        if self.link is not None:
            os.kill(self.link.pid, signal.SIGKILL)
            self.link = None

    def stop(self) -> None:
        """Freeze it until ``go_on`` has been called as often as this."""
        self._freezes += 1
        self.freezes += 1
        self.frozen = True
        if self.link is not None:
            os.kill(self.link.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._freezes = max(0, self._freezes - 1)
        if self._freezes == 0 and self.frozen:
            self.frozen = False
            if self.link is not None:
                os.kill(self.link.pid, signal.SIGCONT)


class ProcessPool:
    """Starts processes ahead of time, because loading Bull takes longer than the scenario's restarts."""

    def __init__(self, process_group: ProcessGroup, command: list[str], node_modules: str) -> None:
        self._process_group = process_group
        self._command = [*command, str(process_group.folder / "control.sock"), node_modules]
        self._spares: deque[Link] = deque()
        self._wanting: deque[RealProcess] = deque()
        self._coming = 0
        self._server: asyncio.Server | None = None

    async def open(self, heard: Callable[[Link, Message], None], guard: Callable[[Exception], None]) -> None:
        """Listen on the control socket.

        Args:
            heard: Is handed every message of a process that has a name.
            guard: Is handed what must end the rehearsal.
        """

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            link = Link(0, writer)
            try:
                while line := await reader.readline():
                    message = json.loads(line)
                    if message["kind"] == "hello":
                        link.pid = message["pid"]
                        self._add(link)
                    else:
                        heard(link, message)
            except ConnectionError:
                pass
            except Exception as error:
                guard(error)
            finally:
                link.close()
                if link.process is not None and link.process.link is link:
                    words = self._process_group.last_words("node")
                    guard(RehearsalBroken(f"{link.process.name} ended by itself: {words}"))

        self._server = await asyncio.start_unix_server(serve, self._process_group.folder / "control.sock", limit=2**22)

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def hire(self, count: int) -> None:
        """Start so many processes that will be spares."""
        for _ in range(count):
            self._coming += 1
            self._process_group.start("node", *self._command)

    def _add(self, link: Link) -> None:
        self._coming -= 1
        while self._wanting:
            process = self._wanting.popleft()
            if process.alive and process.link is None:
                self._appoint(process, link)
                return
        self._spares.append(link)

    def start(self, process: RealProcess) -> None:
        """Let a process of that name begin: at once where there is a spare, else as soon as one has loaded."""
        process.expect()
        if self._spares:
            self._appoint(process, self._spares.popleft())
        else:
            self._wanting.append(process)
            if self._coming < len(self._wanting):
                self.hire(1)

    def _appoint(self, process: RealProcess, link: Link) -> None:
        if process.config.get("blocking"):
            link.open_answers(self._process_group.folder)
        process.appoint(link)

    async def until_spares(self, count: int) -> None:
        """Wait until so many spares have loaded."""
        while len(self._spares) < count:
            await asyncio.sleep(0.005)

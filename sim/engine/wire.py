"""What one process has sent to Redis and not been answered: on its way there, in a socket, on its way back."""

from collections.abc import Callable
from typing import Any, Protocol

import simpy

from sim.engine.clock import SimulatedTime
from sim.engine.process import Process


class Command:
    """One command that does not get its answer in the moment in which it is sent.

    Attributes:
        name: What kind it is, such as ``complete``; empty where no fault asks.
        send: Carries it out.
        unheard: Is told of the answer that nobody has heard: the process has died, or its connection broke.
        answered: Happens when the process has the answer, or has lost the connection.
        is_lost: Whether the connection broke before the answer came.
        connection: Which connection of the process it was sent on.
        epoch: Which life of the server it was sent to.
        latencies_ms: By the fault, what was drawn for the way there and back, ms.
    """

    __slots__ = (
        "_answer",
        "_error",
        "_is_done",
        "answered",
        "connection",
        "epoch",
        "is_lost",
        "latencies_ms",
        "name",
        "send",
        "unheard",
    )

    def __init__(
        self, name: str, send: Callable[[], Any], unheard: Callable[[Any], object], env: SimulatedTime
    ) -> None:
        self.name = name
        self.send = send
        self.unheard = unheard
        self.answered: simpy.Event = env.event()
        self.is_lost = False
        self.connection = self.epoch = 0
        self.latencies_ms: dict[str, int] = {}
        self._is_done = False
        self._answer: Any = None
        self._error: Exception | None = None

    def carry_out(self) -> None:
        """Do what it says; an error is the answer too."""
        self._is_done = True
        try:
            self._answer = self.send()
        except Exception as error:
            self._error = error

    @property
    def succeeded(self) -> Any:
        """What it has answered without an error; None where there is no such thing."""
        return self._answer

    def result(self) -> Any:
        """Return its answer, or raise it."""
        if self._error is not None:
            raise self._error
        return self._answer

    def give_up(self) -> None:
        """Take note that nobody will hear the answer."""
        if self._is_done and self._error is None:
            self.unheard(self._answer)


class Server(Protocol):
    """What a wire knows of the server at its other end."""

    epoch: int

    @property
    def state(self) -> str:
        """``up``, ``hung``, ``loading`` or ``down``."""

    @property
    def sockets(self) -> "Sockets":
        """What has arrived and not been carried out."""


class Wire:
    """The way of one process to Redis and back.

    A command takes half of its latency until Redis carries it out; its answer takes the other half. Nothing overtakes:
    TCP hands over what is sent on a connection in that order. What has been sent is carried out even if the process has
    died meanwhile; what was under way when the connection broke never arrives.

    Args:
        changed: Is called when ``is_quick`` may have changed.
        break_down: Breaks the connection.

    Source: BULL_FACTS 40.
    """

    def __init__(
        self,
        env: SimulatedTime,
        server: Server,
        process: Process,
        changed: Callable[[], None],
        break_down: Callable[[], None],
    ) -> None:
        self._env = env
        self._server = server
        self._process = process
        self._changed = changed
        self._break_down = break_down
        self._under_way: list[Command] = []
        self._connection = 0
        self._arrives_ms = self._returns_ms = 0
        self._hung_up = False

    @property
    def is_quick(self) -> bool:
        """Whether whatever is sent is carried out and answered in the same moment."""
        return not (self._under_way or self._process.latencies or self._process.reply_losses)

    def latency_ms(self) -> int:
        """Draw how long one command and its answer are on the way in all, ms."""
        return sum(draw() for draw in self._process.latencies.values())

    def loses(self, name: str) -> bool:
        """Tell whether the answer to a command of this kind gets lost."""
        return any(loss(name) for loss in list(self._process.reply_losses.values()))

    def send(self, command: Command) -> None:
        """Send a command over a connection that is up."""
        command.latencies_ms = {fault: draw() for fault, draw in self._process.latencies.items()}
        command.connection, command.epoch = self._connection, self._server.epoch
        there_ms = sum(latency_ms // 2 for latency_ms in command.latencies_ms.values())
        self._arrives_ms = max(self._env.now + there_ms, self._arrives_ms)
        self._under_way.append(command)
        self._changed()
        self._later(self._arrives_ms, self._arrive, command)

    def tear(self) -> None:
        """Break: nothing that is under way arrives, and the process knows."""
        self._connection += 1
        self._arrives_ms = self._returns_ms = 0
        torn, self._under_way = self._under_way, []
        for command in torn:
            command.is_lost = True
            command.give_up()
            command.answered.succeed()

    def hang_up(self) -> None:
        """Let nobody hear the answers; what has been sent still arrives."""
        self._hung_up = True
        self._changed = self._break_down = lambda: None

    def _later(self, t_ms: int, do: Callable[[Command], None], command: Command) -> None:
        if t_ms == self._env.now:
            do(command)
        else:
            self._env.timeout(t_ms - self._env.now).callbacks.append(lambda _event: do(command))

    def _arrive(self, command: Command) -> None:
        if self._is_gone(command):
            return
        if self._server.state == "hung":
            self._server.sockets.keep(self, command)
        else:
            self.carry_out(command)

    def carry_out(self, command: Command) -> None:
        """Let Redis carry out a command that has arrived, and send its answer."""
        if self._is_gone(command):
            return
        command.carry_out()
        if not self._hung_up and command.name and command.succeeded is not None and self.loses(command.name):
            self._break_down()
            return
        self._returns_ms = max(self._env.now + self._back_ms(command), self._returns_ms)
        self._later(self._returns_ms, self._return, command)

    def _back_ms(self, command: Command) -> int:
        """Return how long an answer will be on the way, ms: as slow as it is by now."""
        known = command.latencies_ms
        drawn = (known[fault] if fault in known else draw() for fault, draw in self._process.latencies.items())
        return sum(latency_ms - latency_ms // 2 for latency_ms in drawn)

    def _return(self, command: Command) -> None:
        if self._is_gone(command):
            return
        self._under_way.remove(command)
        if self._hung_up:
            command.give_up()
        else:
            self._changed()
            command.answered.succeed()

    def _is_gone(self, command: Command) -> bool:
        """Tell whether the connection that a command was sent on, or the server, is gone."""
        if command.epoch != self._server.epoch and not command.is_lost:
            command.is_lost = True
            command.give_up()
        return command.is_lost or command.connection != self._connection


class Sockets:
    """What has arrived at a server that hangs."""

    def __init__(self) -> None:
        self._commands: dict[Wire, list[Command]] = {}

    def keep(self, wire: Wire, command: Command) -> None:
        """Let a command wait until the server goes on."""
        self._commands.setdefault(wire, []).append(command)

    def empty(self) -> None:
        """Carry out what waits, one connection after the other.

        First comes the connection on which something came first; all that it holds is carried out in one go.

        Source: BULL_FACTS 40.
        """
        waiting, self._commands = self._commands, {}
        for wire, commands in waiting.items():
            for command in commands:
                wire.carry_out(command)

"""A process of the operating system that can die, be replaced, be frozen and resumed."""

from collections.abc import Callable, Generator
from typing import Any

import simpy

from sim.engine.clock import SimulatedTime
from sim.engine.clock_shifts import ClockShifts

FEW_TASKS = 64
"""So many tasks of a process are kept without a look at which of them have ended."""
Steps = Generator[simpy.Event, Any, Any]
AttemptName = tuple[str, str, int]
"""Queue, job and number of an attempt."""


class Crashed(BaseException):
    """The process dies between two statements; no ``except Exception`` of the code under way can stop it."""


class Process:
    """What workers and the application have in common.

    Attributes:
        name: Such as ``email-1``; a replacement has the same name.
        generation: How many processes have had the name; 1 for the first.
        started_ms: When the one that has it started, ms since the run began; negative where it was there before.
        frozen: Whether it is frozen: nothing of it runs, its timers fire when it goes on.
        frozen_since_ms: Since when it does, ms since the run began; of interest while it is frozen.
        stops: How often it has been frozen from outside, less how often resumed.
        blocked: Whether one of its handlers has the event loop, and all the rest of it waits for that.
        running: Attempts under way.
        hung: Those of them that will never end, as their handlers hang.
        unheard: Attempts whose handlers go on although they have timed out, and will end some time.
        cuts: How many faults keep it from reaching Redis.
        connections: How many connections to Redis it has, if any.
        clock_shifts: What makes its clock wrong.
        latencies: By the fault, what draws how much later each of its commands to Redis is answered, ms.
        reply_losses: By the fault, what tells whether the answer to a kind of command gets lost.
        closing: Whether it takes nothing new, as it was told to shut down.
        forced: Whether it was told to leave without waiting for what runs.
    """

    def __init__(self, env: SimulatedTime, name: str) -> None:
        self.env = env
        self.name = name
        self.generation = 0
        self.started_ms = 0
        self.alive = False
        self.frozen = False
        self.frozen_since_ms = 0
        self.running = 0
        self.hung: set[AttemptName] = set()
        self.unheard: set[AttemptName] = set()
        self.cuts = 0
        self.connections = 1
        self.clock_shifts = ClockShifts()
        self.latencies: dict[str, Callable[[], int]] = {}
        self.reply_losses: dict[str, Callable[[str], bool]] = {}
        self.closing = False
        self.forced = False
        self._gone: Callable[[], object] | None = None
        self.stops = 0
        self.blocked = False
        self._continued: simpy.Event = env.event()
        self._tasks: list[simpy.Process] = []
        self._tidy_at = FEW_TASKS

    def spawn(self, steps: Steps) -> simpy.Process:
        """Run something inside the process; it ends when the process dies."""
        if len(self._tasks) > self._tidy_at:
            self._tasks = [task for task in self._tasks if task.is_alive]
            self._tidy_at = max(FEW_TASKS, 2 * len(self._tasks))
        task = self.env.process(self._guard(steps))
        self._tasks.append(task)
        return task

    def _guard(self, steps: Steps) -> Steps:
        try:
            yield from steps
        except (simpy.Interrupt, Crashed):
            return

    def start(self) -> None:
        """Begin to run, as a new process of the same name."""
        self.generation += 1
        self.started_ms = self.env.now
        self.alive = True
        self.hung.clear()
        self.closing = False
        self.forced = False
        self._gone = None
        self.frozen = False
        self.stops = 0
        self.blocked = False

    def die(self) -> None:
        """Stop at once; whatever it was doing is left as it is."""
        self.alive = False
        self.unheard.clear()
        if self.frozen:
            self.frozen = False
            self._thawed.succeed()
        active = self.env.active_process
        for task in self._tasks:
            if task.is_alive and task is not active:
                task.interrupt()
        self._tasks = []

    def let_go(self) -> None:
        """Drop whatever it is doing and all that it knows, and so be freed at once; nobody asks it again."""
        for task in self._tasks:
            task._generator.close()
            vars(task).clear()
        vars(self).clear()

    def shut_down(self, gone: Callable[[], object], *, force: bool = False) -> None:
        """Take nothing new, and leave when all that runs has ended; who is frozen begins with that when it goes on.

        Args:
            gone: Is called when it has left; ``running`` then says how many attempts it has left unfinished.
            force: Leave as soon as the connections are closed, whatever runs.
        """
        self._gone = gone
        self.forced = force
        if not self.frozen:
            self._close()

    @property
    def is_shutting_down(self) -> bool:
        """Whether it was told to shut down and has not left."""
        return self._gone is not None

    def _close(self) -> None:
        self.closing = True
        self.leave_if_done()

    def leave_if_done(self) -> None:
        """Leave if it was told to and nothing runs any more."""
        stays = self._is_disconnecting if self.forced else self._is_at_work
        if self.closing and self.alive and not stays and self._gone is not None:
            gone = self._gone
            self.die()
            gone()

    def hangs_for_ever(self, attempt: AttemptName) -> None:
        """Take note of an attempt whose handler will never end; one that has timed out already holds nothing up."""
        if attempt in self.unheard:
            self.unheard.discard(attempt)
        else:
            self.hung.add(attempt)

    def let_go_on(self, attempt: AttemptName) -> None:
        """Take note of an attempt that has timed out: its handler goes on, or hangs where it is, in nobody's way."""
        if attempt in self.hung:
            self.hung.discard(attempt)
        else:
            self.unheard.add(attempt)

    @property
    def _is_at_work(self) -> bool:
        """Whether it has begun something that it ends before it leaves."""
        return self.running > 0

    @property
    def _is_disconnecting(self) -> bool:
        """Whether a connection that it closes is still waited for."""
        return False

    def freeze(self) -> None:
        """Stay frozen, whatever it is doing, until ``thaw`` has been called as often as this."""
        self.stops += 1
        self._stand_still()

    def thaw(self) -> None:
        """Go on unless a handler has the loop; timers that came due meanwhile fire now, in the order of their times."""
        if self.stops:
            self.stops -= 1
        if not self.stops:
            continued, self._continued = self._continued, self.env.event()
            continued.succeed()
            self._go_on()

    def block(self) -> None:
        """Let a handler have the event loop until ``unblock``: everything else waits."""
        self.blocked = True
        self._stand_still()

    def unblock(self) -> None:
        """Give the event loop back to everything that has waited for it."""
        self.blocked = False
        self._go_on()

    def cut_off(self) -> None:
        """Reach Redis no more, if it has any use for it, until ``reconnect`` has been called as often as this."""
        self.cuts += 1

    def reconnect(self) -> None:
        """Reach Redis again."""
        self.cuts = max(0, self.cuts - 1)

    def clock_moved(self) -> None:
        """Go by the clock as ``clock_shifts`` says, from now on."""

    def slow_down(self, fault: str, latency: Callable[[], int]) -> None:
        """Let Redis, if it has any use for it, answer it later, until ``speed_up``.

        Args:
            fault: Names what does so.
            latency: Draws how much later one command is answered, ms.
        """
        self.latencies[fault] = latency

    def speed_up(self, fault: str) -> None:
        """Let Redis answer as before."""
        self.latencies.pop(fault, None)

    def begin_losing(self, fault: str, loses: Callable[[str], bool]) -> None:
        """Let answers of Redis get lost, if it has any use for it, until ``end_losing``.

        Args:
            fault: Names what does so.
            loses: Tells of each answer to a kind of command whether it gets lost.
        """
        self.reply_losses[fault] = loses

    def end_losing(self, fault: str) -> None:
        """Let answers arrive as before."""
        self.reply_losses.pop(fault, None)

    def _stand_still(self) -> None:
        if not self.frozen:
            self._stops_now()
            self.frozen = True
            self.frozen_since_ms = self.env.now
            self._thawed: simpy.Event = self.env.event()

    def _go_on(self) -> None:
        if self.frozen and not self.stops and not self.blocked:
            self.frozen = False
            self._thawed.succeed()
            self._goes_on()
            if self._gone is not None and not self.closing:
                self._close()

    def _stops_now(self) -> None:
        """Do what comes before it freezes."""

    def _goes_on(self) -> None:
        """Do what a process does first when it goes on."""

    def until_continued(self) -> Steps:
        """Wait while the process is stopped from outside: for the handler that has its event loop."""
        while self.stops:
            yield self._continued

    def until_thawed(self) -> Steps:
        """Wait while the process is frozen (for ``yield from`` after every other wait).

        All who wait go on one after the other before anything else happens, also before the interrupt that ends the
        tasks of a process that the first of them lets die.

        Raises:
            Crashed: One that went on before has let the process die.
        """
        while self.frozen:
            yield self._thawed
        if not self.alive:
            raise Crashed

"""A process of the operating system that can die, be replaced, stand still and go on."""

from collections.abc import Generator
from typing import Any

import simpy

from sim.world.clock import SimulatedTime

Steps = Generator[simpy.Event, Any, Any]


class Crashed(BaseException):
    """The process dies between two statements; no ``except Exception`` of the code under way can stop it."""


class Process:
    """What workers and the application have in common.

    Attributes:
        name: Such as ``email-1``; a replacement has the same name.
        generation: How many processes have had the name; 1 for the first.
        started_ms: When the one that has it started, ms since the run began; negative where it was there before.
        frozen: Whether it stands still: nothing of it runs, its timers fire when it goes on.
        frozen_since_ms: Since when it does, ms since the run began; of interest while it is frozen.
        freezes: How often it has been told to stand still, less how often to go on.
        running: Attempts under way.
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
        self.freezes = 0
        self._thawed: simpy.Event = env.event()
        self._tasks: list[simpy.Process] = []

    def spawn(self, steps: Steps) -> simpy.Process:
        """Run something inside the process; it ends when the process dies."""
        if len(self._tasks) > 64:
            self._tasks = [task for task in self._tasks if task.is_alive]
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
        self.frozen = False
        self.freezes = 0

    def die(self) -> None:
        """Stop at once; whatever it was doing is left as it is."""
        self.alive = False
        if self.frozen:
            self.frozen = False
            self._thawed.succeed()
        active = self.env.active_process
        for task in self._tasks:
            if task.is_alive and task is not active:
                task.interrupt()
        self._tasks = []

    def freeze(self) -> None:
        """Stand still until ``thaw`` has been called as often as this."""
        self.freezes += 1
        if not self.frozen:
            self.frozen = True
            self.frozen_since_ms = self.env.now
            self._thawed = self.env.event()

    def thaw(self) -> None:
        """Go on; timers that came due meanwhile fire now, in the order of their times."""
        if self.freezes:
            self.freezes -= 1
        if self.freezes == 0 and self.frozen:
            self.frozen = False
            self._thawed.succeed()

    def until_thawed(self) -> Steps:
        """Wait while the process stands still (for ``yield from`` after every other wait)."""
        while self.frozen:
            yield self._thawed

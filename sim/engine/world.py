"""The world as notebooks and programs open it: one mode of a scenario, to run by steps, look at and break."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from sim.core.renamed import no_attribute
from sim.engine.command_count import CommandCount
from sim.engine.fault_injector import SimulatedFaults
from sim.engine.instruments import Instrument
from sim.engine.queue_handle import QueueHandle
from sim.engine.random_streams import Streams
from sim.engine.run_options import MAX_STEPS, RunOptions, Sampling
from sim.engine.simulation import Simulation
from sim.queue.store import Store
from sim.results.job_results import JobResults
from sim.results.metrics import Metrics
from sim.results.result import ModeResult
from sim.results.trace import Event, Trace
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.stores.open_store import StoreName
from sim.yaml_files.fields import ModeName, SemanticsName

_NOW = {
    "end": "world.result().end",
    "finish": "world.result().jobs",
    "injector": "world.faults",
    "run_towards": "world.run_until(...), or world.run() to the end",
    "server": "world.faults, and its redis_state",
}
"""What takes the place of names that a world had."""


class World:
    """One mode of a scenario that can be run step by step, inspected and broken by hand.

    >>> world = World("scenarios/01-worker-crashes/crash-after-effect.yaml")
    >>> world.run_until("90s")
    >>> world.redis.hgetall("bull:email:17")
    >>> world.queue("email").retry("17")
    >>> world.run()

    Args:
        scenario: A loaded scenario, or the path of its file.
        mode: ``queue`` or ``in-process``.
        seed: Seed of all random numbers; default: the scenario's.
        semantics: ``documented`` or ``bull-4.16``; default: the scenario's first.
        store: ``fakeredis`` has all of Redis to inspect; ``memory`` is fast and has only what the queue uses.
        max_steps: The run stops with ``BudgetExceeded`` after this many simulation steps.
        streams: Random numbers from another source than the seed.
        trace: Whether to keep what happened; without it there are only outcomes and counts, in less memory.
        metrics: Time between two samples, such as ``"1s"``; default: the scenario's; False takes none.
        error_log: Whether to keep a line for every failed attempt; ``errors`` has them at any time.
        error_log_omit: Fields to omit from every line, such as ``data`` or ``data.to``.
        count_commands: Whether to count what the queue asks of Redis, as ``commands``.
        instruments: What else observes the run; see ``sim.engine.instruments``.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        mode: ModeName = "queue",
        *,
        seed: int | None = None,
        semantics: SemanticsName | None = None,
        store: StoreName = "fakeredis",
        max_steps: int = MAX_STEPS,
        streams: Streams | None = None,
        trace: bool = True,
        metrics: Sampling = None,
        error_log: bool = False,
        error_log_omit: Sequence[str] = (),
        count_commands: bool = False,
        instruments: Sequence[Instrument] = (),
    ) -> None:
        options = RunOptions(
            seed=seed,
            semantics=semantics,
            store=store,
            max_steps=max_steps,
            streams=streams,
            trace=trace,
            metrics=metrics,
            error_log=error_log,
            error_log_omit=tuple(error_log_omit),
            count_commands=count_commands,
            instruments=tuple(instruments),
        )
        loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        self._simulation = Simulation(loaded, mode, options)

    # -- time -----------------------------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Simulated time: milliseconds since the run began."""
        return self._simulation.now_ms

    @property
    def is_over(self) -> bool:
        """Whether the run has reached its end: the scenario's duration, or the moment at which all was settled."""
        return self._simulation.is_over

    def run_until(self, until: str | int) -> None:
        """Advance to a moment of simulated time, even beyond the end of the run.

        Keys that were changed by hand through ``redis`` are noticed first. Stopping on the way changes nothing: many
        steps give the same run as one.

        Args:
            until: ``"90s"``, or milliseconds since the run began.

        Raises:
            DurationError: The text is not a duration.
            SimError: The moment has passed, or ``result`` has been asked for.
            BudgetExceeded: The run takes more simulation steps than ``max_steps``.
        """
        self._simulation.run_until(until)

    def step(self) -> list[Event]:
        """Advance to the next moment at which something is recorded, and return its events.

        What was recorded when the world was opened, such as the starts of processes, is already in ``trace``.

        Returns:
            Events in their order; none when the run has come to its end.

        Raises:
            SimError: ``result`` has been asked for.
            TraceNotKept: The world was opened with ``trace=False``.
            BudgetExceeded: The run takes more simulation steps than ``max_steps``.
        """
        simulation, before = self._simulation, len(self.trace)
        while not simulation.is_over and len(self.trace) == before:
            next_ms = simulation.next_ms
            if next_ms == math.inf:
                simulation.run()
            else:
                simulation.run_towards(int(next_ms))
        return list(self.trace.since(before))

    def run(self) -> None:
        """Advance to the end of the run: the scenario's duration, or until all is settled.

        Raises:
            SimError: ``result`` has been asked for.
            BudgetExceeded: The run takes more simulation steps than ``max_steps``.
        """
        self._simulation.run()

    # -- to look at, and to change --------------------------------------------------------------------------------

    @property
    def redis(self) -> Store:
        """A redis-py client of the simulated Redis, to read every key or change it.

        Raises:
            SimError: In in-process mode there is none.
        """
        return self._simulation.redis

    def queue(self, name: str) -> QueueHandle:
        """Return a queue to inspect and operate: its counts, its jobs, retry, pause, dead letters.

        Args:
            name: As the scenario calls it, such as ``email``.

        Raises:
            SimError: In in-process mode there are no queues.
            UnknownName: The scenario has no such queue.
        """
        return self._simulation.queue(name)

    @property
    def faults(self) -> SimulatedFaults:
        """Breaks and repairs this world by hand: crash, freeze, stop Redis, make the database fail, and back."""
        return self._simulation.faults

    # -- what was seen --------------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """What is run."""
        return self._simulation.scenario

    @property
    def mode(self) -> ModeName:
        """``queue`` or ``in-process``."""
        return self._simulation.mode

    @property
    def trace(self) -> Trace:
        """The events so far, in their order."""
        return self._simulation.trace

    @property
    def metrics(self) -> Metrics:
        """What an operator sees; it grows while the world runs."""
        return self._simulation.metrics

    @property
    def errors(self) -> Iterator[dict[str, Any]]:
        """The failed attempts so far, as the error log has them.

        Raises:
            ErrorsNotKept: The world was opened without ``error_log=True``.
        """
        return self._simulation.errors.read()

    @property
    def commands(self) -> CommandCount | None:
        """What the queue asked of Redis so far; None unless opened with ``count_commands=True`` in queue mode."""
        return self._simulation.commands

    def outcomes_now(self) -> JobResults:
        """Return the outcomes as they would be if the run ended now; nothing is recorded, and the run can go on."""
        return self._simulation.outcomes_now()

    def result(self) -> ModeResult:
        """End the run here and return its result; nothing can run after this.

        Jobs that are lost are recorded in the trace as lost.
        """
        return self._simulation.result()

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute(self, name, _NOW)


def simulation_of(world: World | Simulation) -> Simulation:
    """Return the simulation behind a world: for the rooms of this package, such as the Redis port."""
    return world._simulation if isinstance(world, World) else world

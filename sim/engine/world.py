"""The world as notebooks and the command line open it: with its scenario's faults and operator arranged."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from sim.core.durations import parse_duration
from sim.core.errors import SimError
from sim.core.replay import replayable
from sim.engine.operator import arrange_operator
from sim.engine.random_streams import Streams
from sim.engine.simulation import MAX_STEPS, Simulation
from sim.faults.registry import arrange_faults
from sim.results.result import ModeResult
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.stores.open_store import StoreName
from sim.yaml_files.fields import ModeName, SemanticsName

MIN_MS = 100

Sampling = str | int | Literal[False] | None


def sample_every_ms(scenario: Scenario, metrics: Sampling, trace: bool) -> int | None:
    """Return the time between two samples, ms; None for no samples.

    Args:
        metrics: A duration, milliseconds, False for no samples, or None for what the scenario says.
        trace: Whether events are kept; metrics are counted from them, so without them no samples are taken.

    Raises:
        SimError: It is shorter than the shortest that a scenario may say, or there are no events to count from.
    """
    if not trace:
        if metrics:
            raise SimError("metrics are counted from the events of the run; run it with the trace")
        return None
    if metrics is None:
        return None if scenario.sampling is None else scenario.sampling.every
    if metrics is False:
        return None
    every_ms = parse_duration(metrics) if isinstance(metrics, str) else metrics
    if every_ms < MIN_MS:
        raise SimError(f"samples every {every_ms} ms are too many; the shortest time between two is {MIN_MS} ms")
    return every_ms


class World(Simulation):
    """One mode of a scenario that can be run by steps, looked at and interfered with.

    >>> world = World("scenarios/01-worker-crashes/crash-after-effect.yaml")  # doctest: +SKIP
    >>> world.run_until("90s")  # doctest: +SKIP
    >>> world.redis.hgetall("bull:email:17")  # doctest: +SKIP
    >>> world.queue("email").retry("17")  # doctest: +SKIP
    >>> world.run()  # doctest: +SKIP

    Args:
        scenario: A loaded scenario, or the path of its file.
        mode: ``queue`` or ``in-process``.
        seed: Left out, the scenario's.
        semantics: Left out, the scenario's first.
        store: ``fakeredis`` has all of Redis to look at; ``memory`` is fast and has what the queue uses.
        max_steps: The run stops with ``BudgetExceeded`` after so many steps of the simulation.
        streams: Random numbers from elsewhere than the seed alone.
        trace: Whether to keep what happened; without it there are outcomes and counts, in less memory.
        metrics: Time between two samples, such as ``"1s"``; left out, the scenario's; False takes none.
        error_log: Whether to keep a line for every failed attempt; ``errors.read()`` has them at any time.
        error_log_omit: Fields that are left out of every line, such as ``data`` or ``data.to``.
        count_commands: Whether to count what the queue asks of Redis, as ``commands``.
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
    ) -> None:
        loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        with replayable(mode, loaded.seed if seed is None else seed, semantics or loaded.profiles[0], store):
            super().__init__(
                loaded,
                mode,
                seed=seed,
                semantics=semantics,
                store=store,
                max_steps=max_steps,
                streams=streams,
                trace=trace,
                sample_every_ms=sample_every_ms(loaded, metrics, trace),
                error_log=error_log,
                error_log_omit=error_log_omit,
                count_commands=count_commands,
            )
            arrange_faults(self)
            arrange_operator(self)

    def result(self) -> ModeResult:
        """Take stock of the run as it stands; nothing can run after this."""
        with self.replayable():
            jobs = self.finish()
            self.metrics.end()
        metrics = self.metrics if self.metrics.is_sampled else None
        queues = list(self.scenario.queues)
        return ModeResult(self.mode, self.trace, jobs, self.now_ms, queues, metrics, self.errors.lines, self.end)

"""The world as notebooks and programs open it."""

from collections.abc import Sequence
from pathlib import Path

from sim.engine.instruments import Instrument
from sim.engine.random_streams import Streams
from sim.engine.run_options import MAX_STEPS, RunOptions, Sampling
from sim.engine.simulation import Simulation
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.stores.open_store import StoreName
from sim.yaml_files.fields import ModeName, SemanticsName


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
        super().__init__(scenario if isinstance(scenario, Scenario) else load_scenario(scenario), mode, options)

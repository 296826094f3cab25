"""How a scenario is run: everything that a caller may choose, as one value."""

from dataclasses import dataclass, replace
from typing import Literal

from sim.core.durations import parse_duration
from sim.core.errors import SimError
from sim.core.replay import Replayable
from sim.engine.instruments import Instrument
from sim.engine.random_streams import Streams
from sim.scenario.schema import Scenario
from sim.stores.open_store import StoreName
from sim.yaml_files.fields import ModeName, SemanticsName

MAX_STEPS = 200_000_000
MIN_MS = 100

Sampling = str | int | Literal[False] | None


@dataclass(frozen=True)
class RunOptions:
    """What may be chosen for a run beside its scenario.

    Attributes:
        seed: None: the scenario's.
        semantics: None: the scenario's first.
        store: ``fakeredis`` has all of Redis to inspect; ``memory`` is fast and has only what the queue uses.
        max_steps: The run stops with ``BudgetExceeded`` after this many simulation steps.
        streams: Random numbers from another source than the seed.
        trace: Whether to keep what happened; without it there are only outcomes and counts, in less memory.
        metrics: Time between two samples, such as ``"1s"``, or in ms; None: the scenario's; False takes none.
        error_log: Whether to keep a line for every failed attempt.
        error_log_omit: Fields to omit from every line, such as ``data`` or ``data.to``.
        count_commands: Whether to count what the queue asks of Redis.
        instruments: What else observes the run.
    """

    seed: int | None = None
    semantics: SemanticsName | None = None
    store: StoreName = "fakeredis"
    max_steps: int = MAX_STEPS
    streams: Streams | None = None
    trace: bool = True
    metrics: Sampling = None
    error_log: bool = False
    error_log_omit: tuple[str, ...] = ()
    count_commands: bool = False
    instruments: tuple[Instrument, ...] = ()

    def seed_of(self, scenario: Scenario) -> int:
        """Return the seed of a run of this scenario."""
        return scenario.seed if self.seed is None else self.seed

    def semantics_of(self, scenario: Scenario) -> SemanticsName:
        """Return the semantics of a run of this scenario."""
        return self.semantics or scenario.profiles[0]

    def resolved(self, scenario: Scenario) -> "RunOptions":
        """Return the same options with what the scenario says where they leave it to the scenario."""
        if self.seed is not None and self.semantics is not None:
            return self
        return replace(self, seed=self.seed_of(scenario), semantics=self.semantics_of(scenario))

    def sample_every_ms(self, scenario: Scenario) -> int | None:
        """Return the time between two samples, ms; None for no samples.

        Raises:
            SimError: It is shorter than the shortest that a scenario may say, or there are no events to count from.
        """
        metrics = self.metrics
        if not self.trace:
            if metrics:
                raise SimError("metrics are counted from the events of the run; run it with the trace")
            return None
        if metrics is None:
            return None if scenario.sampling is None else scenario.sampling.interval
        if metrics is False:
            return None
        every_ms = parse_duration(metrics) if isinstance(metrics, str) else metrics
        if every_ms < MIN_MS:
            raise SimError(f"samples every {every_ms} ms are too many; the shortest time between two is {MIN_MS} ms")
        return every_ms

    def replayable(self, scenario: Scenario, mode: ModeName) -> Replayable:
        """Let an error of the program itself take along how this run is had again."""
        return Replayable(mode, self.seed_of(scenario), self.semantics_of(scenario), self.store)

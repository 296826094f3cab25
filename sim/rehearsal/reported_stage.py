"""What attempts and reports have to know of a rehearsal."""

from pathlib import Path
from typing import Protocol

from sim.engine.backoff_strategy import BackoffStrategy
from sim.engine.iterations import Iterations
from sim.engine.service_times import ServiceTimes
from sim.rehearsal.commits import Commits
from sim.rehearsal.fault_injector import RealFaults, Stage


class ReportedStage(Stage, Protocol):
    """What attempts and reports are about: what the verbs act on, the verbs, and what is offered.

    Attributes:
        own: A person's own processor, in place of the project's handlers.
        strategies: The custom backoff of each queue, or None where Bull's own types do.
        service_ms: How long attempts at the jobs of each queue work.
        iterations: The jobs of schedules.
        holds: Jobs whose submit has not been answered, and which generation of the producer has them.
        commits: The transactions that jobs are submitted in.
    """

    faults: RealFaults
    own: Path | None
    strategies: dict[str, BackoffStrategy | None]
    service_ms: dict[str, ServiceTimes]
    iterations: Iterations
    holds: dict[str, int]
    commits: Commits

    def register_schedules(self) -> None:
        """Let the application register its schedules, as it does whenever it has started."""

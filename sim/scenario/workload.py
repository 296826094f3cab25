"""What a scenario says of the jobs that arrive, and when."""

from typing import Annotated, Literal

from pydantic import Field

from sim.yaml_files.fields import Duration, Model, PositiveDuration, Share, Switch

MAX_JOBS = 2_000_000
Count = Annotated[int, Field(ge=1)]


class ConstantArrivals(Model):
    """One job at regular intervals."""

    kind: Literal["constant"]
    interval: PositiveDuration
    count: Count
    start: Duration = 0


class PoissonArrivals(Model):
    """Jobs at random times, at a given average rate: intervals are drawn from an exponential distribution."""

    kind: Literal["poisson"]
    interval: PositiveDuration
    """Mean interval between two jobs."""
    count: Count
    start: Duration = 0


class BurstArrivals(Model):
    """Bursts: several jobs at the same moment, at regular intervals."""

    kind: Literal["bursts"]
    interval: PositiveDuration
    size: Count
    """Jobs in one burst."""
    bursts: Count
    """Number of bursts."""
    start: Duration = 0


class ListedArrivals(Model):
    """Jobs at exactly these times."""

    kind: Literal["times"]
    at: Annotated[list[Duration], Field(min_length=1, max_length=100_000)]


Arrivals = Annotated[ConstantArrivals | PoissonArrivals | BurstArrivals | ListedArrivals, Field(discriminator="kind")]


class Workload(Model):
    """Jobs offered to one queue."""

    queue: str
    arrivals: Arrivals
    priority: Annotated[int, Field(ge=0, le=2_000_000)] = 0
    """1 runs first; 0 means no priority and runs after all jobs that have one."""
    lifo: Switch = False
    """Whether a job goes to the front of the queue."""
    delay: Duration = 0
    """How long after its submit a job becomes due."""
    invalid: Share = 0
    """Share of jobs whose data is invalid: a permanent error."""

    @property
    def jobs(self) -> int:
        """How many jobs this offers."""
        arrivals = self.arrivals
        if isinstance(arrivals, ListedArrivals):
            return len(arrivals.at)
        if isinstance(arrivals, BurstArrivals):
            return arrivals.size * arrivals.bursts
        return arrivals.count

    @property
    def last_ms(self) -> int:
        """About when the last job is offered; for Poisson arrivals the mean."""
        arrivals = self.arrivals
        if isinstance(arrivals, ListedArrivals):
            return max(arrivals.at)
        rounds = arrivals.bursts if isinstance(arrivals, BurstArrivals) else arrivals.count
        return arrivals.start + arrivals.interval * (rounds - 1)

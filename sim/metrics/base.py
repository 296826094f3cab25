"""What a metric is: its names, its unit, what it says, how it is read, and what an alert may do with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

Kind = Literal["gauge", "counter", "percentile"]
Unit = Literal["jobs", "attempts", "retries", "stalls", "processes", "seconds", ""]
"""What one of it is; empty for a yes or no, 1 or 0."""


class ProcessState(NamedTuple):
    """A process as a probe finds it.

    Attributes:
        started: Whether it has ever run.
        silent_since_ms: Since when it has stood still, ms since the run began; None while it answers.
        connected: Whether it has its connection to Redis.
    """

    started: bool
    alive: bool
    silent_since_ms: int | None
    connected: bool


class Growth(NamedTuple):
    """The events of the trace that a counter counts.

    Attributes:
        event: The kind of event, as the trace has it.
        unless_why: Events that give this reason are not counted.
        if_late: Whether only those are counted that deliver a job later than promised.
    """

    event: str
    unless_why: str | None = None
    if_late: bool = False


class Seen(Protocol):
    """What a metric is read from: one queue, at one moment or at many; every answer has a number for each moment."""

    def jobs(self, name: str) -> "Floats":
        """Count what stands in the store, by the name of a stored metric; NaN while Redis does not answer."""

    def redis_up(self) -> "Floats":
        """Say whether Redis answers: 1 or 0."""

    def processes(self, counts: Callable[[ProcessState], bool]) -> "Floats":
        """Count the queue's worker processes of which something is so."""

    def unhealthy_processes(self) -> "Floats":
        """Count the queue's worker processes that are degraded or down; NaN where nobody judged them."""

    def waited_s(self) -> "Floats":
        """Say how long the job at the head of the line has stood there, seconds; 0 where there is none."""

    def undelivered_s(self) -> "Floats":
        """Say how long ago the job was due that is waited for longest, seconds; 0 where there is none."""

    def overdue(self) -> "Floats":
        """Count the jobs that are waited for longer than promised."""

    def counted(self, name: str) -> "Floats":
        """Count what happened so far, or within an alert's ``over``, by the name of a counter."""

    def percentile(self, of: str, percent: int) -> "Floats":
        """Return what ``percent`` of 100 durations within the window did not exceed, seconds; NaN where there are none.

        Args:
            of: ``processing`` or ``delivery``.
        """


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        name: In scenarios, series and frames.
        kind: What Prometheus and alerts may do with it: a counter only grows, so an alert compares its growth.
        family: Its name in Prometheus, with the unit and, for counters, ``_total``.
        unit: Of one number of it.
        meaning: One line for the exposition and the documentation.
        value: Reads it.
        state: The value of the label ``state`` in Prometheus; empty where there is no such label.
        per_queue: Whether each queue has its own; otherwise it is one for the whole world.
        stored: Whether it is counted in the store at each moment of sampling, by an operation of the queue.
        growths: The events that it counts; empty for what does not count events.
    """

    name: str
    kind: Kind
    family: str
    unit: Unit
    meaning: str
    value: Callable[[Seen], "Floats"]
    state: str = ""
    per_queue: bool = True
    stored: bool = False
    growths: tuple[Growth, ...] = ()

    @property
    def is_time(self) -> bool:
        """Whether an alert compares it with a duration; all else is compared with a number."""
        return self.unit == "seconds"

    @property
    def only_grows(self) -> bool:
        """Whether an alert compares what it grew by, within a time that ``over`` says."""
        return self.kind == "counter"

    def selector(self, queue: str | None) -> str:
        """Write the series of a queue, or of all queues, as PromQL does."""
        labels = [f'queue="{queue}"'] if queue is not None and self.per_queue else []
        labels += [f'state="{self.state}"'] if self.state else []
        return f"{self.family}{{{','.join(labels)}}}" if labels else self.family


class Durations(NamedTuple):
    """Something whose times are kept, for percentiles and for a histogram.

    Attributes:
        name: ``processing`` or ``delivery``.
        histogram: The histogram's name in Prometheus.
        meaning: One line for the histogram.
        span: From what to what, for the percentiles.
    """

    name: str
    histogram: str
    meaning: str
    span: str

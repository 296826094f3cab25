"""What a scenario says of the jobs that arrive, and when."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sim.scenario.queues import TimeDistribution
from sim.yaml_files.fields import Duration, Model, PositiveDuration, Share, Size, Switch

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


NUMBER = "{n}"
"""In an id of the caller's own: the place of the number."""
TAKEN_IDS = (
    *("id", "wait", "paused", "active", "delayed", "priority", "completed", "failed", "stalled", "stalled-check"),
    *("meta", "meta-paused", "limiter", "repeat"),
)
"""Ids that no job can have, because Bull keeps something else under the key."""
_NAME = r"[A-Za-z0-9_.@/+-]{1,80}"
_is_name = re.compile(_NAME).fullmatch


def _own_id(text: str) -> str:
    if not _is_name(text.replace(NUMBER, "0")):
        raise ValueError("an id has letters, digits and _.@/+- (with {n} for a number), at most 80 of them")
    if text in TAKEN_IDS:
        raise ValueError(f"{text} cannot be a job's id: Bull keeps something else under that key")
    return text


OwnId = Annotated[str, AfterValidator(_own_id), Field(examples=["invoice-{n}"])]
Group = Annotated[str, Field(pattern=f"^{_NAME}$")]


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
    commits_after: Duration = 0
    """How long after its submit a job's row is committed; a handler that starts earlier does not find it, and fails."""
    service: Duration | TimeDistribution | None = None
    """How long one attempt takes; default: as the queue says."""
    invalid: Share = 0
    """Share of jobs whose data is invalid: a permanent error."""
    size: Size | None = None
    """How long a job's data is as JSON, filled up with text; default: what its handler needs, about 100 bytes."""
    job_id: OwnId | Annotated[list[OwnId], Field(min_length=1, max_length=10_000)] | None = None
    """Own ids, as `jobId` of Bull: one for all jobs, one with `{n}` for a number, or a list of which each job takes the
    next. A job whose id exists, in whatever state, is ignored. Default: the queue numbers its jobs."""
    distinct_ids: Count | None = None
    """How many different ids `{n}` makes before it begins again at 1; default: every job has its own."""
    groups: Count | Annotated[list[Group], Field(min_length=1, max_length=10_000)] | None = None
    """Groups for the limiter's `group_key`: how many, or their names; each job is of the next. Default: the jobs' data
    lack the field, unless the handler's own data have it."""
    deliver_within: PositiveDuration | None = None
    """What customers were promised for these jobs; default: that of the queue."""

    @model_validator(mode="after")
    def _ids_fit(self) -> "Workload":
        numbered = isinstance(self.job_id, str) and NUMBER in self.job_id
        if self.distinct_ids is not None and not numbered:
            raise ValueError("distinct_ids: counts the numbers of a job_id: with {n}, such as job_id: invoice-{n}")
        return self

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

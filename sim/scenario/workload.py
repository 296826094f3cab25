"""What a scenario says of the jobs that arrive, and when."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue

from sim.scenario.repeat import Repeat
from sim.yaml_files.distributions import TimeDistribution
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


NO_ARRIVALS = ListedArrivals.model_construct(kind="times", at=[])
"""What an entry with a schedule has: its jobs arrive when the schedule says so."""
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


_NOT_WITH_REPEAT = {
    "delay": "the schedule says when a job is due",
    "invalid": "all jobs of a schedule have the same data",
    "groups": "all jobs of a schedule have the same data",
    "size": "all jobs of a schedule have the same data",
    "commits_after": "its jobs are submitted by workers",
}


class Workload(Model):
    """Jobs offered to one queue."""

    queue: str
    arrivals: Arrivals
    """When jobs arrive; leave it out with `repeat`."""
    repeat: Repeat | Annotated[list[Repeat], Field(min_length=1, max_length=20)] | None = None
    """A schedule in place of arrivals. A list is a schedule that deploys change: each start of the application
    registers the next one, and the last one from then on."""
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

    @model_validator(mode="before")
    @classmethod
    def _repeats_in_place_of_arrivals(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and raw.get("repeat") is not None and "arrivals" not in raw:
            return {**raw, "arrivals": NO_ARRIVALS}
        return raw

    @model_validator(mode="after")
    def _repeat_fits(self) -> "Workload":
        if self.repeat is None:
            return self
        if self.arrivals is not NO_ARRIVALS:
            raise ValueError("jobs come by arrivals: or by repeat:, not both; write two entries")
        for name, why in _NOT_WITH_REPEAT.items():
            if getattr(self, name):
                raise ValueError(f"{name}: does not go with repeat:; {why}")
        if isinstance(self.job_id, list) or NUMBER in (self.job_id or ""):
            raise ValueError("job_id: with repeat: it is one text, which tells schedules of the same times apart")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Ask for no arrivals: where there is a schedule there are none."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        handler.resolve_ref_schema(schema)["required"] = ["queue"]
        return schema

    @model_validator(mode="after")
    def _ids_fit(self) -> "Workload":
        numbered = isinstance(self.job_id, str) and NUMBER in self.job_id
        if self.distinct_ids is not None and not numbered:
            raise ValueError("distinct_ids: counts the numbers of a job_id: with {n}, such as job_id: invoice-{n}")
        return self

    @property
    def schedules(self) -> list[Repeat]:
        """What each start of the application registers, in turn; empty for an entry with arrivals."""
        repeat = self.repeat
        return [] if repeat is None else repeat if isinstance(repeat, list) else [repeat]

    @property
    def jobs(self) -> int:
        """How many jobs arrive; those of a schedule are not counted."""
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
            return max(arrivals.at, default=0)
        rounds = arrivals.bursts if isinstance(arrivals, BurstArrivals) else arrivals.count
        return arrivals.start + arrivals.interval * (rounds - 1)

"""The scenario: everything that one file says."""

import math
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sim.faults.registry import AnyFault
from sim.operator_verbs.registry import OperatorStep
from sim.scenario.database import DatabaseConfig
from sim.scenario.expect import Expect
from sim.scenario.incident import Incident
from sim.scenario.monitoring import Alert, HealthConfig, MetricsConfig
from sim.scenario.queues import DOCUMENTED_QUEUES, QueueConfig, with_defaults
from sim.scenario.variants import MAX_TITLE, Variant, VariantName
from sim.scenario.workload import Workload
from sim.yaml_files.distributions import TimeDistribution
from sim.yaml_files.fields import (
    MODES,
    CoarseDuration,
    Duration,
    Model,
    ModeName,
    OneLine,
    OptionalInterval,
    PositiveDuration,
    SaveInterval,
    SemanticsName,
    Size,
    Switch,
)

MIN_MEMORY = 2 << 20

QueueName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]


class Workers(Model):
    """The worker processes of one queue, and the settings of Bull that they run with."""

    processes: Annotated[int, Field(ge=0, le=1_000)] = 1
    concurrency: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Jobs that one process runs at the same time."""
    start_spread: Duration | None = None
    """Processes start at random times within this span; 0s: one after another, 10 ms apart. By default they run
    already: each started at a random time in the last stalled interval before the run."""
    lock_duration: CoarseDuration = 30_000
    lock_renew: CoarseDuration | None = None
    """How often a running job's lock is extended; default: half the lock duration."""
    stalled_interval: OptionalInterval = 30_000
    """How often a process looks for jobs without a lock; `0s`: never, not even when it starts (Bull's 0)."""
    max_stalled: Annotated[int, Field(ge=0, le=1_000)] | Literal["unlimited"] = 1
    """How often a job may be found stalled before it fails; `unlimited` is Bull's `maxStalledCount: Infinity`."""
    retry_process_delay: CoarseDuration = 5_000
    """How long a slot waits after an error of the queue itself."""
    guard_interval: CoarseDuration = 5_000
    """Maximum time between two checks for delayed jobs."""
    drain_delay: Duration = 5_000
    """How long an idle worker's blocking pop waits before it is sent again (Bull counts it in seconds); 0s: forever."""
    process_queues: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Queues that each real process serves, this one included; the more, the more of its stalled checks are skipped."""
    blocking: Switch = False
    """Whether a handler blocks the event loop of its process, so that no timer runs while it works."""

    @property
    def lock_renew_ms(self) -> int:
        """Time between two renewals of a lock."""
        return self.lock_duration // 2 if self.lock_renew is None else self.lock_renew

    @property
    def stall_limit(self) -> float:
        """How often a job may be found stalled before it fails; infinity without a limit."""
        return math.inf if self.max_stalled == "unlimited" else self.max_stalled


class Application(Model):
    """The application process, which runs the jobs itself in in-process mode."""

    concurrency: Annotated[int, Field(ge=1, le=1_000_000)] | Literal["unlimited"] = "unlimited"
    """Jobs that it runs at the same time; others wait in its memory."""


class RedisConfig(Model):
    """What Redis keeps when it crashes, how much it holds, and how patient its clients are."""

    persistence: Literal["none", "rdb", "aof-everysec", "aof-always"] = "aof-everysec"
    save_interval: SaveInterval = 60_000
    """With `rdb`: time between two snapshots."""
    max_retries_per_request: Annotated[int, Field(ge=0, le=1_000)] | None = 20
    """After how many failed attempts to connect a client rejects the calls that wait in it; `null`: never. With
    `documented` nothing waits, so it changes nothing."""
    max_memory: Size | None = None
    """How much memory it may use (`maxmemory`), of which it takes 1mb without any key; default: as much as it wants."""
    max_clients: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How many connections it takes (`maxclients`); default: any number. The application has one for each queue, a
    worker process three, and an operator as many as the application."""
    eviction: Literal["noeviction", "allkeys-lru", "volatile-ttl"] = "noeviction"
    """What it does when that is used up (`maxmemory-policy`): refuse what needs more, or evict keys, the one that was
    not used for longest or the one that would expire next."""

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if self.max_memory is None and self.eviction != "noeviction":
            raise ValueError("eviction: nothing is evicted without a limit; give max_memory: too")
        if self.max_memory is not None and self.max_memory < MIN_MEMORY:
            raise ValueError("max_memory: must be at least 2mb; an empty Redis takes 1mb")
        return self


class Scenario(Model):
    """One question, and the system that it is asked about."""

    title: Annotated[OneLine, Field(min_length=1, max_length=MAX_TITLE)]
    question: Annotated[OneLine, Field(min_length=1, max_length=400)]
    story: str = ""
    """What happened, in a few sentences."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    semantics: SemanticsName | Annotated[list[SemanticsName], Field(min_length=1, max_length=2)] = "documented"
    """The profile or profiles that `expect` applies to; `run` uses the first."""
    modes: Annotated[list[ModeName], Field(min_length=1, max_length=2)] = Field(default_factory=lambda: list(MODES))
    duration: PositiveDuration | None = None
    """When the run ends; default: when every job is finished, or an hour or more after the last job is due."""
    queues: dict[QueueName, QueueConfig] = Field(default_factory=dict)
    """Queues; settings that are not given have the documented defaults of the queue's name."""
    workload: Annotated[list[Workload], Field(min_length=1, max_length=1_000)]
    workers: dict[QueueName, Workers] = Field(default_factory=dict)
    application: Application = Application()
    redis: RedisConfig = RedisConfig()
    database: DatabaseConfig = DatabaseConfig()
    faults: Annotated[list[AnyFault], Field(max_length=1_000)] = Field(default_factory=list)
    operator: Annotated[list[OperatorStep], Field(max_length=1_000)] = Field(default_factory=list)
    """What an operator does to the queues, in queue mode."""
    metrics: MetricsConfig | None = None
    """How metrics are sampled; default: only with alerts or a health block."""
    health: HealthConfig | None = None
    """When a worker is unhealthy."""
    alerts: Annotated[list[Alert], Field(max_length=200)] = Field(default_factory=list)
    """Rules that are evaluated at every sample."""
    expect: Expect = Expect()
    variants: Annotated[dict[VariantName, Variant], Field(max_length=20)] = Field(default_factory=dict)
    """The same scenario with other values, such as a cure; `run FILE:NAME` runs one."""
    variant: VariantName | None = None
    """The variant that is run; default: none, the scenario as it stands."""
    incident: Incident | None = None
    """The public report that the scenario tells."""

    @model_validator(mode="before")
    @classmethod
    def _fill_in_documented_queues(cls, raw: Any) -> Any:
        """Put the document's settings under what the file says, for every queue that it names."""
        if not isinstance(raw, dict):
            return raw
        written = raw.get("queues", {})
        if not isinstance(written, dict):
            return raw
        workload = raw.get("workload")
        used = (
            [entry.get("queue") for entry in workload if isinstance(entry, dict)] if isinstance(workload, list) else []
        )
        merged: dict[Any, Any] = {}
        for name in [*written, *(name for name in used if isinstance(name, str))]:
            own = written.get(name, {})
            if name in merged or not isinstance(own, dict):
                merged.setdefault(name, own)
            elif name in DOCUMENTED_QUEUES or name in written:
                merged[name] = with_defaults(name, own)
        return {**raw, "queues": merged}

    @property
    def profiles(self) -> list[SemanticsName]:
        """The semantics that the scenario's expectations speak of."""
        return [self.semantics] if isinstance(self.semantics, str) else list(self.semantics)

    @property
    def sampling(self) -> MetricsConfig | None:
        """How metrics are sampled; None where nothing asks for them."""
        if self.metrics is None and (self.alerts or self.health is not None):
            return MetricsConfig()
        return self.metrics

    def workers_of(self, queue: str) -> Workers:
        """The worker settings of a queue; one process with the defaults where the file says nothing."""
        return self.workers.get(queue) or Workers()

    def promise_of(self, entry: Workload) -> int | None:
        """Within which time of being due the jobs of an entry of the workload are to be delivered, ms; None: any."""
        return self.queues[entry.queue].deliver_within if entry.deliver_within is None else entry.deliver_within

    @property
    def promising_queues(self) -> list[str]:
        """The queues with jobs that are to be delivered within a time."""
        return list(dict.fromkeys(one.queue for one in self.workload if self.promise_of(one) is not None))

    def service_of(self, entry: Workload) -> int | TimeDistribution:
        """How long one attempt at the jobs of an entry takes: as the entry says, or its queue."""
        return self.queues[entry.queue].service if entry.service is None else entry.service

    @property
    def worker_names(self) -> list[str]:
        """Every worker process by name, such as ``email-1``, queue by queue."""
        return [f"{queue}-{n}" for queue in self.queues for n in range(1, self.workers_of(queue).processes + 1)]

    @property
    def last_arrival_ms(self) -> int:
        """When the last job is offered, ms since the run began; random arrivals come about then."""
        if self.duration is not None and any(entry.schedules for entry in self.workload):
            return self.duration
        return max(max(entry.last_ms, *(one.span_ms for one in entry.schedules), 0) for entry in self.workload)

    @property
    def jobs(self) -> int:
        """How many jobs are offered in all."""
        return sum(entry.jobs for entry in self.workload)

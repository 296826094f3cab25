"""What a scenario says of queues: attempts, backoff, retention, and a queue of each handler's name as default."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from sim.handlers.base import Handler
from sim.handlers.registry import HANDLERS
from sim.scenario.backoff import RetryBackoff
from sim.scenario.own_handler import OwnHandler
from sim.yaml_files.distributions import TimeDistribution
from sim.yaml_files.fields import Duration, Model, PositiveDuration, Switch

if TYPE_CHECKING:
    HandlerName = str
else:
    HandlerName = Literal[tuple(HANDLERS)]


def _what_jobs_do() -> str:
    each = [f"`{name}`: {handler.about}" for name, handler in HANDLERS.items()]
    own = "`{effects: [...]}`: what the scenario lists."
    return "\n\n".join(["What a job of this queue does.", *each, own])


class Retention(Model):
    """Which finished jobs are kept, in Bull's object form."""

    count: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    """Keep this many, the newest."""
    age: PositiveDuration | None = None
    """Keep those that finished within this time."""


class Limiter(Model):
    """Bull's rate limiter: at most `max` jobs in each `duration`."""

    max: Annotated[int, Field(ge=1, le=1_000_000)]
    duration: PositiveDuration
    group_key: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")] | None = None
    """A field of the jobs' data: each of its values is a group with a limit of its own (`groups:` of the workload).
    Default: one limit for the queue."""
    bounce_back: Switch = False
    """Whether a job over the limit is dropped, as Bull does with `bounceBack`: it stays in Redis, but in no list, so
    that no worker ever takes it. By default it waits."""


class QueueConfig(Model):
    """One queue: what its jobs do, how they are retried and how long they are kept."""

    defaults: Literal["documented", "bull"] = "bull"
    """Where settings that are not given come from. `documented`: the document's, for this handler; `bull`: the
    library's: one attempt, no backoff, every finished job is kept."""
    handler: Annotated[HandlerName | OwnHandler, Field(description=_what_jobs_do())]
    attempts: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Maximum attempts of a job, the first included."""
    backoff: RetryBackoff | None = None
    """Wait between attempts; default: none, a retry starts at once. A plain delay is a fixed one."""
    remove_on_fail: bool | Annotated[int, Field(ge=0, le=10_000_000)] | Retention = False
    """Failed jobs: a number keeps that many of the newest, `true` keeps none, `false` keeps all."""
    remove_on_complete: bool | Annotated[int, Field(ge=0, le=10_000_000)] | Retention = False
    """Completed jobs: a number keeps that many of the newest, `true` keeps none, `false` keeps all."""
    dead_letter: Switch = False
    """Whether a job that fails for good goes to the dead letter queue, where no retention removes it."""
    idempotency_key: Switch = True
    """Whether a second effect of the same job is recognised and suppressed."""
    discard_permanent: Switch = False
    """Whether a permanent error ends the job at once instead of using up its attempts."""
    service: Duration | TimeDistribution = 200
    """How long one attempt takes, not counting waits for a slow database."""
    service_drawn: Literal["per-job", "per-attempt"] = "per-job"
    """Whether a random `service` is drawn once for each job, or anew for each attempt."""
    timeout: PositiveDuration | None = None
    """After how long an attempt fails although its handler goes on, Bull's `timeout` of a job; default: never."""
    limiter: Limiter | None = None
    """Maximum number of jobs per interval."""
    deliver_within: PositiveDuration | None = None
    """What customers were promised: a job delivered later than this after it is due is late. Changes nothing else."""

    @property
    def job(self) -> Handler:
        """What a job of this queue does."""
        return self.handler.made() if isinstance(self.handler, OwnHandler) else HANDLERS[self.handler]

    @property
    def listed_effects(self) -> list[str]:
        """The names of a job's effects where the scenario lists them, in order; else none."""
        return self.handler.names if isinstance(self.handler, OwnHandler) else []


def with_defaults(name: object, own: dict[str, Any]) -> dict[str, Any]:
    """Put what a queue is not told under what it is told.

    Args:
        name: What the queue is called; a handler's name is its handler too.
        own: What the file says of the queue.
    """
    handler = own.get("handler", name)
    base = DOCUMENTED_QUEUES.get(handler, {}) if isinstance(handler, str) else {}
    if own.get("defaults") == "bull":
        return {**({"handler": handler} if base else {}), **own}
    return {**base, **({"defaults": "documented"} if base else {}), **own}


DOCUMENTED_QUEUES: dict[str, dict[str, Any]] = {
    name: {"handler": name, **handler.defaults} for name, handler in HANDLERS.items()
}
"""A queue of each handler's name with the settings in the handler's file, as a scenario file would write them."""

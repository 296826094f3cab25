"""The language that cases are written in: operations on one queue, by named actors, in steps."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

PRODUCER = "producer"
TIMER = "timer"
OPERATOR = "operator"
TIME = "time"
HAND = "hand"
"""Actors that are no workers. ``time`` passes for everybody; ``hand`` sends plain Redis commands."""


class Step(NamedTuple):
    """One operation: who does it, what, and with which arguments."""

    actor: str
    verb: str
    args: dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """What every worker of the case is set to; the field names are those that the Node driver reads.

    Attributes:
        lock_ms: How long a lock lives.
        stalled_interval_ms: For so long one stalled check keeps the next ones away.
        max_stalled: How often a job may stall in its life.
        limiter: Bull's rate limiter as ``{"max": 3, "duration": 20_000}``, with ``groupKey`` and ``bounceBack`` where
            it has them, or None. With a ``groupKey`` every job needs an own id, as Bull's would be a random one.
        strategies: Custom backoff strategies by type. A list has the delay after each failure, ms, and the last one
            repeats. A mapping is one of ``{"answer": anything}``, ``{"by_message": {message: delay}, "else": delay}``,
            ``{"option": name}`` (times the failures; "else" where the job gives no options), ``{"throws": message}``
            and ``{"rejects": message}``.
    """

    lock_ms: int = 30_000
    stalled_interval_ms: int = 30_000
    max_stalled: int | Literal["Infinity"] = 1
    limiter: dict[str, Any] | None = None
    strategies: dict[str, Any] = field(default_factory=dict)


@dataclass
class Case:
    """One claim about the queue, as steps that every arm carries out.

    Attributes:
        name: The claim in kebab-case; unique in the catalogue.
        group: The catalogue's module.
        claim: The claim in words.
    """

    name: str
    group: str
    claim: str
    settings: Settings
    steps: list[Step]


class Script:
    """Notes down the steps of a case; each verb is one operation of the queue.

    Jobs go by their ids, which the queue gives out as "1", "2", ... A worker's copy of a job is the one that it got
    when it took the job, so that what it reports later is what a worker with stale memory would report.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def _note(self, actor: str, verb: str, **args: Any) -> None:
        self.steps.append(Step(actor, verb, args))

    # -- producer -------------------------------------------------------------------------------------------------

    def add(self, data: Any = None, *, name: str | None = None, **opts: Any) -> None:
        """Add a job; ``opts`` as Bull calls them (attempts, backoff, delay, priority, lifo, jobId, removeOnFail...)."""
        self._note(PRODUCER, "add", data={} if data is None else data, name=name, opts=opts)

    def adds(self, count: int, **opts: Any) -> None:
        """Add several jobs alike."""
        for _ in range(count):
            self.add(**opts)

    # -- workers --------------------------------------------------------------------------------------------------

    def take(self, by: str = "a") -> None:
        """Pop and lock the next job in one step, as a busy worker does."""
        self._note(by, "take")

    def pop(self, by: str = "a") -> None:
        """Pop the next job without locking it, as an idle worker's blocking pop does."""
        self._note(by, "pop")

    def lock(self, job_id: str, by: str = "a") -> None:
        """Lock a popped job."""
        self._note(by, "lock", id=job_id)

    def complete(self, job_id: str, value: Any = "done", *, by: str = "a", fetch: bool = False) -> None:
        """Report success; with ``fetch`` take the next job in the same step."""
        self._note(by, "complete", id=job_id, value=value, fetch=fetch)

    def fail(self, job_id: str, message: str = "boom", *, by: str = "a") -> None:
        """Report a failed attempt."""
        self._note(by, "fail", id=job_id, message=message)

    def work(self, job_id: str, ms: int, *, by: str = "a", raises: str | None = None, discards: bool = False) -> None:
        """Let Bull's own ``processJob`` run a handler that takes so long, real ms, and wait for its end.

        It answers what was reported, and whether the handler was still going on then. A timeout is far below ``ms``
        or far above it.

        Args:
            raises: What the handler fails with at its end.
            discards: Whether it gives up further attempts just before.
        """
        self._note(by, "work", id=job_id, ms=ms, raises=raises, discards=discards)

    def discard(self, job_id: str, by: str = "a") -> None:
        """Say that the job's next failure is final."""
        self._note(by, "discard", id=job_id)

    def extend(self, job_id: str, by: str = "a") -> None:
        """Renew a job's lock."""
        self._note(by, "extend", id=job_id)

    # -- timers and time ------------------------------------------------------------------------------------------

    def promote(self) -> None:
        """Move delayed jobs that are due."""
        self._note(TIMER, "promote")

    def check(self) -> None:
        """Look for stalled jobs."""
        self._note(TIMER, "check")

    def tick(self, ms: int) -> None:
        """Let time pass, ms; keys expire."""
        self._note(TIME, "tick", ms=ms)

    # -- operator -------------------------------------------------------------------------------------------------

    def retry(self, job_id: str) -> None:
        """Put one failed job back in its queue."""
        self._note(OPERATOR, "retry", id=job_id)

    def retry_all(self, batch: int = 1_000) -> None:
        """Put all failed jobs back in line, so many at a time."""
        self._note(OPERATOR, "retry_all", batch=batch)

    def promote_job(self, job_id: str) -> None:
        """Move one delayed job to the waiting jobs now."""
        self._note(OPERATOR, "promote_job", id=job_id)

    def remove(self, job_id: str) -> None:
        """Remove one job, whatever state it is in."""
        self._note(OPERATOR, "remove", id=job_id)

    def clean(self, state: str, *, grace: int = 0, limit: int = 0) -> None:
        """Remove a state's jobs that are older than so much, ms."""
        self._note(OPERATOR, "clean", state=state, grace=grace, limit=limit)

    def empty(self) -> None:
        """Throw away everything that waits or is delayed."""
        self._note(OPERATOR, "empty")

    def pause(self) -> None:
        """Pause the queue."""
        self._note(OPERATOR, "pause")

    def resume(self) -> None:
        """Resume the queue."""
        self._note(OPERATOR, "resume")

    def is_paused(self) -> None:
        """Ask whether the queue is paused."""
        self._note(OPERATOR, "is_paused")

    def counts(self) -> None:
        """Count the jobs by state."""
        self._note(OPERATOR, "counts")

    def jobs(self, state: str) -> None:
        """List the ids of a state's jobs."""
        self._note(OPERATOR, "jobs", state=state)

    def state(self, job_id: str) -> None:
        """Name a job's state."""
        self._note(OPERATOR, "state", id=job_id)

    def job(self, job_id: str) -> None:
        """Read one job."""
        self._note(OPERATOR, "job", id=job_id)

    # -- plain Redis ----------------------------------------------------------------------------------------------

    def redis(self, command: str, *args: Any) -> None:
        """Send a plain Redis command; ``{q}`` in an argument stands for the queue's prefix ``bull:q:``."""
        self._note(HAND, "redis", command=command, args=list(args))

    # -- short stories --------------------------------------------------------------------------------------------

    def crash(self, *, checks: int = 2) -> None:
        """Let the holders of all active jobs die: time passes their locks by, and the checks that follow act."""
        self.check()
        for _ in range(checks - 1):
            self.tick(31_000)
            self.check()


CATALOGUE: dict[str, Case] = {}
"""Every case by its name, in the order of definition."""


def case(settings: Settings | None = None) -> Callable[[Callable[[Script], None]], Callable[[Script], None]]:
    """Put a story into the catalogue: the function's name is the case's, its docstring the claim."""

    def register(story: Callable[[Script], None]) -> Callable[[Script], None]:
        name = story.__name__.replace("_", "-")
        group = story.__module__.rsplit(".", 1)[-1]
        script = Script()
        story(script)
        define(Case(name, group, (story.__doc__ or "").strip(), settings or Settings(), script.steps))
        return story

    return register


def define(one: Case) -> None:
    """Put a case into the catalogue.

    Raises:
        ValueError: It has no claim, no steps, or a name that is taken.
    """
    if not one.claim or not one.steps or one.name in CATALOGUE:
        raise ValueError(f"{one.group}.{one.name}: needs a claim, steps, and a name of its own")
    CATALOGUE[one.name] = one

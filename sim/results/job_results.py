"""What happened to each job: a typed record for every job of every mode, and all of them as a sequence or a frame."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex, overload

from sim.core.extras import need
from sim.yaml_files.fields import ModeName

if TYPE_CHECKING:
    from pandas import DataFrame


class Outcome(StrEnum):
    """How a job ended; every offered job has exactly one outcome. They compare equal to their text.

    Attributes:
        REJECTED: ``rejected``: the submit failed, the job never ran, and the caller knows.
        IGNORED: ``ignored``: a job of the same id existed already, so nothing was added, and the caller was not told.
        DELIVERED: ``delivered``: its effect happened at least once, whatever the queue says of it.
        FAILED_REPORTED: ``failed-reported``: in-process mode only: the caller got the error, and nothing is kept.
        FAILED_RETAINED: ``failed-retained``: no effect, and the job is in the failed set.
        FAILED_EVICTED: ``failed-evicted``: no effect, it failed, and retention or an operator has removed its record.
        DEAD_LETTERED: ``dead-lettered``: no effect, and the job is in the dead letter queue.
        LOST: ``lost``: accepted, no effect, and no record of it is left anywhere.
        PENDING: ``pending``: no effect yet; it was waiting, active or delayed when the run ended.
    """

    REJECTED = "rejected"
    IGNORED = "ignored"
    DELIVERED = "delivered"
    FAILED_REPORTED = "failed-reported"
    FAILED_RETAINED = "failed-retained"
    FAILED_EVICTED = "failed-evicted"
    DEAD_LETTERED = "dead-lettered"
    LOST = "lost"
    PENDING = "pending"

    @property
    def field(self) -> str:
        """The outcome's name as a key in JSON and in ``expect``: ``failed_evicted``."""
        return self.value.replace("-", "_")


class JobResult(NamedTuple):
    """What happened to one job in one mode.

    Attributes:
        mode: ``in-process`` or ``queue``.
        queue: The name of its queue in the scenario.
        job: Its name, such as ``email-17``: the same in both modes.
        outcome: How it ended.
        offered_ms: When the producer wanted it done, ms since the run began.
        first_effect_ms: When its effect happened first, ms since the run began; None where it never did. Of several
            effects, when the last that was missing did.
        ended_ms: When it last completed, failed for good, was rejected or ignored, ms since the run began; None where
            it never did.
        attempts: How many times its handler was started.
        effects: How many times its effect happened, or several effects together.
        stalls: How many times it was found active without a worker that holds its lock.
        suppressed: How many further effects an idempotency key prevented.
        false_failure: Whether its effect happened and the queue or the caller believes that it failed.
        indeterminate: Whether the caller saw an error although the job was accepted.
        due_ms: When it was due, ms since the run began: when it was offered, plus its ``delay`` in queue mode.
        deliver_within_ms: Within which time of being due it was promised to be delivered; None: nothing was promised.
        done: How many different ones of the effects that the scenario lists happened; 0 for a handler with one effect
            of its own. A job that is delivered has had them all.
    """

    mode: ModeName
    queue: str
    job: str
    outcome: Outcome
    offered_ms: int
    first_effect_ms: int | None
    ended_ms: int | None
    attempts: int
    effects: int
    stalls: int
    suppressed: int
    false_failure: bool
    indeterminate: bool
    due_ms: int
    deliver_within_ms: int | None = None
    done: int = 0

    @property
    def extra_effects(self) -> int:
        """How many effects were repetitions of one that had happened."""
        return self.effects - max(1, self.done) if self.effects else 0

    @property
    def duplicated(self) -> bool:
        """Whether it was delivered and an effect happened twice or more."""
        return self.extra_effects > 0 and self.outcome is Outcome.DELIVERED

    @property
    def partial(self) -> bool:
        """Whether some of its effects happened and others did not."""
        return self.done > 0 and self.outcome is not Outcome.DELIVERED

    @property
    def delivery_ms(self) -> int | None:
        """How long after it was due its effect happened first, 0 if before; None where it was not delivered."""
        if self.first_effect_ms is None or self.outcome is not Outcome.DELIVERED:
            return None
        return max(0, self.first_effect_ms - self.due_ms)

    @property
    def late(self) -> bool:
        """Whether it was delivered later than promised; a job that was not delivered is not late."""
        if self.deliver_within_ms is None or (took_ms := self.delivery_ms) is None:
            return False
        return took_ms > self.deliver_within_ms


class JobResults(tuple[JobResult, ...]):
    """The jobs of a run in the order in which they were offered, mode by mode: a sequence that cannot be changed."""

    __slots__ = ()

    @overload
    def __getitem__(self, place: SupportsIndex) -> JobResult: ...

    @overload
    def __getitem__(self, place: slice) -> "JobResults": ...

    def __getitem__(self, place: SupportsIndex | slice) -> "JobResult | JobResults":
        """Return the job at a place, or the jobs of a slice."""
        found = super().__getitem__(place)
        return found if isinstance(found, JobResult) else JobResults(found)

    def __repr__(self) -> str:
        count = len(self)
        return f"<{count:,} {'job' if count == 1 else 'jobs'}: .to_frame() has them as a table>"

    def to_frame(self) -> "DataFrame":
        """Return a pandas frame with one row for each job of each mode, and a column for each field of ``JobResult``.

        The last columns are ``duplicated``, ``partial``, ``delivery_ms`` and ``late``. Outcomes are text, times
        nullable integers: ms since the run began or, of a delivery, since the job was due.

        Raises:
            MissingExtra: pandas is not installed; the error says what to install.
        """
        need("a frame", "notebook", "pandas")
        import pandas

        columns: dict[str, list[Any]] = {name: [getattr(job, name) for job in self] for name in JobResult._fields}
        columns["outcome"] = [job.outcome.value for job in self]
        for name in ("duplicated", "partial", "delivery_ms", "late"):
            columns[name] = [getattr(job, name) for job in self]
        frame = pandas.DataFrame(columns)
        for name in columns:
            if name.endswith("_ms"):
                frame[name] = frame[name].astype("Int64")
        return frame

"""Repeatable jobs: a schedule in place of arrivals."""

from functools import cache
from typing import Annotated, Any

from pydantic import Field, model_validator

from sim.calendar.cron import CronError, cron
from sim.calendar.epoch import EPOCH_MS
from sim.yaml_files.fields import CoarseDuration, Duration, Model, PositiveDuration

MAX_TIMES = 10_000
"""With cron so many times are looked ahead, at most."""


class Repeat(Model):
    """A schedule, as `repeat` of Bull. The application registers it whenever it starts."""

    every: CoarseDuration | None = None
    """Time between two jobs. It counts from the beginning of 1970: `5m` means at :00, :05 and so on."""
    cron: Annotated[str, Field(max_length=200, examples=["*/5 * * * *"])] | None = None
    """A cron expression: five fields, or six with seconds in front. A run begins on Thursday, 1 January 2026, 00:00
    UTC."""
    tz: Annotated[str, Field(max_length=60, examples=["Europe/Berlin"])] | None = None
    """With `cron`: its time zone; default: UTC."""
    limit: Annotated[int, Field(ge=1, le=2_000_000)] | None = None
    """Number of jobs, counted anew by each registration that adds one; default: no limit."""
    start: Duration | None = None
    """With `cron`: no job before this time of the run."""
    end: PositiveDuration | None = None
    """No job is planned after this time of the run. With `every`, Bull looks at it only when a job is taken, so one job
    may be due after it."""

    @model_validator(mode="after")
    def _fits(self) -> "Repeat":
        if (self.every is None) == (self.cron is None):
            raise ValueError("a schedule has either every:, such as 5m, or cron:, such as '*/5 * * * *'")
        if self.cron is None:
            for name, why in (("tz", "every: counts in UTC"), ("start", "Bull looks at it with cron: only")):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name}: needs cron:; {why}")
            return self
        try:
            never = cron(self.cron, self.tz).after(EPOCH_MS) is None
        except CronError as error:
            raise ValueError(str(error)) from None
        if never:
            raise ValueError(f"{self.cron!r} is never due")
        return self

    @property
    def is_endless(self) -> bool:
        """Whether nothing but the end of the run ends it."""
        return self.limit is None and self.end is None

    @property
    def span_ms(self) -> int:
        """How long it takes to its last job, ms, if it is registered when the run begins; 0 for an endless one."""
        return _span_ms(self)

    @property
    def options(self) -> dict[str, Any]:
        """The schedule in Bull's words; times are epoch ms."""
        said: dict[str, Any] = {"every": self.every, "cron": self.cron, "tz": self.tz, "limit": self.limit}
        for name, at_ms in (("startDate", self.start), ("endDate", self.end)):
            said[name] = None if at_ms is None else EPOCH_MS + at_ms
        return {name: value for name, value in said.items() if value is not None}


@cache
def _span_ms(repeat: Repeat) -> int:
    if repeat.is_endless:
        return 0
    every_ms = repeat.every
    if every_ms is not None:
        spans = [] if repeat.limit is None else [every_ms * (repeat.limit + 1)]
        return min([*spans, *([] if repeat.end is None else [repeat.end + every_ms])])
    due_ms: int | None = EPOCH_MS + (repeat.start or 0)
    last_ms = 0
    for _ in range(min(repeat.limit or MAX_TIMES, MAX_TIMES)):
        due_ms = None if due_ms is None else cron(repeat.cron or "", repeat.tz).after(due_ms)
        if due_ms is None or (repeat.end is not None and due_ms > EPOCH_MS + repeat.end):
            break
        last_ms = due_ms - EPOCH_MS
    return last_ms

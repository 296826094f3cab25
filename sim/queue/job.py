"""A job, and how it stands in its Redis hash."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from sim.queue.javascript import whole
from sim.queue.options import Backoff, JobOptions, to_json
from sim.queue.retention_options import Keep, Retention

__all__ = ["DEFAULT_NAME", "Backoff", "Job", "JobOptions", "Keep", "Retention", "to_json"]

DEFAULT_NAME = "__default__"


@dataclass(slots=True)
class Job:
    """A job as a worker or an operator holds it in memory.

    Attributes:
        attempts_made: Failed attempts, as this holder counts them; absent from the hash until the first failure.
        stalled_counter: How often it was found stalled; never reset.
    """

    id: str
    name: str
    data: Any
    options: JobOptions
    timestamp_ms: int = 0
    delay_ms: int = 0
    attempts_made: int = 0
    stalled_counter: int = 0
    stacktrace: list[str] = field(default_factory=list)
    failed_reason: str | None = None
    return_value: Any = None
    processed_on_ms: int | None = None
    finished_on_ms: int | None = None
    discarded: bool = False

    def discard(self) -> None:
        """Use no further attempts: the next failure is final."""
        self.discarded = True

    @classmethod
    def from_hash(cls, fields: Mapping[str, str], job_id: str) -> "Job":
        """Read a job from its hash; no field is required.

        Raises:
            ValueError: ``data`` or ``opts`` is not JSON.

        Source: BULL_FACTS 13 (defaults of missing fields).
        """
        get = fields.get
        stack = get("stacktrace")
        value = get("returnvalue")
        processed_on, finished_on = get("processedOn"), get("finishedOn")
        attempts_made, stalled_counter, delay = get("attemptsMade"), get("stalledCounter"), get("delay")
        options = JobOptions.of_hash(get("opts"))
        return cls(
            job_id,
            get("name") or DEFAULT_NAME,
            get("data") if options.as_text else orjson.loads(get("data") or "{}"),
            options,
            whole(get("timestamp")),
            whole(delay) if delay != "0" else 0,
            whole(attempts_made) if attempts_made else 0,
            whole(stalled_counter) if stalled_counter else 0,
            [] if stack is None else _stacktrace(stack),
            get("failedReason"),
            None if value is None else _return_value(value),
            whole(processed_on) if processed_on else None,
            whole(finished_on) if finished_on else None,
        )


def _stacktrace(text: str) -> list[str]:
    try:
        traces = orjson.loads(text)
    except ValueError:
        return []
    return traces if isinstance(traces, list) else []


def _return_value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return None

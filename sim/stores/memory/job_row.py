"""How the store in memory keeps a job that nothing unusual has happened to: as what its hash would say, without texts.

Whatever looks at the key by a command finds the hash of it, as Redis turns a compact encoding into a general one. Most
jobs are gone before anybody looks, and their JSON is never written.
"""

from typing import Any

from sim.queue.job import DEFAULT_NAME, Job, JobOptions, to_json

EXACT = 2**53
"""Whole numbers up to here are the same number in JavaScript."""


class JobRow:
    """A job that waits, is being worked on, or was completed; it never failed, stalled, or had a delay or a priority.

    Attributes:
        data: What the producer wrote; see ``is_flat``.
        options: As the producer gave them.
        timestamp_ms: When it was added, epoch ms.
        processed_on_ms: When a worker started it last, epoch ms.
        finished_on_ms: When it was completed, epoch ms.
        value: What its handler returned; see ``is_flat``.
    """

    __slots__ = ("data", "finished_on_ms", "options", "processed_on_ms", "timestamp_ms", "value")

    def __init__(self, data: dict[str, Any], options: JobOptions, timestamp_ms: int) -> None:
        self.data = data
        self.options = options
        self.timestamp_ms = timestamp_ms
        self.processed_on_ms: int | None = None
        self.finished_on_ms: int | None = None
        self.value: dict[str, Any] | None = None

    def as_hash(self) -> dict[str, str]:
        """Write the hash, its fields in the order in which the queue's steps write them."""
        fields = {
            "name": DEFAULT_NAME,
            "data": to_json(self.data),
            "opts": self.options.to_json(self.timestamp_ms),
            "timestamp": str(self.timestamp_ms),
            "delay": "0",
            "priority": "0",
        }
        if self.processed_on_ms is not None:
            fields["processedOn"] = str(self.processed_on_ms)
        if self.finished_on_ms is not None:
            fields["returnvalue"] = to_json(self.value)
            fields["finishedOn"] = str(self.finished_on_ms)
        return fields

    def as_job(self, job_id: str) -> Job:
        """Read the job as ``Job.from_hash`` reads the hash; what it holds is its own."""
        return Job(
            job_id,
            DEFAULT_NAME,
            self.data.copy(),
            self.options.read_back(),
            self.timestamp_ms,
            0,
            0,
            0,
            [],
            None,
            None if self.value is None else self.value.copy(),
            self.processed_on_ms,
            self.finished_on_ms,
        )


def is_flat(value: Any) -> bool:
    """Tell whether a value is a dictionary that comes back from JSON as it is: texts, and below them plain values."""
    if type(value) is not dict:
        return False
    for part in value.values():
        kind = type(part)
        if kind is str:
            if not part.isascii():
                return False
        elif kind is int:
            if not -EXACT <= part <= EXACT:
                return False
        elif kind is not bool and part is not None:
            return False
    try:
        return "".join(value).isascii()
    except TypeError:  # a key that is no text
        return False

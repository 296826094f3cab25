"""What a handler is given."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class JobInput(NamedTuple):
    """One job as its handler sees it; every attempt at the job sees the same.

    Attributes:
        name: The job's name, such as ``email-17``.
        data: What the producer wrote into the job; nothing is known of it until the handler has validated it.
        idempotent: Whether a second effect of this job is to be recognised.
    """

    name: str
    data: Mapping[str, Any]
    idempotent: bool

    @property
    def idempotency_key(self) -> str | None:
        """The key that goes with the effect: the job's name, or None where nobody asked for idempotency."""
        return self.name if self.idempotent else None

"""What a connection needs of the port that it came in by."""

from typing import Any, Protocol, TypeVar

from sim.serve.redis_port.host import Host
from sim.serve.world_lock import WorldLock

C_contra = TypeVar("C_contra", contravariant=True)
"""A connection."""


class Gate(Host, Protocol[C_contra]):
    """The port, as a connection sees it."""

    world_lock: WorldLock
    server: Any
    held_bytes: int

    @property
    def state(self) -> str:
        """Whether the simulated Redis is up, loading or down."""

    def arrived(self, connection: C_contra) -> bool:
        """Take a connection in; False when there are too many."""

    def left(self, connection: C_contra) -> None:
        """Forget a connection."""

    def changed(self) -> None:
        """Tell the world that keys were changed by hand."""

    def next_blocked_number(self) -> int:
        """Return a greater number every time."""

    def count_command(self) -> None:
        """Count a command for INFO."""

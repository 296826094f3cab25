"""Lets another client come in at the worst moment of a transaction: after its last read, before its EXEC."""

from collections.abc import Callable
from typing import Any

from sim.core.clock import ManualClock
from tests.unit.queue.driver import Driver


class InterruptedStore:
    """A redis-py client in whose first transaction ``meanwhile`` happens between the reads and the EXEC.

    Attributes:
        runs: How often the bodies of its transactions ran; a body that was interrupted runs again.
    """

    def __init__(self, client: Any, meanwhile: Callable[[], object]) -> None:
        self._client = client
        self._meanwhile: Callable[[], object] | None = meanwhile
        self.runs = 0

    def __getattr__(self, name: str) -> Any:
        """Pass everything else on to the client."""
        return getattr(self._client, name)

    def transaction(self, func: Callable[[Any], Any], *watches: str, **options: Any) -> Any:
        """Run the body, and after its first run the other client."""

        def body(tx: Any) -> Any:
            value = func(tx)
            self.runs += 1
            meanwhile, self._meanwhile = self._meanwhile, None
            if meanwhile is not None:
                meanwhile()
            return value

        return self._client.transaction(body, *watches, **options)


def interrupted(client: Any, clock: ManualClock, meanwhile: Callable[[], object]) -> Driver:
    """Hold the queue through a store in whose first transaction ``meanwhile`` happens."""
    return Driver(InterruptedStore(client, meanwhile), clock)

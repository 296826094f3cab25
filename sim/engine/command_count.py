"""What a queue asks of Redis: the commands that its producer, workers and timers send, counted by name."""

from collections.abc import Callable
from typing import Any

from sim.queue.store import Store


class CommandCount:
    """A store whose commands are counted as they are carried out.

    A pop that finds nothing is not counted: a real worker's pop blocks until there is something to take, and costs
    Redis one command for each job. Nor is a command that fails because Redis is away.

    Args:
        store: Carries the commands out; nothing may come between two of them.

    Attributes:
        by_name: How often each command was sent, in the order in which they first were.
    """

    runs_alone = True

    def __init__(self, store: Store) -> None:
        self._store = store
        self.by_name: dict[str, int] = {}

    @property
    def total(self) -> int:
        """How many commands were sent in all."""
        return sum(self.by_name.values())

    def watch(self, *names: str) -> None:
        """Do nothing: nobody comes in between."""

    def multi(self) -> None:
        """Do nothing: what follows is carried out at once."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a command that counts itself; it is looked up anew at each call, as the store may go away between."""
        if name.startswith("_"):
            raise AttributeError(name)

        def command(*args: Any, **kwargs: Any) -> Any:
            answer = getattr(self._store, name)(*args, **kwargs)
            if answer is not None or name != "rpoplpush":
                self.by_name[name] = self.by_name.get(name, 0) + 1
            return answer

        setattr(self, name, command)
        return command

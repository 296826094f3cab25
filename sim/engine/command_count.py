"""What a queue asks of Redis: the commands that its producer, workers and timers send, counted by name."""

from collections.abc import Callable
from typing import Any

from sim.engine.instruments import Subscriptions
from sim.queue.store import NO_OPERATIONS, Operations, Store


class CommandCount:
    """Counts commands as they are carried out.

    A pop that finds nothing is not counted: a real worker's pop blocks until there is something to take, and costs
    Redis one command for each job. Nor is a command that fails because Redis is down.

    Attributes:
        by_name: How often each command was sent, in the order in which they first were.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, int] = {}

    def subscribe(self, run: Subscriptions) -> None:
        """Hear of every command."""
        run.on_command(self.hear)

    def hear(self, command: str) -> None:
        """Count one."""
        self.by_name[command] = self.by_name.get(command, 0) + 1

    @property
    def total(self) -> int:
        """How many commands were sent in all."""
        return sum(self.by_name.values())


def observed(store: Store, tell: Callable[[str], object] | None) -> Store:
    """Return a store that tells of its commands by name, but of no pop that found nothing; itself if nobody hears.

    Args:
        store: Carries the commands out; nothing may come between two of them.
    """
    telling: Any = ObservedStore(store, tell) if tell is not None else store
    seen: Store = telling
    return seen


class ObservedStore:
    """A store that tells of every command that it has carried out, but a pop that found nothing.

    It has no operations of its own: whoever counts commands gets steps that are made of them.

    Args:
        store: Carries the commands out; nothing may come between two of them.
        tell: Is told of each by its name.
    """

    operations: Operations = NO_OPERATIONS

    def __init__(self, store: Store, tell: Callable[[str], object]) -> None:
        self._store = store
        self._tell = tell

    def watch(self, *names: str) -> None:
        """Do nothing: nobody comes in between."""

    def multi(self) -> None:
        """Do nothing: what follows is carried out at once."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a command that tells of itself; it is looked up at each call, as the store may go away between."""
        if name.startswith("_"):
            raise AttributeError(name)

        def command(*args: Any, **kwargs: Any) -> Any:
            answer = getattr(self._store, name)(*args, **kwargs)
            if answer is not None or name != "rpoplpush":
                self._tell(name)
            return answer

        setattr(self, name, command)
        return command

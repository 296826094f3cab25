"""What happens to one option of Bull in a scenario."""

from typing import Any, NamedTuple


class Setting(NamedTuple):
    """A value of the scenario.

    Attributes:
        path: Where it stands, such as ``("queues", "order", "attempts")``; ``QUEUE`` stands for the queue's name.
        value: As the file says it.
    """

    path: tuple[str, ...]
    value: Any


class Answer(NamedTuple):
    """What happens to an option.

    Attributes:
        settings: The values that it becomes; none where it has no place in a scenario.
        why: Where it has none: why; else what a reader should know of the conversion, or nothing.
        modelled: Whether the simulator does what the option does, or would have to do nothing for it.
    """

    settings: tuple[Setting, ...] = ()
    why: str = ""
    modelled: bool = True


QUEUE = "<queue>"


def queue(key: str, value: Any, why: str = "") -> Answer:
    """Let an option become a setting of the queue."""
    return Answer((Setting(("queues", QUEUE, key), value),), why)


def worker(key: str, value: Any, why: str = "") -> Answer:
    """Let an option become a setting of the queue's workers."""
    return Answer((Setting(("workers", QUEUE, key), value),), why)


def job(key: str, value: Any, why: str = "") -> Answer:
    """Let an option become a property of the jobs that are offered."""
    return Answer((Setting(("workload", key), value),), why)


def redis(key: str, value: Any, why: str = "") -> Answer:
    """Let an option become a setting of Redis and its clients."""
    return Answer((Setting(("redis", key), value),), why)


def without_effect(why: str) -> Answer:
    """Say that an option changes nothing that a scenario could show."""
    return Answer((), why)


def not_modelled(why: str) -> Answer:
    """Say that the simulator does not do what the option does."""
    return Answer((), why, modelled=False)

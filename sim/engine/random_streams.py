"""Random numbers: one seed, and a stream of its own for every component.

When the worker processes of a queue start.
"""

import hashlib

import numpy as np

from sim.scenario.schema import Workers

_TO_UNIT = 2.0**-64


class Streams:
    """The named random streams of one run.

    Both modes of a run draw from streams of the same names, so they see the same arrivals, service times and faults;
    and a further component changes nobody else's numbers.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._prefix = f"{seed}:".encode()

    def generator(self, name: str) -> np.random.Generator:
        """Return the stream of a component, from its beginning.

        Source: numpy's SeedSequence, with a spawn key made from the component's name.
        """
        digest = hashlib.sha256(name.encode()).digest()
        key = tuple(int.from_bytes(digest[start : start + 4], "big") for start in range(0, 16, 4))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))

    def unit(self, name: str, *place: int | str) -> float:
        """Return the number in [0, 1) that belongs to one place of a component, whatever was drawn before.

        Whether the second attempt of ``email-17`` fails is so the same in every order of events.
        """
        key = self._prefix + f"{name}:{':'.join(map(str, place))}".encode()
        return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") * _TO_UNIT


STAGGER_MS = 10
"""Time between the starts of two processes of a queue that all start with the run."""


def worker_starts(queue: str, settings: Workers, streams: Streams) -> list[int]:
    """Return when each process of a queue starts, ms since the run began; negative: it was there before.

    A scenario is a part of a deployment's life, so its processes were there before unless it says otherwise. Each
    started at a random moment of the last stalled interval, which is as good as any earlier one: its timers are at the
    same points of their rounds.
    """
    names = [f"{queue}-{number}" for number in range(1, settings.processes + 1)]
    spread = settings.start_spread
    if spread is None:
        return [-int(streams.unit("worker-age", name) * settings.stalled_interval) for name in names]
    if spread:
        starts = streams.generator(f"worker-starts:{queue}")
        return [int(starts.integers(0, spread)) for _ in names]
    return [place * STAGGER_MS for place in range(len(names))]

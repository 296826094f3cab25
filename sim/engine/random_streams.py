"""Random numbers: one seed, and a stream of its own for every component."""

import hashlib

import numpy as np

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

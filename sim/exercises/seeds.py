"""The seeds that a check runs and a learner does not see."""

import hashlib

import numpy as np

CHECK = "check"
"""What checks and grades are salted with, unless a teacher says otherwise."""
VERIFY = "verify"
"""What proofs of an exercise are salted with: seeds that no check uses."""


def unseen_seeds(exercise: str, count: int, salt: str = CHECK) -> list[int]:
    """Draw seeds for an exercise: the same ones at every check, and others for another salt.

    Args:
        exercise: Its name, such as ``03-twice-the-same-email``.
        count: How many; more of them begin with the same ones.
    """
    entropy = int.from_bytes(hashlib.sha256(f"{salt}:{exercise}".encode()).digest()[:16], "big")
    return [int(seed) for seed in np.random.SeedSequence(entropy).generate_state(count, np.uint32)]

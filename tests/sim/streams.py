"""Random streams with names: a draw more in one does not shift another.

A change of the network's model leaves the crashes of a seed where they were, so that a failing seed
stays a failing seed while its cause is looked for.
"""

import hashlib
import random


class Streams:
    """The generators of one seed. Ask for each once and keep it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def stream(self, label: str) -> random.Random:
        """The generator of a label: always the same numbers for the same seed and label."""
        digest = hashlib.sha256(f"mohur/sim/{self.seed}/{label}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "big"))


def chance(generator: random.Random, rate_e3: int) -> bool:
    """True in `rate_e3` of 1,000 cases."""
    return generator.randrange(1_000) < rate_e3

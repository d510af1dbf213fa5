"""How a node's blocks are executed: how much in a step, and how long until the next one.

Between two steps votes come in, timers run, and sync may write the very height.
"""

import asyncio
from collections.abc import Callable
from random import Random

from node.turns import next_turn
from tokens.transition import STEP_TRANSACTIONS

STEPS = (1, 1, 2, 5, STEP_TRANSACTIONS)
"""Transactions of a step; blocks of simulations are small."""
DELAYS_MS = (0, 0, 1, 5, 30)
"""Most that goes by until the next one."""


class Turns:
    """Of one node; without a generator as in a process that has nothing else to do."""

    def __init__(self, rng: Random | None = None) -> None:
        self._rng = rng
        self.step = STEP_TRANSACTIONS if rng is None else rng.choice(STEPS)
        self._delay_ms = 0 if rng is None else rng.choice(DELAYS_MS)

    def later(self, go_on: Callable[[], None]) -> None:
        """The next step."""
        if self._rng is None or self._delay_ms == 0:
            next_turn(go_on)
            return
        delay_ms = self._rng.uniform(0, self._delay_ms)
        asyncio.get_running_loop().call_later(delay_ms * 0.001, go_on)

"""Senders whose transactions mostly fail: they are admitted, ordered, and help nobody.

A failing transaction pays for itself with its place in a block only. So who fails most of the time
gets a small part of the pool and of a block; the first transactions that succeed give it back.
Known from decided blocks alone, and forgotten at a restart.
"""

from collections import OrderedDict
from collections.abc import Iterable

SENDERS_MAX = 4_096
"""Remembered; the one heard of longest ago goes first."""
SCORE_FAILING = 50
"""So many more failures than successes, and a sender is failing."""
SCORE_MAX = 100
"""So many successes more than failures at most, and it is not failing any more."""


class FailingSenders:
    """A score for each sender: a failure adds one, a success takes one."""

    __slots__ = ("_scores",)

    def __init__(self) -> None:
        self._scores: OrderedDict[bytes, int] = OrderedDict()

    def __contains__(self, sender: bytes) -> bool:
        return self._scores.get(sender, 0) >= SCORE_FAILING

    def note(self, outcomes: Iterable[tuple[bytes, bool]]) -> list[bytes]:
        """(sender, whether it succeeded) of a decided block; senders that are failing from now."""
        scores = self._scores
        begun = []
        for sender, succeeded in outcomes:
            before = scores.pop(sender, 0)
            score = before + (-1 if succeeded else 1)
            if score > 0:
                scores[sender] = min(score, SCORE_MAX)
            if before < SCORE_FAILING <= score:
                begun.append(sender)
            if len(scores) > SENDERS_MAX:
                scores.popitem(last=False)
        return begun

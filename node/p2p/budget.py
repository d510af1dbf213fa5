"""How much one peer may make this node do: bytes and messages a second.

Over the budget a link is not read for a while; nothing is dropped and nobody else waits. TCP then
slows the sender down.
"""


class TokenBucket:
    """`rate` tokens a second, at most `burst` saved up.

    May go into debt once; the debt is waited off.
    """

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, *, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, amount: float, now: float) -> float:
        """Use tokens; the seconds to wait before the next use, 0.0 while within the budget."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - amount
        self._at = now
        return 0.0 if self._tokens >= 0 else -self._tokens / self._rate

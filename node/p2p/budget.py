"""How much one peer may make this node do: bytes, messages, and work that helps nobody but it.

Over the budget a link is not read for a while; nothing is dropped and nobody else waits. TCP then
slows the sender down.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING

from node.wire.framing import FRAME_SIZE_BYTES_MAX

if TYPE_CHECKING:
    from node.p2p.peers import PeerLimits

NAMES_MAX = 4_096
"""Names whose bucket is remembered; the one seen longest ago goes first."""


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

    def try_take(self, amount: float, now: float) -> bool:
        """Use tokens if there are enough; nothing is used otherwise."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < amount:
            return False
        self._tokens -= amount
        return True


class PeerBudget:
    """What one peer may use, over all its links: dialling again gives it no new burst."""

    __slots__ = ("bytes", "messages", "waste")

    def __init__(self, limits: "PeerLimits", now: float) -> None:
        self.bytes = TokenBucket(
            rate=limits.receive_bytes_per_s,
            burst=limits.receive_bytes_per_s + FRAME_SIZE_BYTES_MAX,
            now=now,
        )
        rate = limits.receive_messages_per_s
        self.messages = TokenBucket(rate=rate, burst=rate, now=now)
        self.waste = TokenBucket(rate=limits.waste_share, burst=limits.waste_burst_s, now=now)


class NamedBuckets:
    """A bucket for each name: connections of a remote address a second, statuses of a peer."""

    __slots__ = ("_buckets", "_burst", "_rate")

    def __init__(self, *, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def allows(self, name: str, now: float) -> bool:
        """Count one more; False if it is one too many.

        What is refused uses nothing: an honest peer behind the same address gets in between.
        """
        bucket = self._buckets.pop(name, None)
        if bucket is None:
            bucket = TokenBucket(rate=self._rate, burst=self._burst, now=now)
            if len(self._buckets) >= NAMES_MAX:
                self._buckets.popitem(last=False)
        self._buckets[name] = bucket
        return bucket.try_take(1, now)

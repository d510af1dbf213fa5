"""Who may call: API keys, budgets, host and origin.

Rules of this file:
1. A key is random (32 bytes), so its SHA-256 is enough to store; compared in constant time.
2. Everything that grows has a bound; what falls out of it is the one used longest ago.
3. Time is an argument.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from node.rpc.method import Tier

KEY_PREFIX = "mohur_"
BUCKETS_MAX = 4_096
"""Remotes and keys whose budget is remembered."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key as the configuration holds it."""

    name: str
    """For logs and metrics; no secret."""
    sha256: bytes
    """Of the whole key text."""
    tiers: frozenset[Tier]


def new_key(name: str, tiers: frozenset[Tier]) -> tuple[str, ApiKey]:
    """(text to hand over once, what to store)."""
    text = KEY_PREFIX + secrets.token_urlsafe(32)
    return text, ApiKey(name, hashlib.sha256(text.encode()).digest(), tiers)


class BadKey(Exception):
    """An Authorization header that names no key of this node, or a view token that is none here."""

    def __init__(self, sentence: str = "not a key of this node") -> None:
        super().__init__(sentence)


class RateLimited(Exception):
    """The budget is used up."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Keys:
    """The keys of the node and what somebody without one may do."""

    __slots__ = ("_anonymous", "_keys")

    def __init__(self, keys: tuple[ApiKey, ...], *, is_read_open: bool) -> None:
        self._keys = keys
        open_tiers = {Tier.READ} if is_read_open else set()
        if not keys:
            open_tiers = {Tier.READ, Tier.SUBMIT}
        self._anonymous = frozenset(open_tiers)

    def identify(self, authorization: str | None) -> tuple[str, frozenset[Tier]]:
        """(name, tiers) of a caller. Raises BadKey; a wrong key is never taken for no key."""
        if authorization is None:
            return "anonymous", self._anonymous
        scheme, _, text = authorization.partition(" ")
        digest = hashlib.sha256(text.strip().encode("utf-8", "replace")).digest()
        found: ApiKey | None = None
        for key in self._keys:
            if hmac.compare_digest(key.sha256, digest):
                found = key
        if found is None or scheme.lower() != "bearer":
            raise BadKey
        return found.name, found.tiers | self._anonymous


class Budgets:
    """A token bucket for each key or remote address."""

    __slots__ = ("_buckets", "_burst", "_per_second")

    def __init__(self, *, calls_per_second: int, burst: int) -> None:
        self._per_second = calls_per_second
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def charge(self, who: str, calls: int, now: float) -> None:
        """Take calls from a budget; `now` in seconds of a monotonic clock. Raises RateLimited."""
        left = self._left(who, now)
        allowed = left >= calls
        self._keep(who, left - calls if allowed else left, now)
        if not allowed:
            raise RateLimited(1 + int((calls - left) // self._per_second))

    def fine(self, who: str, calls: int, now: float) -> None:
        """Take calls for what turned out to be refused, into debt if need be: one burst at most."""
        self._keep(who, max(self._left(who, now) - calls, -float(self._burst)), now)

    def _left(self, who: str, now: float) -> float:
        left, then = self._buckets.pop(who, (float(self._burst), now))
        return min(float(self._burst), left + (now - then) * self._per_second)

    def _keep(self, who: str, left: float, now: float) -> None:
        self._buckets[who] = (left, now)
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)

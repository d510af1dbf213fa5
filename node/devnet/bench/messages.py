"""What the bench and its generators say to each other: one JSON object a line over pipes."""

import msgspec


class Setup(msgspec.Struct, frozen=True, kw_only=True, tag="setup"):
    """First line to a generator."""

    urls: tuple[str, ...]
    """RPC of the nodes that it sends to, in turn."""
    watch: str
    """RPC of the node whose blocks it watches."""
    first: int
    """Number of its first sender."""
    count: int
    """How many senders are its own."""
    senders: int
    """Of all generators together."""
    generator: int


class Use(msgspec.Struct, frozen=True, kw_only=True, tag="use"):
    """From now on send to these nodes, and watch the blocks of that one."""

    urls: tuple[str, ...]
    watch: str


class Sign(msgspec.Struct, frozen=True, kw_only=True, tag="sign"):
    """Sign ahead."""

    count: int
    valid_until: int


class Closed(msgspec.Struct, frozen=True, kw_only=True, tag="closed"):
    """As fast as it goes with a bounded number of transactions under way."""

    seconds: float
    outstanding: int
    batch: int


class Open(msgspec.Struct, frozen=True, kw_only=True, tag="open"):
    """At a fixed rate, whatever comes back."""

    seconds: float
    per_second: int
    batch: int


class Single(msgspec.Struct, frozen=True, kw_only=True, tag="single"):
    """One at a time, each awaited."""

    count: int


Command = Setup | Use | Sign | Closed | Open | Single


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a command."""

    sent: int = 0
    accepted: int = 0
    rejected: dict[str, int] = {}
    """Symbol -> how many."""
    final: int = 0
    """Own transactions seen in blocks while the phase lasted."""
    elapsed_seconds: float = 0.0
    latencies_us: tuple[int, ...] = ()
    """Microseconds from just before sending to the news of the block, ascending."""
    gap_longest_ms: int = 0
    """Longest time without a block that held an own transaction."""
    unresolved: int = 0
    """Accepted, and not seen in a block within the time that a phase waits afterwards."""
    final_by_second: tuple[int, ...] = ()
    """Own transactions that became final, by second since the phase began."""
    timeline: tuple[tuple[int, int], ...] = ()
    """(milliseconds since the phase began, latency in microseconds), in order of finality."""


def percentile(ascending: tuple[int, ...] | list[int], parts_per_thousand: int) -> int:
    """Nearest-rank percentile; 0 of nothing."""
    if not ascending:
        return 0
    rank = -(-len(ascending) * parts_per_thousand // 1_000)
    return ascending[max(rank, 1) - 1]

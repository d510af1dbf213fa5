"""The figures that a campaign asserts, each from the reliability page of the design."""

T0_MAX_S = 2.0
"""Upper bound of T0 (R2): the timeout of views 0 to 2."""
CAP_S = 10.0
"""Longest view timeout (R2)."""
MARGIN_S = 5.0
HEALED_S = CAP_S + MARGIN_S
"""A block is due within so long after everything is healed."""
KILLED_GAP_S = 2.0
"""Longest time without a finalised transaction when the primary is killed."""
P50_AFTERWARDS = 1.2
"""Median latency after a killed primary, as a multiple of that before."""
SILENT_SHARE = 0.5
BACKUP_SHARE = 0.8
"""Throughput with one bad validator of four, as a share of that before: the primary, or another."""
P99_FACTOR = 3.0
"""Of the p99 before, plus one timeout, with one bad validator."""


def next_block_s(faulty_primaries: int) -> float:
    """Time to a block with so many faulty primaries in a row, while a quorum is connected."""
    return (faulty_primaries + 1) * T0_MAX_S + MARGIN_S

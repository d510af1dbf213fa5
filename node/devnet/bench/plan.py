"""What a bench is asked to do, and what it reports."""

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Options of `mohur devnet bench`."""

    seconds: int = 30
    """Of the sustained phase, and of the phase at half rate."""
    senders: int = 400
    """Accounts that send, each with its own key, all clients of one bank."""
    generators: int = 1
    """Processes that send."""
    outstanding: int = 1_000
    """Transactions under way in the closed loop."""
    batch: int = 50
    """Transactions of one tx_submitBatch in the closed loop."""
    scenario: str = "none"
    """none, silent, silent-primary, slow, flooding, overdriven, kill-primary."""


class StageCost(msgspec.Struct, frozen=True, kw_only=True):
    """CPU of one stage."""

    stage: str
    us_per_transaction: float
    """CPU microseconds for one finalised transaction on one validator, mean of all validators."""
    share_percent: float
    """Of the CPU time of the node processes."""


class Sustained(msgspec.Struct, frozen=True, kw_only=True):
    """The closed loop."""

    transactions_per_second: float
    """Finalised transfers, measured from the first batch to the end of the phase."""
    slowest_second: int
    """Fewest finalised in one whole second after the first two."""
    seconds: float
    finalised: int
    failed: int
    """Finalised with a code other than OK; must be 0."""
    rejected: dict[str, int]
    unresolved: int
    latency_p50_ms: float
    latency_p99_ms: float
    blocks: int
    transactions_per_block: float


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Finality latency, from just before sending to the news of the block."""

    per_second: int
    """Rate asked for; 0 = one at a time."""
    transactions: int
    p50_ms: float
    p99_ms: float
    highest_ms: float


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """One figure that the design asks for."""

    figure: str
    measured: float
    limit: float
    at_most: bool
    """Whether the limit is the most that is allowed, or the least."""

    @property
    def held(self) -> bool:
        """Whether it was reached."""
        return self.measured <= self.limit if self.at_most else self.measured >= self.limit


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What happened when something was broken."""

    name: str
    victim: str
    per_second_before: float
    per_second_during: float
    p50_before_ms: float
    p50_after_ms: float
    p99_before_ms: float
    p99_during_ms: float
    memory_before_mb: int
    """Most own memory of a node before."""
    memory_during_mb: int
    """The same while it was broken."""
    gap_longest_ms: int
    """Longest time without a finalised transaction of ours."""
    unresolved: int
    """Accepted by a node that stayed up and not final afterwards."""
    rejoined: bool
    """The victim had the same state root at the end."""
    bounds: tuple[Bound, ...]
    """What the design asks for, and what was measured."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured, in one run."""

    software: str
    python: str
    cores: int
    validators: int
    plan: Plan
    verify_us: float
    """CPU microseconds of one signature check, measured before the load."""
    signature_bound_per_second: float
    """cores / (validators x verify time): nothing that checks each signature on each validator of
    this machine can be faster."""
    sustained: Sustained
    ratio_to_signature_bound: float
    half_rate: Latency
    idle: Latency
    stages: tuple[StageCost, ...]
    memory_mb: dict[str, int]
    """Resident set of each node after the sustained phase."""
    disk_bytes_per_transaction: float
    """Growth of one data folder during the sustained phase, mean of all."""
    load_generator_cpu_seconds: float
    """CPU that the generators took from the same cores during the sustained phase."""
    machine_share_percent: float
    """Part of all cores that nodes and generators had during the sustained phase.

    Far below 100 the machine was busy with something else, and the rate is too low by as much.
    """
    roots_equal: bool
    """All nodes had the same state root at the same height at the end."""
    scenario: Scenario | None

"""The numbers that govern the ledger: one table, each with unit and range.

Rules of this file:
1. Genesis writes every parameter into the state, so that a proof of one never depends on a default.
2. A fixed parameter never changes: the layout of the state, the meaning of the window or the order
   of the primaries, those of the past included, hangs on it.
"""

from dataclasses import dataclass
from typing import NamedTuple

from tokens.records.system import CHAIN, PARAMETER
from tokens.state import Overlay


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One number."""

    name: str
    default: int
    low: int
    high: int
    doc: str
    """Unit and meaning."""
    fixed: bool = False
    """Set by genesis only."""


PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        "window_blocks", 1_000, 10, 100_000, "W: blocks that remember client references", fixed=True
    ),
    ParameterSpec(
        "bucket_depth_bits", 16, 1, 28, "d: 2^d buckets of the state commitment", fixed=True
    ),
    ParameterSpec(
        "minor_digits", 2, 0, 4, "decimal digits of the minor unit of the money", fixed=True
    ),
    ParameterSpec("agenda_quota", 500, 1, 10_000, "postings of the agenda in one block"),
    ParameterSpec(
        "block_transactions_max",
        5_000,
        1,
        16_384,
        "transactions in one block: the wire carries no more ids of one",
    ),
    ParameterSpec(
        "block_bytes_max",
        2 * 2**20,
        2**17,
        3 * 2**20,
        "bytes of the transactions of one block: with its certificate it must fit into one frame",
    ),
    ParameterSpec(
        "rotation_heights", 100, 1, 10_000, "heights for which a primary stays", fixed=True
    ),
    ParameterSpec(
        "auction_reveal_blocks",
        20,
        1,
        10_000,
        "blocks after both keys of an auction are public before what is not open can be void",
    ),
    ParameterSpec("complaint_days", 10, 1, 365, "business days for each step of a complaint"),
    ParameterSpec(
        "enforcement_modes",
        3,
        1,
        3,
        "ways in which a pledge is enforced: 1 title at the mark, 2 sale, 3 both",
    ),
    ParameterSpec(
        "enforcement_notice_days",
        10,
        0,
        365,
        "business days from the notice of a default to the enforcement of a pledge",
    ),
    ParameterSpec("recovery_delay_days", 3, 0, 365, "business days before a recovery takes effect"),
    ParameterSpec(
        "travel_threshold",
        0,
        0,
        2**63,
        "minor units from which a client's transfer to another institution waits; 0 = no rule",
    ),
    ParameterSpec(
        "travel_payloads", 3, 1, 3, "versions of IVMS101 that are taken: 1 = 101, 2 = 101.2023"
    ),
    ParameterSpec("travel_days", 5, 1, 60, "calendar days that such a transfer waits"),
    ParameterSpec(
        "cash_report_threshold",
        0,
        0,
        2**63,
        "minor units from which a leg of a ramp is reported; 0 = none",
    ),
    ParameterSpec(
        "freeze_days_max",
        0,
        0,
        3_660,
        "calendar days that a freeze order can run until its authority changes it; 0 = no limit",
    ),
    ParameterSpec("mark_age_days", 3, 1, 60, "business days after which a mark is stale"),
    ParameterSpec(
        "mark_jump_bps", 2_000, 1, 100_000, "change of a mark at once, in basis points of the last"
    ),
)

PARAMETER_OF: dict[str, ParameterSpec] = {spec.name: spec for spec in PARAMETERS}
"""Spec by name."""


class Limits(NamedTuple):
    """What a block and `includable` need of the parent state; read once a height."""

    chain_id: str
    protocol_version: int
    window_blocks: int
    block_transactions_max: int
    block_bytes_max: int
    agenda_quota: int


class NoGenesis(Exception):
    """The state has no chain record: genesis was never loaded."""


def parameter(state: Overlay, name: str) -> int:
    """Value in force; the default where genesis did not know the parameter yet."""
    record = state.get(PARAMETER, name)
    return PARAMETER_OF[name].default if record is None else record.value


def read_limits(state: Overlay) -> Limits:
    """Limits of the next height. Raises NoGenesis."""
    chain = state.get(CHAIN)
    if chain is None:
        raise NoGenesis("no chain record")
    return Limits(
        chain_id=chain.chain_id,
        protocol_version=chain.protocol_version,
        window_blocks=parameter(state, "window_blocks"),
        block_transactions_max=parameter(state, "block_transactions_max"),
        block_bytes_max=parameter(state, "block_bytes_max"),
        agenda_quota=parameter(state, "agenda_quota"),
    )

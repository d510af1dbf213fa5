"""consensus_*: who decides, how it goes, and what was proven against whom."""

import msgspec

from tokens.types import Address, BlockHeight, Count, Hash, PublicKey


class ValidatorsParams(msgspec.Struct, frozen=True, kw_only=True):
    """Set of a height; null: of the next block."""

    height: BlockHeight | None = None


class ValidatorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the set."""

    id: str
    public_key: PublicKey
    network_key: PublicKey
    operator: Address


class ValidatorSetInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The set of one height and what it tolerates."""

    height: BlockHeight
    validators: tuple[ValidatorInfo, ...]
    quorum: Count
    """Signatures that decide: ceil((n + f + 1) / 2)."""
    tolerated: Count
    """f: how many may fail in any way."""


class ConsensusState(msgspec.Struct, frozen=True, kw_only=True):
    """The height in progress as this node sees it."""

    height: BlockHeight
    view: BlockHeight
    phase: str
    voting: bool
    syncing: bool
    halted: str | None
    sentence: str
    """Why no block is being made and whom the node waits for."""
    connected: tuple[str, ...]
    missing: tuple[str, ...]
    """Configured peers that are not connected."""


class Participation(msgspec.Struct, frozen=True, kw_only=True):
    """One validator over the last 100 heights."""

    validator: str
    proposed: Count
    commits: Count
    """Certificates that carry its signature."""
    window: Count
    """Heights counted: less than 100 on a young chain."""


class EvidenceReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report on the ledger (operation report_misbehaviour)."""

    reporter: Address
    """Participant that stands behind it."""
    reported_at: BlockHeight
    tx_id: Hash | None
    """Of the transaction; None if it came by a proposal, or the node does not keep its block."""


class EvidenceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that a validator signed two things."""

    validator: str
    height: BlockHeight
    digest: Hash
    """SHA-256 of the evidence."""
    data: bytes
    """The two signed messages in wire form. What came from the ledger only is as its reporter gave
    it, or empty where the node does not keep the block."""
    reports: tuple[EvidenceReport, ...]
    """Where the ledger has it; several operators may have recorded it."""

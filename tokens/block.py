"""What the ledger is handed and what it hands back."""

from dataclasses import dataclass

from tokens.commitment import Delta
from tokens.results import Receipt
from tokens.state import Changes
from tokens.transaction import DecodedTransaction


@dataclass(frozen=True, slots=True)
class Block:
    """A decided or proposed block as the ledger sees it: order and nothing of consensus."""

    height: int
    transactions: tuple[DecodedTransaction, ...]
    """Each was `includable` at this height on the parent state."""
    parent: bytes
    """Digest of the header of height - 1 (genesis digest at height 1)."""
    signers: tuple[str, ...]
    """Validator ids in the parent's certificate that the block carries, ascending; () at height
    1."""


@dataclass(frozen=True, slots=True)
class BlockResult:
    """The effect of a block on a parent state."""

    height: int
    receipts: tuple[Receipt, ...]
    """Transactions in order, then system receipts of the agenda."""
    receipts_encoded: tuple[bytes, ...]
    """Canonical bytes of each receipt: what the store keeps and the receipts root covers."""
    receipts_root: bytes
    changes: Changes
    state_root: bytes
    delta: Delta
    """What `Commitment.apply` takes when the block was written."""
    root: bytes
    """SHA-256("mohur/root/v1", state root, receipts root): what a Commit signs."""
    client_refs: tuple[tuple[bytes, bytes], ...]
    """(sender, client_ref) of every transaction: this block's part of the exactly-once window."""

"""tx_*: the only way to write, and how to see what became of it."""

from typing import Annotated

import msgspec

from node.sdk.schema.common import Cursor, Limit, Receipt
from tokens.transaction import KeySignature, Transaction
from tokens.types import Address, BlockHeight, Count, Hash

BATCH_MAX = 50
"""Transactions of one tx_submitBatch, and requests of one JSON-RPC batch."""
WAIT_MS_MAX = 30_000
"""Longest tx_submitAndWait."""
PATH_MAX = 32
"""Steps of a Merkle path: more leaves than a block can have."""


class SubmitParams(msgspec.Struct, frozen=True, kw_only=True):
    """Signed canonical bytes."""

    transaction: bytes


class SubmitAndWaitParams(msgspec.Struct, frozen=True, kw_only=True):
    """Signed canonical bytes, and how long to wait for finality."""

    transaction: bytes
    timeout_ms: Annotated[int, msgspec.Meta(ge=1, le=WAIT_MS_MAX)] = 10_000


class SubmitBatchParams(msgspec.Struct, frozen=True, kw_only=True):
    """Up to 50 at once: the cheap way in."""

    transactions: Annotated[tuple[bytes, ...], msgspec.Meta(min_length=1, max_length=BATCH_MAX)]


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """The node took it, or had it."""

    tx_id: Hash
    status: str
    """PENDING: accepted now. DUPLICATE: known already, with the receipt if it is final."""
    receipt: Receipt | None


class BatchSubmission(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a batch; a refused one is no error of the call."""

    tx_id: Hash | None
    status: str
    """PENDING, DUPLICATE or REJECTED."""
    code: Count
    symbol: str
    receipt: Receipt | None


class SimulateParams(msgspec.Struct, frozen=True, kw_only=True):
    """Signed bytes, or a transaction as JSON that nobody has signed yet."""

    transaction: bytes | Transaction


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One failing check."""

    operation: Annotated[int, msgspec.Meta(ge=-1, lt=2**31)]
    """Index of the operation; -1 for the transaction itself."""
    rule: str
    """Id of the governed rule, empty for a rule of the protocol."""
    version: Count
    code: Count
    symbol: str


class ProposalTrial(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposal holds, tried as if all had agreed that it takes."""

    operation: Count
    """Index of the `propose`, or of the `approve` of a proposal that is there."""
    ok: bool | None
    """Whether it would succeed now. Null where it is others' to know: what a trial with their
    agreement meets is told to who sees everything."""
    failures: tuple[Failure, ...]
    """All failing checks; `operation` counts in the proposal."""


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen now. No promise: other transactions may come first."""

    ok: bool
    failures: tuple[Failure, ...]
    """All failing checks, in the order of evaluation; the first one would be the receipt's code."""
    proposals: tuple[ProposalTrial, ...] = ()
    """Of each proposal that it would make or agree to; `ok` does not count them. Of at most 100
    operations in all: a proposal beyond is not tried."""


class TxParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which transaction."""

    tx_id: Hash


class TransactionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction and where it is."""

    tx_id: Hash
    wire_id: Hash
    status: str
    """PENDING, or FINAL."""
    transaction: Transaction
    signatures: tuple[KeySignature, ...]
    receipt: Receipt | None


class PathStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a Merkle path, from the leaf upwards."""

    left: bool
    """The hash stands on the left, what was computed so far on the right."""
    hash: Hash


MerklePath = Annotated[tuple[PathStep, ...], msgspec.Meta(max_length=PATH_MAX)]


class TxProof(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt and its transaction, with paths to the two roots of their block.

    Leaf = SHA-256(00 ‖ bytes), node = SHA-256(01 ‖ left ‖ right), root = SHA-256(domain ‖ 00 ‖
    top) (docs/spec/wire.md). A quorum signed both: see chain_getHeader and chain_getCommit.
    """

    tx_id: Hash
    height: BlockHeight
    receipt: bytes
    """Canonical bytes; the leaf under the receipts root, domain mohur/receipts/v1."""
    receipt_path: MerklePath
    transaction: bytes | None
    """Signed bytes; the leaf is their wire id, under tx_root. Null for what the ledger did by
    itself."""
    transaction_path: MerklePath


class TxListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first; of one address if given."""

    address: Address | None = None
    cursor: Cursor = None
    limit: Limit = 50


class EncodeParams(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction as JSON; with signatures when they are there."""

    transaction: Transaction
    signatures: tuple[KeySignature, ...] = ()


class Encoded(msgspec.Struct, frozen=True, kw_only=True):
    """Canonical bytes, so that a client needs no msgpack."""

    tx_id: Hash
    """Also the 32 bytes to sign with Ed25519."""
    unsigned: bytes
    signed: bytes | None
    """What tx_submit takes; null without signatures."""


class DecodeParams(msgspec.Struct, frozen=True, kw_only=True):
    """Signed canonical bytes."""

    data: bytes


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """What the bytes say. Signatures are not checked here."""

    tx_id: Hash
    wire_id: Hash
    transaction: Transaction
    signatures: tuple[KeySignature, ...]


class TxPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One decided transaction in a list."""

    tx_id: Hash
    height: BlockHeight
    index: Count
    status: str
    symbol: str
    operations: tuple[str, ...]
    """Names of its operations."""
    sender: Address | None
    """Null for what the ledger did by itself."""

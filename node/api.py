"""What the RPC server may ask of the node: one narrow Protocol, implemented by node/app.py.

Rules of this file:
1. Reads are of the newest decided block, or of a past state that is kept; `context` and state come
   from one snapshot, so they agree.
2. Writing is `submit` only. Nothing here blocks the loop for longer than one record read.
"""

import asyncio
from typing import Protocol

import msgspec

from consensus.types import CommitCertificate, Header, Tip, ValidatorSet
from tokens.genesis import Genesis
from tokens.records.governance import Misbehaviour
from tokens.results import Code, Receipt
from tokens.simulate import Simulation
from tokens.state import Overlay
from tokens.store import RawStore
from tokens.transaction import DecodedTransaction


class LimitReached(Exception):
    """A bound of the node is reached by what clients ask for."""

    is_retryable = False
    """Whether the same call may pass later: others take up the room."""


class StoredBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A decided block as the store has it."""

    header: Header
    digest: bytes
    certificate: CommitCertificate
    state_root: bytes
    """After this block."""
    receipts_root: bytes
    transactions: tuple[bytes, ...]
    """Signed bytes in order."""
    receipts: tuple[Receipt, ...]
    """In order; system receipts of the agenda last."""


class TransactionPlace(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Where a transaction ended up."""

    height: int
    index: int


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a submission."""

    code: Code
    """OK, ALREADY_KNOWN, or why it was not accepted (1000..1199)."""
    tx_id: bytes | None
    """None if the bytes did not decode."""
    receipt: Receipt | None
    """Present when it is final already."""


class PeerState(msgspec.Struct, frozen=True, kw_only=True):
    """A configured peer as this node sees it."""

    id: str
    connected: bool
    address: str
    height: int | None
    """Height in progress that its last Status named."""
    last_heard_ms_ago: int | None
    queued_bytes: int


class NodeState(msgspec.Struct, frozen=True, kw_only=True):
    """Summary for status, readiness and the live table."""

    node_id: str
    voting: bool
    syncing: bool
    halted: str | None
    height: int
    """Of the tip."""
    view: int
    phase: str
    sentence: str
    """Why no block is being made and whom the node waits for."""
    mempool_transactions: int
    mempool_bytes: int
    peers: tuple[PeerState, ...]
    last_block_ms_ago: int | None
    disk_free_bytes: int
    oldest_block: int = 1
    """Lowest height whose block is kept here."""
    oldest_state: int = 1
    """Lowest height whose state is kept here."""
    snapshots: tuple[int, ...] = ()
    """Heights of the snapshots held for others."""
    snapshot_bytes_served: int = 0
    upgrade: str | None = None
    """What the operator must do before an activation; None if this software knows what comes."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A report on the ledger."""

    record: Misbehaviour
    tx_id: bytes | None
    """32 bytes, of the transaction that made it; None if it came by a proposal, or its block is not
    kept here."""
    evidence: bytes
    """As it stands in the transaction; nobody has checked it. Empty without the transaction."""


class PastState(Protocol):
    """The state after an old block, whatever was decided since."""

    tip: Tip
    """After that block."""
    state: Overlay
    """Read only."""
    rows: RawStore
    """Its rows, as of the same height."""

    def close(self) -> None:
        """Let go of it: the store keeps old values as long as somebody may ask for them."""


class NodeApi(Protocol):
    """The node behind the RPC server."""

    genesis: Genesis
    genesis_digest: bytes

    def tip(self) -> Tip:
        """Newest decided block and the set of the next height."""

    def state(self) -> Overlay:
        """A read-only overlay on the tip's state (never written to by readers)."""

    def past(self, height: int) -> PastState:
        """The state after an old block, from `oldest_state` to the tip's height. Close it."""

    def oldest_state(self) -> int:
        """Lowest height whose state is kept here; the tip's where no past states are."""

    def prove(self, kind_tag: int, key_hash: bytes) -> tuple[bytes | None, bytes]:
        """(record bytes or None, encoded proof of inclusion or exclusion) against the tip."""

    def block(self, height: int) -> StoredBlock | None:
        """A decided block, None if unknown."""

    def height_of_block(self, digest: bytes) -> int | None:
        """Height of a decided block by its header digest."""

    def oldest_block(self) -> int:
        """Lowest height whose block is kept here; 1 on an archive."""

    def validators_at(self, height: int) -> ValidatorSet | None:
        """Set of a height up to tip + 1."""

    def find_transaction(self, tx_id: bytes) -> TransactionPlace | None:
        """Place of a decided transaction."""

    def pending_transaction(self, tx_id: bytes) -> DecodedTransaction | None:
        """A transaction waiting in the pool."""

    def account_history(
        self, address: bytes, before: tuple[int, int] | None, limit: int
    ) -> list[TransactionPlace]:
        """Decided transactions that touched an address, newest first, older than `before`."""

    async def submit(self, data: bytes) -> Submitted:
        """Decode, verify, admit, disseminate."""

    async def submit_batch(self, items: list[bytes]) -> list[Submitted]:
        """The same for up to 50 items; one failing item never fails the others."""

    def simulate(self, transaction: DecodedTransaction, viewer: bytes) -> Simulation:
        """Every failing check on the newest state; operation -1 = the transaction itself.

        Of an account that `viewer` (participant, or NO_ADDRESS) neither services nor supervises, no
        more than a receipt says.
        """

    async def wait_for_receipt(self, tx_id: bytes, timeout_ms: int) -> Receipt | None:
        """The receipt once final, None when the time is over."""

    def node_state(self) -> NodeState:
        """Summary of the moment."""

    def mempool_ids(self, limit: int) -> list[bytes]:
        """tx_ids in the pool, oldest first."""

    def evidence(self) -> list[tuple[str, int, bytes]]:
        """(accused validator, height, encoded Evidence) that this node holds, newest first."""

    def reports(self) -> list[Recorded]:
        """Reports of misbehaviour on the ledger, newest first, as far as they are kept here."""

    def participation(self) -> list[tuple[str, int, int]]:
        """(validator, blocks proposed, Commits in certificates) over the last 100 heights."""

    def subscribe_blocks(self, queue_max: int) -> "BlockSubscription":
        """A bounded feed of decided blocks."""


class BlockSubscription(Protocol):
    """A feed that drops nobody silently: when it overflows, `overflowed` is set and it ends."""

    queue: asyncio.Queue[StoredBlock]
    overflowed: bool

    def close(self) -> None:
        """Stop feeding."""

"""The chain on disk: decided blocks, the ledger's state after the newest of them, and the tip.

Rules of this file:
1. One synced batch per block: rows of the block, indexes, the ledger's records, the tip
   (docs/adr/0005-storage.md).
2. At start the state root is computed from the store and compared with what a quorum signed.
3. No block is executed under a protocol version that this software does not know (versions.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

from consensus.types import (
    VALIDATORS_MAX,
    CommitCertificate,
    Header,
    Proposal,
    Tip,
    ValidatorSet,
)
from consensus.validator_set import window_heights
from node.block_rows import block_of, proposal_of, row_of
from node.history import touched
from node.stages import Stage, Stages, booked
from node.storage.blocks import BlockRow, BlockStore, BodyRow
from node.storage.kv import Batch, KeyValueStore, StoreView
from node.storage.pruning import prune
from node.storage.state_history import StateHistory
from node.tips import tip_after
from node.validator_sets import validator_set
from node.versions import require_known
from node.wire.peer_messages import DecidedBlock
from node.wire.snapshot_messages import SetLink
from tokens.block import BlockResult
from tokens.codec import encode
from tokens.commitment import Delta
from tokens.genesis import Genesis, encode_genesis, genesis_digest
from tokens.genesis_state import build_state
from tokens.includable import includable
from tokens.ledger import Ledger
from tokens.parameters import Limits, parameter
from tokens.protocol import PROTOCOL_VERSION
from tokens.records import KIND_OF
from tokens.records.governance import VALIDATOR_SETS
from tokens.results import Code, Receipt
from tokens.state import RECORD_PREFIX, Changes, Overlay
from tokens.steps import Steps, whole
from tokens.store import DamagedState
from tokens.transaction import DecodedTransaction
from tokens.transition import STEP_TRANSACTIONS, applying
from tokens.validators import observers, set_of
from tokens.window import WindowMismatch

VALIDATOR_SETS_CACHED = 16
"""Sets of recent heights in memory; older ones are read from the store."""
READER_ANSWERS_MAX = 16_384
"""Answers of `includable` from one overlay: it remembers each sender, and anybody may ask."""


class WrongGenesis(Exception):
    """The data folder belongs to another network."""


@dataclass(frozen=True, slots=True)
class Execution:
    """A block executed on the tip, not written."""

    result: BlockResult
    transactions: tuple[DecodedTransaction, ...]


class Chain:
    """Owner of the store. One writer, one thread."""

    def __init__(
        self, store: KeyValueStore, genesis: Genesis, known: int = PROTOCOL_VERSION
    ) -> None:
        self._store = store
        self.known_version = known
        self.blocks = BlockStore(store)
        self.genesis = genesis
        self.genesis_digest = genesis_digest(genesis)
        self.chain_id = genesis.chain_id
        self.history_index = True
        self.retain_blocks = 0
        """Newest blocks to keep; 0 = all (an archive)."""
        self.step_transactions = STEP_TRANSACTIONS
        """Transactions that are executed in one step, between two turns of the loop."""
        self.on_block: Callable[[Tip], None] = lambda _: None
        """Hears of each block when it is durable and absorbed."""
        self.stages = Stages(enabled=False)
        tip = self.blocks.tip()
        if tip is None:
            raise DamagedState("the store has no tip")
        self.states = StateHistory(store, tip.height)
        self.guard_sequence = tip.guard_sequence
        """Of the sign guard, when the newest block was written (R12)."""
        try:
            self.ledger = Ledger(store, tip.height)
        except WindowMismatch as error:
            raise DamagedState(str(error)) from None
        self._read_anew()
        self._sets: dict[int, ValidatorSet] = {}
        self.newest_receipts: tuple[Receipt, ...] = ()
        row = self.blocks.row(tip.height) if tip.height else None
        if tip.height and row is None:
            raise DamagedState(f"block {tip.height} is missing")
        if row is not None and row.state_root != self.ledger.state_root:
            raise DamagedState(
                f"state root {self.ledger.state_root.hex()} at height {tip.height}, "
                f"a quorum has signed {row.state_root.hex()}"
            )
        self.tip = self._tip_of(row)
        require_known(self.tip, self.known_version)

    @classmethod
    def open(cls, store: KeyValueStore, genesis: Genesis, known: int = PROTOCOL_VERSION) -> "Chain":
        """Begin or resume. Raises WrongGenesis, DamagedState, StorageFailed, VersionUnknown."""
        stored = BlockStore(store).genesis()
        canonical = encode_genesis(genesis)
        if stored is None:
            batch = Batch()
            BlockStore.begin(batch, canonical, validator_set(genesis.validators))
            for key, value in build_state(genesis).writes():
                if value is not None:
                    batch.put(key, value)
            store.write(batch)
        elif stored != canonical:
            raise WrongGenesis("the data folder belongs to another genesis document")
        return cls(store, genesis, known)

    def _read_anew(self) -> None:
        """What `includable` reads from: an overlay keeps all that it read, so it lives shortly."""
        self._reader = self.ledger.overlay()
        self._agenda_due: bool | None = None
        self._answers = 0

    # --- the ledger at the tip --------------------------------------------------------------------

    def limits(self) -> Limits:
        """Limits of the next block."""
        return self.ledger.limits

    @property
    def window_blocks(self) -> int:
        """W."""
        return self.ledger.limits.window_blocks

    @property
    def rotation(self) -> int:
        """Heights that a primary keeps its turn."""
        return parameter(self.ledger.overlay(), "rotation_heights")

    def overlay(self) -> Overlay:
        """A view of the tip's state, for reads."""
        return self.ledger.overlay()

    def includable(self, transaction: DecodedTransaction, height: int | None = None) -> Code | None:
        """R8 for the next height; for a later one as far as is known now."""
        ledger, at = self.ledger, self.ledger.height + 1 if height is None else height
        self._answers += 1
        if self._answers > READER_ANSWERS_MAX:
            self._read_anew()
        return includable(transaction, self._reader, ledger.window, ledger.limits, at)

    def agenda_due(self) -> bool:
        """The ledger has work of its own (asked once a height: it reads the store)."""
        if self._agenda_due is None:
            self._agenda_due = self.ledger.agenda_is_due()
        return self._agenda_due

    def execute(
        self, proposal: Proposal, transactions: tuple[DecodedTransaction, ...]
    ) -> Execution:
        """The effect of a block on the tip's state. Writes nothing."""
        return whole(self.executing(proposal, transactions))

    def executing(
        self, proposal: Proposal, transactions: tuple[DecodedTransaction, ...]
    ) -> Steps[Execution]:
        """`execute` in steps. Throw them away if a block is written between two of them."""
        block = block_of(proposal, transactions, self.tip.previous_validators)
        steps = applying(self.ledger.overlay(), block, self._preview, self.step_transactions)
        result = yield from booked(self.stages, Stage.APPLY, steps)
        return Execution(result=result, transactions=transactions)

    def _preview(self, changes: Changes) -> tuple[bytes, Delta]:
        self.stages.enter(Stage.COMMITMENT)
        try:
            return self.ledger.commitment.preview(changes, self._store.iterate)
        finally:
            self.stages.leave()

    def prove(self, key_hash: bytes) -> bytes:
        """Encoded proof of a record, or of its absence, under the tip's state root."""
        return encode(self.ledger.prove(key_hash))

    def record_bytes(self, kind_tag: int, key_hash: bytes) -> bytes | None:
        """Canonical bytes of a record; None if it is not there or of another kind."""
        if kind_tag not in KIND_OF:
            return None
        value = self._store.get(RECORD_PREFIX + key_hash)
        return None if value is None or value[0] != kind_tag else value[1:]

    # --- writing ----------------------------------------------------------------------------------

    def write(
        self,
        proposal: Proposal,
        certificate: CommitCertificate,
        done: Execution,
        guard_sequence: int,
    ) -> Tip:
        """Make a decided block durable and go to its height. StorageFailed, VersionUnknown."""
        result, header = done.result, proposal.header
        row = row_of(proposal, certificate, result)
        batch = Batch()
        BlockStore.add(
            batch,
            BodyRow(
                row=row,
                bodies=tuple(transaction.data for transaction in done.transactions),
                receipts=result.receipts_encoded,
                touched=touched(done.transactions, result.receipts) if self.history_index else (),
                guard_sequence=guard_sequence,
            ),
        )
        for key, value in self.ledger.writes(result):
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        # The set of height + 1 was fixed one block ago: a change takes two heights (page 03).
        following = self.validators_at(header.height + 1) or self.tip.validators
        if following != self.tip.validators:
            link = SetLink(header=header, certificate=certificate, members=following.members)
            BlockStore.add_link(batch, link)
        floor = prune(
            batch,
            self.blocks,
            tip_height=header.height,
            retain_blocks=self.retain_blocks,
            headers=self.headers_needed,
        )
        history = self.states.extend(batch, header.height, self.ledger.overwritten(result))
        self._store.write(batch)
        self.blocks.floor = floor
        self.states.written(history)
        self.ledger.absorb(result)
        self._read_anew()
        self.guard_sequence = guard_sequence
        self.newest_receipts = result.receipts
        self.tip = self._tip_of(row)
        self.on_block(self.tip)
        require_known(self.tip, self.known_version)
        return self.tip

    # --- validator sets ---------------------------------------------------------------------------

    def validators_at(self, height: int) -> ValidatorSet | None:
        """Set of a height: up to tip + 2 known, above unknown, below from headers' states."""
        known = self._sets.get(height)
        if known is not None:
            return known
        if 1 <= height <= self.ledger.height:
            members = self.blocks.validators_at(height)
            if members is not None:
                return self._remember(height, members)
        return None

    def validators_expected(self, height: int) -> ValidatorSet | None:
        """The same, and the newest known set for what is further ahead.

        A node that was away learns from certificates of heights whose set it cannot know yet. The
        guess is right unless the set changed meanwhile; what does not verify under it is dropped.
        """
        known = self.validators_at(height)
        if known is None and height > self.ledger.height:
            return self.validators_at(self.ledger.height + 2)
        return known

    def is_observer(self, name: str) -> bool:
        """Listed as an observer, and no validator of the next height."""
        listed = any(entry.id == name for entry in observers(self._reader))
        return listed and name not in self.tip.validators

    def _tip_of(self, row: BlockRow | None) -> Tip:
        """The tip after a block that is in the store and absorbed."""
        height, overlay = self.ledger.height, self.ledger.overlay()
        tip = tip_after(
            overlay,
            height,
            row=row,
            genesis_digest=self.genesis_digest,
            state_root=self.ledger.state_root,
            before=None if row is None else self.validators_at(height),
        )
        self._remember(height + 1, tip.validators)
        sets = overlay.get(VALIDATOR_SETS)
        if sets is not None:
            self._remember(height + 2, validator_set(set_of(sets, height + 2)))
        return tip

    def _remember(self, height: int, members: ValidatorSet) -> ValidatorSet:
        self._sets[height] = members
        while len(self._sets) > VALIDATOR_SETS_CACHED:
            del self._sets[min(self._sets)]
        return members

    # --- reads for consensus and peers ------------------------------------------------------------

    @property
    def headers_needed(self) -> int:
        """Newest headers that suspension may look at, with the largest set there can be."""
        return window_heights(self.rotation, VALIDATORS_MAX) + 1

    def recent_headers(self) -> tuple[Header, ...]:
        """Those headers, ascending."""
        return self.blocks.headers(self.tip.height - self.headers_needed + 1, self.tip.height)

    def view(self) -> StoreView:
        """The store as it is now, for a snapshot; close it."""
        return self._store.view()

    def proposal_at(self, height: int, digest: bytes) -> Proposal | None:
        """A decided block as it was proposed; None for another digest, or below what is kept."""
        row = self._kept(height)
        return None if row is None or row.digest != digest else proposal_of(row)

    def decided_at(self, height: int) -> DecidedBlock | None:
        """A decided block with its bodies; None below what is kept."""
        row = self._kept(height)
        if row is None:
            return None
        return DecidedBlock(
            proposal=proposal_of(row),
            certificate=row.certificate,
            bodies=self.blocks.bodies(height),
        )

    def _kept(self, height: int) -> BlockRow | None:
        return self.blocks.row(height) if height >= self.blocks.floor.blocks else None

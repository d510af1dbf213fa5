"""A ledger at one height: state, commitment and window that belong together.

Rules of this file:
1. `preview` computes, `absorb` takes over; between them the caller writes `writes(result)` in one
   synced batch. A crash in between leaves the store at one of the two heights, never between.
2. Several previews of the next height may exist; all die with the first `absorb`.
3. Nothing here reads time, disk or network: the store is handed in.
"""

from collections.abc import Iterator, Sequence

from tokens import clearing
from tokens import window as refs
from tokens.agenda import next_due
from tokens.block import Block, BlockResult
from tokens.commitment import Commitment
from tokens.includable import block_refusal, includable
from tokens.parameters import Limits, parameter, read_limits
from tokens.proof import StateProof
from tokens.records.system import BLOCK_NOTE
from tokens.results import Code
from tokens.state import Overlay
from tokens.store import DamagedState, RawStore, StoreState
from tokens.transaction import DecodedTransaction
from tokens.transition import apply_block
from tokens.window import Window

WINDOW_PREFIX = b"w"
"""b"w" + height (8 bytes) -> the block's list of client references."""


class Ledger:
    """The state after `height`, and what the next block would make of it."""

    __slots__ = ("_state", "_store", "commitment", "height", "limits", "window")

    def __init__(self, store: RawStore, height: int, leaves: bytes | None = None) -> None:
        """Open a store that holds genesis (height 0) or the state after a block.

        `leaves`: a checkpoint of the commitment of this very height; without it the buckets are
        hashed anew (about 2.5 us a record). The caller compares `state_root` with the certificate.
        Raises DamagedState or WindowMismatch.
        """
        self._store = store
        self._state = StoreState(store)
        self.height = height
        overlay = Overlay(self._state)
        depth = parameter(overlay, "bucket_depth_bits")
        self.commitment = (
            Commitment.rebuild(depth, store.iterate)
            if leaves is None
            else Commitment(depth, leaves)
        )
        self.limits: Limits = read_limits(overlay)
        self.window = Window.load(self.limits.window_blocks, height, self._window_rows(height))

    @property
    def state_root(self) -> bytes:
        """Root of the state after `height`."""
        return self.commitment.root

    def overlay(self) -> Overlay:
        """A fresh view of the state after `height`: for reads, or a trial that is thrown away."""
        return Overlay(self._state)

    def agenda_is_due(self) -> bool:
        """Whether the ledger's own work is a reason to make a block (R1)."""
        state = self.overlay()
        return next_due(state) is not None or clearing.is_due(state)

    def includable(self, tx: DecodedTransaction, height: int | None = None) -> Code | None:
        """R8 for the next height (or a later one, for admission)."""
        at = self.height + 1 if height is None else height
        return includable(tx, self.overlay(), self.window, self.limits, at)

    def block_refusal(self, transactions: Sequence[DecodedTransaction]) -> tuple[int, Code] | None:
        """Why these are not the transactions of the next block: (index, code), or None."""
        return block_refusal(
            transactions, self.overlay(), self.window, self.limits, self.height + 1
        )

    def preview(self, block: Block) -> BlockResult:
        """The effect of a block of the next height. Changes nothing.

        Raises ValueError for another height; any other exception is a bug of this node.
        """
        if block.height != self.height + 1:
            raise ValueError(f"block {block.height} on a ledger at {self.height}")
        return apply_block(
            Overlay(self._state),
            block,
            lambda changes: self.commitment.preview(changes, self._store.iterate),
        )

    def writes(self, result: BlockResult) -> Iterator[tuple[bytes, bytes | None]]:
        """What the store must hold after the block, in one batch with the rest of it."""
        yield from result.changes.writes()
        yield window_row_key(result.height), refs.encode_row(result.client_refs)
        if result.height > self.limits.window_blocks:
            yield window_row_key(result.height - self.limits.window_blocks), None

    def overwritten(self, result: BlockResult) -> Iterator[tuple[bytes, bytes | None]]:
        """(raw key, value before or None) of each row of the state that a block changes.

        For a block of the next height, before `absorb`: what a history of states keeps of it.
        """
        return self._state.overwritten(result.changes)

    def absorb(self, result: BlockResult) -> None:
        """Go to the next height, after `writes(result)` are durable."""
        self.commitment.apply(result.delta)
        self._state.absorb(result.changes)
        self.window.extend(result.height, result.client_refs)
        self.height = result.height
        self.limits = read_limits(self.overlay())

    def prove(self, key_hash: bytes) -> StateProof:
        """Proof of the record of a key hash, or of its absence, under `state_root`."""
        return self.commitment.prove(key_hash, self._store.iterate)

    def _window_rows(self, height: int) -> Iterator[tuple[tuple[refs.ClientKey, ...], bytes]]:
        overlay = Overlay(self._state)
        for at in range(max(1, height - self.limits.window_blocks + 1), height + 1):
            note = overlay.get(BLOCK_NOTE, at)
            row = self._store.get(window_row_key(at))
            if note is None or row is None:
                raise DamagedState(f"no block note or client references of height {at}")
            yield refs.decode_row(row), note.client_refs


def window_row_key(height: int) -> bytes:
    """Raw key of a block's list of client references."""
    return WINDOW_PREFIX + height.to_bytes(8, "big")

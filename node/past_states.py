"""A past state as readers take it: its tip and its records, from one view of the store."""

from consensus.types import Tip
from node.chain import Chain
from node.storage.past_store import PastStore
from node.tips import tip_after
from tokens.state import Overlay
from tokens.store import DamagedState, RawStore, StoreState

CACHE_RECORDS_MAX = 4_096
"""Decoded records that one reader keeps."""
PROVEN_PASSED_MAX = 3_000_000
"""Rows of the history that a scan of all records for a proof comes across (node/rpc/past_proof)."""


class PastState:
    """See `node.api.PastState`."""

    __slots__ = ("_view", "rows", "state", "tip")

    def __init__(self, chain: Chain, height: int) -> None:
        """`height`: from `chain.states.oldest` to the tip's. Raises DamagedState."""
        self._view = chain.view()
        self.rows: RawStore = PastStore(self._view, height, PROVEN_PASSED_MAX)
        self.state = Overlay(StoreState(PastStore(self._view, height), CACHE_RECORDS_MAX))
        self.tip = self._tip(chain, height)

    def close(self) -> None:
        """Let go of the view."""
        self._view.close()

    def _tip(self, chain: Chain, height: int) -> Tip:
        if height == chain.tip.height:
            return chain.tip
        row = chain.blocks.row(height)
        following = chain.blocks.row(height + 1)
        if following is None or (row is None and height):
            raise DamagedState(f"the block of a past state at height {height} is missing")
        return tip_after(
            self.state,
            height,
            row=row,
            genesis_digest=chain.genesis_digest,
            state_root=following.header.parent_state_root,
            before=chain.validators_at(height) if height else None,
        )

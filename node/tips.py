"""The tip as consensus and readers see it: made of a block and the state after it."""

from consensus.types import Tip, ValidatorSet
from node.storage.blocks import BlockRow
from node.validator_sets import validator_set
from tokens.parameters import parameter
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.system import CHAIN
from tokens.state import Overlay
from tokens.store import DamagedState
from tokens.validators import set_of, validators_hash


def tip_after(
    state: Overlay,
    height: int,
    *,
    row: BlockRow | None,
    genesis_digest: bytes,
    state_root: bytes,
    before: ValidatorSet | None,
) -> Tip:
    """The tip after a block. Raises DamagedState.

    Args:
        state: after the block.
        height: of the block; 0 is genesis.
        row: the block's; None at genesis.
        genesis_digest: 32 bytes.
        state_root: of `state`.
        before: the set of the block's own height; None: that of the next one.
    """
    chain = state.get(CHAIN)
    sets = state.get(VALIDATOR_SETS)
    if chain is None or sets is None:
        raise DamagedState("no chain record or no validators")
    members = validator_set(set_of(sets, height + 1))
    return Tip(
        height=height,
        digest=genesis_digest if row is None else row.digest,
        header=None if row is None else row.header,
        certificate=None if row is None else row.certificate,
        timestamp_ms=chain.genesis_timestamp_ms if row is None else row.header.timestamp_ms,
        state_root=state_root,
        validators=members,
        previous_validators=members if before is None else before,
        validators_hash=validators_hash(set_of(sets, height + 1)),
        next_validators_hash=validators_hash(set_of(sets, height + 2)),
        protocol_version=chain.protocol_version,
        block_transactions_max=parameter(state, "block_transactions_max"),
    )

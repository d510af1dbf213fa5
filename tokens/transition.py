"""The transition: what a block does to the state.

Rules of this file:
1. Same parent state and same block in, same bytes and same root out, on every node and in every
   view.
2. A failing transaction is recorded with its code and changes nothing else.
3. Order: transactions, books, agenda, protocol version, block note. The receipts of the books, then
   those of the agenda, follow the transactions', that of a version that takes over comes last.
"""

import datetime
from collections.abc import Callable

from tokens import agenda, clearing, window
from tokens.block import Block, BlockResult
from tokens.codec import encode, merkle_root, tagged_hash
from tokens.commitment import Delta
from tokens.context import Actors, Context
from tokens.execution import OperationRunner, run_operations
from tokens.includable import keys_refusal, signers_refusal
from tokens.ops import AGENDA_HANDLERS
from tokens.parameters import read_limits
from tokens.protocol import activation_after, activation_id, take_over, version_in_force
from tokens.records.day import BUSINESS_DAY
from tokens.records.kind import encode_key
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.system import BLOCK_NOTE, AgendaItem, BlockNote, agenda_key
from tokens.results import Code, Receipt
from tokens.state import Changes, Overlay
from tokens.steps import Steps, whole
from tokens.transaction import DecodedTransaction
from tokens.types import NO_ADDRESS
from tokens.work import StoredWork

Preview = Callable[[Changes], tuple[bytes, Delta]]
"""State root after changes, and the delta to it: Commitment.preview over the store's scan."""

STEP_TRANSACTIONS = 64
"""Of one step of `applying`: about 2 ms of CPU for payments. A block of 2,000 in one step held all
else up for a tenth of a second."""

_RECEIPTS = b"mohur/receipts/v1"
_ROOT = b"mohur/root/v1"
_SYSTEM = b"mohur/system/v1"
_CLEARING = b"mohur/clearing/v1"
_NO_DATE = datetime.date.min
_LEDGER = Actors(NO_ADDRESS, ())


def apply_block(state: Overlay, block: Block, preview: Preview) -> BlockResult:
    """The effect of a block on the parent state that `state` overlays.

    `state` must be fresh; it holds the block's writes afterwards. Each transaction must have passed
    `includable`. Raises only for a bug of this node.
    """
    return whole(applying(state, block, preview))


def applying(
    state: Overlay, block: Block, preview: Preview, step: int = STEP_TRANSACTIONS
) -> Steps[BlockResult]:
    """`apply_block`, `step` transactions at a time.

    What `state` overlays must stand still between two steps: if it moves, throw them away.
    """
    limits = read_limits(state)
    work = StoredWork()
    receipts: list[Receipt] = []
    for at in range(len(block.transactions)):
        receipts.append(_apply_transaction(state, block, at, work))
        if len(receipts) % step == 0:
            yield
    contexts = clearing.run_books(state, lambda asset: _clearing_context(state, block, asset))
    contexts += agenda.run_due(
        state,
        AGENDA_HANDLERS,
        limits.agenda_quota,
        lambda item: _system_context(state, block, item),
    )
    for context in contexts:
        receipts.append(_receipt(context, len(receipts), Code.OK, -1))
    activation = activation_after(state, block.height)
    if activation is not None:
        context = open_context(state, block.height, _LEDGER, activation_id(activation))
        take_over(context, activation)
        receipts.append(_receipt(context, len(receipts), Code.OK, -1))
    keys = tuple(
        (tx.signed.transaction.sender, tx.signed.transaction.client_ref)
        for tx in block.transactions
    )
    _note(state, block, keys, limits.window_blocks)
    yield
    encoded = tuple([encode(receipt) for receipt in receipts])
    receipts_root = merkle_root(_RECEIPTS, list(encoded))
    changes = state.changes()
    state_root, delta = preview(changes)
    return BlockResult(
        height=block.height,
        receipts=tuple(receipts),
        receipts_encoded=encoded,
        receipts_root=receipts_root,
        changes=changes,
        state_root=state_root,
        delta=delta,
        root=tagged_hash(_ROOT, state_root, receipts_root),
        client_refs=keys,
    )


def open_context(
    state: Overlay, height: int, actors: Actors, tx_id: bytes, work: StoredWork | None = None
) -> Context:
    """A context at the business date of the state; `work` is what the block has left of it."""
    day = state.get(BUSINESS_DAY)
    return Context(
        state=state,
        height=height,
        business_date=_NO_DATE if day is None else day.date,
        day_open=day is not None and day.open,
        actors=actors,
        tx_id=tx_id,
        operation_index=0,
        runner=OperationRunner(version_in_force(state)),
        work=StoredWork() if work is None else work,
    )


def actors_of(state: Overlay, tx: DecodedTransaction, height: int) -> Actors | None:
    """Who signed a transaction, or None if its keys are no longer the sender's."""
    sender = tx.signed.transaction.sender
    participant = state.get(PARTICIPANT, sender)
    if participant is not None:
        if signers_refusal(participant.policy, state, tx, height) is not None:
            return None
        return Actors(sender, (sender,))
    account = state.get(ACCOUNT, sender)
    if account is None or account.policy is None:
        return None
    if keys_refusal(account.policy, tx.signed.signatures) is not None:
        return None
    return Actors(sender, (), (sender,))


def _apply_transaction(state: Overlay, block: Block, at: int, work: StoredWork) -> Receipt:
    tx = block.transactions[at]
    actors = actors_of(state, tx, block.height)
    if actors is None:
        context = open_context(state, block.height, _LEDGER, tx.tx_id)
        return _receipt(context, at, Code.AUTHORITY_CHANGED, 0)
    context = open_context(state, block.height, actors, tx.tx_id, work)
    savepoint = state.savepoint()
    code, operation = run_operations(context, tx.signed.transaction.operations)
    if code is not Code.OK:
        state.rollback(savepoint)
        context.events.clear()
    return _receipt(context, at, code, operation)


def _receipt(context: Context, index: int, code: Code, operation: int) -> Receipt:
    return Receipt(
        tx_id=context.tx_id,
        height=context.height,
        index=index,
        code=code.value,
        operation=operation,
        events=tuple(context.events),
    )


def _system_context(state: Overlay, block: Block, item: AgendaItem) -> Context:
    """Its id covers the cursor: one item may take several steps, in one block or in more."""
    place = encode_key((block.height, *agenda_key(item))) + item.cursor
    return open_context(state, block.height, _LEDGER, tagged_hash(_SYSTEM, place))


def _clearing_context(state: Overlay, block: Block, asset: str) -> Context:
    """A book does at most one step a block."""
    place = encode_key((block.height, asset))
    return open_context(state, block.height, _LEDGER, tagged_hash(_CLEARING, place))


def _note(
    state: Overlay, block: Block, keys: tuple[window.ClientKey, ...], window_blocks: int
) -> None:
    """One note for each of the last W blocks: the window, parents and signers under the root."""
    note = BlockNote(
        height=block.height,
        client_refs=window.digest(keys),
        parent=block.parent,
        signers=block.signers,
    )
    state.put(BLOCK_NOTE, note)
    if block.height > window_blocks:
        state.delete(BLOCK_NOTE, block.height - window_blocks)

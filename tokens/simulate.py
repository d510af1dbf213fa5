"""What would become of a transaction: every failing rule, on an overlay that is thrown away.

Rules of this file:
1. Nothing is kept: the caller throws the overlay away.
2. An operation that would pass is applied, so that the next one sees its effect; one that would not
   is left out, and the trial goes on: its author wants to know everything at once.
3. Of the counterparty it says no more than a receipt would, unless `viewer` supervises or services
   that account (refusing.py), and each such code once: how many rules stop it would tell of them. A
   trial is not signed, so the sender is not the viewer: the caller says who is, if it knows.
4. What a proposal holds is tried too, as if all had agreed, on top of what stands before it in the
   transaction, and rolled back: nothing behind it sees its effect. Whoever reads such a trial reads
   with the eyes of all who would agree, whose powers it borrows: it is for who may see everything.
"""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

import msgspec

from tokens.agreed import as_if_agreed
from tokens.authority import approval_refusal, recovery_refusal
from tokens.context import Actors, Context
from tokens.events import LedgerEvent
from tokens.ops import SPEC_OF
from tokens.ops.proposals import Approve, Propose, proposal_id
from tokens.records.parties import PARTICIPANT
from tokens.records.proposals import PROPOSAL
from tokens.refusing import revealed
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.transaction import DecodedTransaction
from tokens.transition import open_context
from tokens.types import NO_ADDRESS

REFUSALS_MAX = 1_000
"""Of one transaction, and of one proposal; further ones are not listed."""
CONTENT_OPERATIONS_MAX = 100
"""Of all proposals of a transaction, as of one transaction; a proposal beyond is not tried."""


class Content(NamedTuple):
    """The outcome of a proposal's operations, were all agreed that it takes."""

    operation: int
    """Index of the `propose`, or of the `approve`."""
    refusals: tuple[tuple[int, Refusal], ...]
    """(index in the proposal, failing check), in the order of evaluation."""


class Simulation(NamedTuple):
    """The outcome of a trial."""

    refusals: tuple[tuple[int, Refusal], ...]
    """(operation index, failing check), in the order of evaluation."""
    events: tuple[LedgerEvent, ...]
    """Of the operations that would pass; they count only if all do."""
    contents: tuple[Content, ...] = ()
    """Of each proposal that would be made, or agreed to."""


def simulate(
    state: Overlay, tx: DecodedTransaction, height: int, viewer: bytes = NO_ADDRESS
) -> Simulation:
    """Try a transaction at a height on `state`, as if the sender's keys had signed it.

    `viewer` is the participant that asks, or NO_ADDRESS where nobody is identified.

    Signatures are not asked: a trial comes before signing. Whether the transaction is includable
    is another question.
    """
    sender = tx.signed.transaction.sender
    known = state.get(PARTICIPANT, sender) is not None
    actors = Actors(sender, (sender,)) if known else Actors(sender, (), (sender,))
    context = open_context(state, height, actors, tx.tx_id)
    found: list[tuple[int, Refusal]] = []
    contents: list[Content] = []
    left = CONTENT_OPERATIONS_MAX
    for index, operation in enumerate(tx.signed.transaction.operations):
        context.operation_index = index
        told = _refusals(context, operation, viewer)
        found += [(index, refusal) for refusal in told][: REFUSALS_MAX - len(found)]
        if len(found) >= REFUSALS_MAX:
            break
        if told:
            continue
        held = _held(context, operation)
        if held is not None and len(held.operations) <= left:
            left -= len(held.operations)
            contents.append(_content(context, held, viewer))
        SPEC_OF[type(operation)].apply(context, operation)
    return Simulation(tuple(found), tuple(context.events), tuple(contents))


def _refusals(context: Context, operation: msgspec.Struct, viewer: bytes) -> list[Refusal]:
    """Every failing check of one operation; its stored work is taken if there is none."""
    spec = SPEC_OF[type(operation)]
    found: list[Refusal] = []
    lost = None if spec.in_recovery else recovery_refusal(context)
    if lost is not None:
        found.append(Refusal(lost))
    if spec.approval is not None:
        code = approval_refusal(context, spec.approval, emergency=spec.emergency)
        if code is not None:
            found.append(Refusal(code))
    told = _told(context.state, spec.check(context, operation), viewer)
    found += [refusal for refusal in told if refusal.code is not lost]
    if found or spec.stored_work is None:
        return found
    if not context.work.take(spec.stored_work(context, operation)):
        found.append(Refusal(Code.BLOCK_WORK_EXCEEDED))
    return found


class _Held(NamedTuple):
    """A proposal that is made, or agreed to."""

    scope: bytes
    """Its id."""
    operations: tuple[bytes, ...]
    parties: tuple[bytes, ...]
    """Who has agreed, who agrees now and who is named; the proposer first."""


def _held(context: Context, operation: msgspec.Struct) -> _Held | None:
    """What an operation puts up, or agrees to; its checks have passed."""
    sender = context.actors.sender
    if isinstance(operation, Propose):
        scope = proposal_id(context.tx_id, context.operation_index)
        return _Held(scope, operation.operations, (sender, *operation.approvers))
    if isinstance(operation, Approve):
        proposal = context.state.get(PROPOSAL, operation.proposal_id)
        if proposal is not None:
            parties = (*proposal.approvals, sender, *proposal.approvers)
            return _Held(proposal.id, proposal.operations, parties)
    return None


def _content(context: Context, held: _Held, viewer: bytes) -> Content:
    """Each operation as in a transaction of its own, by those who would agree; rolled back."""
    state = context.state
    decoded = [context.runner.decode(data) for data in held.operations]
    operations = [each for each in decoded if each is not None]
    if len(operations) < len(decoded):
        raise ValueError("a proposal whose checks passed does not decode")
    actors = as_if_agreed(context, operations, held.parties)
    savepoint = state.savepoint()
    inner = open_context(state, context.height, actors, held.scope)
    found: list[tuple[int, Refusal]] = []
    for index, operation in enumerate(operations):
        inner.operation_index = index
        told = _refusals(inner, operation, viewer)
        found += [(index, refusal) for refusal in told][: REFUSALS_MAX - len(found)]
        if not told:
            SPEC_OF[type(operation)].apply(inner, operation)
    state.rollback(savepoint)
    return Content(context.operation_index, tuple(found))


def _told(state: Overlay, refusals: Iterable[Refusal], viewer: bytes) -> list[Refusal]:
    """In order of evaluation; what is hidden from the viewer: each code once."""
    told: list[Refusal] = []
    for refusal in islice(refusals, REFUSALS_MAX):
        shown = revealed(state, refusal, viewer)
        is_hidden = refusal.hidden is not None and shown.code is not refusal.hidden.code
        if not is_hidden or shown not in told:
            told.append(shown)
    return told

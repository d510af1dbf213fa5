"""What would become of a transaction: every failing rule, on an overlay that is thrown away.

Rules of this file:
1. Nothing is kept: the caller throws the overlay away.
2. An operation that would pass is applied, so that the next one sees its effect; one that would not
   is left out, and the trial goes on: its author wants to know everything at once.
3. Of the counterparty it says no more than a receipt would, unless `viewer` supervises or services
   that account (refusing.py), and each such code once: how many rules stop it would tell of them. A
   trial is not signed, so the sender is not the viewer: the caller says who is, if it knows.
"""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from tokens.authority import approval_refusal
from tokens.context import Actors
from tokens.events import LedgerEvent
from tokens.ops import SPEC_OF
from tokens.records.parties import PARTICIPANT
from tokens.refusing import revealed
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.transaction import DecodedTransaction
from tokens.transition import open_context
from tokens.types import NO_ADDRESS

REFUSALS_MAX = 1_000
"""Of one transaction; further ones are not listed."""


class Simulation(NamedTuple):
    """The outcome of a trial."""

    refusals: tuple[tuple[int, Refusal], ...]
    """(operation index, failing check), in the order of evaluation."""
    events: tuple[LedgerEvent, ...]
    """Of the operations that would pass; they count only if all do."""


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
    for index, operation in enumerate(tx.signed.transaction.operations):
        spec = SPEC_OF[type(operation)]
        context.operation_index = index
        before = len(found)
        if spec.approval is not None:
            code = approval_refusal(context, spec.approval, emergency=spec.emergency)
            if code is not None:
                found.append((index, Refusal(code)))
        told = _told(state, spec.check(context, operation), viewer)
        found += [(index, refusal) for refusal in told][: REFUSALS_MAX - len(found)]
        if len(found) >= REFUSALS_MAX:
            return Simulation(tuple(found), tuple(context.events))
        if len(found) > before:
            continue
        if spec.stored_work is not None and not context.work.take(
            spec.stored_work(context, operation)
        ):
            found.append((index, Refusal(Code.BLOCK_WORK_EXCEEDED)))
            continue
        spec.apply(context, operation)
    return Simulation(tuple(found), tuple(context.events))


def _told(state: Overlay, refusals: Iterable[Refusal], viewer: bytes) -> list[Refusal]:
    """In order of evaluation; what is hidden from the viewer: each code once."""
    told: list[Refusal] = []
    for refusal in islice(refusals, REFUSALS_MAX):
        shown = revealed(state, refusal, viewer)
        is_hidden = refusal.hidden is not None and shown.code is not refusal.hidden.code
        if not is_hidden or shown not in told:
            told.append(shown)
    return told

"""A trial of a transaction: every failing check, in order, on a state that is thrown away.

Rules of this file:
1. Nothing is kept: the caller hands in a fresh overlay.
2. An operation that would pass is applied, so that the next one sees its effect; one that would
   not is left out.
"""

from tokens.authority import approval_refusal
from tokens.context import Actors
from tokens.includable import includable
from tokens.ledger import Ledger
from tokens.ops import SPEC_OF
from tokens.records.parties import PARTICIPANT
from tokens.results import Code, Refusal
from tokens.transaction import DecodedTransaction
from tokens.transition import open_context

REFUSALS_MAX = 1_000
"""Of one transaction; further ones are not listed."""


def try_transaction(ledger: Ledger, tx: DecodedTransaction) -> list[tuple[int, Refusal]]:
    """(operation index, refusal) of every failing check; index -1 = the transaction itself.

    Signatures are not needed: WRONG_KEYS and TOO_FEW_SIGNATURES are not listed.
    """
    found: list[tuple[int, Refusal]] = []
    state = ledger.overlay()
    code = includable(tx, state, ledger.window, ledger.limits, ledger.height + 1)
    if code is not None and code not in (Code.WRONG_KEYS, Code.TOO_FEW_SIGNATURES):
        found.append((-1, Refusal(code)))
    sender = tx.signed.transaction.sender
    known = state.get(PARTICIPANT, sender) is not None
    actors = Actors(sender, (sender,)) if known else Actors(sender, (), (sender,))
    context = open_context(state, ledger.height + 1, actors, tx.tx_id)
    for index, operation in enumerate(tx.signed.transaction.operations):
        spec = SPEC_OF[type(operation)]
        context.operation_index = index
        before = len(found)
        if spec.approval is not None:
            refused = approval_refusal(context, spec.approval, emergency=spec.emergency)
            if refused is not None:
                found.append((index, Refusal(refused)))
        for refusal in spec.check(context, operation):
            found.append((index, refusal))
            if len(found) >= REFUSALS_MAX:
                return found
        if len(found) == before:
            spec.apply(context, operation)
    return found

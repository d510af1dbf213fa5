"""What would become of a transaction: every failing rule, on an overlay that is thrown away."""

from typing import NamedTuple

from tokens.authority import approval_refusal
from tokens.events import LedgerEvent
from tokens.ops import SPEC_OF
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.transaction import DecodedTransaction
from tokens.transition import actors_of, open_context


class Simulation(NamedTuple):
    """The outcome of a trial."""

    operation: int
    """Index of the first operation that is refused; -1 if all would be applied."""
    refusals: tuple[Refusal, ...]
    """Every failing check of that operation, in the order of evaluation."""
    events: tuple[LedgerEvent, ...]
    """Of the operations before it; they count only if all are applied."""


def simulate(state: Overlay, tx: DecodedTransaction, height: int) -> Simulation:
    """Try a transaction at a height on `state`, which must be thrown away afterwards.

    Later operations see the effect of earlier ones; the first that is refused ends the trial.
    """
    actors = actors_of(state, tx)
    if actors is None:
        return Simulation(0, (Refusal(Code.AUTHORITY_CHANGED),), ())
    context = open_context(state, height, actors, tx.tx_id)
    for index, operation in enumerate(tx.signed.transaction.operations):
        spec = SPEC_OF[type(operation)]
        context.operation_index = index
        refusals = []
        if spec.approval is not None:
            code = approval_refusal(context, spec.approval, emergency=spec.emergency)
            if code is not None:
                refusals.append(Refusal(code))
        refusals.extend(spec.check(context, operation))
        if refusals:
            return Simulation(index, tuple(refusals), tuple(context.events))
        spec.apply(context, operation)
    return Simulation(-1, (), tuple(context.events))

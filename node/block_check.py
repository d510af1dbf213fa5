"""Whether a proposed block may be prepared: its limits, and `includable` of each (R8)."""

from node.chain import Chain
from node.pool_entry import reference_of
from node.signature_check import SignatureCheck
from node.stages import Stage, Stages, booked
from tokens.steps import Steps
from tokens.transaction import DecodedTransaction

ASKED_A_STEP = 3
"""Times as many transactions are asked in a step as are executed in one: it costs a third."""

Transactions = tuple[DecodedTransaction, ...]


class BlockCheck:
    """Asks the ledger at the tip; between two steps the tip must stand still."""

    def __init__(self, chain: Chain, check: SignatureCheck, stages: Stages) -> None:
        self._chain = chain
        self._check = check
        self._stages = stages

    def refusal(self, transactions: Transactions) -> Steps[str | None]:
        """Why a block of these may not be prepared; None if it may."""
        limits = self._chain.limits()
        if len(transactions) > limits.block_transactions_max:
            return f"more than {limits.block_transactions_max} transactions"
        if sum(len(each.data) for each in transactions) > limits.block_bytes_max:
            return f"more than {limits.block_bytes_max} bytes"
        references = {reference_of(each): None for each in transactions}
        if len(references) != len(transactions):
            return "a (sender, client_ref) occurs twice"
        asked = self._first_refusal(transactions)
        return (yield from booked(self._stages, Stage.INCLUDABLE, asked))

    def _first_refusal(self, transactions: Transactions) -> Steps[str | None]:
        step = ASKED_A_STEP * self._chain.step_transactions
        for asked, each in enumerate(transactions, 1):
            if not self._check.check(each):
                return "BAD_SIGNATURE"
            code = self._chain.includable(each)
            if code is not None:
                return code.name
            if asked % step == 0:
                yield
        return None

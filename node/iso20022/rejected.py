"""An instruction that the ledger refused: the sese.024 that tells its sender why.

Rules of this file:
1. A refused instruction leaves no batch: what is known of it is the failed transaction. So the
   advice speaks of a message and a transaction, which must be about one reference.
"""

from node.iso20022.paths import SESE_023
from node.iso20022.places import text_at
from node.iso20022.profile import check
from node.iso20022.reading import Message
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.sese_023_in import reference_of
from node.iso20022.sese_024 import Advice, rejection_advice
from node.sdk.schema.tx import TransactionInfo
from tokens.ops.settlement import ApproveBatch, InstructBatch


def advice_of_refused(message: Message, sent: TransactionInfo) -> Advice:
    """That the instruction of a message was refused. MessageRefused, NotSayable.

    `sent`: the transaction that held the instruction, or the approval of the other's.
    """
    if message.identifier != SESE_023:
        raise MessageRefused("Document", f"{message.identifier} is no instruction: {SESE_023}")
    check(message.identifier, message.root)
    root = message.root
    code = _code(sent, reference_of(root))
    trade_ref = root.text_at("SttlmTpAndAddtlParams/CmonId") or ""
    return rejection_advice(text_at(root, "TxId"), trade_ref, code)


def _code(sent: TransactionInfo, reference: str) -> int:
    """Why its operation failed."""
    receipt = sent.receipt
    if receipt is None:
        raise NotSayable("the transaction is not final yet")
    if receipt.status != "failed":
        raise NotSayable("the transaction has not failed: `mohur iso export sese.024` tells more")
    operation = sent.transaction.operations[receipt.operation]
    if not isinstance(operation, InstructBatch | ApproveBatch):
        raise NotSayable(f"operation {receipt.operation}, which failed, is no instruction")
    if operation.batch_id != reference:
        raise NotSayable(f"the transaction instructs {operation.batch_id!r}, not {reference!r}")
    return receipt.code

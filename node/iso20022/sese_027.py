"""sese.027, cancellation request status advice: what became of a party's request to cancel.

A request is an operation that succeeds or fails at once; what is answered here is what came of it,
as the batch tells: agreed by this party and waiting for the others, cancelled, or too late.
"""

import msgspec

from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SESE_027
from node.iso20022.places import text_at
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.trade import Trade, TradeName, movement, payment
from tokens.records.settlement import BatchStatus

MESSAGE = SESE_027
ROOT = "SctiesTxCxlReqStsAdvc"

PENDING = "PrcgSts/PdgCxl"
DENIED = "PrcgSts/Dnd"
CANCELLED = "PrcgSts/Canc"

_TX = "TxId/AcctOwnrTxId/SctiesSttlmTxId"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a sese.027 says, beside the reference of the request."""

    trade: TradeName
    movement: str
    """DELI or RECE."""
    payment: str
    """APMT or FREE."""
    at: str
    """Which of the three statuses: one of the constants above."""
    reason: str
    """Code of the standard, four letters."""
    words: str


def answer_of(trade: Trade) -> Answer:
    """The answer to the trade's party. NotSayable if it has not asked."""
    at, reason, words = _status(trade)
    return Answer(
        trade=trade.name,
        movement=movement(trade),
        payment=payment(trade),
        at=at,
        reason=reason,
        words=words,
    )


def _status(trade: Trade) -> tuple[str, str, str]:
    match trade.batch.status:
        case BatchStatus.CANCELLED:
            return CANCELLED, "CANI", "cancelled by its parties"
        case BatchStatus.SETTLED:
            return DENIED, "DSET", "the batch is settled"
        case BatchStatus.FAILED | BatchStatus.EXPIRED as ended:
            return DENIED, "DCAN", f"the ledger has ended the batch: {ended.name}"
        case BatchStatus.INSTRUCTED | BatchStatus.MATCHED | BatchStatus.ALLOCATED:
            asked = {entry.participant for entry in trade.batch.parties if entry.cancels}
            if trade.party not in asked:
                raise NotSayable("the party has not asked to cancel: there is nothing to answer")
            return PENDING, "CONF", "waits until the other parties ask for it, too"


def written(answer: Answer, request: str) -> Element:
    """The message; `request` is the reference of what is answered."""
    return node(
        ROOT,
        node("CxlReqRef", request),
        node(
            "TxId",
            node("MktInfrstrctrTxId", answer.trade.market_ref),
            nested(
                "AcctOwnrTxId/SctiesSttlmTxId",
                node("TxId", answer.trade.tx_id),
                node("SctiesMvmntTp", answer.movement),
                node("Pmt", answer.payment),
            ),
        ),
        nested(
            f"{answer.at}/Rsn", nested("Cd/Cd", answer.reason), node("AddtlRsnInf", answer.words)
        ),
    )


def read(root: Element) -> Answer:
    """What a message says that followed its profile. MessageRefused with the element."""
    found = [at for at in (PENDING, DENIED, CANCELLED) if root.at(at) is not None]
    if len(found) != 1:
        raise MessageRefused(f"{ROOT}/PrcgSts", "one status")
    (at,) = found
    return Answer(
        trade=TradeName(
            tx_id=text_at(root, f"{_TX}/TxId"),
            market_ref=text_at(root, "TxId/MktInfrstrctrTxId"),
        ),
        movement=text_at(root, f"{_TX}/SctiesMvmntTp"),
        payment=text_at(root, f"{_TX}/Pmt"),
        at=at,
        reason=text_at(root, f"{at}/Rsn/Cd/Cd"),
        words=root.text_at(f"{at}/Rsn/AddtlRsnInf") or "",
    )

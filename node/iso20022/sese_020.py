"""sese.020, securities transaction cancellation request: a party's wish to cancel its batch.

Rules of this file:
1. Coming in, every detail has to be that of the batch: who cancels by mistake is told which.
2. What happens is the ledger's: until it is matched the initiator cancels alone, then all parties.
"""

from node.iso20022.comparing import check_same
from node.iso20022.directory import Directory, instrument, party_elements, read_party
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SESE_020
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.trade import Trade, date_element, money, movement, payment, quantity, trade_of
from tokens.ops.batch_steps import CancelBatch
from tokens.records.settlement import Batch

MESSAGE = SESE_020
ROOT = "SctiesTxCxlReq"
REFERENCE = "AcctOwnrTxId/SctiesSttlmTxId/TxId"

_MOVEMENT = "AcctOwnrTxId/SctiesSttlmTxId/SctiesMvmntTp"


def written(directory: Directory, trade: Trade) -> Element:
    """The request of the trade's party. NotSayable."""
    batch = trade.batch
    return node(
        ROOT,
        nested(
            "AcctOwnrTxId/SctiesSttlmTxId",
            node("TxId", batch.batch_id),
            node("SctiesMvmntTp", movement(trade)),
            node("Pmt", payment(trade)),
        ),
        node("MktInfrstrctrTxId", batch.digest[:16].hex()),
        node(
            "TxDtls",
            instrument(trade.security.asset),
            date_element("TradDt", batch.trade_date),
            date_element("SttlmDt", batch.isd),
            quantity(directory, "SttlmQty", trade.security),
            money(directory, trade, "SttlmAmt"),
            nested("DlvrgSttlmPties/Pty1", *party_elements(directory, trade.security.giver)),
            nested("RcvgSttlmPties/Pty1", *party_elements(directory, trade.security.taker)),
        ),
    )


def parties(directory: Directory, root: Element) -> tuple[bytes, bytes]:
    """(who cancels, the other). MessageRefused."""
    giver, taker = (_party(directory, root, side) for side in ("Dlvrg", "Rcvg"))
    return (giver, taker) if root.text_at(_MOVEMENT) == "DELI" else (taker, giver)


def cancellation(directory: Directory, root: Element, batch: Batch) -> CancelBatch:
    """The operation. MessageRefused with the first element that the batch has otherwise."""
    party, _ = parties(directory, root)
    try:
        expected = written(directory, trade_of(directory, batch, party))
    except NotSayable as error:
        raise MessageRefused(f"{ROOT}/{REFERENCE}", str(error)) from None
    check_same(root, expected, _LEFT_OUT)
    return CancelBatch(initiator=batch.initiator, batch_id=batch.batch_id)


_LEFT_OUT = (f"{ROOT}/MktInfrstrctrTxId", f"{ROOT}/TxDtls/TradDt/Dt/Dt")
"""What the standard lets out, and who cancels may not know."""


def _party(directory: Directory, root: Element, side: str) -> bytes:
    path = f"TxDtls/{side}SttlmPties/Pty1"
    element = root.at(path)
    if element is None:
        raise MessageRefused(f"{ROOT}/{path}", "missing: it says whose batch it is")
    return read_party(directory, element, f"{ROOT}/{path}")

"""sese.020, securities transaction cancellation request: a party's wish to cancel its batch.

Rules of this file:
1. Coming in, every detail has to be that of the batch: who cancels by mistake is told which.
2. What happens is the ledger's: until it is matched the initiator cancels alone, then all parties.
3. A batch of several parts is cancelled by the requests of all its parts together, as it was
   instructed: the ledger cancels all or nothing. The standard has no link here, so each request
   names the batch in its supplementary data.
"""

from collections.abc import Sequence

from node.iso20022.comparing import check_same
from node.iso20022.directory import Directory, instrument, party_elements
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SESE_020
from node.iso20022.places import party_at
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.trade import Trade, date_element, money, movement, payment, quantity, trades_of
from tokens.ops.batch_steps import CancelBatch
from tokens.records.settlement import Batch

MESSAGE = SESE_020
ROOT = "SctiesTxCxlReq"
REFERENCE = "AcctOwnrTxId/SctiesSttlmTxId/TxId"
POOL = "SplmtryData/Envlp/m:Btch/m:PoolId"
"""batch_id, in the request of a part."""

MOVEMENT = "AcctOwnrTxId/SctiesSttlmTxId/SctiesMvmntTp"


def written(directory: Directory, trade: Trade) -> Element:
    """The request of the trade's party. NotSayable."""
    batch = trade.batch
    return node(
        ROOT,
        nested(
            "AcctOwnrTxId/SctiesSttlmTxId",
            node("TxId", trade.tx_id),
            node("SctiesMvmntTp", movement(trade)),
            node("Pmt", payment(trade)),
        ),
        node("MktInfrstrctrTxId", trade.name.market_ref),
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
        None if trade.link is None else nested(POOL, batch.batch_id),
    )


def parties(directory: Directory, root: Element) -> tuple[bytes, bytes]:
    """(who cancels, the other). MessageRefused."""
    giver, taker = (
        party_at(directory, root, f"TxDtls/{side}SttlmPties/Pty1") for side in ("Dlvrg", "Rcvg")
    )
    return (giver, taker) if root.text_at(MOVEMENT) == "DELI" else (taker, giver)


def batch_id_of(root: Element) -> str:
    """The batch that a request speaks of, by its id at the initiator."""
    return root.text_at(POOL) or root.text_at(REFERENCE) or ""


def cancellation(directory: Directory, roots: Sequence[Element], batch: Batch) -> CancelBatch:
    """The operation. MessageRefused with the first element that the batch has otherwise."""
    party, _ = parties(directory, roots[0])
    try:
        trades = {trade.tx_id: trade for trade in trades_of(directory, batch, party)}
    except NotSayable as error:
        raise MessageRefused(f"{ROOT}/{REFERENCE}", str(error)) from None
    for root in roots:
        trade = trades.pop(root.text_at(REFERENCE) or "", None)
        if trade is None:
            raise MessageRefused(f"{ROOT}/{REFERENCE}", "no part of the batch, or twice")
        check_same(root, written(directory, trade), _LEFT_OUT)
    if trades:
        raise MessageRefused(
            f"{ROOT}/{REFERENCE}", f"a part of a batch: {len(trades)} requests are missing"
        )
    return CancelBatch(initiator=batch.initiator, batch_id=batch.batch_id)


_LEFT_OUT = (f"{ROOT}/MktInfrstrctrTxId", f"{ROOT}/TxDtls/TradDt/Dt/Dt")
"""What the standard lets out, and who cancels may not know."""

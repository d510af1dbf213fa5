"""sese.025, securities settlement transaction confirmation: a settled batch, to one party."""

import datetime as dt

from node.iso20022.directory import Directory, instrument, party_elements
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SESE_025
from node.iso20022.refusal import NotSayable
from node.iso20022.trade import (
    Trade,
    accounts,
    date_element,
    money,
    movement,
    optional,
    payment,
    quantity,
    transaction_type,
)
from tokens.records.settlement import BatchStatus

MESSAGE = SESE_025


def written(directory: Directory, trade: Trade, settled_on: dt.date) -> Element:
    """The confirmation to the trade's party. NotSayable for a batch that is not settled."""
    batch = trade.batch
    if batch.status is not BatchStatus.SETTLED:
        raise NotSayable(f"the batch is {batch.status.name}, not settled")
    if not batch.isd <= settled_on <= batch.expires_on:
        raise NotSayable(f"it settled between {batch.isd} and {batch.expires_on}")
    return node(
        "SctiesSttlmTxConf",
        node(
            "TxIdDtls",
            node("AcctOwnrTxId", trade.tx_id),
            node("MktInfrstrctrTxId", batch.digest[:16].hex()),
            node("SctiesMvmntTp", movement(trade)),
            node("Pmt", payment(trade)),
            optional("CmonId", batch.trade_ref),
        ),
        node(
            "TradDtls",
            optional("TradId", batch.uti),
            date_element("TradDt", batch.trade_date),
            date_element("SttlmDt", batch.isd),
            date_element("FctvSttlmDt", settled_on),
        ),
        instrument(trade.security.asset),
        node(
            "QtyAndAcctDtls",
            quantity(directory, "SttldQty", trade.security),
            *accounts(directory, trade),
        ),
        node("SttlmParams", transaction_type(trade)),
        nested("DlvrgSttlmPties/Pty1", *party_elements(directory, trade.security.giver)),
        nested("RcvgSttlmPties/Pty1", *party_elements(directory, trade.security.taker)),
        money(directory, trade, "SttldAmt"),
    )

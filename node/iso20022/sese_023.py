"""sese.023, securities settlement transaction instruction: a batch as one party instructs it."""

import msgspec

from node.iso20022.directory import Directory, instrument, party_elements
from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SESE_023
from node.iso20022.trade import (
    Trade,
    accounts,
    date_element,
    hexed,
    money,
    movement,
    optional,
    payment,
    quantity,
    transaction_type,
)

MESSAGE = SESE_023


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says that carries none of Mohur's supplementary data."""

    expires_on: str | None = None
    """ISO 8601 date."""
    cash_asset: str | None = None


def written(directory: Directory, trade: Trade) -> Element:
    """The instruction of the trade's party. NotSayable."""
    batch = trade.batch
    return node(
        "SctiesSttlmTxInstr",
        node("TxId", trade.tx_id),
        node(
            "SttlmTpAndAddtlParams",
            node("SctiesMvmntTp", movement(trade)),
            node("Pmt", payment(trade)),
            optional("CmonId", batch.trade_ref),
        ),
        *_links(trade),
        node(
            "TradDtls",
            optional("TradId", batch.uti),
            date_element("TradDt", batch.trade_date),
            date_element("SttlmDt", batch.isd),
        ),
        instrument(trade.security.asset),
        node(
            "QtyAndAcctDtls",
            quantity(directory, "SttlmQty", trade.security),
            *accounts(directory, trade),
        ),
        node(
            "SttlmParams",
            nested("HldInd/Ind", "false" if batch.automatic else "true"),
            nested("Prty/Nmrc", f"{batch.priority:04}"),
            transaction_type(trade),
        ),
        nested("DlvrgSttlmPties/Pty1", *party_elements(directory, trade.security.giver)),
        nested("RcvgSttlmPties/Pty1", *party_elements(directory, trade.security.taker)),
        money(directory, trade, "SttlmAmt"),
        nested(
            "SplmtryData/Envlp/m:Btch",
            node("m:XpryDt", str(batch.expires_on)),
            optional("m:CshAsst", None if trade.cash is None else trade.cash.asset),
            optional("m:HshLck", hexed(batch.hash_lock)),
            optional("m:TrvlHsh", hexed(trade.security.travel_hash)),
            optional("m:CshTrvlHsh", None if trade.cash is None else hexed(trade.cash.travel_hash)),
        ),
    )


def _links(trade: Trade) -> tuple[Element, ...]:
    """Together with the other parts of the batch, or not at all."""
    if trade.link is None:
        return ()
    together = nested("PrcgPos/Cd", "WITH")
    pool = node("Lnkgs", together, nested("Ref/PoolId", trade.batch.batch_id))
    others = [
        node("Lnkgs", together, nested("Ref/SctiesSttlmTxId", other)) for other in trade.link.others
    ]
    return (pool, *others)

"""sese.024, securities settlement transaction status advice: how far a batch is.

A batch that FAILED, EXPIRED or was CANCELLED is over on this ledger; the standard lets a failing
transaction be tried again. So the advice says both: the reason, and that the ledger has ended it.
"""

import datetime as dt

from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SESE_024
from node.iso20022.reasons import reason_of
from node.iso20022.refusal import NotSayable
from node.iso20022.trade import Trade, optional
from tokens.records.settlement import BatchStatus
from tokens.results import Code

MESSAGE = SESE_024


def written(trade: Trade, business_date: dt.date) -> Element:
    """Status to the trade's party. NotSayable for a settled batch: that is what sese.025 says."""
    batch = trade.batch
    return node(
        "SctiesSttlmTxStsAdvc",
        node(
            "TxId",
            node("AcctOwnrTxId", trade.tx_id),
            node("MktInfrstrctrTxId", batch.digest[:16].hex()),
            optional("CmonId", batch.trade_ref),
        ),
        *_statuses(trade, business_date),
    )


def _statuses(trade: Trade, business_date: dt.date) -> tuple[Element, ...]:
    match trade.batch.status:
        case BatchStatus.INSTRUCTED:
            return (_accepted(), nested("MtchgSts/Umtchd", *_unmatched(trade)))
        case BatchStatus.MATCHED:
            missing, words = _missing(trade)
            return (_matched(), nested("SttlmSts/Pdg", _reason(missing, words)))
        case BatchStatus.ALLOCATED:
            return (_matched(), nested("SttlmSts/Pdg", _reason(*_waiting(trade, business_date))))
        case BatchStatus.CANCELLED:
            return (nested("PrcgSts/Canc", _reason("CANI", "cancelled by its parties")),)
        case BatchStatus.FAILED | BatchStatus.EXPIRED:
            code = trade.batch.reason or int(Code.BATCH_EXPIRED)
            reason, words = reason_of(code, paid=trade.cash is not None)
            return (
                nested("PrcgSts/Canc", _reason("CANS", f"ended by the ledger: {words}")),
                nested("SttlmSts/Flng", _reason(reason, words)),
            )
        case BatchStatus.SETTLED:
            raise NotSayable("the batch is settled: sese.025 confirms it")


def _accepted() -> Element:
    return nested("PrcgSts/AckdAccptd/NoSpcfdRsn", "NORE")


def _matched() -> Element:
    return nested("MtchgSts/Mtchd", node("AddtlRsnInf", "all parties have agreed"))


def _reason(code: str, words: str) -> Element:
    return node("Rsn", nested("Cd/Cd", code), node("AddtlRsnInf", words))


def _unmatched(trade: Trade) -> tuple[Element, ...]:
    agreed = {entry.participant for entry in trade.batch.parties if entry.approved}
    if trade.party in agreed:
        return (_reason("CMIS", "the counterparty has not agreed yet"),)
    return (_reason("OTHR", "the counterparty waits for the agreement of this party"),)


def _missing(trade: Trade) -> tuple[str, str]:
    """Whose allocation is missing, from the party's side."""
    waiting = {entry.participant for entry in trade.batch.parties if not entry.allocated}
    securities, cash = trade.security.giver in waiting, trade.security.taker in waiting
    own = trade.party in waiting
    if securities and cash:
        return "OTHR", "securities and cash are not allocated"
    if securities:
        return ("LACK" if own else "AWSH"), "the securities are not allocated"
    if cash:
        return ("MONY" if own else "AWMO"), "the cash is not allocated"
    return "OTHR", "waits for the ledger"


def _waiting(trade: Trade, business_date: dt.date) -> tuple[str, str]:
    if business_date < trade.batch.isd:
        return "FUTU", "everything is allocated"
    if trade.batch.hash_lock is not None:
        return "OTHR", "waits for the preimage of its hash lock"
    return "OTHR", "everything is allocated; waits to be settled"

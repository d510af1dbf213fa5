"""sese.024, securities settlement transaction status advice: how far a batch is.

An instruction that the ledger refused has made no batch: its advice names the instruction alone.
A batch that FAILED, EXPIRED or was CANCELLED is over on this ledger; the standard lets a failing
transaction be tried again. So the advice says both: the reason, and that the ledger has ended it.
"""

import datetime as dt

import msgspec

from node.iso20022.element import Element, nested, node
from node.iso20022.paths import SESE_024
from node.iso20022.places import refused, text_at
from node.iso20022.reasons import reason_of, rejection_of
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.trade import Trade, TradeName, optional
from tokens.records.settlement import BatchStatus
from tokens.results import Code

MESSAGE = SESE_024
ROOT = "SctiesSttlmTxStsAdvc"

ACCEPTED = "PrcgSts/AckdAccptd"
REJECTED = "PrcgSts/Rjctd"
CANCELLED = "PrcgSts/Canc"
MATCHED = "MtchgSts/Mtchd"
UNMATCHED = "MtchgSts/Umtchd"
PENDING = "SttlmSts/Pdg"
FAILING = "SttlmSts/Flng"
_TOGETHER = (
    (ACCEPTED, UNMATCHED),
    (REJECTED,),
    (MATCHED, PENDING),
    (CANCELLED,),
    (CANCELLED, FAILING),
)
"""Statuses that stand in one advice of this ledger."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """One of the statuses of an advice."""

    at: str
    """Where it stands: one of the constants above."""
    reason: str = ""
    """Code of the standard, four letters; empty where there is none."""
    words: str = ""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What a sese.024 says."""

    trade: TradeName
    trade_ref: str
    """Empty where there is none."""
    statuses: tuple[Status, ...]


def advice_of(trade: Trade, business_date: dt.date) -> Advice:
    """Status to the trade's party. NotSayable for a settled batch: that is what sese.025 says."""
    batch = trade.batch
    return Advice(
        trade=trade.name,
        trade_ref=batch.trade_ref,
        statuses=_statuses(trade, business_date),
    )


def rejection_advice(tx_id: str, trade_ref: str, code: int) -> Advice:
    """That an instruction was refused with a code of the ledger."""
    return Advice(
        trade=TradeName(tx_id=tx_id, market_ref=""),
        trade_ref=trade_ref,
        statuses=(_told(REJECTED, rejection_of(code)),),
    )


def written(advice: Advice) -> Element:
    """The message."""
    return node(
        ROOT,
        node(
            "TxId",
            node("AcctOwnrTxId", advice.trade.tx_id),
            optional("MktInfrstrctrTxId", advice.trade.market_ref),
            optional("CmonId", advice.trade_ref),
        ),
        *[nested(status.at, *_content(status)) for status in advice.statuses],
    )


def read(root: Element) -> Advice:
    """What a message says that followed its profile. MessageRefused with the element."""
    statuses = tuple(
        [
            _status(at, element)
            for at in (ACCEPTED, REJECTED, CANCELLED, MATCHED, UNMATCHED, PENDING, FAILING)
            if (element := root.at(at)) is not None
        ]
    )
    if tuple([status.at for status in statuses]) not in _TOGETHER:
        said = " and ".join(status.at for status in statuses) or "no status"
        raise MessageRefused(ROOT, f"{said}: no batch of this ledger is there")
    path = "TxId/MktInfrstrctrTxId"
    if statuses[0].at != REJECTED:
        market_ref = text_at(root, path)
    elif root.at(path) is None:
        market_ref = ""
    else:
        raise refused(root, path, "what was refused has made no batch")
    return Advice(
        trade=TradeName(tx_id=text_at(root, "TxId/AcctOwnrTxId"), market_ref=market_ref),
        trade_ref=root.text_at("TxId/CmonId") or "",
        statuses=statuses,
    )


def _content(status: Status) -> tuple[Element, ...]:
    if status.at == ACCEPTED:
        return (node("NoSpcfdRsn", status.reason),)
    if status.at == MATCHED:
        return (node("AddtlRsnInf", status.words),)
    return (node("Rsn", nested("Cd/Cd", status.reason), node("AddtlRsnInf", status.words)),)


def _status(at: str, element: Element) -> Status:
    reason = element.text_at("NoSpcfdRsn") or element.text_at("Rsn/Cd/Cd") or ""
    words = element.text_at("Rsn/AddtlRsnInf") or element.text_at("AddtlRsnInf") or ""
    return Status(at=at, reason=reason, words=words)


def _statuses(trade: Trade, business_date: dt.date) -> tuple[Status, ...]:
    accepted = Status(at=ACCEPTED, reason="NORE")
    matched = Status(at=MATCHED, words="all parties have agreed")
    match trade.batch.status:
        case BatchStatus.INSTRUCTED:
            return (accepted, _told(UNMATCHED, _unmatched(trade)))
        case BatchStatus.MATCHED:
            return (matched, _told(PENDING, _missing(trade)))
        case BatchStatus.ALLOCATED:
            return (matched, _told(PENDING, _waiting(trade, business_date)))
        case BatchStatus.CANCELLED:
            return (_told(CANCELLED, ("CANI", "cancelled by its parties")),)
        case BatchStatus.FAILED | BatchStatus.EXPIRED:
            code = trade.batch.reason or int(Code.BATCH_EXPIRED)
            reason, words = reason_of(code, paid=trade.cash is not None)
            ended = ("CANS", f"ended by the ledger: {words}")
            return (_told(CANCELLED, ended), _told(FAILING, (reason, words)))
        case BatchStatus.SETTLED:
            raise NotSayable("the batch is settled: sese.025 confirms it")


def _told(at: str, reason: tuple[str, str]) -> Status:
    return Status(at=at, reason=reason[0], words=reason[1])


def _unmatched(trade: Trade) -> tuple[str, str]:
    agreed = {entry.participant for entry in trade.batch.parties if entry.approved}
    if trade.party in agreed:
        return "CMIS", "the counterparty has not agreed yet"
    return "OTHR", "the counterparty waits for the agreement of this party"


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

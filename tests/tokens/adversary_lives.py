"""Legal lives of things, judged from the outside (pages 04 and 05): which status follows which.

Rules of this file:
1. LIVES is written from the pages, not from the code: an edge is there because a page says so.
2. A block may take several steps at once: what counts is that a way of edges leads there.
3. Only orders, bids and requests leave the state; whatever else has a life stays for ever.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple, cast

import msgspec

from tokens.invariants import Snapshot
from tokens.records.auctions import AUCTION, AuctionStatus
from tokens.records.bids import ALLOTMENT, BID_SHEET, AllotmentStatus, SheetStatus
from tokens.records.commodities import DELIVERY, LOT, DeliveryStatus, LotStatus
from tokens.records.complaints import COMPLAINT, ComplaintStatus
from tokens.records.instruments import ASSET, PAYMENT, PaymentStatus
from tokens.records.kind import Kind, RecordKind
from tokens.records.licences import LICENCE
from tokens.records.market import ORDER, OrderStatus
from tokens.records.parties import ACCOUNT
from tokens.records.proposals import PROPOSAL, ProposalStatus
from tokens.records.quotes import QUOTE_REQUEST, QuoteStatus
from tokens.records.ramps import RAMP, RampStatus
from tokens.records.reports import REPORT, ReportStatus
from tokens.records.repos import REPO, RepoStatus
from tokens.records.settlement import BATCH, BatchStatus
from tokens.records.travel import TRAVEL, TravelStatus
from tokens.state import RecordChange
from tokens.types import AccountStatus, AssetStatus, LicencePhase


class Life(NamedTuple):
    """Of one kind of record."""

    kind: Kind
    statuses: type[IntEnum]
    born: str
    """Statuses in which one comes to the world."""
    ways: dict[str, str]
    """Status to those that may follow; what is not here is the end."""
    field: str = "status"
    leaves: bool = False
    """Whether its record may be deleted."""


LIVES = (
    Life(
        ASSET,
        AssetStatus,
        "DRAFT OUTSTANDING",  # money, coins and receipts have no draft
        {
            "DRAFT": "APPROVED CANCELLED",
            "APPROVED": "OUTSTANDING CANCELLED",
            "OUTSTANDING": "MATURED",
            "MATURED": "REDEEMED",
        },
    ),
    Life(
        PAYMENT,
        PaymentStatus,
        "RECORD_TAKEN PAID",  # PAID: nobody is owed a minor unit
        {
            "RECORD_TAKEN": "FUNDED MISSED",
            "FUNDED": "PAYING",
            "PAYING": "PAID CURED",
            "MISSED": "FUNDED",
        },
    ),
    Life(
        BATCH,
        BatchStatus,
        "INSTRUCTED MATCHED ALLOCATED",
        {
            "INSTRUCTED": "MATCHED CANCELLED EXPIRED FAILED",
            "MATCHED": "ALLOCATED CANCELLED EXPIRED FAILED",
            "ALLOCATED": "SETTLED CANCELLED EXPIRED FAILED",
        },
    ),
    Life(
        AUCTION,
        AuctionStatus,
        "ANNOUNCED",
        {
            "ANNOUNCED": "OPEN CANCELLED REJECTED_ALL",
            "OPEN": "CLOSED CANCELLED REJECTED_ALL",
            "CLOSED": "REVEALED REJECTED_ALL",
            "REVEALED": "ALLOTTED REJECTED_ALL",
            "ALLOTTED": "SETTLING SETTLED",
            "SETTLING": "SETTLED",
        },
    ),
    Life(
        BID_SHEET,
        SheetStatus,
        "SEALED",
        {
            "SEALED": "OPENED VOID_UNOPENED VOID_FUNDS VOID_LINES",
            "OPENED": "VOID_FUNDS VOID_LINES",
        },
        leaves=True,
    ),
    Life(ALLOTMENT, AllotmentStatus, "PENDING", {"PENDING": "SETTLED FAILED"}),
    Life(
        RAMP,
        RampStatus,
        "AWAIT_BANK HELD",
        {
            "AWAIT_BANK": "RECEIVED EXPIRED",
            "RECEIVED": "SCREENING ON_HOLD REFUNDED EXPIRED",
            "SCREENING": "ON_HOLD CREDITED REFUNDED EXPIRED",
            "ON_HOLD": "SCREENING REFUNDED EXPIRED",
            "EXPIRED": "REFUNDED",
            "HELD": "BANK_SENT EXPIRED",
            "BANK_SENT": "DONE RETURNED EXPIRED",
            "DONE": "RETURNED",  # the payment came back after all
        },
    ),
    Life(
        TRAVEL,
        TravelStatus,
        "REQUIRED",
        {"REQUIRED": "SENT EXPIRED", "SENT": "ACCEPTED REJECTED EXPIRED"},
    ),
    Life(
        REPO,
        RepoStatus,
        "PROPOSED",
        {
            "PROPOSED": "OPEN WITHDRAWN",
            "OPEN": "MARGIN_CALL CLOSED DEFAULTED",
            "MARGIN_CALL": "OPEN CLOSED DEFAULTED",
            "DEFAULTED": "CLOSED_OUT",
        },
    ),
    Life(
        LICENCE,
        LicencePhase,
        "APPLIED",
        {
            "APPLIED": "NOC REVOKED",
            "NOC": "AML_REGISTERED REVOKED",
            "AML_REGISTERED": "INCORPORATED REVOKED",
            "INCORPORATED": "LICENSED REVOKED",
            "LICENSED": "SUSPENDED REVOKED EXPIRED",
            "SUSPENDED": "LICENSED REVOKED EXPIRED",
            "REVOKED": "APPLIED",
            "EXPIRED": "APPLIED",
        },
        field="phase",
    ),
    Life(
        COMPLAINT,
        ComplaintStatus,
        "SUBMITTED",
        {
            "SUBMITTED": "ASSIGNED ESCALATED CLOSED",
            "ASSIGNED": "ANSWERED ESCALATED CLOSED",
            "ANSWERED": "ESCALATED CLOSED",
            "ESCALATED": "ASSIGNED CLOSED",  # by a regulator, if none had taken it
        },
    ),
    Life(
        REPORT,
        ReportStatus,
        "DRAFT",
        {"DRAFT": "SUBMITTED", "SUBMITTED": "ACCEPTED REJECTED"},
    ),
    Life(DELIVERY, DeliveryStatus, "REQUESTED", {"REQUESTED": "DELIVERED CANCELLED"}),
    Life(
        LOT,
        LotStatus,
        "LIVE EMPTY",
        {"LIVE": "STALE EMPTY", "STALE": "LIVE EMPTY", "EMPTY": "LIVE"},
    ),
    Life(
        QUOTE_REQUEST,
        QuoteStatus,
        "REQUESTED",
        {"REQUESTED": "QUOTED DECLINED EXPIRED", "QUOTED": "ACCEPTED DECLINED EXPIRED"},
        leaves=True,
    ),
    Life(ORDER, OrderStatus, "OPEN", {"OPEN": "FILLED CANCELLED EXPIRED"}, leaves=True),
    Life(
        PROPOSAL,
        ProposalStatus,
        "OPEN",
        {"OPEN": "EXECUTED FAILED WITHDRAWN EXPIRED"},
    ),
    Life(
        ACCOUNT,
        AccountStatus,
        "OPEN",
        {"OPEN": "CLOSED RECOVERING", "RECOVERING": "OPEN"},
    ),
)  # fmt: skip


class Lives:
    """Where everything that has a life stands, kept from what blocks change."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._lives = {life.kind.tag: life for life in LIVES}
        self._ahead = {life.kind.tag: _closure(life) for life in LIVES}
        self._at: dict[tuple[int, bytes], str] = {}
        for life in LIVES:
            for record in snapshot.all(cast("RecordKind[msgspec.Struct]", life.kind)):
                place = life.kind.key_hash(life.kind.key_of(record))
                self._at[life.kind.tag, place] = getattr(record, life.field).name

    def judge(self, changes: Sequence[RecordChange]) -> list[str]:
        """What a block did that no page allows; then it is taken for what is."""
        return list(self._judge(changes))

    def _judge(self, changes: Sequence[RecordChange]) -> Iterator[str]:
        for kind, _, key_hash, _, record in changes:
            life = self._lives.get(kind.tag)
            if life is None:
                continue
            place = (kind.tag, key_hash)
            before = self._at.pop(place, "")
            if record is None:
                if before and not life.leaves:
                    yield f"{kind.name}: {before} left the state"
                continue
            after: str = getattr(record, life.field).name
            self._at[place] = after
            if before != after and after not in self._ahead[kind.tag][before]:
                yield f"{kind.name}: {before or 'nothing'} became {after}"


def _closure(life: Life) -> dict[str, set[str]]:
    """Each status to all that some way leads to; nothing ("") to what may be born, and on."""
    ways = {status.name: life.ways.get(status.name, "").split() for status in life.statuses}
    ways[""] = life.born.split()
    found = {}
    for start in ways:
        seen: set[str] = set()
        ahead = list(ways[start])
        while ahead:
            status = ahead.pop()
            if status not in seen:
                seen.add(status)
                ahead += ways[status]
        found[start] = seen
    return found

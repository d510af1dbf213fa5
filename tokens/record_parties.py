"""Who stands in a record that is not public: one list for reads and refusals (page 04, Privacy).

Rules of this file:
1. A kind without a line here has no parties: only supervisors see its records.
2. Parties are addresses. Behind an account stand its holder and its servicer.
3. Who is no party is refused as if the record were not there: NOT_FOUND. A receipt would else tell
   which ids and references are in use, and most can be guessed: a reference, a number, or a hash of
   the id of a transaction, which is public.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec

from tokens.context import Context
from tokens.records.auctions import AUCTION
from tokens.records.bids import ALLOTMENT, BID_SHEET, NCB, Allotment, BidSheet, NonCompetitiveBid
from tokens.records.cash import QUEUED_REDEMPTION, QueuedRedemption
from tokens.records.commodities import COMMODITY, DELIVERY, Delivery
from tokens.records.complaints import COMPLAINT
from tokens.records.control import UNCLAIMED
from tokens.records.enforcements import ENFORCEMENT
from tokens.records.holdings import BANK_TOTAL, LIEN, POSITION
from tokens.records.instruments import ASSET
from tokens.records.kind import Kind, RecordKind
from tokens.records.market import ORDER, TRADE
from tokens.records.options import PUT_ELECTION
from tokens.records.parties import ACCOUNT, KEY_OWNER
from tokens.records.persons import LOCK_UP
from tokens.records.proposals import GRANT, PROPOSAL, Proposal
from tokens.records.quotes import QUOTE_REQUEST
from tokens.records.ramps import RAMP, RAMP_REFERENCE
from tokens.records.reassignments import REASSIGNMENT
from tokens.records.recovery import RECOVERY
from tokens.records.reports import REPORT, REPORT_ANCHOR
from tokens.records.repos import REPO, Repo
from tokens.records.settlement import BATCH, CASH_ROUTE, Batch
from tokens.records.tax import TAX_CERTIFICATE
from tokens.records.travel import TRAVEL, Travel
from tokens.refusing import is_supervisor
from tokens.state import Overlay
from tokens.types import NO_ADDRESS

R = TypeVar("R", bound=msgspec.Struct)
Addresses = tuple[bytes | None, ...]
Listing = Callable[[Overlay, msgspec.Struct], Addresses]


def _issuer(state: Overlay, asset_id: str) -> bytes | None:
    asset = state.get(ASSET, asset_id)
    return None if asset is None else asset.issuer


def _account(_state: Overlay, record: msgspec.Struct) -> Addresses:
    return (getattr(record, "account", None),)


def _batch(_state: Overlay, batch: Batch) -> Addresses:
    return (batch.initiator, *[party.participant for party in batch.parties])


def _proposal(_state: Overlay, proposal: Proposal) -> Addresses:
    return (proposal.proposer, *proposal.approvers, *proposal.approvals)


def _repo(_state: Overlay, repo: Repo) -> Addresses:
    return (repo.terms.seller, repo.terms.buyer, repo.terms.custodian)


def _travel(_state: Overlay, record: Travel) -> Addresses:
    return (record.originator, record.beneficiary, record.source, record.target)


def _delivery(state: Overlay, delivery: Delivery) -> Addresses:
    """Also the issuer, who pays the remainder, and the vault, which hands the goods over."""
    commodity = state.get(COMMODITY, delivery.asset)
    vault = None if commodity is None else commodity.vault
    return (delivery.account, delivery.cash_account, _issuer(state, delivery.asset), vault)


def _queued(state: Overlay, queued: QueuedRedemption) -> Addresses:
    """Also the issuer, who owes it."""
    return (queued.source, queued.target, _issuer(state, queued.asset))


def _sellers(state: Overlay, auction_id: str) -> Addresses:
    auction = state.get(AUCTION, auction_id)
    return () if auction is None else (auction.issuer, auction.auctioneer)


def _sheet(state: Overlay, sheet: BidSheet) -> Addresses:
    """Also issuer and auctioneer, who open it and cut."""
    return (sheet.bidder, sheet.account, *_sellers(state, sheet.auction_id))


def _ncb(state: Overlay, bid: NonCompetitiveBid) -> Addresses:
    return (bid.account, *_sellers(state, bid.auction_id))


def _allotment(state: Overlay, allotment: Allotment) -> Addresses:
    return (allotment.account, allotment.bidder, *_sellers(state, allotment.auction_id))


def _line(kind: RecordKind[R], listing: Callable[[Overlay, R], Addresses]) -> tuple[str, Listing]:
    return kind.name, cast("Listing", listing)


def _fields(kind: RecordKind[R], *names: str) -> tuple[str, Listing]:
    """Parties that stand in fields of the record."""
    return kind.name, lambda _state, record: tuple([getattr(record, name) for name in names])


_PARTIES: dict[str, Listing] = dict(
    (
        _fields(ACCOUNT, "id"),
        _fields(KEY_OWNER, "owner"),
        _line(PROPOSAL, _proposal),
        _fields(GRANT, "grantor", "grantee"),
        _line(POSITION, _account),
        _fields(BANK_TOTAL, "servicer"),
        _fields(LIEN, "account", "owner"),
        _fields(ENFORCEMENT, "account", "pledgee"),
        _fields(REASSIGNMENT, "account", "old", "new"),
        _line(QUEUED_REDEMPTION, _queued),
        _fields(TAX_CERTIFICATE, "account"),
        _fields(RAMP, "account", "bank"),
        _fields(RAMP_REFERENCE, "bank"),
        _line(BATCH, _batch),
        _fields(CASH_ROUTE, "account", "cash_account"),
        _line(LOCK_UP, _account),
        _line(BID_SHEET, _sheet),
        _line(NCB, _ncb),
        _line(ALLOTMENT, _allotment),
        _line(DELIVERY, _delivery),
        _fields(RECOVERY, "account"),
        _fields(UNCLAIMED, "account"),
        _fields(COMPLAINT, "account", "about"),
        _line(TRAVEL, _travel),
        _fields(REPORT, "institution"),
        _fields(REPORT_ANCHOR, "institution"),
        _fields(PUT_ELECTION, "account"),
        _fields(ORDER, "account", "cash_account"),
        _fields(TRADE, "buyer", "seller"),
        _fields(QUOTE_REQUEST, "taker", "maker"),
        _line(REPO, _repo),
    )
)


def parties_of(state: Overlay, kind: Kind, record: msgspec.Struct) -> Addresses | None:
    """Parties of a record; None for a kind that has none."""
    listing = _PARTIES.get(kind.name)
    return None if listing is None else listing(state, record)


def is_told(context: Context, kind: Kind, record: msgspec.Struct) -> bool:
    """Whether those who act may know that a record is there: a party of it, or a supervisor."""
    actors = context.actors
    named = [each for each in parties_of(context.state, kind, record) or () if each]
    if any(each in actors.participants or each in actors.accounts for each in named):
        return True
    if any(is_supervisor(context.state, each) for each in actors.participants):
        return True
    return any(_stands_behind(context, each) for each in named if each != NO_ADDRESS)


def _stands_behind(context: Context, address: bytes) -> bool:
    account = context.state.get(ACCOUNT, address)
    return account is not None and any(
        each in (account.holder, account.servicer) for each in context.actors.participants
    )

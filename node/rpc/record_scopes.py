"""Who sees a record of which kind: default deny, for lists, single reads and proofs alike.

Rules of this file:
1. A kind without a line here is shown to supervisors only.
2. A record is seen whole or not at all. Its parties see it; the rest do not learn that it is.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec

from node.rpc.view import View
from tokens.records.auctions import AUCTION_RESULT
from tokens.records.bids import ALLOTMENT, BID_SHEET, NCB, Allotment, BidSheet
from tokens.records.cash import QUEUED_REDEMPTION, QueuedRedemption
from tokens.records.commodities import DELIVERY
from tokens.records.complaints import COMPLAINT, Complaint
from tokens.records.enforcements import ENFORCEMENT, Enforcement
from tokens.records.holdings import BANK_TOTAL, LIEN, POSITION, BankTotal, Lien
from tokens.records.kind import Kind, RecordKind
from tokens.records.market import ORDER, TRADE, Order, Trade
from tokens.records.options import PUT_ELECTION
from tokens.records.parties import ACCOUNT, KEY_OWNER, Account, KeyOwner
from tokens.records.proposals import PROPOSAL, Proposal
from tokens.records.quotes import QUOTE_REQUEST, QuoteRequest
from tokens.records.ramps import RAMP, RAMP_REFERENCE, Ramp, RampReference
from tokens.records.reassignments import REASSIGNMENT, Reassignment
from tokens.records.recovery import RECOVERY
from tokens.records.reports import REPORT, REPORT_ANCHOR, Report, ReportAnchor
from tokens.records.repos import REPO, Repo
from tokens.records.settlement import BATCH, Batch
from tokens.records.tax import TAX_CERTIFICATE, TaxCertificate
from tokens.records.travel import TRAVEL, Travel
from tokens.types import Role

PUBLIC_KINDS = frozenset(
    {
        "participant",
        "approval_policy",
        "validator_sets",
        "observers",
        "misbehaviour",
        "protocol_support",
        "protocol_activation",
        "supply",
        "business_day",
        "calendar",
        "day_mark",
        "tax_table",
        "called",
        "default",
        "cross_default",
        "issue_price",
        "asset",
        "instrument",
        "payment",
        "document",
        "reference_rate",
        "coupon_fixing",
        "cash_asset",
        "commodity",
        "lot",
        "reserve_policy",
        "redemption_pause",
        "auction",
        "auction_result",
        "asset_marks",
        "book",
        "rule",
        "licence",
        "chain",
        "parameter",
    }
)
"""Terms, aggregates, participants, governance: what everybody may know."""


def _complaint(view: View, record: Complaint) -> bool:
    return view.covers(record.account) or view.covers(record.about)


def _travel(view: View, record: Travel) -> bool:
    named = (record.originator, record.beneficiary, record.source, record.target)
    return any(view.covers(each) for each in named)


def _of_institution(view: View, record: Report | ReportAnchor) -> bool:
    return view.covers(record.institution)


def _order(view: View, record: Order) -> bool:
    return view.covers(record.account) or view.covers(record.cash_account)


def _trade(view: View, record: Trade) -> bool:
    return view.covers(record.buyer) or view.covers(record.seller)


def _quote(view: View, record: QuoteRequest) -> bool:
    return view.covers(record.taker) or view.covers(record.maker)


def _repo(view: View, record: Repo) -> bool:
    terms = record.terms
    return any(view.covers(each) for each in (terms.seller, terms.buyer, terms.custodian))


def _account(view: View, record: Account) -> bool:
    return view.covers(record.id)


def _key_owner(view: View, record: KeyOwner) -> bool:
    return view.covers(record.owner)


def _proposal(view: View, record: Proposal) -> bool:
    parties = (record.proposer, *record.approvers, *record.approvals)
    return any(view.covers(party) for party in parties)


def _of_account(view: View, record: msgspec.Struct) -> bool:
    return view.covers(getattr(record, "account", None))


def _bank_total(view: View, record: BankTotal) -> bool:
    return view.covers(record.servicer)


def _reassignment(view: View, record: Reassignment) -> bool:
    return any(view.covers(each) for each in (record.account, record.old, record.new))


def _lien(view: View, record: Lien) -> bool:
    return view.covers(record.account) or view.covers(record.owner)


def _enforcement(view: View, record: Enforcement) -> bool:
    return view.covers(record.account) or view.covers(record.pledgee)


def _queued(view: View, record: QueuedRedemption) -> bool:
    return view.covers(record.source)


def _certificate(view: View, record: TaxCertificate) -> bool:
    return view.covers(record.account) or Role.TAX_AUTHORITY in view.roles


def _ramp(view: View, record: Ramp) -> bool:
    return view.covers(record.account) or view.covers(record.bank)


def _reference(view: View, record: RampReference) -> bool:
    return view.covers(record.bank)


def _batch(view: View, record: Batch) -> bool:
    if view.covers(record.initiator):
        return True
    return any(view.covers(party.participant) for party in record.parties)


def _sheet(view: View, record: BidSheet) -> bool:
    """The bidder's own; those of others once the cut-off is known, to bidders (5.2: recompute)."""
    if view.covers(record.bidder):
        return True
    if view.subject is None or view.state.get(AUCTION_RESULT, record.auction_id) is None:
        return False
    return view.state.get(BID_SHEET, record.auction_id, view.subject) is not None


def _allotment(view: View, record: Allotment) -> bool:
    return view.covers(record.account) or view.covers(record.bidder)


R = TypeVar("R", bound=msgspec.Struct)
Rule = Callable[[View, msgspec.Struct], bool]


def _line(kind: RecordKind[R], rule: Callable[[View, R], bool]) -> tuple[str, Rule]:
    return kind.name, cast("Rule", rule)


_SCOPES: dict[str, Rule] = dict(
    (
        _line(ACCOUNT, _account),
        _line(KEY_OWNER, _key_owner),
        _line(PROPOSAL, _proposal),
        _line(POSITION, _of_account),
        _line(BANK_TOTAL, _bank_total),
        _line(LIEN, _lien),
        _line(ENFORCEMENT, _enforcement),
        _line(REASSIGNMENT, _reassignment),
        _line(QUEUED_REDEMPTION, _queued),
        _line(TAX_CERTIFICATE, _certificate),
        _line(RAMP, _ramp),
        _line(RAMP_REFERENCE, _reference),
        _line(BATCH, _batch),
        _line(BID_SHEET, _sheet),
        _line(NCB, _of_account),
        _line(ALLOTMENT, _allotment),
        _line(DELIVERY, _of_account),
        _line(RECOVERY, _of_account),
        _line(COMPLAINT, _complaint),
        _line(TRAVEL, _travel),
        _line(REPORT, _of_institution),
        _line(REPORT_ANCHOR, _of_institution),
        _line(PUT_ELECTION, _of_account),
        _line(ORDER, _order),
        _line(TRADE, _trade),
        _line(QUOTE_REQUEST, _quote),
        _line(REPO, _repo),
    )
)
"""Who sees a record of a kind that is not public."""


def is_public(kind: Kind) -> bool:
    """Whether everybody may see every record of a kind, and that there is none."""
    return kind.name in PUBLIC_KINDS


def shows(view: View, kind: Kind, record: msgspec.Struct) -> bool:
    """Whether a reader may see a record."""
    if view.is_open or is_public(kind):
        return True
    rule = _SCOPES.get(kind.name)
    return rule is not None and rule(view, record)

"""Who sees a record of which kind: default deny, for lists, single reads and proofs alike.

Rules of this file:
1. A kind that is not public and has no parties (tokens/record_parties.py) is shown to supervisors
   only.
2. A record is seen whole or not at all. Its parties see it; the rest do not learn that it is.
"""

from typing import cast

import msgspec

from node.rpc.view import View
from tokens.record_parties import parties_of
from tokens.records.auctions import AUCTION_RESULT
from tokens.records.bids import BID_SHEET, BidSheet
from tokens.records.kind import Kind
from tokens.records.tax import TAX_CERTIFICATE
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


def _certificate(view: View, _record: msgspec.Struct) -> bool:
    return Role.TAX_AUTHORITY in view.roles


def _sheet(view: View, record: msgspec.Struct) -> bool:
    """Those of others once the cut-off is known, to bidders (5.2: recompute)."""
    auction_id = cast("BidSheet", record).auction_id
    if view.subject is None or view.state.get(AUCTION_RESULT, auction_id) is None:
        return False
    return view.state.get(BID_SHEET, auction_id, view.subject) is not None


_BESIDES = {TAX_CERTIFICATE.name: _certificate, BID_SHEET.name: _sheet}
"""Who sees a record besides its parties (tokens/record_parties.py)."""


def is_public(kind: Kind) -> bool:
    """Whether everybody may see every record of a kind, and that there is none."""
    return kind.name in PUBLIC_KINDS


def shows(view: View, kind: Kind, record: msgspec.Struct) -> bool:
    """Whether a reader may see a record."""
    if view.is_open or is_public(kind):
        return True
    parties = parties_of(view.state, kind, record)
    if parties is None:
        return False
    besides = _BESIDES.get(kind.name)
    return any(view.covers(each) for each in parties) or (
        besides is not None and besides(view, record)
    )

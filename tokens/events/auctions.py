"""Events of primary auctions (5.2)."""

import datetime as dt

import msgspec

from tokens.records.auctions import AuctionStatus, AuctionType, BidValue
from tokens.records.bids import AllotmentStatus, SheetStatus, SignedMoney
from tokens.types import Address, Amount, AssetId, Count, Hash, RateE6, Reference


class AuctionAnnounced(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=460,
):
    """An auction was announced; its terms are in the ledger."""

    auction_id: Reference
    asset: AssetId
    auction_type: AuctionType
    target_face: Amount
    settlement_date: dt.date


class AuctionStatusChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=461,
):
    """An auction moved on in its life."""

    auction_id: Reference
    status: AuctionStatus
    reason: int
    """Code why the ledger itself rejected all bids, else 0."""


class BidPlaced(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=462,
):
    """A sealed sheet lies in the auction, new or in the place of an older one."""

    auction_id: Reference
    bidder: Address
    number: Count
    commit: Hash


class BidWithdrawn(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=463,
):
    """A bidder took its sheet back."""

    auction_id: Reference
    bidder: Address


class NonCompetitiveBidPlaced(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=464,
):
    """A person bid for an amount; a second bid makes all of the person's void."""

    auction_id: Reference
    person: Hash
    amount: Amount
    is_void: bool


class BidOpened(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=465,
):
    """A sheet is open to all, or void."""

    auction_id: Reference
    bidder: Address
    status: SheetStatus


class BidForfeited(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=466,
):
    """A bid security went to the Treasury."""

    auction_id: Reference
    bidder: Address
    asset: AssetId
    amount: Amount


class AuctionKeyPublished(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=467,
):
    """A one-time private key of an auction is public."""

    auction_id: Reference
    both: bool
    """Now anybody can open every sheet."""


class AuctionCut(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=468,
):
    """The cut-off and what it allots."""

    auction_id: Reference
    cut_off: BidValue
    competitive_face: Amount
    ncb_budget: Amount
    average: BidValue
    way_e6: RateE6 | None


class Allotted(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=469,
):
    """One allotment; its number names its batch."""

    auction_id: Reference
    number: Count
    bidder: Address
    face: Amount
    money: SignedMoney


class AllotmentEnded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=470,
):
    """An allotment settled, or failed."""

    auction_id: Reference
    number: Count
    status: AllotmentStatus
    reason: int
    """Code why it FAILED, else 0."""

"""What every bid asks: an auction that takes it, and an account that may hold and receive (5.2)."""

from collections.abc import Iterator

from tokens import auctions, liens
from tokens.context import Context
from tokens.eligibility import PARTY_RULE_CODES, Movement, rule_refusals
from tokens.lookup import require_asset
from tokens.posting import available
from tokens.records.auctions import (
    AUCTION,
    Auction,
    AuctionType,
)
from tokens.records.holdings import POSITION
from tokens.records.parties import PARTICIPANT, Account
from tokens.results import Code, Refusal
from tokens.types import OperationClass, Role

SELLERS = (Role.TREASURY, Role.CENTRAL_BANK)
"""Who stands on the other side of an auction."""

HOLDING_CODES = (
    Code.ASSET_PAUSED,
    Code.ACCOUNT_CLOSED,
    Code.ACCOUNT_FROZEN,
    Code.CREDIT_STOPPED,
    Code.ACCOUNT_RESERVED,
    Code.KYC_TIER_TOO_LOW,
    Code.INSUFFICIENT_AVAILABLE,
    Code.LIENS_FULL,
    *PARTY_RULE_CODES,
)
"""What holding_refusals can yield."""


def find_open(context: Context, auction_id: str) -> Auction | Refusal:
    """The auction, or why it takes no bid."""
    auction = context.state.get(AUCTION, auction_id)
    if auction is None:
        return Refusal(Code.NOT_FOUND)
    if not auctions.takes_bids(context, auction):
        return Refusal(Code.AUCTION_NOT_OPEN)
    return auction


def is_seller(context: Context, account: Account) -> bool:
    """Whether the holder is on the other side: Treasury or central bank."""
    holder = context.state.get(PARTICIPANT, account.holder)
    return holder is not None and any(role in holder.roles for role in SELLERS)


def holding_refusals(
    context: Context, auction: Auction, account: Account, asset: str, amount: int, own: int
) -> Iterator[Refusal]:
    """What the account gives as a hold, and whether it may receive what it wins."""
    state = context.state
    security = require_asset(state, auction.terms.asset)
    if security.paused & OperationClass.BID:
        yield Refusal(Code.ASSET_PAUSED)
    gives = Movement(require_asset(state, asset), account, None, amount, OperationClass.BID)
    yield from rule_refusals(context, gives)
    if auction.terms.auction_type is not AuctionType.BUYBACK:
        face = auction.terms.min_bid
        takes = Movement(security, None, account, face, OperationClass.ISSUE)
        yield from rule_refusals(context, takes)
    if available(state.get(POSITION, asset, account.id)) + own < amount:
        yield Refusal(Code.INSUFFICIENT_AVAILABLE)
    if not own and not liens.has_room(state, account.id):
        yield Refusal(Code.LIENS_FULL)

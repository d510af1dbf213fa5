"""The legs of a delivery: net effects, the checks of what moves, the postings (5.5).

Rules of this file:
1. Batches, fills of the order book and whatever else settles more than one leg come through here:
   what may move is said once.
2. What counts is the net effect per (account, asset) over all legs: an account that appears twice
   is checked once, on the sum, so that it cannot slip past a freeze.
3. A leg out of ISSUANCE brings units into being; nothing else does.
"""

from collections.abc import Iterator, Mapping

from tokens import liens, posting, travel_legs
from tokens.context import Context
from tokens.eligibility import Movement, is_frozen_whole, net_refusals, rule_refusals, standing
from tokens.events import Issued, Moved
from tokens.limits import by_asset, count_spending
from tokens.lookup import require_account, require_asset
from tokens.netting import issued_amounts, net_changes, net_effects
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import ISSUANCE, Leg
from tokens.refusing import refusal_of_giver
from tokens.results import Code, Refusal
from tokens.servicing import set_status
from tokens.status import ACCOUNT_CELLS, Use, asset_refusal
from tokens.types import AssetStatus, OperationClass

Held = Mapping[tuple[bytes, str], int]
"""Minor units set aside for a delivery, per (account, asset)."""


def leg_refusals(
    context: Context, legs: tuple[Leg, ...], *, is_bid: bool = False
) -> Iterator[Refusal]:
    """Checks 1 to 10 of every leg, the room for what is issued, the travel rule.

    One by one: who asks for the first refusal does not pay for 64 legs. The travel rule asks
    nothing of what was bid for in an auction (page 04: BID).
    """
    state = context.state
    issues = issued_amounts(legs)
    issue_class = OperationClass.ISSUE if issues else OperationClass.TRADE
    for leg in legs:
        movement = Movement(
            asset=require_asset(state, leg.asset),
            source=None
            if leg.source in (None, ISSUANCE)
            else state.get(ACCOUNT, leg.source or b""),
            target=None if leg.target is None else state.get(ACCOUNT, leg.target),
            amount=leg.quantity,
            operation_class=issue_class,
            in_batch=True,
        )
        yield from rule_refusals(context, movement)
    yield from net_refusals(context, net_changes(state, legs))
    for asset_id, amount in issues.items():
        asset = require_asset(state, asset_id)
        if posting.supply_of(state, asset_id) + amount > asset.max_supply:
            yield Refusal(Code.MAX_SUPPLY_EXCEEDED)
    if not is_bid:
        for code in travel_legs.leg_codes(context, legs):
            yield Refusal(code)


def leg_codes(context: Context, legs: tuple[Leg, ...], *, is_bid: bool = False) -> Iterator[Code]:
    """The same as codes, as those who act may know them."""
    for refusal in leg_refusals(context, legs, is_bid=is_bid):
        yield refusal.code


def funds_refusals(context: Context, legs: tuple[Leg, ...], own: Held) -> Iterator[Refusal]:
    """Check 11 on the net effect, with what is held for this delivery counted as free."""
    state = context.state
    for net in net_effects(legs):
        if net.amount >= 0:
            continue
        position = state.get(POSITION, net.asset, net.account)
        if position is None:
            yield Refusal(Code.INSUFFICIENT_AVAILABLE)
            continue
        give = -net.amount
        unpledged = position.balance - position.pledged
        if unpledged - (position.held - own.get((net.account, net.asset), 0)) < give:
            yield Refusal(Code.INSUFFICIENT_AVAILABLE)
        elif unpledged - position.frozen < give:
            giver = require_account(state, net.account)
            yield refusal_of_giver(context, giver, Code.ACCOUNT_FROZEN)


def funds_codes(context: Context, legs: tuple[Leg, ...], own: Held) -> list[Code]:
    """The same as codes, as those who act may know them."""
    return [refusal.code for refusal in funds_refusals(context, legs, own)]


def hold_code(context: Context, asset_id: str, account_id: bytes, amount: int) -> Code | None:
    """Why an account cannot set so much aside, or None: the status table, funds, room.

    Column LIEN: a matured asset, say, takes no new hold.
    """
    state = context.state
    asset, account = require_asset(state, asset_id), require_account(state, account_id)
    code = asset_refusal(asset, OperationClass.TRADE | OperationClass.LIEN, Use.LIEN)
    code = code or ACCOUNT_CELLS[standing(context, asset_id, account, Use.LIEN)][Use.LIEN]
    if code is not None:
        return code
    position = state.get(POSITION, asset_id, account_id)
    if posting.available(position) < amount:
        frozen = is_frozen_whole(position)
        return Code.ACCOUNT_FROZEN if frozen else Code.INSUFFICIENT_AVAILABLE
    return None if liens.has_room(state, account_id) else Code.LIENS_FULL


def post(context: Context, legs: tuple[Leg, ...]) -> None:
    """All legs, once. The caller has found no refusal, and has lifted what was held."""
    state = context.state
    for asset, changes in by_asset(net_changes(state, legs)):
        count_spending(context, asset, changes)
    for asset_id, amount in issued_amounts(legs).items():
        posting.change_supply(state, asset_id, amount)
        asset = require_asset(state, asset_id)
        if asset.status is AssetStatus.APPROVED:
            set_status(context, asset, AssetStatus.OUTSTANDING)
    # debits first: on the way no total exceeds the supply, and none falls below what it will be
    for net in sorted(net_effects(legs), key=lambda entry: entry.amount > 0):
        asset = require_asset(state, net.asset)
        posting.post_net(state, asset, require_account(state, net.account), net.amount)
    for leg in legs:
        _tell(context, leg)


def _tell(context: Context, leg: Leg) -> None:
    target = leg.target or b""
    if leg.source == ISSUANCE:
        context.emit(Issued(asset=leg.asset, target=target, amount=leg.quantity))
    else:
        context.emit(
            Moved(asset=leg.asset, source=leg.source or b"", target=target, amount=leg.quantity)
        )

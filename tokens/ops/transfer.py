"""Transfer: units from one account to another, free of payment."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import posting, travel
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import MOVEMENT_CODES, Movement, movement_refusals
from tokens.limits import NetChange, count_spending
from tokens.lookup import require_account, require_asset
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.rules import is_ruled
from tokens.types import Address, AssetId, OperationClass, PositiveAmount


class Transfer(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=60,
):
    """Move units between two accounts without a payment leg."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    source: Address
    """Account debited; the sender must be able to act for it."""
    target: Address
    """Account credited."""
    amount: PositiveAmount
    """Minor units, 1..2^64-1."""
    end_to_end_ref: Annotated[str, msgspec.Meta(max_length=35)]
    """Payer's reference, ISO 20022 Max35Text."""


def check(context: Context, operation: Transfer) -> Iterator[Refusal]:
    """Who may act, then the order of checks of page 04."""
    state = context.state
    asset = state.get(ASSET, operation.asset)
    source = state.get(ACCOUNT, operation.source)
    target = state.get(ACCOUNT, operation.target)
    if asset is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if source is None or target is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if not may_act_for(context, source):
        yield Refusal(Code.NOT_AUTHORISED)
    if operation.source == operation.target:
        yield Refusal(Code.SAME_ACCOUNT)
    yield from movement_refusals(
        context,
        Movement(
            asset=asset,
            source=source,
            target=target,
            amount=operation.amount,
            operation_class=OperationClass.MOVE,
        ),
    )
    if travel.is_asked(context, source, target, operation.amount):
        yield from travel.room_refusal(context, source)


def apply(context: Context, operation: Transfer) -> None:
    """Two postings; or a hold, until the data of sender and receiver are accepted."""
    asset = require_asset(context.state, operation.asset)
    source = require_account(context.state, operation.source)
    target = require_account(context.state, operation.target)
    if is_ruled(context, asset):
        changes = (NetChange(source, -operation.amount), NetChange(target, operation.amount))
        count_spending(context, asset, changes)
    if travel.is_asked(context, source, target, operation.amount):
        travel.hold(context, asset, source, target, operation.amount)
        return
    posting.move(context, asset, source, target, operation.amount)


TRANSFER = OperationSpec(
    operation=Transfer,
    name="transfer",
    family="transfer",
    operation_class=OperationClass.MOVE,
    check=check,
    apply=apply,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.SAME_ACCOUNT,
        *MOVEMENT_CODES,
        Code.LIENS_FULL,
    ),
)

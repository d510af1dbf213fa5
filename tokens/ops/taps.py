"""A tap: an instrument is reopened, more of it may be issued (5.1, 5.2)."""

from collections.abc import Iterator

import msgspec

from tokens.context import Context
from tokens.events import SupplyRaised
from tokens.kind_terms import coupon_overflows
from tokens.lookup import require, require_asset
from tokens.records.amend import with_terms
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AssetId, AssetStatus, OperationClass, PositiveAmount


class Tap(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=81,
):
    """Raise the most that may exist of an instrument. By issuer and CENTRAL_BANK, in a proposal."""

    asset: AssetId
    """ISIN of an instrument that is approved or outstanding."""
    max_supply: PositiveAmount
    """New limit in minor units of face: more than the present one, a multiple of the increment."""


def check_tap(context: Context, operation: Tap) -> Iterator[Refusal]:
    """Only upwards, only before maturity, and no coupon overflows."""
    instrument = context.state.get(INSTRUMENT, operation.asset)
    if instrument is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    asset = require_asset(context.state, operation.asset)
    if asset.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if asset.status not in (AssetStatus.APPROVED, AssetStatus.OUTSTANDING):
        yield Refusal(Code.WRONG_STATUS)
    if operation.max_supply <= asset.max_supply:
        yield Refusal(Code.BAD_FIELD)
    if operation.max_supply % asset.increment:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    if coupon_overflows(instrument.terms, operation.max_supply):
        yield Refusal(Code.AMOUNT_OVERFLOW)


def apply_tap(context: Context, operation: Tap) -> None:
    """The limit that postings ask, and the terms that say it."""
    state = context.state
    asset = require_asset(state, operation.asset)
    instrument = require(state, INSTRUMENT, operation.asset)
    terms = msgspec.structs.replace(instrument.terms, max_supply=operation.max_supply)
    state.put(INSTRUMENT, with_terms(instrument, terms))
    state.put(ASSET, msgspec.structs.replace(asset, max_supply=operation.max_supply))
    context.emit(
        SupplyRaised(asset=asset.id, max_supply=operation.max_supply, before=asset.max_supply)
    )


TAP = OperationSpec(
    operation=Tap,
    name="tap",
    family="taps",
    operation_class=OperationClass.GOVERN,
    check=check_tap,
    apply=apply_tap,
    approval="instrument",
    codes=(
        Code.UNKNOWN_ASSET,
        Code.NOT_AUTHORISED,
        Code.WRONG_STATUS,
        Code.BAD_FIELD,
        Code.DENOM_NOT_MULTIPLE,
        Code.AMOUNT_OVERFLOW,
    ),
)

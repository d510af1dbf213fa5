"""Setting marks: the prices that value collateral, reserves and remainders (5.6, 5.7)."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens.authority import with_role
from tokens.context import Context
from tokens.events.collateral import MarkSet
from tokens.lookup import require_asset
from tokens.marks import BPS, MONEY_KINDS, mark_of
from tokens.parameters import parameter
from tokens.records.cash import CASH_ASSET, CASH_BY_RESERVE
from tokens.records.instruments import ASSET, Asset
from tokens.records.marks import ASSET_MARKS, AssetMarks, Mark, MarkPrice
from tokens.records.parties import PARTICIPANT
from tokens.registry import OperationSpec
from tokens.reserve import CASH_ASSETS_MAX
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS, AssetId, AssetStatus, OperationClass, Role

MARKS_MAX = 128
"""Marks of one operation: what goes through a proposal fits into 8 KiB."""

FOR_DATE_DAYS_MAX = 366
"""A price that is older than a year tells nothing."""


class MarkEntry(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The price of one asset."""

    asset: AssetId
    """ISIN, or the code of a commodity; not money, which counts at par."""
    price_e4: MarkPrice
    """Per 100 of face (commodity: per 100 units), x 10^4, 1..10^12."""
    dirty: bool
    """True: accrued interest is inside."""


class SetMarks(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=190,
):
    """Set the prices of a business date. They hold from the next open_day."""

    for_date: dt.date
    """Date whose prices these are: the business date, or an earlier one not before the last
    mark's."""
    marks: Annotated[tuple[MarkEntry, ...], msgspec.Meta(min_length=1, max_length=MARKS_MAX)]
    """Strictly ascending by asset, 1..128."""


def check_set_marks(context: Context, operation: SetMarks) -> Iterator[Refusal]:
    """A source that issued neither the asset nor a coin, a date and a price that are near."""
    today = context.business_date
    if with_role(context, Role.MARK_SOURCE) is None:
        yield Refusal(Code.ROLE_REQUIRED)
    if any(one.asset >= other.asset for one, other in pairwise(operation.marks)):
        yield Refusal(Code.BAD_FIELD)
    if operation.for_date > today or (today - operation.for_date).days > FOR_DATE_DAYS_MAX:
        yield Refusal(Code.BAD_DATE)
    if _issues_a_coin(context):
        yield Refusal(Code.MARK_BY_ISSUER)
    jump_bps = parameter(context.state, "mark_jump_bps")
    for entry in operation.marks:
        asset = context.state.get(ASSET, entry.asset)
        if asset is None:
            yield Refusal(Code.UNKNOWN_ASSET)
            return
        yield from _check_mark(context, operation.for_date, entry, asset, jump_bps)


def _check_mark(
    context: Context, for_date: dt.date, entry: MarkEntry, asset: Asset, jump_bps: int
) -> Iterator[Refusal]:
    if asset.kind in MONEY_KINDS:
        yield Refusal(Code.BAD_FIELD)
    if asset.status not in (AssetStatus.APPROVED, AssetStatus.OUTSTANDING):
        yield Refusal(Code.ASSET_NOT_ACTIVE)
    if _is_issuers(context, asset):
        yield Refusal(Code.MARK_BY_ISSUER)
    mark = mark_of(context.state, asset.id)
    if mark is None:
        return
    if for_date < mark.for_date:
        yield Refusal(Code.DATE_NOT_LATER)
    if abs(entry.price_e4 - mark.price_e4) * BPS > mark.price_e4 * jump_bps:
        yield Refusal(Code.MARK_JUMP)


def _is_issuers(context: Context, asset: Asset) -> bool:
    """Whether one of those who agree issued the asset, or belongs to the issuer's group."""
    issuer = context.state.get(PARTICIPANT, asset.issuer)
    group = None if issuer is None else issuer.control_group
    agreeing = [context.state.get(PARTICIPANT, name) for name in context.actors.participants]
    return any(one is not None and one.control_group == group for one in agreeing)


def _issues_a_coin(context: Context) -> bool:
    """Whether a mark source that agrees, or its group, has issued a stablecoin.

    Its reserve is worth what marks say, of this asset today or of another one tomorrow.
    """
    sources = [
        source.control_group
        for name in context.actors.participants
        if (source := context.state.get(PARTICIPANT, name)) is not None
        and Role.MARK_SOURCE in source.roles
    ]
    for cash in context.state.scan(CASH_ASSET, CASH_BY_RESERVE, limit=CASH_ASSETS_MAX):
        issuer = context.state.get(PARTICIPANT, require_asset(context.state, cash.asset).issuer)
        if issuer is not None and issuer.control_group in sources:
            return True
    return False


def apply_set_marks(context: Context, operation: SetMarks) -> None:
    """The mark in force stays until the next open_day; one that waited is replaced."""
    source = with_role(context, Role.MARK_SOURCE)
    effective = context.business_date + dt.timedelta(days=1)
    for entry in operation.marks:
        mark = Mark(
            asset=require_asset(context.state, entry.asset).id,
            price_e4=entry.price_e4,
            dirty=entry.dirty,
            for_date=operation.for_date,
            effective=effective,
            source=NO_ADDRESS if source is None else source.id,
        )
        held = mark_of(context.state, entry.asset)
        context.state.put(ASSET_MARKS, AssetMarks(asset=mark.asset, held=held, coming=mark))
        context.emit(
            MarkSet(
                asset=mark.asset,
                price_e4=mark.price_e4,
                dirty=mark.dirty,
                for_date=mark.for_date,
                effective=mark.effective,
                source=mark.source,
            )
        )


SET_MARKS = OperationSpec(
    operation=SetMarks,
    name="set_marks",
    family="marks",
    operation_class=OperationClass.GOVERN,
    check=check_set_marks,
    apply=apply_set_marks,
    approval="marks",
    codes=(
        Code.ROLE_REQUIRED,
        Code.BAD_FIELD,
        Code.BAD_DATE,
        Code.UNKNOWN_ASSET,
        Code.ASSET_NOT_ACTIVE,
        Code.MARK_BY_ISSUER,
        Code.DATE_NOT_LATER,
        Code.MARK_JUMP,
    ),
)

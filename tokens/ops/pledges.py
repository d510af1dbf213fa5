"""Pledges: units that stay their owner's and secure a claim of the pledgee (5.6).

Rules of this file:
1. A pledge is a lien. What it rests on belongs to the pledgor: coupons are the pledgor's, and
   redemption leaves its money pledged.
2. Only free units are pledged, so that a pledge made before a freeze keeps its rank, and one made
   after it reaches none of what is frozen. Whom a list, a rule or a licence bars pledges nothing.
3. A repo pledges in its own name (tokens/repo_moves.py); these operations do not touch it.
4. A pledge is all its parts (tokens/pledged.py): units, and the money that came for some of them.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import liens, limits, notices
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import RESERVED, is_frozen_whole, standing
from tokens.events.collateral import PledgeReleased, PledgeSubstituted
from tokens.lien_expiry import enqueue_expiry
from tokens.limits import NetChange
from tokens.lookup import require, require_asset
from tokens.movement import Movement
from tokens.pledged import parts_of
from tokens.posting import available
from tokens.record_parties import is_told
from tokens.records.holdings import LIEN, POSITION, Lien
from tokens.records.instruments import ASSET, Asset
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account
from tokens.registry import OperationSpec
from tokens.reserve import wake_queues_of
from tokens.results import Code, Refusal
from tokens.rules import governed_refusals, is_ruled, lock_up_refusals, rules_of
from tokens.status import ACCOUNT_CELLS, Use, asset_refusal
from tokens.types import (
    Address,
    AssetId,
    Hash,
    LienKind,
    OperationClass,
    PositiveAmount,
)


class CreatePledge(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=191,
):
    """Pledge free units of an account. Pledgor and pledgee sign: it stands in a proposal."""

    account: Address
    """Account of the pledgor; its keys or its holder agree."""
    asset: AssetId
    """ISIN, or the code of a money."""
    amount: PositiveAmount
    """Minor units, in steps of the asset."""
    pledgee: Address
    """Participant whose claim it secures; not the holder of the account."""
    expires_on: dt.date | None
    """Ends at the first open_day on or after it; None = until released."""
    reference: Annotated[str, msgspec.Meta(max_length=140)]
    """What it secures, in the parties' words; may be empty."""


class ReleasePledge(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=192,
):
    """Give up a pledge, or a part of it. By the pledgee."""

    pledge: Hash
    """Id of the lien."""
    amount: PositiveAmount | None
    """Minor units given up, in steps of the asset; None = all, also the money that was paid for a
    part of the units and lies pledged under an id of its own."""


class SubstitutePledge(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=193,
):
    """Put other units of the same account in the place of pledged ones. Both parties sign.

    Money that was paid for a part of the old ones goes free with them.
    """

    pledge: Hash
    """Id of the lien that ends; the new one has an id of its own, the same pledgee and expiry."""
    asset: AssetId
    """ISIN, or the code of a money."""
    amount: PositiveAmount
    """Minor units, in steps of the asset."""


def check_create(context: Context, operation: CreatePledge) -> Iterator[Refusal]:
    """Known names, both parties, a future end, units that are free."""
    state = context.state
    account = state.get(ACCOUNT, operation.account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if state.get(ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if state.get(PARTICIPANT, operation.pledgee) is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    if operation.pledgee == account.holder:
        yield Refusal(Code.BAD_FIELD)
    if operation.expires_on is not None and operation.expires_on <= context.business_date:
        yield Refusal(Code.BAD_DATE)
    yield from _both(context, account, operation.pledgee)
    yield from pledge_refusals(context, account, operation.asset, operation.amount)
    if not liens.has_room(state, account.id):
        yield Refusal(Code.LIENS_FULL)


def _both(context: Context, account: Account, pledgee: bytes) -> Iterator[Refusal]:
    """NEEDS_APPROVAL keeps the proposal open until both have signed."""
    if not may_act_for(context, account) or pledgee not in context.actors.participants:
        yield Refusal(Code.NEEDS_APPROVAL)


def pledge_refusals(
    context: Context, account: Account, asset_id: str, amount: int, *, freed: int = 0
) -> Iterator[Refusal]:
    """Why units cannot be pledged; `freed` of them become free in the same step."""
    asset = require_asset(context.state, asset_id)
    code = asset_refusal(asset, OperationClass.LIEN, Use.LIEN)
    if code is not None:
        yield Refusal(code)
    code = ACCOUNT_CELLS[standing(context, asset_id, account, Use.LIEN)][Use.LIEN]
    if code is not None:
        yield Refusal(code)
    if account.purpose in RESERVED:
        yield Refusal(Code.ACCOUNT_RESERVED)
    if amount < asset.denomination or amount % asset.increment:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    position = context.state.get(POSITION, asset_id, account.id)
    pledged = 0 if position is None else position.pledged
    yield from _ruled_refusals(context, asset, account, amount, pledged - freed)
    if is_frozen_whole(position):
        yield Refusal(Code.ACCOUNT_FROZEN)
    elif available(position) + freed < amount:
        yield Refusal(Code.INSUFFICIENT_AVAILABLE)


def _ruled_refusals(
    context: Context, asset: Asset, account: Account, amount: int, pledged: int
) -> Iterator[Refusal]:
    """Checks 3 to 6 and 8: what is pledged may be gone one day, and ranks before later orders."""
    if not is_ruled(context, asset):
        return
    rules = rules_of(context, asset)
    out = Movement(asset, account, None, amount, OperationClass.LIEN)
    yield from governed_refusals(context, out, rules)
    yield from lock_up_refusals(context, out, rules)
    taken = NetChange(account, -amount - pledged)
    yield from limits.lock_up_refusals(context, asset, (taken,))


def _put(
    context: Context,
    account: bytes,
    asset: str,
    amount: int,
    pledgee: bytes,
    expires_on: dt.date | None,
    memo: str,
) -> Lien:
    lien = Lien(
        id=liens.lien_id(context, 0),
        account=account,
        asset=asset,
        amount=amount,
        kind=LienKind.PLEDGE,
        owner=pledgee,
        expires_on=expires_on,
        basis=None,
        memo=memo,
    )
    liens.place(context, lien)
    enqueue_expiry(context, lien)
    return lien


def apply_create(context: Context, operation: CreatePledge) -> None:
    """A PLEDGE lien of the pledgee."""
    _put(
        context,
        operation.account,
        operation.asset,
        operation.amount,
        operation.pledgee,
        operation.expires_on,
        operation.reference,
    )


def check_release(context: Context, operation: ReleasePledge) -> Iterator[Refusal]:
    """By the pledgee; a part leaves a multiple of the asset's step."""
    parts = parts_of(context.state, operation.pledge)
    if not parts or not is_told(context, LIEN, parts[0]):
        yield Refusal(Code.NOT_FOUND)
        return
    lien = parts[0]
    if lien.owner not in context.actors.participants:
        yield Refusal(Code.NOT_THE_PLEDGEE)
    if operation.amount is None:
        return
    pledged = lien.amount or 0
    asset = require_asset(context.state, lien.asset or "")
    if operation.amount > pledged:
        yield Refusal(Code.INSUFFICIENT_AVAILABLE)
    elif operation.amount % asset.increment:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)


def apply_release(context: Context, operation: ReleasePledge) -> None:
    """The liens end, or the first becomes smaller; its id stays."""
    parts = parts_of(context.state, operation.pledge)
    for lien in parts if operation.amount is None else parts[:1]:
        pledged = lien.amount or 0
        amount = pledged if operation.amount is None else operation.amount
        if amount == pledged:
            liens.lift(context, lien)
            notices.end_if_over(context.state, lien.id)
        else:
            liens.change(context, lien, msgspec.structs.replace(lien, amount=pledged - amount))
        wake_queues_of(context, lien.account)
        context.emit(PledgeReleased(pledge=lien.id, account=lien.account, amount=amount))


def check_substitute(context: Context, operation: SubstitutePledge) -> Iterator[Refusal]:
    """Both parties; the new units are free, those of the old pledge counted as free."""
    parts = parts_of(context.state, operation.pledge)
    if not parts or not is_told(context, LIEN, parts[0]):
        yield Refusal(Code.NOT_FOUND)
        return
    lien = parts[0]
    if context.state.get(ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    account = require(context.state, ACCOUNT, lien.account)
    yield from _both(context, account, lien.owner)
    freed = sum(
        part.amount or 0
        for part in parts
        if (part.account, part.asset) == (account.id, operation.asset)
    )
    yield from pledge_refusals(context, account, operation.asset, operation.amount, freed=freed)


def apply_substitute(context: Context, operation: SubstitutePledge) -> None:
    """One pledge ends with all its parts, another begins; its rank is that of today."""
    parts = parts_of(context.state, operation.pledge)
    old = parts[0]
    for part in parts:
        liens.lift(context, part)
        notices.end_if_over(context.state, part.id)
    new = _put(
        context,
        old.account,
        operation.asset,
        operation.amount,
        old.owner,
        old.expires_on,
        old.memo,
    )
    for place in sorted({part.account for part in parts}):
        wake_queues_of(context, place)
    context.emit(PledgeSubstituted(pledge=old.id, by=new.id, account=old.account))


_PLEDGED = (
    Code.ASSET_NOT_ACTIVE,
    Code.ASSET_PAUSED,
    Code.ASSET_MATURED,
    Code.ACCOUNT_CLOSED,
    Code.CREDIT_STOPPED,
    Code.ACCOUNT_RESERVED,
    Code.DENOM_NOT_MULTIPLE,
    Code.ACCOUNT_FROZEN,
    Code.INSUFFICIENT_AVAILABLE,
    Code.EXIT_ONLY,
    Code.RECOVERY_OPEN,
    Code.CREDENTIAL_MISSING,
    Code.LICENCE_REQUIRED,
    Code.UNDER_REVIEW,
    Code.LOCKED_UP,
)

CREATE_PLEDGE = OperationSpec(
    operation=CreatePledge,
    name="create_pledge",
    family="pledges",
    operation_class=OperationClass.LIEN,
    check=check_create,
    apply=apply_create,
    codes=(
        Code.UNKNOWN_ACCOUNT,
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_PARTICIPANT,
        Code.BAD_FIELD,
        Code.BAD_DATE,
        Code.NEEDS_APPROVAL,
        *_PLEDGED,
        Code.LIENS_FULL,
    ),
)

RELEASE_PLEDGE = OperationSpec(
    operation=ReleasePledge,
    name="release_pledge",
    family="pledges",
    operation_class=OperationClass.LIEN,
    check=check_release,
    apply=apply_release,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_THE_PLEDGEE,
        Code.INSUFFICIENT_AVAILABLE,
        Code.DENOM_NOT_MULTIPLE,
    ),
)

SUBSTITUTE_PLEDGE = OperationSpec(
    operation=SubstitutePledge,
    name="substitute_pledge",
    family="pledges",
    operation_class=OperationClass.LIEN,
    check=check_substitute,
    apply=apply_substitute,
    codes=(Code.NOT_FOUND, Code.UNKNOWN_ASSET, Code.NEEDS_APPROVAL, *_PLEDGED),
)

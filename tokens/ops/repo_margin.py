"""Collateral of a live repo: more of it, less of it, other of it (5.6)."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import repo_life, repo_moves, repo_powers
from tokens.context import Context
from tokens.eligibility import MOVEMENT_CODES
from tokens.events.collateral import RepoCollateralChanged
from tokens.lookup import require
from tokens.records.instruments import ASSET
from tokens.records.repos import LINES_MAX, REPO, Repo, RepoLine, RepoMode
from tokens.registry import OperationSpec
from tokens.repo_life import find_live
from tokens.repo_moves import Plan, both, carry_out, new_line, plan_codes, put_in, take_out
from tokens.repo_value import (
    as_they_lie,
    collateral_value,
    coupons_of,
    haircut_of,
    price_on,
    swap_haircut,
    what_lies,
)
from tokens.results import Code, Refusal
from tokens.types import AssetId, Hash, OperationClass, PositiveAmount

LineIndex = Annotated[int, msgspec.Meta(ge=0, lt=LINES_MAX)]


class AddCollateral(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=200,
):
    """Put more collateral or money into the basket: by the seller, or the custodian for it.

    What lies in the basket or on the matrix may come in, at its haircut there; the money lent
    without one. A margin call that it meets ends.
    """

    repo: Hash
    """Its id."""
    asset: AssetId
    """ISIN, or the code of a money."""
    amount: PositiveAmount
    """Minor units, in steps of the asset."""


class TakeExcess(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=201,
):
    """Take back collateral above what is required. By the seller, or the custodian for it."""

    repo: Hash
    """Its id."""
    line: LineIndex
    """Place in the basket, from 0."""
    amount: PositiveAmount
    """Minor units, in steps of the asset."""


class SubstituteCollateral(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=202,
):
    """Put an asset of the matrix in the place of a line. By the seller, or the custodian for it."""

    repo: Hash
    """Its id."""
    line: LineIndex
    """Place in the basket of what goes out, from 0."""
    amount: PositiveAmount
    """Minor units that go out, in steps of the asset."""
    asset: AssetId
    """What comes in: the matrix has an entry from the line's asset to it."""
    amount_in: PositiveAmount
    """Minor units that come in, in steps of the asset."""


Step = AddCollateral | TakeExcess | SubstituteCollateral

_NAMES: dict[type[msgspec.Struct], str] = {
    AddCollateral: "add_collateral",
    TakeExcess: "take_excess",
    SubstituteCollateral: "substitute_collateral",
}


def _power(repo: Repo, operation: Step) -> repo_powers.Power:
    """Seller or custodian, or whom one of them lent it; a cap counts money that is added."""
    adds = isinstance(operation, AddCollateral) and operation.asset == repo.terms.cash_asset
    return repo_life.power_of(
        repo,
        _NAMES[type(operation)],
        amount=operation.amount if adds else 0,
        parties=(repo.terms.seller, repo.terms.custodian),
    )


def _find(context: Context, operation: Step) -> Repo | Refusal:
    """A live repo whose seller or custodian acts, on an open day."""
    found = find_live(context, operation.repo, lambda repo: _power(repo, operation))
    if isinstance(found, Refusal):
        return found
    repo, acting = found
    if isinstance(acting, Refusal):
        return acting
    return repo if context.day_open else Refusal(Code.DAY_CLOSED)


def check_add(context: Context, operation: AddCollateral) -> Iterator[Refusal]:
    """An asset that was agreed, room in the basket, and units that are free."""
    repo = _find(context, operation)
    if isinstance(repo, Refusal):
        yield repo
        return
    if context.state.get(ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if haircut_of(repo, operation.asset) is None:
        yield Refusal(Code.NOT_ON_MATRIX)
    if len(repo.lines) >= LINES_MAX:
        yield Refusal(Code.LIENS_FULL)
    line = new_line(context, repo, operation.asset, operation.amount, 0)
    for code in plan_codes(context, repo, put_in(context, repo, (line,))):
        yield Refusal(code)
    for code in repo_moves.travel_codes(context, repo, (*repo.lines, line)):
        yield Refusal(code)


def apply_add(context: Context, operation: AddCollateral) -> None:
    """One more line; the call ends if the value is there."""
    repo = require(context.state, REPO, operation.repo)
    repo_powers.use(context, _power(repo, operation))
    haircut = haircut_of(repo, operation.asset) or 0
    line = new_line(context, repo, operation.asset, operation.amount, haircut)
    placed = carry_out(context, repo, put_in(context, repo, (line,)))
    _store(context, repo, (*repo.lines, *(placed or (line,))), repo.coupons)


def _store(context: Context, repo: Repo, lines: tuple[RepoLine, ...], coupons: int) -> None:
    """The new basket. Somebody acted on it, so an open call is judged again at once."""
    changed = msgspec.structs.replace(repo, lines=lines, coupons=coupons)
    context.emit(RepoCollateralChanged(repo=repo.id, lines=lines))
    if changed.call:
        changed = repo_life.judge(context, changed, context.business_date)
    context.state.put(REPO, changed)


def _line_refusals(context: Context, repo: Repo, place: int, amount: int) -> Iterator[Refusal]:
    """A part of a line that is there, without a coupon on its way to the buyer."""
    if place >= len(repo.lines):
        yield Refusal(Code.BAD_FIELD)
        return
    line = repo.lines[place]
    lies = what_lies(context.state, repo, line)
    if amount > lies.amount:
        yield Refusal(Code.BAD_FIELD)
    if repo.terms.mode is RepoMode.TITLE and lies.asset != line.asset:
        yield Refusal(Code.ASSET_MATURED)
    if coupons_of(context.state, repo, line, amount).pending:
        yield Refusal(Code.COUPON_PENDING)


def _lowered(
    context: Context, repo: Repo, place: int, amount: int
) -> tuple[tuple[RepoLine, ...], int]:
    """(The basket without a part of a line, gross coupons to deduct from now on)."""
    line = repo.lines[place]
    received = coupons_of(context.state, repo, line, amount).received
    lies = what_lies(context.state, repo, line)
    left = msgspec.structs.replace(lies, amount=lies.amount - amount)
    kept = (left,) if left.amount else ()
    return (*repo.lines[:place], *kept, *repo.lines[place + 1 :]), received


def _value_refusals(
    context: Context, repo: Repo, lines: tuple[RepoLine, ...], coupons: int
) -> Iterator[Refusal]:
    """What stays must be worth the price; at stale marks nothing goes out.

    `lines` hold the amounts after the step, which the liens do not know yet: they are asked bare.
    """
    bare = tuple(msgspec.structs.replace(line, lien=None) for line in lines)
    value = collateral_value(context.state, repo, bare)
    if isinstance(value, Code):
        yield Refusal(value)
        return
    kept = msgspec.structs.replace(repo, lines=bare, coupons=repo.coupons + coupons)
    if value < price_on(context.state, kept, context.business_date):
        yield Refusal(Code.COLLATERAL_SHORT)


def check_take(context: Context, operation: TakeExcess) -> Iterator[Refusal]:
    """What stays covers the price at fresh marks."""
    repo = _find(context, operation)
    if isinstance(repo, Refusal):
        yield repo
        return
    refusals = list(_line_refusals(context, repo, operation.line, operation.amount))
    yield from refusals
    if refusals:
        return
    yield from _check_out(context, repo, operation.line, operation.amount, None)


def _check_out(
    context: Context, repo: Repo, place: int, amount: int, incoming: RepoLine | None
) -> Iterator[Refusal]:
    """Value and movement of a step that takes a part of a line out."""
    lines, coupons = _lowered(context, repo, place, amount)
    after = as_they_lie(context.state, repo, lines)
    after = after if incoming is None else (*after, incoming)
    yield from _value_refusals(context, repo, after, coupons)
    lies = what_lies(context.state, repo, repo.lines[place])
    step = require(context.state, ASSET, lies.asset).increment
    if amount % step:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    for code in plan_codes(context, repo, _plan(context, repo, place, amount, incoming)):
        yield Refusal(code)


def _plan(context: Context, repo: Repo, place: int, amount: int, incoming: RepoLine | None) -> Plan:
    out = take_out(context, repo, ((repo.lines[place], amount),))
    return out if incoming is None else both(out, put_in(context, repo, (incoming,)))


def apply_take(context: Context, operation: TakeExcess) -> None:
    """Free again, or back with the seller."""
    repo_powers.use(context, _power(require(context.state, REPO, operation.repo), operation))
    _apply_out(context, operation.repo, operation.line, operation.amount, None)


def _apply_out(
    context: Context, repo_id: bytes, place: int, amount: int, incoming: RepoLine | None
) -> None:
    repo = require(context.state, REPO, repo_id)
    lines, coupons = _lowered(context, repo, place, amount)
    placed = carry_out(context, repo, _plan(context, repo, place, amount, incoming))
    added = () if incoming is None else (placed or (incoming,))
    _store(context, repo, (*lines, *added), repo.coupons + coupons)


def _incoming(context: Context, repo: Repo, operation: SubstituteCollateral) -> RepoLine | None:
    lies = what_lies(context.state, repo, repo.lines[operation.line])
    haircut = swap_haircut(repo, lies.asset, operation.asset)
    if haircut is None:
        return None
    return new_line(context, repo, operation.asset, operation.amount_in, haircut)


def check_substitute(context: Context, operation: SubstituteCollateral) -> Iterator[Refusal]:
    """On the matrix, and what lies there afterwards covers the price at fresh marks."""
    repo = _find(context, operation)
    if isinstance(repo, Refusal):
        yield repo
        return
    refusals = list(_line_refusals(context, repo, operation.line, operation.amount))
    yield from refusals
    if refusals:
        return
    if context.state.get(ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    incoming = _incoming(context, repo, operation)
    if incoming is None:
        yield Refusal(Code.NOT_ON_MATRIX)
        return
    lines, _ = _lowered(context, repo, operation.line, operation.amount)
    if len(lines) >= LINES_MAX:
        yield Refusal(Code.LIENS_FULL)
    yield from _check_out(context, repo, operation.line, operation.amount, incoming)
    for code in repo_moves.travel_codes(context, repo, (*lines, incoming)):
        yield Refusal(code)


def apply_substitute(context: Context, operation: SubstituteCollateral) -> None:
    """Out and in at once."""
    repo = require(context.state, REPO, operation.repo)
    repo_powers.use(context, _power(repo, operation))
    incoming = _incoming(context, repo, operation)
    _apply_out(context, repo.id, operation.line, operation.amount, incoming)


_FOUND = (Code.NOT_FOUND, Code.REPO_NOT_OPEN, Code.NOT_A_PARTY, Code.DAY_CLOSED)
_MOVEMENT = (*MOVEMENT_CODES, Code.TRAVEL_HASH_MISSING)
_INTO = (Code.UNKNOWN_ASSET, Code.NOT_ON_MATRIX, Code.LIENS_FULL)
_OUT = (Code.BAD_FIELD, Code.COUPON_PENDING, Code.MARK_STALE, Code.COLLATERAL_SHORT)

ADD_COLLATERAL = OperationSpec(
    operation=AddCollateral,
    name="add_collateral",
    family="repo_margin",
    operation_class=OperationClass.TRADE,
    check=check_add,
    apply=apply_add,
    grantable=True,
    codes=(*_FOUND, Code.GRANT_EXHAUSTED, *_INTO, *_MOVEMENT),
)

TAKE_EXCESS = OperationSpec(
    operation=TakeExcess,
    name="take_excess",
    family="repo_margin",
    operation_class=OperationClass.TRADE,
    check=check_take,
    apply=apply_take,
    grantable=True,
    codes=(*_FOUND, *_OUT, *MOVEMENT_CODES),
)

SUBSTITUTE_COLLATERAL = OperationSpec(
    operation=SubstituteCollateral,
    name="substitute_collateral",
    family="repo_margin",
    operation_class=OperationClass.TRADE,
    check=check_substitute,
    apply=apply_substitute,
    grantable=True,
    codes=(*_FOUND, *_OUT, *_INTO, *_MOVEMENT),
)

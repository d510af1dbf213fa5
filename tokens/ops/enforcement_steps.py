"""A pledge whose notice has run: title at the mark, or a sale; the rest goes back (5.6).

An authority approves each step that takes anything (policy `enforcement`).
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tokens import enforcing, liens
from tokens.authority import may_act_for
from tokens.batch_parties import account_refusals
from tokens.context import Context
from tokens.eligibility import MOVEMENT_CODES, PAYING_CODES, RECEIVING_CODES
from tokens.enforcing import APPROPRIATION, SALE, Taken
from tokens.events.collateral import PledgeEnforced
from tokens.lookup import require
from tokens.pledged import parts_of
from tokens.records.enforcements import ENFORCEMENT, Enforcement
from tokens.records.holdings import Lien
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, Hash, OperationClass, PositiveAmount


class AppropriatePledge(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=205,
):
    """Take title of pledged units at their mark until the claim is covered. By the pledgee.

    The rest is free, what the last step is worth more than the claim is paid to the pledgor. What
    is missing is told, and is no longer secured.
    """

    pledge: Hash
    """Id of the lien."""
    account: Address
    """Account of the pledgee for the units; also for money that is set off."""
    cash: Address
    """Account of the pledgee that pays what is too much; may be the same one."""


class SellPledge(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=206,
):
    """Sell pledged units to a third party against money, at once. By pledgee and buyer.

    The proceeds go to the pledgee up to its claim, the rest to the pledgor. The notice stands until
    the claim is covered or nothing is left.
    """

    pledge: Hash
    """Id of the lien."""
    amount: PositiveAmount
    """Units sold, minor units in steps of the asset."""
    price: PositiveAmount
    """What the buyer pays for all of them, minor units of the cash asset."""
    buyer: Address
    """Account of the buyer for the units; its keys or its holder agree."""
    buyer_cash: Address
    """Account of the buyer that pays; may be the same one."""
    account: Address
    """Account of the pledgee for the money."""


def _due(context: Context, pledge: bytes, mode: int) -> Iterator[Refusal]:
    """A notice that has run, on an open day, and a way that the law knows; money needs none."""
    parts, notice = parts_of(context.state, pledge), context.state.get(ENFORCEMENT, pledge)
    if not parts or notice is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if parts[0].owner not in context.actors.participants:
        yield Refusal(Code.NOT_THE_PLEDGEE)
    if not context.day_open:
        yield Refusal(Code.DAY_CLOSED)
    if context.business_date < notice.from_date:
        yield Refusal(Code.TOO_EARLY)
    is_money = all(lien.asset == notice.cash_asset for lien in parts)
    if not is_money and not enforcing.is_open(context.state, mode):
        yield Refusal(Code.AGAINST_RULE, "enforcement_modes")


def check_appropriate(context: Context, operation: AppropriatePledge) -> Iterator[Refusal]:
    """Marks that are fresh, accounts that may receive, and money for what is too much."""
    state = context.state
    refusals = list(_due(context, operation.pledge, APPROPRIATION))
    yield from refusals
    if Refusal(Code.NOT_FOUND) in refusals:
        return
    parts, notice = parts_of(state, operation.pledge), require(state, ENFORCEMENT, operation.pledge)
    own = [
        refusal
        for account in (operation.account, operation.cash)
        for refusal in account_refusals(context, parts[0].owner, account)
    ]
    yield from own
    if own:
        return
    taken = enforcing.appropriation(context, parts, notice)
    if isinstance(taken, Code):
        yield Refusal(taken)
        return
    yield from enforcing.receiving_refusals(context, taken, operation.account)
    surplus = _surplus(taken, notice)
    if surplus:
        yield from enforcing.surplus_refusals(context, notice.cash_asset, operation.cash, surplus)


def _surplus(taken: list[Taken], notice: Enforcement) -> int:
    return max(0, sum(one.value for one in taken) - notice.claim)


def apply_appropriate(context: Context, operation: AppropriatePledge) -> None:
    """The pledge is used up."""
    state = context.state
    parts, notice = parts_of(state, operation.pledge), require(state, ENFORCEMENT, operation.pledge)
    taken = enforcing.appropriation(context, parts, notice)
    if isinstance(taken, Code):
        raise ValueError(f"an appropriation that was not checked: {taken.name}")
    surplus = _surplus(taken, notice)
    if surplus:  # first: what is taken may be money of the account that pays
        pledgor = parts[0].account
        enforcing.give_back(context, notice.cash_asset, operation.cash, pledgor, surplus)
    _end(context, parts, notice)
    for one in taken:
        enforcing.take(context, one, operation.account)
    _tell(context, parts, notice, sum(one.value for one in taken), surplus)


def _end(context: Context, parts: tuple[Lien, ...], notice: Enforcement) -> None:
    for lien in parts:
        liens.lift(context, lien)
    context.state.delete(ENFORCEMENT, notice.pledge)


def _tell(
    context: Context, parts: tuple[Lien, ...], notice: Enforcement, value: int, surplus: int
) -> None:
    context.emit(
        PledgeEnforced(
            pledge=notice.pledge,
            account=parts[0].account,
            pledgee=parts[0].owner,
            claim=notice.claim,
            value=value,
            surplus=surplus,
            owed=max(0, notice.claim - value),
        )
    )


def check_sell(context: Context, operation: SellPledge) -> Iterator[Refusal]:
    """Units that are pledged, a buyer that agrees, may hold them and pays."""
    state = context.state
    refusals = list(_due(context, operation.pledge, SALE))
    yield from refusals
    if Refusal(Code.NOT_FOUND) in refusals:
        return
    parts, notice = parts_of(state, operation.pledge), require(state, ENFORCEMENT, operation.pledge)
    own = list(account_refusals(context, parts[0].owner, operation.account))
    own += _buyer_refusals(context, operation, parts[0].owner)
    yield from own
    if any(refusal.code is not Code.NEEDS_APPROVAL for refusal in own):
        return
    sale = _sale(parts, notice, operation)
    if sale is None:
        yield Refusal(Code.INSUFFICIENT_AVAILABLE)
        return
    yield from enforcing.receiving_refusals(context, [sale.sold], operation.buyer)
    yield from enforcing.receiving_refusals(context, sale.money, operation.account)
    yield from enforcing.paying_refusals(
        context, notice.cash_asset, operation.buyer_cash, operation.account, operation.price
    )


def _buyer_refusals(context: Context, operation: SellPledge, pledgee: bytes) -> Iterator[Refusal]:
    """A buyer that agrees and is not the pledgee: nobody sells to itself."""
    for address in (operation.buyer, operation.buyer_cash):
        account = context.state.get(ACCOUNT, address)
        if account is None:
            yield Refusal(Code.UNKNOWN_ACCOUNT)
            continue
        if account.holder == pledgee or address == operation.account:
            yield Refusal(Code.BAD_FIELD)
        if not may_act_for(context, account):
            yield Refusal(Code.NEEDS_APPROVAL)


class _Sale(NamedTuple):
    """What one sale does."""

    sold: Taken
    money: list[Taken]
    """Pledged money that is set off."""
    proceeds: int
    """Part of the price that is the pledgee's."""
    owed: int
    """Left of the claim."""


def _sale(parts: tuple[Lien, ...], notice: Enforcement, operation: SellPledge) -> _Sale | None:
    """None: so many units are not pledged."""
    units = next((lien for lien in parts if lien.asset != notice.cash_asset), None)
    if units is None or operation.amount > (units.amount or 0):
        return None
    money = enforcing.set_off(parts, notice)
    left = notice.claim - sum(one.value for one in money)
    proceeds = min(left, operation.price)
    sold = Taken(units, operation.amount, operation.price)
    return _Sale(sold, money, proceeds, left - proceeds)


def apply_sell(context: Context, operation: SellPledge) -> None:
    """Units to the buyer, money to the pledgee and what is too much to the pledgor."""
    state = context.state
    parts, notice = parts_of(state, operation.pledge), require(state, ENFORCEMENT, operation.pledge)
    sale = _sale(parts, notice, operation)
    if sale is None:
        raise ValueError("a sale that was not checked")
    gone = [sale.sold, *sale.money]
    if sale.owed and sum(lien.amount or 0 for lien in parts) > sum(one.amount for one in gone):
        for one in gone:
            _lower(context, one)
        state.put(ENFORCEMENT, msgspec.structs.replace(notice, claim=sale.owed))
    else:
        _end(context, parts, notice)
    enforcing.take(context, sale.sold, operation.buyer)
    for one in sale.money:
        enforcing.take(context, one, operation.account)
    money, payer = notice.cash_asset, operation.buyer_cash
    enforcing.pay(context, money, payer, operation.account, sale.proceeds)
    surplus = operation.price - sale.proceeds
    enforcing.give_back(context, money, payer, parts[0].account, surplus)
    _tell(context, parts, notice, sum(one.value for one in gone), surplus)


def _lower(context: Context, one: Taken) -> None:
    left = (one.lien.amount or 0) - one.amount
    if left:
        liens.change(context, one.lien, msgspec.structs.replace(one.lien, amount=left))
    else:
        liens.lift(context, one.lien)


_DUE = (
    Code.NOT_FOUND,
    Code.NOT_THE_PLEDGEE,
    Code.DAY_CLOSED,
    Code.TOO_EARLY,
    Code.AGAINST_RULE,
    Code.UNKNOWN_ACCOUNT,
    Code.NOT_AUTHORISED,
)

APPROPRIATE_PLEDGE = OperationSpec(
    operation=AppropriatePledge,
    name="appropriate_pledge",
    family="enforcement_steps",
    operation_class=OperationClass.TRADE,
    check=check_appropriate,
    apply=apply_appropriate,
    approval="enforcement",
    codes=(*_DUE, Code.MARK_STALE, *RECEIVING_CODES, *PAYING_CODES),
)

SELL_PLEDGE = OperationSpec(
    operation=SellPledge,
    name="sell_pledge",
    family="enforcement_steps",
    operation_class=OperationClass.TRADE,
    check=check_sell,
    apply=apply_sell,
    approval="enforcement",
    codes=(*_DUE, Code.BAD_FIELD, Code.NEEDS_APPROVAL, *MOVEMENT_CODES),
)

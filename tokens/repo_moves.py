"""Moving a repo's money and collateral, all at once (5.6).

Rules of this file:
1. What counts is the net effect per (account, asset), pledges placed and lifted included: an
   account that appears twice is checked once, on the sum, so that it cannot slip past a freeze.
2. A pledge of a repo is owned by the first 16 bytes of the repo's id. Only free units are pledged,
   so that it ranks before every later freeze; what a close-out takes of it asks no freeze.
3. Collateral must be what the buyer may hold: under PLEDGE too, or a default could not be enforced.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tokens import liens, posting, travel_legs
from tokens.context import Context
from tokens.eligibility import Movement, net_refusals, rule_refusals, standing
from tokens.events import Moved
from tokens.limits import NetChange, by_asset, count_spending
from tokens.lookup import require, require_account, require_asset
from tokens.marks import MONEY_KINDS
from tokens.records.holdings import LIEN, POSITION, Lien
from tokens.records.instruments import INSTRUMENT, Asset
from tokens.records.repos import Repo, RepoLine, RepoMode
from tokens.refusing import refusal_of_giver
from tokens.repo_value import what_lies
from tokens.results import Code
from tokens.status import ACCOUNT_CELLS, Use, asset_refusal
from tokens.types import NO_ADDRESS, LienKind, OperationClass


class Move(NamedTuple):
    """Units from one account to another."""

    asset: str
    source: bytes
    target: bytes
    amount: int


class Plan(NamedTuple):
    """What one step does."""

    moves: tuple[Move, ...]
    placed: tuple[RepoLine, ...] = ()
    """Lines to pledge; their liens are named when the plan is carried out."""
    lowered: tuple[tuple[RepoLine, int], ...] = ()
    """(line with a lien, amount that is free afterwards)."""
    by_right: bool = False
    """A pledgee takes what is pledged to it: no freeze of the pledgor stands in the way."""


def account_for(repo: Repo, asset_is_money: bool, *, seller: bool) -> bytes:
    """Account of a party for collateral of a kind; named once the repo is open."""
    if seller:
        found = repo.seller_cash if asset_is_money else repo.seller_securities
    else:
        found = repo.buyer_cash if asset_is_money else repo.buyer_securities
    return found or b""


def is_money(context: Context, asset: str) -> bool:
    """Whether an asset is money."""
    return require_asset(context.state, asset).kind in MONEY_KINDS


def collateral_move(
    context: Context, repo: Repo, line: RepoLine, amount: int, *, to_buyer: bool
) -> Move:
    """A part of a line from one party to the other."""
    money = is_money(context, line.asset)
    seller = account_for(repo, money, seller=True)
    buyer = account_for(repo, money, seller=False)
    source, target = (seller, buyer) if to_buyer else (buyer, seller)
    return Move(line.asset, source, target, amount)


def put_in(context: Context, repo: Repo, lines: tuple[RepoLine, ...]) -> Plan:
    """Collateral that the seller adds."""
    if repo.terms.mode is RepoMode.PLEDGE:
        return Plan((), placed=lines)
    return Plan(
        tuple(collateral_move(context, repo, line, line.amount, to_buyer=True) for line in lines)
    )


def take_out(context: Context, repo: Repo, parts: tuple[tuple[RepoLine, int], ...]) -> Plan:
    """Collateral that goes back to the seller, as it lies there."""
    if repo.terms.mode is RepoMode.PLEDGE:
        return Plan((), lowered=parts)
    return Plan(
        tuple(
            collateral_move(
                context, repo, what_lies(context.state, repo, line), amount, to_buyer=False
            )
            for line, amount in parts
        )
    )


def take_title(context: Context, repo: Repo, parts: tuple[tuple[RepoLine, int], ...]) -> Plan:
    """Pledged collateral that becomes the buyer's."""
    moves = tuple(
        collateral_move(context, repo, what_lies(context.state, repo, line), amount, to_buyer=True)
        for line, amount in parts
    )
    return Plan(moves, lowered=parts, by_right=True)


def both(*plans: Plan) -> Plan:
    """Several plans in one step."""
    return Plan(
        tuple(move for plan in plans for move in plan.moves),
        tuple(line for plan in plans for line in plan.placed),
        tuple(part for plan in plans for part in plan.lowered),
        any(plan.by_right for plan in plans),
    )


class Fault(NamedTuple):
    """Why a plan cannot be carried out, and at which account."""

    account: bytes
    code: Code
    gives: bool
    """The account cannot give; else it cannot receive."""


def plan_codes(context: Context, repo: Repo, plan: Plan) -> Iterator[Code]:
    """Every reason why a plan cannot be carried out."""
    for fault in plan_faults(context, repo, plan):
        yield fault.code


def travel_codes(
    context: Context, repo: Repo, lines: tuple[RepoLine, ...], moves: tuple[Move, ...] = ()
) -> Iterator[Code]:
    """The travel rule of a basket, and of money that moves with it.

    Pledged lines count as sold: they may become the buyer's one day. Asked when something comes in;
    what goes back or is taken by right has its hash in the terms already.
    """
    basket = tuple(
        collateral_move(context, repo, line, line.amount, to_buyer=True) for line in lines
    )
    yield from travel_legs.passage_codes(
        context,
        [
            travel_legs.Passage(
                asset=move.asset,
                source=require_account(context.state, move.source),
                target=require_account(context.state, move.target),
                amount=move.amount,
                travel_hash=repo.terms.travel_hash,
            )
            for move in (*basket, *moves)
        ],
    )


def plan_faults(context: Context, repo: Repo, plan: Plan) -> Iterator[Fault]:
    """The same with the account that stands in the way.

    Each move is asked whole, because rules look at both sides; what refuses the giver alone is the
    giver's. Sums over a person or a date are nobody's failure to deliver.
    """
    for move in plan.moves:
        own = () if plan.by_right else tuple(_move_codes(context, move, gives=True, takes=False))
        for code in own:
            yield Fault(move.source, code, True)
        for code in _move_codes(context, move, gives=not plan.by_right, takes=True):
            if code not in own:
                yield Fault(move.target, code, False)
    for refusal in net_refusals(context, _net_changes(context, plan.moves)):
        yield Fault(NO_ADDRESS, refusal.code, False)
    for line in plan.placed:
        money = is_money(context, line.asset)
        for code in _pledge_codes(context, repo, line):
            yield Fault(account_for(repo, money, seller=True), code, True)
    yield from _funds_faults(context, repo, plan)


def _move_codes(context: Context, move: Move, *, gives: bool, takes: bool) -> Iterator[Code]:
    state = context.state
    movement = Movement(
        asset=require_asset(state, move.asset),
        source=require_account(state, move.source) if gives else None,
        target=require_account(state, move.target) if takes else None,
        amount=move.amount,
        operation_class=OperationClass.TRADE,
        in_batch=True,
    )
    for refusal in rule_refusals(context, movement):
        yield refusal.code


def net_of(moves: tuple[Move, ...]) -> dict[tuple[bytes, str], int]:
    """What each (account, asset) receives (positive) or gives, in order of first appearance."""
    net: dict[tuple[bytes, str], int] = {}
    for move in moves:
        net[move.source, move.asset] = net.get((move.source, move.asset), 0) - move.amount
        net[move.target, move.asset] = net.get((move.target, move.asset), 0) + move.amount
    return net


def _net_changes(context: Context, moves: tuple[Move, ...]) -> list[tuple[Asset, NetChange]]:
    state = context.state
    return [
        (require_asset(state, asset), NetChange(require_account(state, account), amount))
        for (account, asset), amount in net_of(moves).items()
        if amount
    ]


def _pledge_codes(context: Context, repo: Repo, line: RepoLine) -> Iterator[Code]:
    """A line that is pledged: it might have to become the buyer's one day."""
    state = context.state
    asset = require_asset(state, line.asset)
    money = asset.kind in MONEY_KINDS
    seller = require_account(state, account_for(repo, money, seller=True))
    buyer = require_account(state, account_for(repo, money, seller=False))
    movement = Movement(
        asset=asset,
        source=seller,
        target=buyer,
        amount=line.amount,
        operation_class=OperationClass.TRADE,
        in_batch=True,
    )
    for refusal in rule_refusals(context, movement):
        yield refusal.code
    code = asset_refusal(asset, OperationClass.LIEN, Use.LIEN)
    if code is not None:
        yield code
    code = ACCOUNT_CELLS[standing(context, asset.id, seller, Use.LIEN)][Use.LIEN]
    if code is not None:
        yield refusal_of_giver(context, seller, code).code
    if not liens.has_room(state, seller.id):
        yield Code.LIENS_FULL


def _funds_faults(context: Context, repo: Repo, plan: Plan) -> Iterator[Fault]:
    """Check 11 on the net effect."""
    for (account, asset), change in _free_changes(context, repo, plan).items():
        if change >= 0:
            continue
        position = context.state.get(POSITION, asset, account)
        free = 0 if position is None else position.balance - position.held - position.pledged
        if free + change < 0:
            yield Fault(account, Code.INSUFFICIENT_AVAILABLE, True)
        elif position is not None and free - position.frozen + change < 0:
            giver = require_account(context.state, account)
            told = refusal_of_giver(context, giver, Code.ACCOUNT_FROZEN)
            yield Fault(account, told.code, True)


def _free_changes(context: Context, repo: Repo, plan: Plan) -> dict[tuple[bytes, str], int]:
    """What becomes free (or is used up) per (account, asset), in order of first appearance."""
    changes: dict[tuple[bytes, str], int] = {}

    def add(account: bytes, asset: str, amount: int) -> None:
        changes[account, asset] = changes.get((account, asset), 0) + amount

    for line, amount in plan.lowered:
        lien = require(context.state, LIEN, line.lien or b"")
        add(lien.account, lien.asset or "", amount)
    for move in plan.moves:
        add(move.source, move.asset, -move.amount)
        add(move.target, move.asset, move.amount)
    for line in plan.placed:
        money = is_money(context, line.asset)
        add(account_for(repo, money, seller=True), line.asset, -line.amount)
    return changes


def carry_out(context: Context, repo: Repo, plan: Plan) -> tuple[RepoLine, ...]:
    """Liens down, postings, liens up. Returns the lines placed, with their liens.

    The caller has found no code.
    """
    state = context.state
    for line, amount in plan.lowered:
        lien = require(state, LIEN, line.lien or b"")
        if amount == lien.amount:
            liens.lift(context, lien)
        else:
            left = (lien.amount or 0) - amount
            liens.change(context, lien, msgspec.structs.replace(lien, amount=left))
    for asset, changes in by_asset(_net_changes(context, plan.moves)):
        count_spending(context, asset, changes)
    # debits first: on the way no bank total exceeds the supply
    for (account, asset_id), amount in sorted(
        net_of(plan.moves).items(), key=lambda entry: entry[1] > 0
    ):
        posting.post_net(
            state, require_asset(state, asset_id), require_account(state, account), amount
        )
    for move in plan.moves:
        context.emit(
            Moved(asset=move.asset, source=move.source, target=move.target, amount=move.amount)
        )
    return tuple(_place(context, repo, line, number) for number, line in enumerate(plan.placed))


def _place(context: Context, repo: Repo, line: RepoLine, number: int) -> RepoLine:
    lien = Lien(
        id=liens.lien_id(context, number),
        account=account_for(repo, is_money(context, line.asset), seller=True),
        asset=line.asset,
        amount=line.amount,
        kind=LienKind.PLEDGE,
        owner=repo.id[:16],
        expires_on=None,
        basis=None,
        memo=repo.terms.reference,
    )
    liens.place(context, lien)
    return msgspec.structs.replace(line, lien=lien.id)


def new_line(context: Context, repo: Repo, asset: str, amount: int, haircut_bps: int) -> RepoLine:
    """A line as it comes in, before its lien is placed."""
    instrument = context.state.get(INSTRUMENT, asset)
    title = repo.terms.mode is RepoMode.TITLE
    return RepoLine(
        asset=asset,
        amount=amount,
        haircut_bps=haircut_bps,
        lien=None,
        next_coupon=instrument.next_coupon if title and instrument is not None else 0,
    )

"""Closing out a repo after a default, at the last marks (5.6).

Rules of this file:
1. The seller's default: the buyer takes title of the lines in their order until the price is
   covered; the rest goes back. What the last step of a bond is worth more than the claim is paid
   back in money, or told as a claim. What is missing is a claim against the seller.
2. The buyer's default (TITLE): it returns what it has; what it lacks counts at its last mark, and
   one difference with the price is paid or owed.
3. Values have no haircut here: the haircut was the cushion for this day. A mark may be stale.
4. The ledger tells a claim and does not collect it.
"""

from typing import NamedTuple

import msgspec

from tokens.context import Context
from tokens.events.collateral import RepoClosedOut
from tokens.lookup import require_asset
from tokens.posting import available
from tokens.records.holdings import POSITION
from tokens.records.repos import Repo, RepoClaim, RepoLine, RepoMode, RepoStatus
from tokens.repo_life import count_use, tell_status
from tokens.repo_moves import (
    Move,
    Plan,
    account_for,
    both,
    carry_out,
    is_money,
    take_out,
    take_title,
)
from tokens.repo_value import amount_worth, last_value_floor, what_lies
from tokens.reserve import wake_queues_of


class CloseOut(NamedTuple):
    """What a close-out does."""

    plan: Plan
    kept_value: int
    """Value of the collateral that stays the buyer's, at the last marks."""
    owed: int
    """Minor units of the cash asset that the buyer owes the seller afterwards; negative: the
    seller owes the buyer."""


Parts = tuple[tuple[RepoLine, int], ...]


def innocent(repo: Repo) -> bytes:
    """The party that is not in default: it closes out."""
    terms = repo.terms
    return terms.buyer if repo.defaulter == terms.seller else terms.seller


def close_out(context: Context, repo: Repo) -> CloseOut:
    """What to do; `plan_codes` says whether it can be done."""
    if repo.defaulter == repo.terms.seller:
        return _against_seller(context, repo)
    return _against_buyer(context, repo)


def _against_seller(context: Context, repo: Repo) -> CloseOut:
    """Title up to the claim; the rest back, as far as the buyer still has it."""
    keep: list[tuple[RepoLine, int]] = []
    back: list[tuple[RepoLine, int]] = []
    left, value = repo.price, 0
    for line in repo.lines:
        lies = what_lies(context.state, repo, line)
        taken = amount_worth(context.state, lies.asset, lies.amount, left) if left else 0
        worth = last_value_floor(context.state, lies.asset, taken)
        left, value = max(0, left - worth), value + worth
        keep += [(line, taken)] if taken else []
        back += [(line, lies.amount - taken)] if lies.amount > taken else []
    owed = value - repo.price
    if repo.terms.mode is RepoMode.PLEDGE:
        plan = both(take_title(context, repo, tuple(keep)), take_out(context, repo, tuple(back)))
        return _settled(context, repo, plan, value, owed)
    there, lacking = _what_the_buyer_has(context, repo, tuple(back))
    return _settled(context, repo, take_out(context, repo, there), value, owed + lacking)


def _against_buyer(context: Context, repo: Repo) -> CloseOut:
    """It returns what it has; the price is set against what it lacks."""
    whole = tuple((line, what_lies(context.state, repo, line).amount) for line in repo.lines)
    there, lacking = _what_the_buyer_has(context, repo, whole)
    plan = take_out(context, repo, there)
    return _settled(context, repo, plan, lacking, lacking - repo.price)


def _what_the_buyer_has(context: Context, repo: Repo, parts: Parts) -> tuple[Parts, int]:
    """(What it can return, value of the rest). Two lines of one asset are counted once."""
    there: list[tuple[RepoLine, int]] = []
    lacking = 0
    used: dict[tuple[bytes, str], int] = {}
    for line, amount in parts:
        lies = what_lies(context.state, repo, line)
        account = account_for(repo, is_money(context, lies.asset), seller=False)
        position = context.state.get(POSITION, lies.asset, account)
        free = available(position) - used.get((account, lies.asset), 0)
        step = require_asset(context.state, lies.asset).increment
        has = min(amount, max(0, free) // step * step)
        used[account, lies.asset] = used.get((account, lies.asset), 0) + has
        there += [(line, has)] if has else []
        lacking += last_value_floor(context.state, lies.asset, amount - has)
    return tuple(there), lacking


def _settled(context: Context, repo: Repo, plan: Plan, kept: int, owed: int) -> CloseOut:
    """Pay what the buyer owes out of what it has free, beside what it returns."""
    if owed <= 0:
        return CloseOut(plan, kept, owed)
    source = repo.buyer_cash or b""
    position = context.state.get(POSITION, repo.terms.cash_asset, source)
    gives = sum(
        move.amount
        for move in plan.moves
        if move.source == source and move.asset == repo.terms.cash_asset
    )
    if available(position) - gives < owed:
        return CloseOut(plan, kept, owed)
    pay = Move(repo.terms.cash_asset, source, repo.seller_cash or b"", owed)
    return CloseOut(both(plan, Plan((pay,))), kept, 0)


def carry_close_out(context: Context, repo: Repo, out: CloseOut) -> None:
    """CLOSED_OUT, with what is left owed."""
    carry_out(context, repo, out.plan)
    count_use(context.state, repo, -1)
    for account in (repo.seller_cash, repo.buyer_cash):
        wake_queues_of(context, account or b"")
    terms = repo.terms
    claim = None
    if out.owed > 0:
        claim = RepoClaim(creditor=terms.seller, debtor=terms.buyer, amount=out.owed)
    elif out.owed < 0:
        claim = RepoClaim(creditor=terms.buyer, debtor=terms.seller, amount=-out.owed)
    context.emit(
        RepoClosedOut(repo=repo.id, price=repo.price, kept_value=out.kept_value, claim=claim)
    )
    tell_status(
        context,
        msgspec.structs.replace(
            repo, status=RepoStatus.CLOSED_OUT, lines=(), coupons=0, claim=claim
        ),
    )

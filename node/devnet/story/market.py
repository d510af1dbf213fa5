"""Steps about the secondary market: two orders meet in a book, a repo is opened and closed."""

from __future__ import annotations

import datetime as dt

from node.devnet.cast import (
    BANK_1,
    BANK_1_ACCOUNT,
    BANK_2,
    BANK_2_ACCOUNT,
    MARKER,
    MONEY,
    Book,
)
from node.devnet.story.auction import BILL, SETTLES
from node.devnet.story.sheet import PAISA_PER_MILLION
from node.devnet.story.stage import Stage, require, rupees
from node.sdk.schema.collateral import RepoView
from tokens.finance.daycount import DayCount
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.orders import PlaceOrder
from tokens.ops.repo_steps import CloseRepo
from tokens.ops.repos import AcceptRepo, ProposeRepo, repo_id
from tokens.records.market import Side
from tokens.records.repos import (
    CollateralLine,
    MarginTerms,
    RepoKind,
    RepoMode,
    RepoStatus,
    RepoTerms,
)

LOT = 500 * PAISA_PER_MILLION
"""Face that changes hands on the book."""
LIMIT_E4 = 984_000
"""98.40 for 100 of face, the limit of both orders."""
MARK_E4 = 984_000
MARKED = SETTLES + dt.timedelta(days=1)
"""A mark of a date counts from the next one on."""
REPAID = MARKED + dt.timedelta(days=1)
PLEDGED = 100 * PAISA_PER_MILLION
LENT = 90 * PAISA_PER_MILLION
RATE_E6 = 110_000
PRICE = LENT + (LENT * RATE_E6 * 2 + 365 * 10**6) // (2 * 365 * 10**6)
"""One day of 11 % on ACT/365, half up."""


async def book(stage: Stage) -> str:
    """A buyer and a seller who do not know each other; filled and paid in the block they meet."""
    money = await stage.balance(BANK_1_ACCOUNT, MONEY)
    await stage.act(BANK_1, _order(BANK_1_ACCOUNT, Side.SELL))
    held = await stage.balance(BANK_1_ACCOUNT, BILL)
    require(held.held == LOT, f"{held.held} of the bill are held for the order")
    before = await stage.balance(BANK_2_ACCOUNT, BILL)
    bought = await stage.act(BANK_2, _order(BANK_2_ACCOUNT, Side.BUY))
    await stage.expect_balance(BANK_2_ACCOUNT, BILL, before.balance + LOT)
    price = LOT * LIMIT_E4 // 10**6
    await stage.expect_balance(BANK_1_ACCOUNT, MONEY, money.balance + price)
    await stage.agree()
    require(stage.height == bought.height, "the orders met in a later block")
    return (
        f"{rupees(LOT)} of face at 98.4000, {MONEY} {rupees(price)} against it in one block: the "
        "book clears once a block, after all transactions, so no order can step before another"
    )


def _order(account: Book, side: Side) -> PlaceOrder:
    return PlaceOrder(
        account=account.address,
        asset=BILL,
        side=side,
        price_e4=LIMIT_E4,
        face=LOT,
        expires_on=SETTLES + dt.timedelta(days=3),
    )


async def mark(stage: Stage, price_e4: int) -> None:
    """The price of the open date, by the association that sets it."""
    entry = MarkEntry(asset=BILL, price_e4=price_e4, dirty=True)
    await stage.act(MARKER, SetMarks(for_date=stage.day, marks=(entry,)))


async def repo(stage: Stage) -> str:
    """Bank 2 lends money for a day against bills that stay with bank 1, pledged."""
    await mark(stage, MARK_E4)
    await stage.go_to(MARKED)
    terms = _terms()
    number = repo_id(BANK_1.address, terms)
    mine, theirs = BANK_1_ACCOUNT.address, BANK_2_ACCOUNT.address
    before = await stage.balance(BANK_1_ACCOUNT, MONEY)
    await stage.act(BANK_1, ProposeRepo(terms=terms, securities=mine, cash=mine))
    await stage.act(BANK_2, AcceptRepo(repo=number, securities=theirs, cash=theirs))
    await stage.expect_balance(BANK_1_ACCOUNT, MONEY, before.balance + LENT)
    bills = await stage.balance(BANK_1_ACCOUNT, BILL)
    require(bills.pledged == PLEDGED, f"{bills.pledged} of the bill are pledged")
    await mark(stage, MARK_E4)
    await stage.go_to(REPAID)
    view = await stage.read("repo_get", RepoView, {"repo": "0x" + number.hex()})
    if view.repo.status is not RepoStatus.CLOSED:
        await stage.act(BANK_1, CloseRepo(repo=number))
    view = await stage.read("repo_get", RepoView, {"repo": "0x" + number.hex()})
    require(view.repo.status is RepoStatus.CLOSED, f"the repo is {view.repo.status.name}")
    await stage.expect_balance(BANK_1_ACCOUNT, MONEY, before.balance + LENT - PRICE)
    free = await stage.balance(BANK_1_ACCOUNT, BILL)
    require(free.pledged == 0, "bills are still pledged")
    return (
        f"{MONEY} {rupees(LENT)} lent for a day against {rupees(PLEDGED)} of pledged face, repaid "
        f"with {rupees(PRICE)} (11 %), the bills free again"
    )


def _terms() -> RepoTerms:
    return RepoTerms(
        reference="REPO-1",
        seller=BANK_1.address,
        buyer=BANK_2.address,
        custodian=None,
        kind=RepoKind.TERM,
        mode=RepoMode.PLEDGE,
        cash_asset=MONEY,
        cash=LENT,
        rate_e6=RATE_E6,
        daycount=DayCount.ACT_365F,
        start=MARKED,
        end=REPAID,
        collateral=(CollateralLine(asset=BILL, amount=PLEDGED, haircut_bps=200),),
        margin=MarginTerms(frequency_bd=0, threshold_bps=0, deadline_bd=0),
        substitutions=(),
    )

"""What must hold of marks, pledges, notices and repos after every block (5.6).

Rules of this file: those of invariants_money.py.
"""

import datetime as dt
from collections.abc import Callable, Iterator

from tokens.finance.daycount import year_fraction
from tokens.invariants_money import Records
from tokens.records.day import BUSINESS_DAY
from tokens.records.enforcements import ENFORCEMENT, ENFORCEMENTS_BY_MONEY
from tokens.records.holdings import LIEN, Lien
from tokens.records.instruments import ASSET
from tokens.records.marks import ASSET_MARKS
from tokens.records.parties import PARTICIPANT
from tokens.records.repos import (
    LIVE,
    NOT_OVER,
    REPO,
    REPO_USE,
    Repo,
    RepoKind,
    RepoMode,
    RepoStatus,
)
from tokens.repo_life import accounts_of
from tokens.types import AssetKind, LienKind


def validate_marks(state: Records) -> Iterator[str]:
    """A mark follows one that held before it."""
    for marks in state.all(ASSET_MARKS):
        if marks.held is not None and marks.held.effective > marks.coming.effective:
            yield f"{marks.asset}: a mark follows a later one"


def validate_pledges(state: Records) -> Iterator[str]:
    """Each pledge is a participant's, or stands in one basket, with the amount it says."""
    participants = {entry.id for entry in state.all(PARTICIPANT)}
    baskets: dict[bytes, tuple[Repo, str, int]] = {}
    for repo in state.all(REPO):
        for line in repo.lines:
            if line.lien is not None:
                if line.lien in baskets:
                    yield f"repo {repo.terms.reference}: a lien stands in two baskets"
                baskets[line.lien] = (repo, line.asset, line.amount)
    for lien in state.all(LIEN):
        if lien.kind is not LienKind.PLEDGE:
            continue
        place = baskets.pop(lien.id, None)
        if place is None:
            if lien.owner not in participants:
                yield f"pledge {lien.id.hex()} is nobody's"
            continue
        yield from _line(lien, *place)
    for repo, _, _ in baskets.values():
        yield f"repo {repo.terms.reference}: a lien of its basket is gone"


def _line(lien: Lien, repo: Repo, asset: str, amount: int) -> Iterator[str]:
    if lien.owner != repo.id[:16]:
        yield f"repo {repo.terms.reference}: a lien of another"
    if lien.asset == asset and lien.amount != amount:
        yield f"repo {repo.terms.reference}: pledged {lien.amount}, line {amount}"


def validate_enforcements(state: Records) -> Iterator[str]:
    """A notice reaches an open pledge of its pledgee, alone, no earlier than it was given."""
    pledges = {lien.id: lien for lien in state.all(LIEN) if lien.kind is LienKind.PLEDGE}
    noticed: set[bytes] = set()
    for notice in state.all(ENFORCEMENT):
        name = f"notice of {notice.pledge.hex()}"
        places = [index.order(notice) for index in ENFORCEMENTS_BY_MONEY]
        named = {notice.pledge, *[place[0] for place in places if place is not None]}
        parts = pledges.keys() & named
        if not parts:
            yield f"{name}: nothing is pledged"
        if any(pledges[part].owner != notice.pledgee for part in parts):
            yield f"{name}: not of the pledgee"
        if parts & noticed:
            yield f"{name}: a part of it has another notice"
        if notice.from_date < notice.noticed_on:
            yield f"{name}: enforced from {notice.from_date}, given on {notice.noticed_on}"
        noticed |= parts


def validate_repos(state: Records) -> Iterator[str]:
    """Collateral, calls and defaults go with the status."""
    for repo in state.all(REPO):
        name = f"repo {repo.terms.reference}"
        if repo.lines and repo.status not in NOT_OVER:
            yield f"{name}: {repo.status.name} with collateral"
        if repo.status in LIVE and None in (
            repo.seller_cash,
            repo.seller_securities,
            repo.buyer_cash,
            repo.buyer_securities,
        ):
            yield f"{name}: {repo.status.name} without accounts"
        called = repo.status is RepoStatus.MARGIN_CALL
        if called != (repo.call > 0) or called != (repo.call_until is not None):
            yield f"{name}: {repo.status.name} with a call of {repo.call}"
        ended = repo.status in (RepoStatus.DEFAULTED, RepoStatus.CLOSED_OUT)
        if ended != (repo.defaulter is not None):
            yield f"{name}: {repo.status.name}, and who is in default is another question"
        pledged = repo.terms.mode is RepoMode.PLEDGE
        if any((line.lien is not None) != pledged for line in repo.lines):
            yield f"{name}: {repo.terms.mode.name} with the wrong liens"


def validate_repo_use(state: Records) -> Iterator[str]:
    """Each account is counted once for each repo that is not over."""
    counts: dict[bytes, int] = {}
    for repo in state.all(REPO):
        if repo.status in NOT_OVER:
            for account in accounts_of(repo):
                counts[account] = counts.get(account, 0) + 1
    if counts != {entry.account: entry.count for entry in state.all(REPO_USE)}:
        yield "accounts in repos are counted wrongly"


def validate_cover(state: Records) -> Iterator[str]:
    """Covered at today's look, or a call is open: for pledged baskets of money and dirty marks."""
    days = [entry.date for entry in state.all(BUSINESS_DAY)]
    money = {
        asset.id for asset in state.all(ASSET) if asset.kind in (AssetKind.MONEY, AssetKind.CASH)
    }
    liens = {lien.id: lien for lien in state.all(LIEN)}
    prices: dict[str, int] = {}
    for marks in state.all(ASSET_MARKS):
        mark = marks.coming if marks.coming.effective <= days[0] else marks.held
        if mark is not None and mark.dirty:
            prices[marks.asset] = mark.price_e4
    for repo in state.all(REPO):
        judged = repo.status is RepoStatus.OPEN and repo.judged_on == days[0]
        if not judged or repo.terms.mode is RepoMode.TITLE:
            continue
        value = 0
        for line in repo.lines:
            lien = liens.get(line.lien or b"")
            if lien is None or lien.asset != line.asset:
                break
            price = 10**6 if line.asset in money else prices.get(line.asset)
            if price is None:
                break
            value += line.amount * price * (10_000 - line.haircut_bps) // 10**10
        else:
            least = _price(repo, days[0]) - (
                repo.terms.cash * repo.terms.margin.threshold_bps // 10_000
            )
            if value < least:
                yield f"repo {repo.terms.reference}: worth {value} of {least} without a call"


def _price(repo: Repo, on: dt.date) -> int:
    if repo.terms.kind is RepoKind.INTRADAY:
        return repo.terms.cash
    part, year = year_fraction(repo.terms.daycount, repo.terms.start, on)
    rate, unit = repo.terms.rate_e6, year * 10**6
    interest = (2 * repo.terms.cash * abs(rate) * part + unit) // (2 * unit)
    return max(0, repo.terms.cash + (interest if rate > 0 else -interest))


COLLATERAL_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_marks,
    validate_pledges,
    validate_enforcements,
    validate_repos,
    validate_repo_use,
    validate_cover,
)

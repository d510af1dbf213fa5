"""What a repo's basket is after a seizure or a repayment of what lies in it (page 04, 5.6)."""

from collections.abc import Callable

from msgspec.structs import replace

from tokens.context import Context
from tokens.events.collateral import RepoCollateralChanged
from tokens.records.holdings import LIEN, Lien
from tokens.records.repos import REPO, REPOS_BY_PLEDGE, RepoLine

PAGE = 16
"""Repos whose ids begin alike: there is one, or somebody broke half of SHA-256."""

Follows = Callable[[RepoLine], RepoLine | None]
"""What is left of a line."""


def follow_seizure(context: Context, lien: Lien, left: int) -> None:
    """A pledge has only `left` units (0: it is gone): so has its line, if it is a repo's."""

    def after(line: RepoLine) -> RepoLine | None:
        haircut = line.haircut_bps if line.asset == lien.asset else 0
        asset = lien.asset or line.asset
        return replace(line, asset=asset, amount=left, haircut_bps=haircut) if left else None

    _follow(context, lien, after)


def follow_repayment(context: Context, pledge: Lien, money: bytes) -> None:
    """Money for a part of a pledge joins the basket, if it is a repo's: nobody else could free it.

    `pledge` rested on the units. `money` is the id of the lien on the money that came: the pledge's
    own where all units went, and the line is then known by that to rest on money.
    """
    left, came = context.state.get(LIEN, pledge.id), context.state.get(LIEN, money)

    def after(line: RepoLine) -> RepoLine | None:
        if left is None:
            return None
        return replace(line, amount=left.amount or 0) if line.asset == left.asset else line

    _follow(context, pledge, after, came if money != pledge.id else None)


def _follow(context: Context, pledge: Lien, after: Follows, money: Lien | None = None) -> None:
    """Change the line that names a pledge; money has a line beside it, the older one goes.

    The value is looked at again on the next margin date; today's look no longer counts.
    """
    for repo in context.state.scan(REPO, REPOS_BY_PLEDGE, (pledge.owner,), limit=PAGE):
        if all(line.lien != pledge.id for line in repo.lines):
            continue
        lines: list[RepoLine] = []
        for line in repo.lines:
            left = after(line) if line.lien == pledge.id else line
            if left is not None and (money is None or line.lien != money.id):
                lines.append(left)
        if money is not None:
            asset, amount = money.asset or "", money.amount or 0
            lines.append(
                RepoLine(asset=asset, amount=amount, haircut_bps=0, lien=money.id, next_coupon=0)
            )
        if tuple(lines) != repo.lines:
            context.state.put(REPO, replace(repo, lines=tuple(lines), judged_on=None))
            context.emit(RepoCollateralChanged(repo=repo.id, lines=tuple(lines)))

"""What a seizure or a repayment changes in a repo's basket (page 04, Control; 5.6)."""

from msgspec.structs import replace

from tokens.context import Context
from tokens.events.collateral import RepoCollateralChanged
from tokens.records.holdings import LIEN, Lien
from tokens.records.repos import REPO, REPOS_BY_PLEDGE, RepoLine

PAGE = 16
"""Repos whose ids begin alike: there is one, or somebody broke half of SHA-256."""


def follow_seizure(context: Context, lien: Lien, left: int) -> None:
    """A pledge has only `left` units (0: it is gone): so has its line, if it is a repo's.

    The value is looked at again on the next margin date; today's look no longer counts.
    """
    for repo in context.state.scan(REPO, REPOS_BY_PLEDGE, (lien.owner,), limit=PAGE):
        lines: list[RepoLine] = []
        for line in repo.lines:
            if line.lien != lien.id:
                lines.append(line)
            elif left:
                same = line.asset == lien.asset
                haircut = line.haircut_bps if same else 0
                asset = lien.asset or line.asset
                lines.append(replace(line, asset=asset, amount=left, haircut_bps=haircut))
        if tuple(lines) != repo.lines:
            context.state.put(REPO, replace(repo, lines=tuple(lines), judged_on=None))
            context.emit(RepoCollateralChanged(repo=repo.id, lines=tuple(lines)))


def follow_repayment(context: Context, pledge: Lien, money: bytes) -> None:
    """Money for a part of a repo's pledge joins the basket, or nobody could ever free it.

    `pledge` rested on the units, and is none of a repo or of one; `money` is the id of the lien on
    the money that came: the pledge's own where all units went.
    """
    state = context.state
    left, came = state.get(LIEN, pledge.id), state.get(LIEN, money)
    for repo in state.scan(REPO, REPOS_BY_PLEDGE, (pledge.owner,), limit=PAGE):
        if all(line.lien != pledge.id for line in repo.lines):
            continue
        lines: list[RepoLine] = []
        for line in repo.lines:
            if line.lien != pledge.id:
                lines += [] if line.lien == money else [line]
            elif left is not None:
                same = line.asset == left.asset
                lines.append(replace(line, amount=left.amount or 0) if same else line)
        if came is not None and money != pledge.id:
            asset, amount = came.asset or "", came.amount or 0
            lines.append(
                RepoLine(asset=asset, amount=amount, haircut_bps=0, lien=money, next_coupon=0)
            )
        if tuple(lines) != repo.lines:
            state.put(REPO, replace(repo, lines=tuple(lines), judged_on=None))
            context.emit(RepoCollateralChanged(repo=repo.id, lines=tuple(lines)))

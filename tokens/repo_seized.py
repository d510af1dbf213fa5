"""What a seizure takes out of a repo's basket (page 04, Control; 5.6)."""

from msgspec.structs import replace

from tokens.context import Context
from tokens.events.collateral import RepoCollateralChanged
from tokens.records.holdings import Lien
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

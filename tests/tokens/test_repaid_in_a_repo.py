"""Money for a part of a repo's collateral: found by `make fuzz-ledger STEPS=20000 SEED=1`.

It lay pledged under an id that no line of the basket named, and nobody could ever free it.
"""

import pytest

from tests.tokens.adversary_all import Everybody
from tokens.invariants import Snapshot, broken_invariants
from tokens.records.holdings import LIEN
from tokens.records.repos import REPO, Repo, RepoMode
from tokens.types import LienKind

PAPER = "PK0000000130"
"""Repays a part of its face at each payment."""
MONEY = "PKRS"


@pytest.fixture
def played() -> Everybody:
    """A repo over paper that repays a part meanwhile."""
    state = Everybody()
    state.walk_an_option(account="bank-a-cash", asset=None, calls=False, lot=1)
    state.walk_a_repo_of_paper(asset=PAPER, closes=False, lot=5, mode=RepoMode.PLEDGE)
    state.walk_an_option(account="fresh-0", asset=None, calls=False, lot=5)
    state.rest()
    return state


def repo_of(state: Everybody) -> Repo:
    """The only one."""
    (found,) = Snapshot(state.world.ledger.store).all(REPO)
    return found


def test_it_is_a_line_of_the_basket(played: Everybody) -> None:
    lines = [line for line in repo_of(played).lines if line.asset == MONEY]
    (lien,) = [
        lien for lien in Snapshot(played.world.ledger.store).all(LIEN) if lien.asset == MONEY
    ]
    assert [(line.lien, line.amount) for line in lines] == [(lien.id, lien.amount)]
    assert broken_invariants(played.world.ledger.store) == []


def test_it_is_free_when_the_repo_is_closed(played: Everybody) -> None:
    played.lenders.mark(100, dirty=True)
    played.next_day(1)
    played.rest()
    played.lenders.step(0, "close", 1, "fiu")
    played.world.end_block()
    assert repo_of(played).lines == ()
    liens = Snapshot(played.world.ledger.store).all(LIEN)
    assert [lien for lien in liens if lien.kind is LienKind.PLEDGE] == []
    assert broken_invariants(played.world.ledger.store) == []

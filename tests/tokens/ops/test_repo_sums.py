"""Sums of repos, whatever the numbers: interest, the part that covers a claim, bonds in and out."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tokens.ops.build import FACE, ISIN, go_to
from tests.tokens.ops.repo_build import (
    DAY,
    OTHER,
    START,
    mark,
    market,
    open_repo,
    pledged,
    repo_of,
    repo_terms,
)
from tests.tokens.ops.test_repo_margin import add, swap, take
from tests.tokens.ops.world import CBM
from tokens.ops.repo_steps import CloseOutRepo, CloseRepo
from tokens.records.repos import Repo, RepoMode, RepoStatus, RepoTerms
from tokens.records.system import PARAMETER, Parameter
from tokens.repo_value import amount_worth, interest_half_up, last_value_floor


@given(
    cash=st.integers(1, 2**63),
    rate_e6=st.integers(-(10**6), 10**6),
    days=st.integers(0, 3_650),
)
def test_interest_is_the_exact_rational_rounded_half_up_once(
    cash: int, rate_e6: int, days: int
) -> None:
    repo = _bare(repo_terms(cash=cash, rate_e6=rate_e6))
    exact = Fraction(cash * rate_e6 * days, 365 * 10**6)
    rounded = interest_half_up(repo, START + days * DAY)
    assert abs(rounded) == int(abs(exact) + Fraction(1, 2))
    assert rounded * rate_e6 >= 0


def _bare(made: RepoTerms) -> Repo:
    """Terms with nothing behind them."""
    return Repo(
        id=bytes(32),
        number=1,
        proposer=made.seller,
        terms=made,
        seller_securities=None,
        seller_cash=None,
        buyer_securities=None,
        buyer_cash=None,
        status=RepoStatus.PROPOSED,
        end=made.end,
        lines=(),
        coupons=0,
        margin_on=None,
        judged_on=None,
        call=0,
        call_until=None,
        defaulter=None,
        ended_on=None,
        price=0,
        claim=None,
    )


@settings(max_examples=60)
@given(lots=st.integers(1, 200), claim=st.integers(1, 2**40), price_e4=st.integers(1, 2_000_000))
def test_close_out_takes_the_smallest_part_that_covers(
    lots: int, claim: int, price_e4: int
) -> None:
    world = market()
    world.state.put(PARAMETER, Parameter(name="mark_jump_bps", value=100_000))
    mark(world, price_e4)
    go_to(world, START + DAY)
    amount = lots * FACE
    taken = amount_worth(world.state, ISIN, amount, claim)
    assert taken % FACE == 0
    if taken < amount:
        assert last_value_floor(world.state, ISIN, taken) >= claim
    if taken:
        assert last_value_floor(world.state, ISIN, taken - FACE) < claim


@settings(max_examples=25)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["add", "take", "swap", "day"]), st.integers(1, 60)),
        max_size=6,
    ),
    mode=st.sampled_from(list(RepoMode)),
)
def test_no_bond_is_made_or_lost_in_a_repo(steps: list[tuple[str, int]], mode: RepoMode) -> None:
    """Whatever the parties try, what was lent and what was given come back at the close."""
    world = market()
    bonds = world.balance(ISIN, "a/main"), world.balance(OTHER, "a/main")
    repo = open_repo(world, mode=mode)
    day = START
    for name, lots in steps:
        moves = {
            "add": add(repo, lots * FACE),
            "take": take(repo, lots * FACE),
            "swap": swap(repo, lots * FACE, (lots + 5) * FACE),
        }
        if name != "day":
            world.attempt("bank_a", moves[name])
            world.end_block()
        elif day < START + 4 * DAY:
            mark(world, 1_000_000 - 500 * lots)
            day += DAY
            go_to(world, day)
    if repo_of(world, repo).status is RepoStatus.DEFAULTED:
        world.act("bank_b", CloseOutRepo(repo=repo))
        total = world.balance(ISIN, "a/main") + world.balance(ISIN, "b/main")
        assert total == bonds[0]
    else:
        world.act("bank_a+bank_b", CloseRepo(repo=repo))
        found = world.balance(ISIN, "a/main"), world.balance(OTHER, "a/main")
        assert found == bonds
    assert (pledged(world), pledged(world, OTHER), pledged(world, CBM)) == (0, 0, 0)

"""Volume at the cut-off: exact to the last unit (5.2, point 3)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokens.finance.pro_rata import SharingTerms, share_volume

CASES = 20_000


def greedy(bids: list[int], volume: int, terms: SharingTerms) -> list[int]:
    """The rule word by word, one step at a time."""
    given = [0] * len(bids)
    left = volume
    for bid, at in sorted((bid, at) for at, bid in enumerate(bids)):
        if bid > terms.fill_first or bid > left:
            break
        given[at] = bid
        left -= bid
    others = [at for at in range(len(bids)) if not given[at]]
    total = sum(bids[at] for at in others)
    for at in others:
        given[at] = bids[at] * left // total // terms.step * terms.step
    rest = left - sum(given[at] for at in others)
    for unit in (terms.step, terms.multiple):
        while rest >= unit:
            fitting = [at for at in others if given[at] + unit <= bids[at]]
            if not fitting:
                break
            below = max(fitting, key=lambda at: (bids[at] * left - given[at] * total, -at))
            given[below] += unit
            rest -= unit
    return given


def random_case(source: random.Random, bids_max: int) -> tuple[list[int], int, SharingTerms]:
    """Bids from one multiple to a hundred steps; volumes from nothing to all."""
    multiple = source.choice((1, 5, 100_000))
    step = multiple * source.choice((1, 2, 7, 50))
    fill_first = source.choice((0, step, 3 * step))
    count = source.randint(1, bids_max)
    size = source.choice((3, 60, 5_000))
    bids = [multiple * source.randint(1, size) for _ in range(count)]
    volume = multiple * source.randint(0, sum(bids) // multiple)
    return bids, volume, SharingTerms(fill_first, step, multiple)


def test_pro_rata_summing_exactly() -> None:
    """20,000 random cases: the sum is the volume, nobody gets more than it bid."""
    source = random.Random(20_201_216)
    for _ in range(CASES):
        bids, volume, terms = random_case(source, 9)
        shares = share_volume(bids, volume, terms)
        assert sum(shares) == volume
        for bid, share in zip(bids, shares, strict=True):
            assert 0 <= share <= bid
            assert share % terms.multiple == 0


def test_the_bisection_gives_what_the_rule_says_step_by_step() -> None:
    source = random.Random(5_2_3)
    for _ in range(2_000):
        bids, volume, terms = random_case(source, 7)
        bids = [min(bid, 40 * terms.multiple) for bid in bids]
        volume = min(volume, sum(bids))
        assert share_volume(bids, volume, terms) == greedy(bids, volume, terms), (bids, volume)


def test_small_bids_are_filled_first_smallest_first() -> None:
    terms = SharingTerms(fill_first=50, step=50, multiple=1)
    assert share_volume([400, 30, 20, 400], 250, terms) == [100, 30, 20, 100]
    assert share_volume([400, 30, 20, 400], 40, terms) == [10, 1, 20, 9]  # 30 does not fit


def test_ties_go_to_the_lower_bid() -> None:
    terms = SharingTerms(fill_first=0, step=50, multiple=10)
    assert share_volume([200, 200, 200], 250, terms) == [100, 100, 50]
    assert share_volume([200, 200], 210, terms) == [110, 100]


def test_the_plain_rule_of_the_circular_over_allots() -> None:
    """Rounding each share to the nearest step gives more than there is: why this rule is not it."""
    bids, volume, step = [130, 130, 130], 240, 50
    nearest = [(2 * bid * volume + 390 * step) // (2 * 390 * step) * step for bid in bids]
    assert sum(nearest) == 300 > volume
    assert sum(share_volume(bids, volume, SharingTerms(0, step, 10))) == volume


@given(
    bids=st.lists(st.integers(min_value=1, max_value=2**50), min_size=1, max_size=64),
    data=st.data(),
)
def test_large_amounts_stay_exact(bids: list[int], data: st.DataObject) -> None:
    volume = data.draw(st.integers(min_value=0, max_value=sum(bids)))
    step = data.draw(st.integers(min_value=1, max_value=2**40))
    shares = share_volume(bids, volume, SharingTerms(0, step, 1))
    assert sum(shares) == volume
    assert all(0 <= share <= bid for bid, share in zip(bids, shares, strict=True))


@pytest.mark.parametrize(
    ("bids", "volume", "step"), [([10], 20, 10), ([10], -10, 10), ([15], 10, 10), ([10], 10, 15)]
)
def test_what_cannot_be_shared_is_refused(bids: list[int], volume: int, step: int) -> None:
    with pytest.raises(ValueError):
        share_volume(bids, volume, SharingTerms(0, step, 10))

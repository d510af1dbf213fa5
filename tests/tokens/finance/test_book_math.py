"""The clearing price against an oracle that tries every price; allotments; pairs."""

import random

import hypothesis.strategies as st
from hypothesis import example, given, settings

from tokens.finance.book_math import Clearing, Wish, allotments, clearing_of, pairs

LOT = 100

wishes = st.lists(
    st.builds(
        Wish,
        price_e4=st.integers(1, 40),
        face=st.integers(1, 60).map(lambda lots: lots * LOT),
        entered_at=st.integers(1, 3),
        id=st.binary(min_size=2, max_size=2),
    ),
    max_size=8,
    unique_by=lambda wish: wish.id,
)


def oracle(bids: list[Wish], asks: list[Wish], last: int) -> Clearing | None:
    """Every price there is, in one line each."""
    found = []
    for price in range(1, 50):
        demand = sum(bid.face for bid in bids if bid.price_e4 >= price)
        supply = sum(ask.face for ask in asks if ask.price_e4 <= price)
        found.append((price, min(demand, supply), demand, supply))
    most = max(entry[1] for entry in found)
    if not most:
        return None
    found = [entry for entry in found if entry[1] == most]
    least = min(abs(entry[2] - entry[3]) for entry in found)
    found = [entry for entry in found if abs(entry[2] - entry[3]) == least]
    middle = (found[0][0] + found[-1][0]) // 2
    return Clearing(*min(found, key=lambda entry: abs(entry[0] - (last or middle))))


def wish(price: int, lots: int, block: int = 1, name: bytes = b"a") -> Wish:
    return Wish(price, lots * LOT, block, name)


@settings(max_examples=600, derandomize=True)
@given(wishes, wishes, st.integers(0, 45))
@example([wish(30, 5), wish(20, 5)], [wish(10, 5), wish(20, 5)], 0)
@example([wish(30, 9), wish(20, 1)], [wish(10, 10)], 25)
def test_the_price_is_that_of_the_oracle(bids: list[Wish], asks: list[Wish], last: int) -> None:
    assert clearing_of(bids, asks, last) == oracle(bids, asks, last)


@settings(max_examples=200, derandomize=True)
@given(wishes, wishes, st.integers(0, 45), st.integers(0, 2**32))
def test_the_order_of_orders_does_not_count(
    bids: list[Wish], asks: list[Wish], last: int, seed: int
) -> None:
    before = clearing_of(bids, asks, last)
    chance = random.Random(seed)
    chance.shuffle(bids)
    chance.shuffle(asks)
    assert clearing_of(bids, asks, last) == before


def test_ties_of_the_price() -> None:
    """10 against 10 between 90 and 110: the last price, kept inside; the middle without one."""
    bids, asks = [wish(110, 10)], [wish(90, 10)]
    prices = []
    for last in (0, 1, 95, 200):
        found = clearing_of(bids, asks, last)
        assert found is not None
        prices.append(found.price_e4)
    assert prices == [100, 90, 95, 110]
    assert clearing_of([wish(89, 10)], asks, 100) is None


def side(wanted: list[Wish]) -> list[Wish]:
    return sorted(wanted, key=lambda entry: (-entry.price_e4, entry.entered_at, entry.id))


@settings(max_examples=600, derandomize=True)
@given(wishes, st.integers(0, 500))
def test_allotments_sum_exactly(wanted: list[Wish], part: int) -> None:
    """Nobody gets more than it wants, nothing is left, and nobody is passed over."""
    ordered = side(wanted)
    volume = min(part * LOT, sum(entry.face for entry in ordered))
    given_out = allotments(ordered, volume, LOT)
    assert sum(given_out) == volume
    partly = set()
    for entry, got in zip(ordered, given_out, strict=True):
        assert 0 <= got <= entry.face
        assert got % LOT == 0
        if 0 < got < entry.face:
            partly.add((entry.price_e4, entry.entered_at))
    assert len(partly) <= 1
    equals = [
        (entry, got)
        for entry, got in zip(ordered, given_out, strict=True)
        if (entry.price_e4, entry.entered_at) in partly
    ]
    total = sum(entry.face for entry, _ in equals)
    for entry, got in equals:
        fair = sum(got for _, got in equals) * entry.face
        assert abs(got * total - fair) < LOT * total


def test_earlier_blocks_come_first_and_one_block_shares() -> None:
    old = wish(10, 3, block=1, name=b"z")
    new = [wish(10, 1, block=2, name=b"a"), wish(10, 2, block=2, name=b"b")]
    better = wish(11, 1, block=9, name=b"y")
    got = allotments([better, old, *new], 6 * LOT, LOT)
    assert got == [1 * LOT, 3 * LOT, 1 * LOT, 1 * LOT]
    # 2 lots over 1 : 2 are 2/3 and 4/3: one each, the larger remainder takes the lot that is left


@settings(max_examples=400, derandomize=True)
@given(st.lists(st.integers(0, 9), max_size=9), st.lists(st.integers(0, 9), max_size=9))
def test_pairs_deliver_what_was_allotted(bought: list[int], sold: list[int]) -> None:
    made = list(pairs(bought, sold))
    volume = min(sum(bought), sum(sold))
    assert sum(face for _, _, face in made) == volume
    assert all(face > 0 for _, _, face in made)
    assert len(made) <= max(0, sum(map(bool, bought)) + sum(map(bool, sold)) - 1)
    if sum(bought) == sum(sold):
        for at, wanted in enumerate(bought):
            assert sum(face for buyer, _, face in made if buyer == at) == wanted
        for at, offered in enumerate(sold):
            assert sum(face for _, seller, face in made if seller == at) == offered

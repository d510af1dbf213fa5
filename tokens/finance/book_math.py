"""The one price at which a book clears, and who gets how much of it (5.9).

Rules of the file:

1. The price maximises the volume; among those the imbalance is least; among those it is nearest to
   the last price. So it depends on the set of orders only, never on how they came into a block.
2. Who gets what: better prices first, at a price earlier blocks first, orders of one block pro rata
   by largest remainder. The sum is exact.
3. Faces are whole lots: what an order gets can always be delivered.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple


class Wish(NamedTuple):
    """One order as the clearing sees it."""

    price_e4: int
    """Limit per 100 of face, x 10^4, 1 or more."""
    face: int
    """Minor units, a multiple of the lot, 1 lot or more."""
    entered_at: int
    """Height of its block."""
    id: bytes
    """Breaks ties between equal remainders."""


class Clearing(NamedTuple):
    """Where a book clears."""

    price_e4: int
    volume: int
    """Face that changes hands, minor units."""
    demand: int
    """Face bid at the price or above."""
    supply: int
    """Face offered at the price or below."""


def clearing_of(bids: Sequence[Wish], asks: Sequence[Wish], last_e4: int) -> Clearing | None:
    """Return the price of most volume, or None if no bid reaches an offer.

    Demand falls and supply rises with the price, so the best prices lie side by side; of them it is
    the one nearest to the last price, or the middle (rounded down) if nothing was traded yet.

    Args:
        bids: in any order.
        asks: in any order.
        last_e4: price of the last trade, 0 if there was none.
    """
    if not bids or not asks:
        return None
    low, high = min(ask.price_e4 for ask in asks), max(bid.price_e4 for bid in bids)
    if low > high:
        return None
    steps = sorted({low, *(a.price_e4 for a in asks), *(b.price_e4 + 1 for b in bids)})
    steps = [price for price in steps if low <= price <= high]
    demand = _sums_above(bids, steps)
    supply = _sums_below(asks, steps)
    ranks = [
        (-min(wanted, offered), abs(wanted - offered))
        for wanted, offered in zip(demand, supply, strict=True)
    ]
    best = min(ranks)
    first = ranks.index(best)
    last = len(ranks) - 1 - ranks[::-1].index(best)
    start = steps[first]
    stop = steps[last + 1] - 1 if last + 1 < len(steps) else high
    price = min(max(last_e4, start), stop) if last_e4 else (start + stop) // 2
    wanted = sum(bid.face for bid in bids if bid.price_e4 >= price)
    offered = sum(ask.face for ask in asks if ask.price_e4 <= price)
    return Clearing(price, min(wanted, offered), wanted, offered)


def _sums_above(bids: Sequence[Wish], steps: Sequence[int]) -> list[int]:
    """Face bid at each step or above."""
    left = sorted(bids, key=lambda bid: bid.price_e4)
    total = sum(bid.face for bid in bids)
    sums, at = [], 0
    for price in steps:
        while at < len(left) and left[at].price_e4 < price:
            total -= left[at].face
            at += 1
        sums.append(total)
    return sums


def _sums_below(asks: Sequence[Wish], steps: Sequence[int]) -> list[int]:
    """Face offered at each step or below."""
    left = sorted(asks, key=lambda ask: ask.price_e4)
    total = 0
    sums, at = [], 0
    for price in steps:
        while at < len(left) and left[at].price_e4 <= price:
            total += left[at].face
            at += 1
        sums.append(total)
    return sums


def allotments(wishes: Sequence[Wish], volume: int, lot: int) -> list[int]:
    """Return what each order gets, in minor units, in the order given; the sum is `volume`.

    Args:
        wishes: one side, best price first, at a price by block, within a block by id.
        volume: at most the sum of the faces, a multiple of the lot.
        lot: smallest face that can be delivered, 1 or more.
    """
    given: list[int] = []
    left = volume
    for _, group in groupby(wishes, key=lambda wish: (wish.price_e4, wish.entered_at)):
        equals = list(group)
        total = sum(wish.face for wish in equals)
        given += [wish.face for wish in equals] if total <= left else _pro_rata(equals, left, lot)
        left = max(0, left - total)
    return given


def _pro_rata(wishes: Sequence[Wish], volume: int, lot: int) -> list[int]:
    """Shares of less than everybody wants, in whole lots, by largest remainder."""
    total = sum(wish.face for wish in wishes) // lot
    lots = volume // lot
    shares = [divmod(lots * (wish.face // lot), total) for wish in wishes]
    rest = lots - sum(whole for whole, _ in shares)
    order = sorted(range(len(wishes)), key=lambda at: (-shares[at][1], wishes[at].id))
    lots_of = [whole for whole, _ in shares]
    for at in order[:rest]:
        lots_of[at] += 1
    return [count * lot for count in lots_of]


def pairs(bought: Sequence[int], sold: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (place of the buyer, place of the seller, face): who delivers to whom, in order.

    At most one pair fewer than there are orders that get something.
    """
    buyer, seller = 0, 0
    wanted = bought[0] if bought else 0
    offered = sold[0] if sold else 0
    while buyer < len(bought) and seller < len(sold):
        face = min(wanted, offered)
        if face:
            yield buyer, seller, face
        wanted, offered = wanted - face, offered - face
        if not wanted:
            buyer += 1
            wanted = bought[buyer] if buyer < len(bought) else 0
        elif not offered:
            seller += 1
            offered = sold[seller] if seller < len(sold) else 0

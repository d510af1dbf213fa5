"""How a volume at the cut-off is shared among bids: exactly, in steps (5.2, point 3).

Rules of this file:
1. Bids up to `fill_first` are filled first, smallest first, while they fit. The others share
   what is left, Q'.
2. Each gets floor(bid * Q' / sum of those bids) down to the step. What is left then goes in such
   steps, afterwards in steps of `multiple`, to the bid furthest below its exact share; ties to the
   lower bid id; never above the bid. The sum is Q' exactly.
3. Shares are compared as integers, each scaled by the sum of the bids: nothing is rounded. The
   greedy rule is computed by bisection, so that its cost does not depend on how many steps there
   are.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tokens.amount import mul_div_floor


class SharingTerms(NamedTuple):
    """Terms of an auction that the sharing needs, minor units of face."""

    fill_first: int
    """Bids up to it are filled first; 0: none."""
    step: int
    """A multiple of `multiple`."""
    multiple: int
    """Every bid and the volume are multiples of it."""


class _Share(NamedTuple):
    """A bid while it is being served, in order of ids."""

    place: int
    """Position among all bids."""
    bid: int
    given: int
    below: int
    """(exact share - given) x sum of the bids; may be negative."""


def share_volume(bids: Sequence[int], volume: int, terms: SharingTerms) -> list[int]:
    """Face for each bid, in the order of the bids: lower ids first.

    Args:
        bids: faces at the cut-off, each a multiple of `multiple`.
        volume: what they get together: a multiple of `multiple`, at most their sum.
        terms: of the auction.

    Raises:
        ValueError: the volume is above the sum, or something is no multiple.
    """
    if not 0 <= volume <= sum(bids):
        raise ValueError(f"volume {volume} of {sum(bids)}")
    if any(value % terms.multiple for value in (*bids, volume, terms.step)):
        raise ValueError(f"not a multiple of {terms.multiple}")
    given = [0] * len(bids)
    left = volume
    small = sorted((bid, place) for place, bid in enumerate(bids) if bid <= terms.fill_first)
    for bid, place in small:
        if bid > left:
            break
        given[place] = bid
        left -= bid
    rest = [(place, bid) for place, bid in enumerate(bids) if not given[place]]
    for share in _shared(rest, left, terms):
        given[share.place] = share.given
    return given


def _shared(bids: Sequence[tuple[int, int]], volume: int, terms: SharingTerms) -> list[_Share]:
    total = sum(bid for _, bid in bids)
    shares = []
    for place, bid in bids:
        base = mul_div_floor(bid, volume, total)
        base -= base % terms.step
        shares.append(_Share(place, bid, base, bid * volume - base * total))
    for unit in (terms.step, terms.multiple):
        rest = volume - sum(share.given for share in shares)
        shares = _give(shares, rest // unit, unit, unit * total)
    return shares


def _give(shares: list[_Share], count: int, unit: int, scaled: int) -> list[_Share]:
    """Give `count` units, or as many as fit, each to the share that is furthest below.

    The j-th unit (from 0) of a share has the rank below - j * scaled: the units of the highest
    ranks are given, and of equal ranks those of lower ids.
    """
    rooms = [(share.bid - share.given) // unit for share in shares]
    count = min(count, sum(rooms))
    if count <= 0:
        return shares

    def units(share: _Share, room: int, rank: int) -> int:
        """Units of a share whose rank is at least `rank`."""
        return max(0, min(room, (share.below - rank) // scaled + 1))

    high = max(share.below for share in shares) + 1
    low = min(share.below for share in shares) - scaled * max(rooms)
    while high - low > 1:  # at `low` there are enough units, at `high` too few
        middle = (low + high) // 2
        found = sum(units(share, room, middle) for share, room in zip(shares, rooms, strict=True))
        if found >= count:
            low = middle
        else:
            high = middle
    taken = [units(share, room, high) for share, room in zip(shares, rooms, strict=True)]
    left = count - sum(taken)
    for at, (share, room) in enumerate(zip(shares, rooms, strict=True)):
        if left and units(share, room, low) > taken[at]:
            taken[at] += 1
            left -= 1
    return [
        share._replace(given=share.given + number * unit, below=share.below - number * scaled)
        for share, number in zip(shares, taken, strict=True)
    ]

"""What a settlement batch does in sum (5.5): per account and asset, and what it brings into being.

All legs or none. An account that appears twice is checked once, on the sum, so that it cannot slip
past a freeze or a limit.
"""

from typing import NamedTuple

from tokens.limits import NetChange
from tokens.lookup import require_account, require_asset
from tokens.records.instruments import Asset
from tokens.records.settlement import ISSUANCE, Leg
from tokens.state import Overlay


class Net(NamedTuple):
    """What a batch does to one account in one asset."""

    account: bytes
    asset: str
    amount: int
    """Minor units received (positive) or given (negative)."""


def net_effects(legs: tuple[Leg, ...]) -> list[Net]:
    """Sums per (account, asset) in order of first appearance; accounts not named are left out."""
    sums: dict[tuple[bytes, str], int] = {}
    for leg in legs:
        if leg.source is not None and leg.source != ISSUANCE:
            place = (leg.source, leg.asset)
            sums[place] = sums.get(place, 0) - leg.quantity
        if leg.target is not None:
            place = (leg.target, leg.asset)
            sums[place] = sums.get(place, 0) + leg.quantity
    return [Net(account, asset, amount) for (account, asset), amount in sums.items()]


def issued_amounts(legs: tuple[Leg, ...]) -> dict[str, int]:
    """Units that a batch brings into being, per asset."""
    issued: dict[str, int] = {}
    for leg in legs:
        if leg.source == ISSUANCE:
            issued[leg.asset] = issued.get(leg.asset, 0) + leg.quantity
    return issued


def net_changes(state: Overlay, legs: tuple[Leg, ...]) -> list[tuple[Asset, NetChange]]:
    """The same as accounts and assets, for checks on sums; accounts not named are left out."""
    return [
        (
            require_asset(state, net.asset),
            NetChange(require_account(state, net.account), net.amount),
        )
        for net in net_effects(legs)
        if net.amount
    ]

"""Notices that a secured claim was not paid: pledges about to be enforced (5.6)."""

import datetime as dt
from collections.abc import Callable

import msgspec

from tokens.records.holdings import CASH_LIENS_MAX, LegalBasis, cash_lien_id
from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, AssetId, Hash, PositiveAmount


class Enforcement(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A pledgee says that its claim is due; stands while anything is pledged under the id."""

    pledge: Hash
    """Id of the lien."""
    account: Address
    """Of the pledgor."""
    pledgee: Address
    claim: PositiveAmount
    """What is still owed, minor units of the cash asset."""
    cash_asset: AssetId
    basis: LegalBasis
    """The agreement that was broken."""
    noticed_on: dt.date
    from_date: dt.date
    """First business date on which the pledge may be enforced."""


def _money(place: int) -> Callable[[Enforcement], Key]:
    """Id of the `place`-th lien on money that may have come for a part of the pledge; from 0."""

    def order(record: Enforcement) -> Key:
        name = record.pledge
        for _ in range(1 + place):
            name = cash_lien_id(name)
        return (name,)

    return order


ENFORCEMENTS_BY_MONEY: tuple[Index[Enforcement], ...] = tuple(
    [
        Index(177 + place, f"enforcements_by_money_{place}", _money(place), static=True)
        for place in range(CASH_LIENS_MAX)
    ]
)
"""Money that came for a part of a pledge has an id of its own: the notice is found by it."""
ENFORCEMENT = RecordKind(
    107, "enforcement", Enforcement, lambda r: (r.pledge,), ENFORCEMENTS_BY_MONEY
)

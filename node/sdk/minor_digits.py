"""Decimals of currencies, for who shows or writes amounts."""

from collections.abc import Iterable

from node.sdk.schema.chain import Parameter
from tokens.records.instruments import Asset
from tokens.types import AssetKind

MINOR_DIGITS = {"AED": 2, "CNY": 2, "EUR": 2, "GBP": 2, "SAR": 2, "USD": 2}
"""ISO 4217: foreign currencies that may be named. Those of its own money the ledger says (parameter
minor_digits)."""


def minor_digits_of(parameters: Iterable[Parameter], assets: Iterable[Asset]) -> dict[str, int]:
    """Currency -> decimals of its minor unit, with the ledger's own."""
    own = {entry.name: entry.value for entry in parameters}.get("minor_digits", 2)
    return MINOR_DIGITS | {each.currency: own for each in assets if each.kind is AssetKind.MONEY}

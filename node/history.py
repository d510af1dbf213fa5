"""Which addresses a block touched: the rows behind account history.

Derived from the types of events, so that a new event needs nothing here.
"""

from typing import get_args

import msgspec
from msgspec import inspect

from tokens.events import LedgerEvent
from tokens.results import Receipt
from tokens.transaction import DecodedTransaction


def _address_fields(event: type[msgspec.Struct]) -> tuple[str, ...]:
    """Names of the fields that hold one address (or None)."""
    described = inspect.type_info(event)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{event} is no struct")
    return tuple(field.name for field in described.fields if _is_address(field.type))


def _is_address(of: inspect.Type) -> bool:
    if isinstance(of, inspect.UnionType):
        return any(_is_address(each) for each in of.types)
    if isinstance(of, inspect.Metadata):
        extra = of.extra or {}
        return extra.get("form") == "address" or _is_address(of.type)
    return False


ADDRESS_FIELDS: dict[type[msgspec.Struct], tuple[str, ...]] = {
    event: _address_fields(event) for event in get_args(LedgerEvent)
}
"""Event type -> its address fields."""


def touched(
    transactions: tuple[DecodedTransaction, ...], receipts: tuple[Receipt, ...]
) -> tuple[tuple[bytes, int], ...]:
    """(address, receipt index) of each sender and of every address that an event names, once."""
    found: dict[tuple[bytes, int], None] = {}
    for index, receipt in enumerate(receipts):
        if index < len(transactions):
            found[transactions[index].signed.transaction.sender, index] = None
        for event in receipt.events:
            for name in ADDRESS_FIELDS[type(event)]:
                address = getattr(event, name)
                if address is not None:
                    found[address, index] = None
    return tuple(found)

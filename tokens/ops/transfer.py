"""Transfer: units from one account to another, free of payment."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens.context import Context
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, AssetId, OperationClass, PositiveAmount


class Transfer(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=60,
):
    """Move units between two accounts without a payment leg."""

    asset: AssetId
    source: Address
    """Account debited; the sender must be able to act for it."""
    target: Address
    """Account credited."""
    amount: PositiveAmount
    end_to_end_ref: Annotated[str, msgspec.Meta(max_length=35)]
    """Payer's reference, ISO 20022 Max35Text."""


def check(context: Context, operation: Transfer) -> Iterator[Refusal]:
    """Order of checks of page 04."""
    if operation.source == operation.target:
        yield Refusal(Code.SAME_ACCOUNT)


def apply(context: Context, operation: Transfer) -> None:
    """Two postings."""


TRANSFER = OperationSpec(
    operation=Transfer,
    name="transfer",
    family="transfer",
    operation_class=OperationClass.MOVE,
    check=check,
    apply=apply,
    codes=(Code.SAME_ACCOUNT,),
)

"""Which instruments of an issuer default together: data that the issuer names (5.3)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens.authority import with_role
from tokens.context import Context
from tokens.events import CrossDefaultSet
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.options import CROSS_DEFAULT, CROSS_DEFAULT_MAX, CrossDefault
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS, AssetId, OperationClass, Role


class SetCrossDefault(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=245,
):
    """Name the treasury's cross-default list; it replaces the one before.

    By treasury and central bank.
    What is in default already stays so until its cause is cured.
    """

    assets: Annotated[tuple[AssetId, ...], msgspec.Meta(max_length=CROSS_DEFAULT_MAX)]
    """Instruments of the treasury, strictly ascending, at most 64; empty = each for itself."""


def check(context: Context, operation: SetCrossDefault) -> Iterator[Refusal]:
    """Instruments of this treasury, each once."""
    treasury = with_role(context, Role.TREASURY)
    if treasury is None:
        yield Refusal(Code.ROLE_REQUIRED)
    if any(first >= second for first, second in pairwise(operation.assets)):
        yield Refusal(Code.BAD_FIELD)
    for one in operation.assets:
        asset = context.state.get(ASSET, one)
        if asset is None or context.state.get(INSTRUMENT, one) is None:
            yield Refusal(Code.UNKNOWN_ASSET)
        elif treasury is not None and asset.issuer != treasury.id:
            yield Refusal(Code.NOT_AUTHORISED)


def apply(context: Context, operation: SetCrossDefault) -> None:
    """The new list."""
    treasury = with_role(context, Role.TREASURY)
    issuer = NO_ADDRESS if treasury is None else treasury.id
    context.state.put(CROSS_DEFAULT, CrossDefault(issuer=issuer, assets=operation.assets))
    context.emit(CrossDefaultSet(issuer=issuer, assets=operation.assets))


SET_CROSS_DEFAULT = OperationSpec(
    operation=SetCrossDefault,
    name="set_cross_default",
    family="defaults",
    operation_class=OperationClass.GOVERN,
    check=check,
    apply=apply,
    approval="instrument",
    codes=(Code.ROLE_REQUIRED, Code.BAD_FIELD, Code.UNKNOWN_ASSET, Code.NOT_AUTHORISED),
)

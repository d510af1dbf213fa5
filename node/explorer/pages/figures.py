"""What pages of figures share: units of charts, amounts of a currency, values that may not be."""

from typing import TypeVar

from node.explorer.ask import Ask, Params
from node.explorer.charts.scale import Unit
from node.explorer.charts.svg import Svg
from node.explorer.page import Cell, Chart
from node.sdk.errors import RpcFailed
from tokens.types import AssetKind

T = TypeVar("T")

KIND_NAMES = {
    AssetKind.MONEY: "central-bank money",
    AssetKind.CASH: "stablecoin",
    AssetKind.FIXED: "fixed-rate bond",
    AssetKind.BILL: "bill",
    AssetKind.FLOAT: "floating-rate bond",
    AssetKind.ZERO: "zero-coupon bond",
    AssetKind.SUKUK_FRR: "sukuk, fixed rental",
    AssetKind.SUKUK_VRR: "sukuk, variable rental",
    AssetKind.SUKUK_DISC: "sukuk, discounted",
    AssetKind.AMORT: "amortising bond",
    AssetKind.COMMODITY: "commodity receipt",
}


def unit_of(ask: Ask, asset: str) -> Unit:
    """Of a chart of amounts of an asset."""
    digits = ask.show.digits(asset)
    return Unit(
        name=asset if digits is not None else f"minor units of {asset}", decimals=digits or 0
    )


def unit_of_currency(ask: Ask, currency: str) -> Unit:
    """Of a chart of amounts of a currency."""
    digits = ask.directory.digits.get(currency)
    named = currency if digits is not None else f"minor units of {currency}"
    return Unit(name=named, decimals=digits or 0)


def currency_amount(ask: Ask, minor: int, currency: str) -> Cell:
    """Minor units of a currency."""
    return ask.show.in_currency(minor, currency, ask.directory.digits.get(currency))


def drawn(title: str, svg: Svg) -> Chart:
    """A section that is a chart."""
    return Chart(title=title, svg=svg.text)


async def found(ask: Ask, method: str, params: Params, *, of: type[T]) -> T | None:
    """A value, None where there is none. RpcFailed for any other refusal, NodeUnreachable."""
    return present(await ask.try_read(method, params, of=of))


def present(answer: T | RpcFailed) -> T | None:
    """The value of an answer, None where there is none. Raises any other RpcFailed."""
    if isinstance(answer, RpcFailed):
        if answer.symbol == "NOT_FOUND":
            return None
        raise answer
    return answer

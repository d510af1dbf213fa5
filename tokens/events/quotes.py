"""Events of requests for quote: told to the two parties (5.9)."""

import msgspec

from tokens.records.market import Side
from tokens.records.quotes import QuoteStatus
from tokens.types import Address, Amount, AssetId, PriceE4, Reference


class QuoteRequested(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=165,
):
    """A price was asked for."""

    taker: Address
    rfq_id: Reference
    maker: Address
    asset: AssetId
    side: Side
    face: Amount


class Quoted(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=166,
):
    """The maker named its price, or another one."""

    taker: Address
    rfq_id: Reference
    price_e4: PriceE4


class QuoteClosed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=167,
):
    """Accepted (a batch of the same id settles it), declined or expired."""

    taker: Address
    rfq_id: Reference
    status: QuoteStatus

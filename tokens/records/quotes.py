"""Requests for quote: two parties agree on a price, and a batch settles it (5.9)."""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.records.kind import Index, Key, RecordKind
from tokens.records.market import PRICE_E4_MAX, Side
from tokens.types import Address, AssetId, Hash, PositiveAmount, Reference


class QuoteStatus(IntEnum):
    """Life of a request for quote."""

    REQUESTED = 1
    QUOTED = 2
    ACCEPTED = 3
    DECLINED = 4
    EXPIRED = 5


class QuoteRequest(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A request for quote. It leaves the state at its expiry date; its batch stays."""

    taker: Address
    """Participant that asked."""
    rfq_id: Reference
    """Chosen by the taker; the id of the batch too."""
    maker: Address
    """Participant that was asked."""
    asset: AssetId
    side: Side
    """What the taker wants: BUY or SELL."""
    face: PositiveAmount
    """Minor units."""
    isd: dt.date
    """Intended settlement date."""
    expires_on: dt.date
    """Last business date of an answer is before it."""
    taker_account: Address
    """Receives or delivers the face."""
    status: QuoteStatus
    price_e4: Annotated[int, msgspec.Meta(ge=0, le=PRICE_E4_MAX)]
    """The maker's clean price per 100 of face, x 10^4; 0 = none yet."""
    maker_account: Address | None
    """The maker's side; None until it quotes."""
    taker_travel_hash: Hash | None = None
    """SHA-256 of the sealed data about the taker's client, if they are asked for."""
    maker_travel_hash: Hash | None = None
    """The same about the maker's client."""


def _is_open(request: QuoteRequest) -> bool:
    return request.status in (QuoteStatus.REQUESTED, QuoteStatus.QUOTED)


def _by_taker_account(request: QuoteRequest) -> Key | None:
    return (request.taker_account, request.taker, request.rfq_id) if _is_open(request) else None


def _by_maker_account(request: QuoteRequest) -> Key | None:
    if request.maker_account is None or not _is_open(request):
        return None
    return (request.maker_account, request.taker, request.rfq_id)


QUOTE_REQUEST = RecordKind(
    67,
    "quote_request",
    QuoteRequest,
    lambda r: (r.taker, r.rfq_id),
    (
        Index(63, "quotes_by_taker", lambda r: (r.taker, r.rfq_id), static=True),
        Index(64, "quotes_by_maker", lambda r: (r.maker, r.taker, r.rfq_id), static=False),
        Index(
            65,
            "open_quotes_by_taker",
            lambda r: (r.taker, r.rfq_id) if _is_open(r) else None,
            static=False,
        ),
        Index(
            66,
            "open_quotes_by_maker",
            lambda r: (r.maker, r.taker, r.rfq_id) if _is_open(r) else None,
            static=False,
        ),
        Index(58, "open_quotes_by_taker_account", _by_taker_account, static=False),
        Index(59, "open_quotes_by_maker_account", _by_maker_account, static=False),
    ),
)

QUOTES_BY_TAKER, QUOTES_BY_MAKER, OPEN_BY_TAKER, OPEN_BY_MAKER = QUOTE_REQUEST.indexes[:4]
OPEN_BY_ACCOUNT = QUOTE_REQUEST.indexes[4:]
"""Of the taker, of the maker."""

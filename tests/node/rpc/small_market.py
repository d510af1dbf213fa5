"""The secondary market of the small ledger: a book of three orders, one trade, one quote."""

import datetime

from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tokens.records.market import BOOK, ORDER, TRADE, Book, Order, OrderStatus, Side, Trade
from tokens.records.quotes import QUOTE_REQUEST, QuoteRequest, QuoteStatus
from tokens.state import Overlay


def order(name: str, holder: str, asset: str, side: Side, price_e4: int, face: int) -> Order:
    """An open order without a hold."""
    return Order(
        id=digest_of(name),
        account=address_of(holder),
        cash_account=address_of(holder),
        asset=asset,
        side=side,
        price_e4=price_e4,
        face=face,
        filled=0,
        expires_on=BUSINESS_DATE + datetime.timedelta(days=5),
        placed_at=1,
        entered_at=1,
        status=OrderStatus.OPEN,
        reason=0,
        lien=None,
    )


def put_market(overlay: Overlay, asset: str) -> None:
    """Alice bids twice at one price, Bob offers; they traded once before."""
    first = order("bid-1", "alice", asset, Side.BUY, 999_000, 300)
    ask = order("ask-1", "bob", asset, Side.SELL, 1_001_000, 500)
    for entry in (first, order("bid-2", "alice", asset, Side.BUY, 999_000, 200), ask):
        overlay.put(ORDER, entry)
    overlay.put(
        BOOK,
        Book(
            asset=asset,
            orders=3,
            last_price_e4=1_000_000,
            last_traded_on=BUSINESS_DATE,
            trades=1,
            waiting_since=0,
            stalled=False,
            closing=False,
        ),
    )
    overlay.put(
        TRADE,
        Trade(
            asset=asset,
            number=1,
            height=1,
            traded_on=BUSINESS_DATE,
            price_e4=1_000_000,
            face=100,
            principal=100,
            accrued=0,
            buy_order=digest_of("bid-0"),
            sell_order=digest_of("ask-0"),
            buyer=address_of("alice"),
            seller=address_of("bob"),
        ),
    )
    overlay.put(
        QUOTE_REQUEST,
        QuoteRequest(
            taker=address_of("bank"),
            rfq_id="RFQ-1",
            maker=address_of("issuer"),
            asset=asset,
            side=Side.BUY,
            face=400,
            isd=BUSINESS_DATE,
            expires_on=BUSINESS_DATE + datetime.timedelta(days=1),
            taker_account=address_of("alice"),
            status=QuoteStatus.QUOTED,
            price_e4=1_000_500,
            maker_account=address_of("reserve"),
        ),
    )

"""Promises of the secondary market, judged from the outside (5.9)."""

from collections.abc import Sequence

from tests.tokens.support import Ledger
from tokens.events import BookCleared, LedgerEvent, OrderFilled
from tokens.records.market import ORDER, TRADE, Side
from tokens.relations import ties_of


def judge_fills(ledger: Ledger, events: Sequence[LedgerEvent]) -> None:
    """One price a book; nobody beyond its limit or with itself; both sides got the same."""
    state = ledger.state
    prices = {event.asset: event.price_e4 for event in events if isinstance(event, BookCleared)}
    volumes = {event.asset: event.volume for event in events if isinstance(event, BookCleared)}
    assert len(prices) == sum(isinstance(event, BookCleared) for event in events)
    fills = [event for event in events if isinstance(event, OrderFilled)]
    for side in Side:
        sums: dict[str, int] = {}
        for event in fills:
            if event.side is side:
                sums[event.asset] = sums.get(event.asset, 0) + event.face
        assert sums == volumes
    for event in fills:
        assert event.price_e4 == prices[event.asset]
        order = state.get(ORDER, event.order)
        assert order is not None
        if event.side is Side.BUY:
            assert event.price_e4 <= order.price_e4
        else:
            assert event.price_e4 >= order.price_e4
        trade = state.get(TRADE, event.asset, event.trade)
        assert trade is not None
        ties = ties_of(state, trade.buyer)
        assert not any(tie in ties for tie in ties_of(state, trade.seller)), "traded with itself"

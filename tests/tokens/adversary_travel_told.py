"""Which movements of a block were told in an order or in the terms of a repo (page 04, AML)."""

from collections.abc import Sequence

from tests.tokens.support import Ledger
from tokens.events import LedgerEvent, OrderFilled
from tokens.events.collateral import RepoStatusChanged
from tokens.lookup import require
from tokens.records.market import ORDER, TRADE, Side
from tokens.records.repos import REPO

Place = tuple[bytes, bytes, int]
"""(account debited, account credited, amount)."""


def told_in_orders(ledger: Ledger, events: Sequence[LedgerEvent]) -> list[Place]:
    """Both legs of each trade of which one order at least carries data."""
    state, found = ledger.state, list[Place]()
    for event in events:
        if not isinstance(event, OrderFilled) or event.side is not Side.BUY:
            continue
        trade = require(state, TRADE, event.asset, event.trade)
        buy, sell = require(state, ORDER, trade.buy_order), require(state, ORDER, trade.sell_order)
        if buy.travel_hash is not None or sell.travel_hash is not None:
            found.append((sell.account, buy.account, trade.face))
            total = trade.principal + trade.accrued
            found.append((buy.cash_account, sell.cash_account, total))
    return found


def told_in_repos(ledger: Ledger, events: Sequence[LedgerEvent]) -> set[tuple[bytes, bytes]]:
    """Between whom a repo with data moved in this block: (account debited, account credited)."""
    pairs: set[tuple[bytes, bytes]] = set()
    for event in events:
        if isinstance(event, RepoStatusChanged):
            repo = require(ledger.state, REPO, event.repo)
            if repo.terms.travel_hash is not None:
                mine = {repo.seller_cash or b"", repo.seller_securities or b""}
                theirs = {repo.buyer_cash or b"", repo.buyer_securities or b""}
                pairs |= {(one, other) for one in mine for other in theirs}
                pairs |= {(other, one) for one in mine for other in theirs}
    return pairs

"""What the adversary does in the secondary market, and the promises that it is held to (5.9)."""

import datetime as dt

import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import precondition, rule

from tests.tokens.adversary_market import NAME_OF
from tests.tokens.adversary_values import FACE, HOLDERS, ISINS, PKRS, accounts, anyone, lots
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import MONEY, addr
from tokens.ops.cash_accounts import SetCashAccount
from tokens.ops.order_changes import CancelOrder, ReplaceOrder
from tokens.ops.orders import PlaceOrder, order_id
from tokens.ops.quote_answers import AcceptQuote, Quote
from tokens.ops.quotes import DeclineQuote, RequestQuote
from tokens.records.market import ASKS, BIDS, ORDER, Order, Side
from tokens.records.quotes import QUOTE_REQUEST, QUOTES_BY_TAKER, QuoteRequest

ACCOUNT_OF = {addr(name): name for name in HOLDERS}
bonds = st.sampled_from(ISINS[:2])
LOWEST = 998_500
prices = st.integers(0, 6).map(lambda step: LOWEST + 500 * step)
TAKER, MAKER = "bank-b", "bank-a"


class OrderMoves:
    """Rules of a machine that has a `world`."""

    world: AdversaryWorld
    asked = 0

    def day(self, ahead: int) -> dt.date:
        return self.world.ledger.business_date + dt.timedelta(days=ahead)

    @rule(
        account=accounts,
        bond=bonds,
        numbers=st.tuples(prices, lots, st.sampled_from([1, 3, 40])),
        side=st.sampled_from(list(Side)),
        cheat=anyone,
    )
    def place(
        self, account: str, bond: str, numbers: tuple[int, int, int], side: Side, cheat: str
    ) -> None:
        price, lot, ahead = numbers
        made = PlaceOrder(
            account=addr(account),
            asset=bond,
            side=side,
            price_e4=price,
            face=lot * FACE,
            expires_on=self.day(ahead),
        )
        self.world.submit(HOLDERS[account], made)
        self.world.submit(cheat, made)

    @rule(bond=bonds, price=prices, lot=lots)
    def both_sides(self, bond: str, price: int, lot: int) -> None:
        """Two banks meet in one block."""
        for account, side in (("bank-a-cash", Side.SELL), ("bank-b-cash", Side.BUY)):
            made = PlaceOrder(
                account=addr(account),
                asset=bond,
                side=side,
                price_e4=price,
                face=lot * FACE,
                expires_on=self.day(3),
            )
            self.world.submit(HOLDERS[account], made)

    def open_orders(self) -> list[Order]:
        state = self.world.ledger.state
        return state.scan(ORDER, BIDS, limit=20) + state.scan(ORDER, ASKS, limit=20)

    @rule(bond=bonds, side=st.sampled_from(list(Side)), price=prices, lot=lots)
    def improve(self, bond: str, side: Side, price: int, lot: int) -> None:
        """Place, and change in the next block."""
        made = PlaceOrder(
            account=addr("bank-b-cash"),
            asset=bond,
            side=side,
            price_e4=1_000_000,
            face=5 * FACE,
            expires_on=self.day(3),
        )
        self.world.end_block()
        tx_id = self.world.submit(TAKER, made)
        self.world.end_block()
        if tx_id is not None:
            change = ReplaceOrder(
                order=order_id(tx_id, 0),
                price_e4=price,
                face=lot * FACE,
                expires_on=self.day(5),
            )
            self.world.submit(TAKER, change)

    def take_back_an_order(self) -> None:
        """Offered below all others, and taken back before anybody meets it."""
        made = PlaceOrder(
            account=addr("bank-b-cash"),
            asset=ISINS[1],
            side=Side.BUY,
            price_e4=LOWEST - 500,
            face=FACE,
            expires_on=self.day(3),
        )
        tx_id = self.world.submit(TAKER, made)
        self.world.end_block()
        if tx_id is not None:
            self.world.submit(TAKER, CancelOrder(order=order_id(tx_id, 0)))

    @precondition(lambda self: self.open_orders())
    @rule(place=st.integers(0, 40), price=prices, lot=lots, cancel=st.booleans(), cheat=anyone)
    def change_an_order(self, place: int, price: int, lot: int, cancel: bool, cheat: str) -> None:
        found = self.open_orders()
        order = found[place % len(found)]
        made: msgspec.Struct = CancelOrder(order=order.id)
        if not cancel:
            made = ReplaceOrder(
                order=order.id, price_e4=price, face=lot * FACE, expires_on=self.day(5)
            )
        self.world.submit(cheat, made)
        if order.account in ACCOUNT_OF:
            self.world.submit(HOLDERS[ACCOUNT_OF[order.account]], made)

    @rule(
        bond=bonds,
        lot=lots,
        side=st.sampled_from(list(Side)),
        ahead=st.sampled_from([0, 0, 2]),
        account=st.sampled_from(["bank-b-cash", "client-b1"]),
    )
    def ask_for_a_quote(self, bond: str, lot: int, side: Side, ahead: int, account: str) -> None:
        self.asked += 1
        made = RequestQuote(
            rfq_id=f"R{self.asked}",
            maker=addr(MAKER),
            asset=bond,
            side=side,
            face=lot * FACE,
            isd=self.day(ahead),
            expires_on=self.day(1),
            account=addr(account),
        )
        self.world.submit(TAKER, made)
        if ahead:
            return
        self.world.end_block()
        answer = Quote(
            taker=addr(TAKER),
            rfq_id=made.rfq_id,
            price_e4=1_000_000,
            account=addr("bank-a-cash"),
        )
        self.world.submit(MAKER, answer)
        self.world.end_block()
        self.world.submit(TAKER, AcceptQuote(rfq_id=made.rfq_id, price_e4=1_000_000))

    def requests(self) -> list[QuoteRequest]:
        return self.world.ledger.state.scan(
            QUOTE_REQUEST, QUOTES_BY_TAKER, (addr(TAKER),), limit=20
        )

    @precondition(lambda self: self.requests())
    @rule(place=st.integers(0, 20), price=prices, decline=st.sampled_from([False] * 4 + [True]))
    def answer_a_request(self, place: int, price: int, decline: bool) -> None:
        found = self.requests()
        request = found[place % len(found)]
        if decline:
            made = DeclineQuote(taker=request.taker, rfq_id=request.rfq_id)
            self.world.submit(NAME_OF[request.maker], made)
            return
        answer = Quote(
            taker=request.taker,
            rfq_id=request.rfq_id,
            price_e4=price,
            account=addr("bank-a-cash"),
        )
        self.world.submit(MAKER, answer)
        self.world.submit(TAKER, AcceptQuote(rfq_id=request.rfq_id, price_e4=price))

    @rule(
        account=st.sampled_from(["client-a1", "client-b1"]),
        money=st.sampled_from([MONEY, PKRS]),
        end=st.booleans(),
    )
    def route_money(self, account: str, money: str, end: bool) -> None:
        bank = HOLDERS[account]
        cash = None if end else addr(f"{bank}-cash")
        made = SetCashAccount(account=addr(account), asset=money, cash_account=cash)
        self.world.submit(bank, made)

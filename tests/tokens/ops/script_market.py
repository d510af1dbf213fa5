"""The part of the script that trades: hash-locked batches, cash accounts, orders, quotes."""

import datetime as dt
import hashlib
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import FACE, instruct, leg, terms
from tests.tokens.ops.world import CBM, World, address
from tokens.finance.isin import isin_check_digit
from tokens.ops.batch_steps import AllocateBatch, RevealBatch, SettleBatch
from tokens.ops.cash_accounts import SetCashAccount
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.order_changes import CancelOrder, ReplaceOrder
from tokens.ops.orders import PlaceOrder
from tokens.ops.quote_answers import AcceptQuote, Quote
from tokens.ops.quotes import DeclineQuote, RequestQuote
from tokens.ops.settlement import ApproveBatch, LegAccount, instruction_digest
from tokens.records.day import BUSINESS_DAY
from tokens.records.market import ORDER, ORDERS_BY_ACCOUNT, Side

SECRET = bytes(range(32))
BANK_B = address("bank_b")
TREASURY = address("treasury")
OTHER = "PK000000009" + isin_check_digit("PK000000009")

Step = tuple[str, msgspec.Struct]


def forms(world: World) -> Iterator[Step]:
    """Of settlement."""
    world.account("b/second", "bank_b", "bank_b")
    lock = hashlib.sha256(SECRET).digest()
    own = leg(CBM, 5, "bank_b", "bank_b", "b/main", "b/second")
    yield "bank_b", instruct(world, "H-1", own, hash_lock=lock)
    yield "bank_b", AllocateBatch(initiator=BANK_B, batch_id="H-1")
    yield "bank_b", RevealBatch(initiator=BANK_B, batch_id="H-1", preimage=SECRET)
    route = SetCashAccount(account=address("b/second"), asset=CBM, cash_account=address("b/main"))
    yield "bank_b", route
    yield "bank_b", msgspec.structs.replace(route, cash_account=None)
    yield from _trading(world)


def _trading(world: World) -> Iterator[Step]:
    """A bond of its own, issued free of payment; then orders, and two requests for quote."""
    start = _day(world).replace(day=1)
    made = terms(
        isin=OTHER,
        issue_date=start,
        dated_date=start,
        maturity_date=start.replace(year=start.year + 3),
        roll_day=1,
    )
    yield "treasury", CreateInstrument(terms=made)
    yield "treasury+central", ApproveInstrument(asset=OTHER, terms_digest=terms_digest(made))
    issue = instruct(world, "I-9", leg(OTHER, 9 * FACE, "treasury", "bank_b", "*", None))
    yield "treasury", issue
    named = LegAccount(leg=0, gives=False, account=address("b/main"))
    digest = instruction_digest(TREASURY, issue)
    approval = ApproveBatch(initiator=TREASURY, batch_id="I-9", digest=digest, accounts=(named,))
    yield "bank_b", approval
    yield "bank_b", SettleBatch(initiator=TREASURY, batch_id="I-9")
    sell = PlaceOrder(
        account=address("b/main"),
        asset=OTHER,
        side=Side.SELL,
        price_e4=600_000,
        face=3 * FACE,
        expires_on=_day(world) + dt.timedelta(days=14),
    )
    yield "bank_b", sell
    order = _newest(world)
    expires_on = _day(world) + dt.timedelta(days=15)
    yield (
        "bank_b",
        ReplaceOrder(order=order, price_e4=500_000, face=2 * FACE, expires_on=expires_on),
    )
    buyer = address("a/second")
    buy = msgspec.structs.replace(sell, account=buyer, side=Side.BUY, price_e4=520_000, face=FACE)
    yield "bank_a", buy
    yield "bank_b", CancelOrder(order=order)
    yield from _quoting(_day(world))


def _day(world: World) -> dt.date:
    """The business date that the parts before have come to."""
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    return day.date


def _newest(world: World) -> bytes:
    """Id of the one order of bank B."""
    found = world.state.scan(ORDER, ORDERS_BY_ACCOUNT, (address("b/main"),), limit=1)
    return found[0].id


def _quoting(day: dt.date) -> Iterator[Step]:
    ask = RequestQuote(
        rfq_id="R-1",
        maker=BANK_B,
        asset=OTHER,
        side=Side.SELL,
        face=FACE,
        isd=day,
        expires_on=day + dt.timedelta(days=1),
        account=address("a/second"),
    )
    yield "bank_a", ask
    bank_a = address("bank_a")
    answer = Quote(taker=bank_a, rfq_id="R-1", price_e4=990_000, account=address("b/main"))
    yield "bank_b", answer
    yield "bank_a", AcceptQuote(rfq_id="R-1", price_e4=990_000)
    yield "bank_a", msgspec.structs.replace(ask, rfq_id="R-2")
    yield "bank_b", DeclineQuote(taker=bank_a, rfq_id="R-2")

"""Requests for quote: asked, quoted, accepted as a batch, declined, expired; every refusal."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.book import PAR, TODAY, trading_world
from tests.tokens.ops.build import FACE, ISIN, go_to, instruct, leg
from tests.tokens.ops.world import CBM, World, address
from tokens.coupon_rates import consideration_at
from tokens.events import QuoteClosed
from tokens.lookup import require, require_account, require_asset
from tokens.ops import quotes as module
from tokens.ops.batch_steps import AllocateBatch
from tokens.ops.quote_answers import AcceptQuote, Quote
from tokens.ops.quotes import DeclineQuote, RequestQuote
from tokens.records.amend import with_asset
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.market import Side
from tokens.records.parties import ACCOUNT
from tokens.records.quotes import QUOTE_REQUEST, QuoteRequest, QuoteStatus
from tokens.records.settlement import BATCH, BatchStatus
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, AssetStatus, OperationClass

A, B = address("bank_a"), address("bank_b")
DAY = dt.timedelta(days=1)
ASK = RequestQuote(
    rfq_id="R-1",
    maker=A,
    asset=ISIN,
    side=Side.BUY,
    face=4 * FACE,
    isd=TODAY,
    expires_on=TODAY + DAY,
    account=address("b/main"),
)
QUOTED = Quote(taker=B, rfq_id="R-1", price_e4=PAR + 777, account=address("a/main"))
ACCEPT = AcceptQuote(rfq_id="R-1", price_e4=PAR + 777)
DECLINE = DeclineQuote(taker=B, rfq_id="R-1")


@pytest.fixture
def world() -> World:
    return trading_world()


def request_of(world: World) -> QuoteRequest:
    found = world.state.get(QUOTE_REQUEST, B, "R-1")
    assert found is not None
    return found


def batch_status(world: World) -> BatchStatus:
    batch = world.state.get(BATCH, B, "R-1")
    assert batch is not None
    return batch.status


def test_an_accepted_quote_settles_as_a_batch(world: World) -> None:
    """Principal at the quoted price and accrued interest of the intended date, in its block."""
    before = world.balance(CBM, "b/main")
    world.act("bank_b", ASK)
    assert request_of(world).status is QuoteStatus.REQUESTED
    world.act("bank_a", msgspec.structs.replace(QUOTED, price_e4=PAR))
    world.act("bank_a", QUOTED)
    world.act("bank_b", ACCEPT)
    assert request_of(world).status is QuoteStatus.ACCEPTED
    assert batch_status(world) is BatchStatus.SETTLED
    assert world.balance(ISIN, "b/main") == 4 * FACE
    instrument = require(world.state, INSTRUMENT, ISIN)
    cost = consideration_at(world.state, instrument, 4 * FACE, PAR + 777, TODAY)
    assert cost is not None
    assert world.balance(CBM, "b/main") == before - cost.total


def test_a_taker_may_sell(world: World) -> None:
    ask = msgspec.structs.replace(
        ASK, maker=B, side=Side.SELL, account=address("a/main"), isd=TODAY + 3 * DAY
    )
    world.act("bank_a", ask)
    offer = msgspec.structs.replace(QUOTED, taker=A, account=address("b/main"))
    world.act("bank_b", offer)
    world.act("bank_a", ACCEPT)
    batch = world.state.get(BATCH, A, "R-1")
    assert batch is not None
    assert batch.status is BatchStatus.ALLOCATED
    go_to(world, TODAY + 3 * DAY)
    assert world.balance(ISIN, "b/main") == 4 * FACE


def test_who_has_not_got_it_yet_allocates_later(world: World) -> None:
    world.act("bank_b", msgspec.structs.replace(ASK, face=51 * FACE))
    world.act("bank_a", QUOTED)
    world.act("bank_b", ACCEPT)
    assert batch_status(world) is BatchStatus.MATCHED
    late = AllocateBatch(initiator=B, batch_id="R-1")
    world.refuse(Code.ALREADY_ALLOCATED, "bank_b", late)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", late)


def test_a_request_ends_by_either_side_or_by_date(world: World) -> None:
    world.refuse(Code.NOT_FOUND, "bank_a", DECLINE)
    world.act("bank_b", ASK)
    world.refuse(Code.NOT_FOUND, "treasury", DECLINE)
    world.act("bank_a", DECLINE)
    for operation, who in ((DECLINE, "bank_b"), (QUOTED, "bank_a"), (ACCEPT, "bank_b")):
        world.refuse(Code.QUOTE_NOT_OPEN, who, operation)
    second = msgspec.structs.replace(ASK, rfq_id="R-2", expires_on=TODAY + DAY)
    world.act("bank_b", second)
    go_to(world, TODAY + 3 * DAY)
    told = world.last(QuoteClosed)
    assert isinstance(told, QuoteClosed)
    assert (told.rfq_id, told.status) == ("R-2", QuoteStatus.EXPIRED)
    assert world.state.get(QUOTE_REQUEST, B, "R-2") is None
    assert world.state.get(QUOTE_REQUEST, B, "R-1") is None


def test_an_expired_request_takes_no_answer(world: World) -> None:
    """The agenda has not come to it."""
    world.act("bank_b", msgspec.structs.replace(ASK, isd=TODAY + 9 * DAY))
    world.act("bank_a", QUOTED)
    world.quota = 0
    from tokens.ops.business_day import CloseDay, OpenDay

    world.act("central", CloseDay(date=TODAY), OpenDay(date=TODAY + 3 * DAY))
    world.refuse(Code.QUOTE_EXPIRED, "bank_a", QUOTED)
    world.refuse(Code.QUOTE_EXPIRED, "bank_b", ACCEPT)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (Code.UNKNOWN_PARTICIPANT, {"maker": address("nobody")}),
        (Code.BAD_FIELD, {"maker": B}),
        (Code.UNKNOWN_ASSET, {"asset": "NONE"}),
        (Code.UNKNOWN_ASSET, {"asset": CBM}),
        (Code.BAD_DATE, {"expires_on": TODAY}),
        (Code.BAD_DATE, {"expires_on": TODAY + 2 * DAY}),
        (Code.BAD_DATE, {"expires_on": TODAY + 93 * DAY, "isd": TODAY + 200 * DAY}),
        (Code.BAD_DATE, {"isd": TODAY - DAY}),
        (Code.DENOM_NOT_MULTIPLE, {"face": FACE + 1}),
        (Code.UNKNOWN_ACCOUNT, {"account": address("nobody")}),
        (Code.NOT_AUTHORISED, {"account": address("a/main")}),
    ],
)
def test_a_request_is_refused(world: World, code: Code, change: dict[str, object]) -> None:
    world.refuse(code, "bank_b", msgspec.structs.replace(ASK, **change))


def test_an_id_is_used_once(world: World) -> None:
    world.act("bank_b", ASK)
    world.refuse(Code.ALREADY_EXISTS, "bank_b", ASK)
    world.act("bank_a", QUOTED)
    own = leg(CBM, 1, "bank_b", "bank_b", "b/main", None)
    world.account("b/second", "bank_b", "bank_b")
    own = msgspec.structs.replace(own, target=address("b/second"))
    world.act("bank_b", instruct(world, "R-1", own))
    world.refuse(Code.ALREADY_EXISTS, "bank_b", ACCEPT)
    world.act("bank_b", instruct(world, "R-3", own))
    third = msgspec.structs.replace(ASK, rfq_id="R-3")
    world.refuse(Code.ALREADY_EXISTS, "bank_b", third)


def test_a_request_needs_an_asset_that_trades(world: World) -> None:
    asset = require_asset(world.state, ISIN)
    for code, status in (
        (Code.ASSET_NOT_ACTIVE, AssetStatus.CANCELLED),
        (Code.ASSET_MATURED, AssetStatus.MATURED),
    ):
        world.state.put(ASSET, with_asset(asset, status=status))
        world.refuse(code, "bank_b", ASK)
    world.state.put(ASSET, with_asset(asset, paused=int(OperationClass.TRADE)))
    world.refuse(Code.ASSET_PAUSED, "bank_b", ASK)


def test_requests_have_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.act("bank_b", ASK)
    monkeypatch.setattr(module, "OPEN_PER_TAKER_MAX", 1)
    second = msgspec.structs.replace(ASK, rfq_id="R-2")
    world.refuse(Code.TOO_MANY_QUOTES, "bank_b", second)
    monkeypatch.undo()
    monkeypatch.setattr(module, "OPEN_PER_MAKER_MAX", 1)
    world.refuse(Code.TOO_MANY_QUOTES, "bank_b", second)
    world.act("bank_a", DECLINE)
    world.act("bank_b", second)


def test_every_side_names_accounts_of_its_own(world: World) -> None:
    """Request, quote and acceptance ask the same of an account."""
    for name, bank in (("aside-b", "bank_b"), ("aside-a", "bank_a")):
        world.account(name, bank, bank, purpose=AccountPurpose.RESERVE)
    wrong = msgspec.structs.replace(ASK, account=address("aside-b"))
    world.refuse(Code.ACCOUNT_RESERVED, "bank_b", wrong)
    world.act("bank_b", ASK)
    for code, name in (
        (Code.ACCOUNT_RESERVED, "aside-a"),
        (Code.UNKNOWN_ACCOUNT, "nobody"),
        (Code.NOT_AUTHORISED, "b/main"),
    ):
        world.refuse(code, "bank_a", msgspec.structs.replace(QUOTED, account=address(name)))
    for who, name in (("bank_a", "a/main"), ("bank_b", "b/main")):
        account = require_account(world.state, address(name))
        world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.CLOSED))
        operation: Quote | RequestQuote = QUOTED
        if who == "bank_b":
            operation = msgspec.structs.replace(ASK, rfq_id="R-9")
        world.refuse(Code.ACCOUNT_CLOSED, who, operation)
        world.state.put(ACCOUNT, account)
    world.act("bank_a", QUOTED)
    account = require_account(world.state, address("b/main"))
    for code, change in (
        (Code.ACCOUNT_CLOSED, {"status": AccountStatus.CLOSED}),
        (Code.ACCOUNT_RESERVED, {"purpose": AccountPurpose.RESERVE}),
        (Code.NOT_AUTHORISED, {"holder": A}),
    ):
        world.state.put(ACCOUNT, msgspec.structs.replace(account, **change))
        world.refuse(code, "bank_b", ACCEPT)
    request = request_of(world)
    gone = msgspec.structs.replace(request, taker_account=address("nobody"))
    world.state.put(QUOTE_REQUEST, gone)
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_b", ACCEPT)


def test_a_quote_is_the_makers_and_pays_something(world: World) -> None:
    world.refuse(Code.NOT_FOUND, "bank_a", QUOTED)
    world.refuse(Code.NOT_FOUND, "bank_b", ACCEPT)
    world.act("bank_b", ASK)
    world.refuse(Code.NOT_QUOTED, "bank_b", ACCEPT)
    world.refuse(Code.NOT_A_PARTY, "bank_b", QUOTED)
    world.act("bank_a", QUOTED)
    cheaper = msgspec.structs.replace(ACCEPT, price_e4=PAR)
    world.refuse(Code.DIGEST_MISMATCH, "bank_b", cheaper)
    request = request_of(world)
    tiny = msgspec.structs.replace(request, face=1, price_e4=1)
    much = msgspec.structs.replace(request, face=2**63, price_e4=10**9)
    late = msgspec.structs.replace(request, isd=dt.date(2029, 1, 2))
    for code, changed in (
        (Code.AMOUNT_ZERO, tiny),
        (Code.AMOUNT_OVERFLOW, much),
        (Code.BAD_DATE, late),
    ):
        world.state.put(QUOTE_REQUEST, changed)
        price = changed.price_e4
        world.refuse(code, "bank_a", msgspec.structs.replace(QUOTED, price_e4=price))
        world.refuse(code, "bank_b", msgspec.structs.replace(ACCEPT, price_e4=price))


def test_two_sides_are_two_accounts(world: World) -> None:
    """A client's account is its servicer's and, with a holder, another bank's: both may name it."""
    world.account("shared", "bank_b", "bank_a")
    world.act("bank_b", msgspec.structs.replace(ASK, account=address("shared")))
    quote = msgspec.structs.replace(QUOTED, account=address("shared"))
    world.refuse(Code.SELF_LEG, "bank_a+bank_b", quote)
    world.act("bank_a", QUOTED)
    changed = msgspec.structs.replace(request_of(world), maker_account=address("shared"))
    world.state.put(QUOTE_REQUEST, changed)
    world.refuse(Code.SELF_LEG, "bank_b", ACCEPT)

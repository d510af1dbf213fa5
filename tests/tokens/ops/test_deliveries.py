"""Redemption for delivery: first in, first out, a remainder in money, and every way out (5.8)."""

import datetime as dt

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings

from tests.tokens.ops.build import go_to, transfer
from tests.tokens.ops.commodity_world import (
    AHEAD,
    BAR,
    GOLD,
    attest,
    breached,
    commodity,
    confirm,
    delivery,
    give_up,
    lot,
    request,
    vault_world,
)
from tests.tokens.ops.test_lots import BASIS
from tests.tokens.ops.test_rules import RULERS
from tests.tokens.ops.world import CBM, START, World, address, person_of
from tokens import liens
from tokens.invariants import Snapshot
from tokens.invariants_commodities import COMMODITY_INVARIANTS
from tokens.ops.control import ForceTransfer
from tokens.ops.deliveries import DAYS_MAX, CancelDelivery, ConfirmDelivery, RequestDelivery
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.persons import IssueCredential
from tokens.ops.rules import SetRule
from tokens.records.commodities import COMMODITY, DELIVERY, DeliveryStatus, LotPart, LotStatus
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.rules import CredentialRule
from tokens.results import Code
from tokens.types import AccountStatus

BOTH = "vault+issuer"
PRICE = 22_550_000
"""Per 100 mg, x 10^4: 2,255 paisa."""
FREEZE = Freeze(
    order_id=bytes([9]) * 32,
    account=address("a/main"),
    asset=GOLD,
    amount=9_000,
    expires_on=None,
    basis=BASIS,
)


@pytest.fixture
def world() -> World:
    return marked()


def marked(price: int = PRICE) -> World:
    """The vault with a price that holds."""
    world = vault_world()
    entry = MarkEntry(asset=GOLD, price_e4=price, dirty=True)
    world.act("marker", SetMarks(for_date=START, marks=(entry,)))
    go_to(world, START + dt.timedelta(days=1))
    return world


def test_lots_go_first_in_first_out_and_the_remainder_is_paid_in_money(world: World) -> None:
    world.act("bank_a", request(6_150))
    asked = delivery(world)
    # 150 mg at 22.55 paisa
    assert (asked.remainder, asked.cash) == (150, 3_382)
    before = world.balance(CBM, "issuer/main")
    world.act(BOTH, confirm())
    done = delivery(world)
    assert done.status is DeliveryStatus.DELIVERED
    assert done.parts == (
        LotPart(lot_id="BAR-1", quantity=5_000),
        LotPart(lot_id="BAR-2", quantity=1_000),
    )
    assert (lot(world).status, lot(world).delivered) == (LotStatus.EMPTY, 5_000)
    assert (lot(world, "BAR-2").fine, lot(world, "BAR-3").fine) == (3_000, 3_000)
    assert (world.supply(GOLD), commodity(world).attested) == (3_850, 6_000)
    assert world.balance(CBM, "a/second") == 3_382
    assert world.balance(CBM, "issuer/main") == before - 3_382


@settings(max_examples=60, deadline=None)
@given(st.integers(BAR, 10_000), st.integers(1, 10**9))
def test_a_delivery_takes_what_it_burns(amount: int, price: int) -> None:
    world = marked(price)
    code = world.attempt("bank_a", request(amount))
    remainder = amount % BAR
    cash = remainder * price // 10**6
    if remainder and not cash:
        assert code is Code.AMOUNT_ZERO
        return
    assert code is Code.OK
    world.end_block()
    world.act(BOTH, confirm())
    done = delivery(world)
    assert (done.remainder, done.cash) == (remainder, cash)
    assert sum(part.quantity for part in done.parts) == amount - remainder
    assert world.supply(GOLD) == 10_000 - amount
    assert commodity(world).attested == 12_000 - amount + remainder
    assert world.balance(CBM, "a/second") == cash


def test_without_a_remainder_the_vault_alone_confirms(world: World) -> None:
    world.act("bank_a", request(2_000))
    world.act("vault", confirm())
    assert world.balance(GOLD, "a/main") == 8_000


def test_request_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", request(2_000, asset=CBM))
    for field in ("account", "cash_account"):
        unknown = request(2_000, **{field: address("nobody")})
        world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", unknown)
    world.refuse(Code.NOT_AUTHORISED, "bank_b", request(2_000))
    reserved = request(2_000, cash_account=address("reserve"))
    world.refuse(Code.ACCOUNT_RESERVED, "bank_a", reserved)
    world.refuse(Code.DENOM_NOT_MULTIPLE, "bank_a", request(BAR - 1))
    for days in (0, DAYS_MAX + 1):
        date = START + dt.timedelta(days=1 + days)
        world.refuse(Code.BAD_DATE, "bank_a", request(2_000, expires_on=date))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", request(11_000))
    huge = RequestDelivery(**msgspec.structs.asdict(request(2**64 - 1)))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", huge)
    monkeypatch.setattr(liens, "LIENS_MAX", 0)
    world.refuse(Code.LIENS_FULL, "bank_a", request(2_000))


def test_a_remainder_needs_a_price_that_is_worth_something() -> None:
    bare = vault_world()
    bare.refuse(Code.MARK_STALE, "bank_a", request(1_001))
    bare.act("bank_a", request(2_000))
    cheap = marked(price=9_999)
    cheap.refuse(Code.AMOUNT_ZERO, "bank_a", request(1_001))
    cheap.act("bank_a", request(1_101))


def test_a_remainder_goes_to_no_account_below_the_tier_of_its_money() -> None:
    """Central-bank money reached an account that may not have it, as the price of a splinter."""
    world = marked()
    money = world.state.get(ASSET, CBM)
    assert money is not None
    world.state.put(ASSET, msgspec.structs.replace(money, kyc_tier_min=4))
    made = RequestDelivery(**msgspec.structs.asdict(request(2_150)))
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_a", made)
    world.act("bank_a", request(2_000))


def test_a_remainder_goes_to_nobody_else_whom_a_rule_of_its_money_refuses(world: World) -> None:
    """It is a payment to whom it goes; to oneself it is none."""
    body = CredentialRule(credential="money-user", gives=False, receives=True)
    rule = SetRule(id="money", asset=CBM, body=body, effective_on=START + dt.timedelta(days=1))
    world.act(RULERS, rule)
    elsewhere = request(6_150, cash_account=address("b/main"))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", elsewhere)
    known = IssueCredential(person=person_of("bank_b"), kind="money-user", valid_until=AHEAD)
    world.act("central", known)
    world.act("bank_a", elsewhere)
    world.act("bank_a", request(2_150))


def test_a_remainder_of_more_than_there_is_money() -> None:
    world = marked(price=10**12)
    big = msgspec.structs.replace(commodity(world), delivery_unit=2**60)
    world.state.put(COMMODITY, big)
    world.refuse(Code.AMOUNT_OVERFLOW, "bank_a", request(2**60 + 2**59))


def test_confirm_is_refused(world: World) -> None:
    world.act("bank_a", request(6_150, expires_on=AHEAD + dt.timedelta(days=1)))
    world.refuse(Code.NOT_FOUND, BOTH, confirm(2))
    world.refuse(Code.UNKNOWN_ACCOUNT, BOTH, confirm(source="nobody"))
    world.refuse(Code.NOT_AUTHORISED, "vault", confirm())
    world.refuse(Code.NOT_AUTHORISED, "issuer", confirm())
    world.refuse(Code.NOT_AUTHORISED, BOTH, confirm(source="b/main"))
    poor = world.account("issuer/poor", "issuer", "issuer")
    assert poor
    world.refuse(Code.INSUFFICIENT_AVAILABLE, BOTH, confirm(source="issuer/poor"))
    world.act("fiu", StopCredits(account=address("a/second"), stopped=True, basis=BASIS))
    # what is wrong with the holder's accounts is not for vault and issuer to know
    world.refuse(Code.UNDER_REVIEW, BOTH, confirm())
    world.refuse(Code.CREDIT_STOPPED, "vault+issuer+bank_a", confirm())
    account = world.state.get(ACCOUNT, address("a/second"))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.CLOSED))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, BOTH, confirm())
    world.refuse(Code.ACCOUNT_CLOSED, "vault+issuer+bank_a", confirm())
    world.act("fiu", FREEZE)
    made = ConfirmDelivery(**msgspec.structs.asdict(confirm()))
    world.refuse(Code.UNDER_REVIEW, BOTH, made)
    world.refuse(Code.ACCOUNT_FROZEN, "vault+issuer+bank_a", made)
    world.act("attestor", attest("BAR-1", 0))
    world.act("attestor", attest("BAR-2", 2_000))
    world.refuse(Code.ATTESTED_SHORT, BOTH, confirm())
    world.quota = 0
    go_to(world, AHEAD)
    world.refuse(Code.ATTESTATION_STALE, BOTH, confirm())
    go_to(world, AHEAD + dt.timedelta(days=1))
    world.refuse(Code.DELIVERY_NOT_OPEN, BOTH, confirm())
    world.quota = 500
    world.finish_agenda()
    world.refuse(Code.DELIVERY_NOT_OPEN, BOTH, confirm())


def test_delivery_is_open_in_breach_and_ends_it(world: World) -> None:
    world.act("attestor", attest("BAR-1", 2_500))
    assert breached(world)
    world.act("bank_a", request(2_150))
    world.act(BOTH, confirm())
    assert (world.supply(GOLD), commodity(world).attested) == (7_850, 7_500)
    assert breached(world)
    world.act("bank_a", request(1_900))
    world.act(BOTH, confirm(2))
    assert (world.supply(GOLD), commodity(world).attested) == (5_950, 6_500)
    assert not breached(world)


@pytest.mark.parametrize("who", ["bank_a", "issuer"])
def test_a_request_is_given_up(world: World, who: str) -> None:
    world.act("bank_a", request(2_000))
    made = CancelDelivery(asset=GOLD, number=1)
    world.refuse(Code.NOT_FOUND, who, give_up(2))
    world.refuse(Code.NOT_AUTHORISED, "vault", made)
    world.act(who, made)
    assert delivery(world).status is DeliveryStatus.CANCELLED
    world.refuse(Code.DELIVERY_NOT_OPEN, who, made)
    world.act("bank_a", transfer(GOLD, "a/main", "b/main", 10_000))


def test_the_date_cancels_a_request(world: World) -> None:
    world.act("bank_a", request(2_000))
    go_to(world, START + dt.timedelta(days=10))
    assert delivery(world).status is DeliveryStatus.CANCELLED
    position = world.state.get(POSITION, GOLD, address("a/main"))
    assert position is not None
    assert position.held == 0


def test_a_seizure_cancels_the_delivery_that_holds_the_receipts(world: World) -> None:
    world.act("bank_a", request(10_000))
    world.act("fiu", FREEZE)
    seize = ForceTransfer(
        order_id=FREEZE.order_id, asset=GOLD, amount=9_000, target=address("treasury/main")
    )
    world.act("central+fiu", seize)
    assert delivery(world).status is DeliveryStatus.CANCELLED
    assert world.balance(GOLD, "treasury/main") == 9_000


def test_the_invariants_of_deliveries_can_fail(world: World) -> None:
    world.act("bank_a", request(6_150))
    good = delivery(world)

    def broken(**changes: object) -> list[str]:
        world.state.put(DELIVERY, msgspec.structs.replace(good, **changes))
        world.write()
        snapshot = Snapshot(world.store)
        return [line for check in COMMODITY_INVARIANTS for line in check(snapshot)]

    name = f"{GOLD} delivery 1"
    assert broken() == []
    assert broken(status=DeliveryStatus.CANCELLED) == [f"{name}: CANCELLED, hold True"]
    assert broken(amount=7_150) == [f"{name}: its hold is another"]
    assert broken(remainder=151) == [f"{name}: remainder 151 of 6150"]
    part = LotPart(lot_id="BAR-1", quantity=5)
    assert broken(parts=(part,)) == [f"{name}: the last handing out took 5 of 0"]
    assert broken(parts=(part,), delivered=6_001) == [
        f"{GOLD}: 0 left the lots, 6001 handed out",
        f"{name}: its hold is another",
        f"{name}: REQUESTED, 6001 of 6000 handed out",
    ]

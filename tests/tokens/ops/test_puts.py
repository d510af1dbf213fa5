"""Puts: elections inside a window, on hold, paid on the put date (5.4)."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.test_calls import BASIS, ORDER
from tests.tokens.ops.world import CBM, World, address
from tokens.context import Actors
from tokens.events import PutElected, ResidualReturned
from tokens.liens import LIENS_MAX, place
from tokens.ops.business_day import SetCalendar
from tokens.ops.calls import CallInstrument
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.coupons import PrincipalFund
from tokens.ops.freezes import Freeze, LiftFreeze, StopCredits
from tokens.ops.puts import ElectPut, WithdrawPut
from tokens.records.holdings import POSITION, Lien
from tokens.records.instruments import ASSET, PAYMENT, PUT_BASE, OptionDate, PaymentStatus
from tokens.records.licences import LICENCE, Licence
from tokens.records.options import ELECTIONS, PUT_ELECTION
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import (
    NO_ADDRESS,
    AccountStatus,
    AssetStatus,
    LicencePhase,
    LienKind,
    OperationClass,
)

ISIN = terms().isin
FIRST = OptionDate(date=dt.date(2026, 7, 17), price_e4=990_000, notice_bd=5)
SECOND = OptionDate(date=dt.date(2027, 7, 17), price_e4=10**6, notice_bd=0)
NUMBER = PUT_BASE + 1
LAST_DAY = dt.date(2026, 7, 10)
ELECT = ElectPut(asset=ISIN, date=FIRST.date, account=address("a/main"), face=40 * FACE)
WITHDRAW = WithdrawPut(asset=ISIN, date=FIRST.date, account=address("a/main"))
FUND = PrincipalFund(asset=ISIN, payment=NUMBER)
change = msgspec.structs.replace


def start() -> World:
    """A bond that may be put at 99, 60 of it with a/main, 40 with b/main."""
    made = World()
    for account in ("a/main", "b/main", "treasury/main"):
        fund(made, account, 1_000 * FACE)
    call = OptionDate(date=dt.date(2026, 1, 17), price_e4=10**6, notice_bd=0)
    bond(made, cfi="DBFTDR", puts=(FIRST, SECOND), calls=(call,), tax_profile="none")
    issue(made, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    made.act("bank_a", transfer(ISIN, "a/main", "b/main", 40 * FACE))
    return made


@pytest.fixture
def world() -> World:
    return start()


def held(world: World, account: str = "a/main") -> int:
    position = world.state.get(POSITION, ISIN, address(account))
    return 0 if position is None else position.held


def test_an_election_is_refused(world: World) -> None:
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", change(ELECT, account=address("nobody")))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", ELECT)
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", change(ELECT, asset=CBM))
    world.refuse(Code.NO_SUCH_OPTION, "bank_a", change(ELECT, date=LAST_DAY))
    world.refuse(Code.WINDOW_CLOSED, "bank_a", change(ELECT, date=SECOND.date))
    world.refuse(Code.DENOM_NOT_MULTIPLE, "bank_a", change(ELECT, face=FACE + 1))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", change(ELECT, face=61 * FACE))
    world.act("bank_a", ELECT)
    world.refuse(Code.ALREADY_EXISTS, "bank_a", change(ELECT, face=FACE))


def test_an_election_is_refused_by_states(world: World) -> None:
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=OperationClass.LIEN))
    world.refuse(Code.ASSET_PAUSED, "bank_a", ELECT)
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=0))
    stop = StopCredits(account=address("a/main"), stopped=True, basis=BASIS)
    world.act("fiu", stop)
    world.refuse(Code.CREDIT_STOPPED, "bank_a", ELECT)
    world.act("fiu", change(stop, stopped=False))
    account = world.state.get(ACCOUNT, address("a/main"))
    asset = world.state.get(ASSET, ISIN)
    assert account is not None
    assert asset is not None
    world.state.put(ACCOUNT, change(account, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", ELECT)
    world.state.put(ACCOUNT, account)
    world.state.put(ASSET, change(asset, status=AssetStatus.MATURED))
    world.refuse(Code.ASSET_MATURED, "bank_a", ELECT)
    world.state.put(ASSET, change(asset, status=AssetStatus.APPROVED))
    world.refuse(Code.ASSET_NOT_ACTIVE, "bank_a", ELECT)
    reserved = change(ELECT, account=address("reserve"))
    world.state.put(ASSET, asset)
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", reserved)


def test_an_election_is_refused_by_freeze_recovery_and_licence(world: World) -> None:
    order = Freeze(
        order_id=ORDER,
        account=address("a/main"),
        asset=ISIN,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", ELECT)
    world.act("fiu", LiftFreeze(order_id=ORDER))
    account = world.state.get(ACCOUNT, address("a/main"))
    assert account is not None
    world.state.put(ACCOUNT, change(account, status=AccountStatus.RECOVERING))
    world.refuse(Code.RECOVERY_OPEN, "bank_a", ELECT)
    world.state.put(ACCOUNT, account)
    world.state.put(
        LICENCE,
        Licence(
            institution=address("bank_a"),
            phase=LicencePhase.SUSPENDED,
            categories=2,
            goaml_id="",
            registration_no="",
            expires_on=None,
            since=dt.date(2025, 7, 1),
            basis=BASIS,
            exit_only=False,
        ),
    )
    world.refuse(Code.EXIT_ONLY, "bank_a", ELECT)


def test_an_election_needs_room_for_its_hold(world: World) -> None:
    _fill(world)
    world.refuse(Code.LIENS_FULL, "bank_a", ELECT)


def _fill(world: World) -> None:
    """As many holds as an account takes."""
    inner = world.context(Actors(NO_ADDRESS, ()))
    for number in range(LIENS_MAX):
        place(
            inner,
            Lien(
                id=number.to_bytes(32, "big"),
                account=address("a/main"),
                asset=CBM,
                amount=1,
                kind=LienKind.HOLD,
                owner=address("bank_b"),
                expires_on=None,
                basis=None,
                memo="",
            ),
        )


def test_elected_units_are_on_hold_until_they_are_withdrawn(world: World) -> None:
    world.act("bank_a", ELECT)
    assert held(world) == 40 * FACE
    world.refuse(
        Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(ISIN, "a/main", "b/main", 21 * FACE)
    )
    world.refuse(Code.NOT_AUTHORISED, "bank_b", WITHDRAW)
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", change(WITHDRAW, account=address("nobody")))
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", change(WITHDRAW, asset=CBM))
    world.refuse(Code.NO_SUCH_OPTION, "bank_a", change(WITHDRAW, date=LAST_DAY))
    go_to(world, LAST_DAY)
    world.act("bank_a", WITHDRAW)
    assert held(world) == 0
    assert world.last(PutElected) == PutElected(
        asset=ISIN, date=FIRST.date, account=address("a/main"), face=0
    )
    world.refuse(Code.NOT_FOUND, "bank_a", WITHDRAW)
    world.act("bank_a", change(ELECT, face=10 * FACE))
    go_to(world, dt.date(2026, 7, 13))
    world.refuse(Code.WINDOW_CLOSED, "bank_a", WITHDRAW)
    world.refuse(Code.WINDOW_CLOSED, "bank_b", change(ELECT, account=address("b/main")))
    payment = world.payment(ISIN, NUMBER)
    assert (payment.recorded, payment.required) == (10 * FACE, 10 * FACE * 99 // 100)


def test_a_put_is_paid_on_its_date_at_its_price(world: World) -> None:
    world.act("bank_a", ELECT)
    world.act("bank_b", change(ELECT, account=address("b/main"), face=5 * FACE))
    go_to(world, dt.date(2026, 7, 13))
    world.act("treasury", FUND)
    assert world.supply(ISIN) == 100 * FACE
    before = world.balance(CBM, "a/main"), world.balance(CBM, "b/main")
    go_to(world, FIRST.date)
    assert world.balance(CBM, "a/main") - before[0] == 40 * FACE * 99 // 100
    assert world.balance(CBM, "b/main") - before[1] == 5 * FACE * 99 // 100
    assert world.supply(ISIN) == 55 * FACE
    assert held(world) == 0
    assert world.payment(ISIN, NUMBER).status is PaymentStatus.PAID
    assert world.state.scan(PUT_ELECTION, ELECTIONS, (ISIN, NUMBER), limit=5) == []
    go_to(world, dt.date(2026, 7, 20))
    world.act("bank_b", change(ELECT, date=SECOND.date, account=address("b/main"), face=FACE))


def test_many_elections_are_paid_in_pages(world: World) -> None:
    for number in range(30):
        world.account(f"h{number}", None, "bank_a")
        world.act("bank_a", transfer(ISIN, "a/main", f"h{number}", FACE))
        world.act("bank_a", change(ELECT, account=address(f"h{number}"), face=FACE))
    go_to(world, dt.date(2026, 7, 13))
    world.act("treasury", FUND)
    world.quota = 16
    go_to(world, FIRST.date)
    assert world.finish_agenda() > 10
    assert world.supply(ISIN) == 70 * FACE
    assert all(world.balance(CBM, f"h{number}") == FACE * 99 // 100 for number in range(30))


def test_a_seizure_makes_an_election_void_and_its_money_goes_back(world: World) -> None:
    world.act("bank_a", ELECT)
    go_to(world, dt.date(2026, 7, 13))
    world.act("treasury", FUND)
    order = Freeze(
        order_id=ORDER,
        account=address("a/main"),
        asset=ISIN,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    target = address("treasury/main")
    world.act(
        "central+fiu",
        ForceTransfer(order_id=ORDER, asset=ISIN, amount=60 * FACE, target=target),
    )
    go_to(world, FIRST.date)
    assert world.supply(ISIN) == 100 * FACE
    residual = world.last(ResidualReturned)
    assert isinstance(residual, ResidualReturned)
    assert residual.amount == 40 * FACE * 99 // 100


def holidays(world: World, *days: dt.date) -> None:
    calendar = SetCalendar(
        id="PK", weekend_mask=0b1100000, holidays=days, effective_on=dt.date(2026, 7, 1)
    )
    world.act("central+regulator", calendar)
    go_to(world, dt.date(2026, 7, 1))


def test_a_late_holiday_ends_a_window_earlier(world: World) -> None:
    """Five business days before the 17th: the 10th, or the 9th if the 14th is a holiday."""
    world.act("bank_a", ELECT)
    holidays(world, dt.date(2026, 7, 14))
    go_to(world, LAST_DAY)
    world.refuse(Code.WINDOW_CLOSED, "bank_a", WITHDRAW)


def test_a_holiday_that_is_given_up_leaves_a_window_open_longer(world: World) -> None:
    late = SetCalendar(
        id="PK",
        weekend_mask=0b1100000,
        holidays=(dt.date(2026, 7, 14),),
        effective_on=dt.date(2025, 7, 2),
    )
    world.act("central+regulator", late)
    go_to(world, dt.date(2025, 7, 2))
    world.act("bank_a", ELECT)
    holidays(world)
    go_to(world, LAST_DAY)
    assert world.state.get(PAYMENT, ISIN, NUMBER) is None
    world.act("bank_b", change(ELECT, account=address("b/main"), face=FACE))
    go_to(world, dt.date(2026, 7, 13))
    assert world.payment(ISIN, NUMBER).recorded == 41 * FACE


def test_elections_of_an_instrument_that_was_called_are_released(world: World) -> None:
    world.act("bank_a", ELECT)
    call = CallInstrument(asset=ISIN, date=dt.date(2026, 1, 17), face=None)
    world.act("treasury+central", call)
    go_to(world, dt.date(2026, 1, 19))
    go_to(world, dt.date(2026, 7, 13))
    assert held(world) == 0
    assert world.state.scan(PUT_ELECTION, ELECTIONS, (ISIN, NUMBER), limit=5) == []
    assert world.state.get(PAYMENT, ISIN, NUMBER) is None

"""Withholding on coupons; money that cannot be credited."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, go_to, transfer
from tests.tokens.ops.test_coupons import AFTER, BASIS, FUND, ISIN, PAYMENT, coupon, start
from tests.tokens.ops.world import CBM, World, address
from tokens.events import PaymentUnclaimed
from tokens.ops.coupons import SetTaxTable
from tokens.ops.freezes import StopCredits
from tokens.ops.unclaimed import PayUnclaimed
from tokens.records.control import UNCLAIMED
from tokens.records.day import TAX_TABLE, TaxEntry, TaxTable
from tokens.records.holdings import POSITION
from tokens.records.instruments import INSTRUMENT
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.terms import paying_account_of
from tokens.types import AccountStatus
from tokens.unclaimed import unclaimed_address
from tokens.withholding import rate_on, withheld_half_up


@pytest.fixture
def world() -> World:
    return start()


def test_closed_account_is_paid_into_the_unclaimed_account_of_its_servicer(world: World) -> None:
    go_to(world, AFTER)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    closed = world.state.get(ACCOUNT, address("a/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    net = coupon(100 * FACE) * 8 // 10
    lies = world.state.get(POSITION, CBM, unclaimed_address(address("bank_a")))
    assert lies is not None
    assert lies.balance == net
    entry = world.state.get(UNCLAIMED, address("a/main"), ISIN, 1)
    assert entry is not None
    assert entry.amount == net
    assert isinstance(world.last(PaymentUnclaimed), PaymentUnclaimed)
    world.refuse(
        Code.ACCOUNT_RESERVED,
        "bank_a",
        msgspec.structs.replace(
            transfer(CBM, "a/second", "b/main", 1), source=unclaimed_address(address("bank_a"))
        ),
    )


def _unclaimed(world: World) -> PayUnclaimed:
    """A coupon of a closed account, and its claim for another account of the same person."""
    go_to(world, AFTER)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 100 * FACE))
    closed = world.state.get(ACCOUNT, address("a/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    return PayUnclaimed(
        account=address("a/main"), security=ISIN, payment=1, target=address("a/second")
    )


def test_unclaimed_money_goes_to_the_same_person(world: World) -> None:
    claim = _unclaimed(world)
    change = msgspec.structs.replace
    world.refuse(Code.NOT_FOUND, "bank_a", change(claim, payment=2))
    world.refuse(Code.NOT_FOUND, "bank_b", claim)
    nobody = change(claim, target=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", nobody)
    other = change(claim, target=address("b/main"))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", other)
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", change(claim, target=address("a/main")))
    stop = StopCredits(account=address("a/second"), stopped=True, basis=BASIS)
    world.act("fiu", stop)
    world.refuse(Code.CREDIT_STOPPED, "bank_a", claim)
    world.act("fiu", change(stop, stopped=False))
    world.act("bank_a", claim)
    assert world.balance(CBM, "a/second") == coupon(100 * FACE) * 8 // 10
    world.refuse(Code.NOT_FOUND, "bank_a", claim)


@pytest.mark.parametrize(
    ("tax_class", "rate"),
    [("filer", 200_000), ("non-filer", 400_000), ("whole", 1_000_000), ("unknown", 0)],
)
def test_withholding_by_class(world: World, tax_class: str, rate: int) -> None:
    world.account("client", None, "bank_a", tax_class=tax_class)
    world.act("bank_a", transfer(ISIN, "a/main", "client", 7 * FACE))
    go_to(world, AFTER)
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    gross = coupon(7 * FACE)
    assert world.balance(CBM, "client") == gross - withheld_half_up(gross, rate)


def test_treasury_and_central_bank_are_exempt(world: World) -> None:
    world.account("central/own", "central", "central")
    world.act("bank_a", transfer(ISIN, "a/main", "central/own", FACE))
    world.act("bank_a", transfer(ISIN, "a/main", "treasury/main", FACE))
    go_to(world, AFTER)
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    assert world.balance(CBM, "central/own") == coupon(FACE)
    assert world.payment(ISIN, 1).withheld == coupon(98 * FACE) // 5


def test_withholding_rounds_half_up_once() -> None:
    assert withheld_half_up(5, 100_000) == 1
    assert withheld_half_up(4, 100_000) == 0
    assert withheld_half_up(2**63, 1_000_000) == 2**63


def test_rates_are_dated() -> None:
    table = World().state.get(TAX_TABLE, "pk")
    assert table is not None
    assert rate_on(table, "filer", dt.date(2025, 6, 30)) == 150_000
    assert rate_on(table, "filer", dt.date(2025, 7, 1)) == 200_000
    assert rate_on(table, "filer", dt.date(2019, 1, 1)) == 0


def test_a_class_without_a_rate_pays_the_default() -> None:
    entries = (
        TaxEntry(tax_class="default", from_date=dt.date(2020, 1, 1), rate_e6=300_000, above=None),
    )
    table = TaxTable(profile="x", version=1, account=bytes(16), year_month=7, entries=entries)
    assert rate_on(table, "new", dt.date(2025, 1, 1)) == 300_000


def test_set_tax_table() -> None:
    world = World()
    entry = TaxEntry(tax_class="a", from_date=dt.date(2025, 1, 1), rate_e6=1, above=None)
    table = SetTaxTable(profile="new", account=address("tax/main"), year_month=7, entries=(entry,))
    world.refuse(Code.NEEDS_APPROVAL, "tax", table)
    other = msgspec.structs.replace(table, account=address("a/main"))
    world.refuse(Code.BAD_FIELD, "tax+central", other)
    other = msgspec.structs.replace(table, account=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "tax+central", other)
    other = msgspec.structs.replace(table, entries=(entry, entry))
    world.refuse(Code.BAD_FIELD, "tax+central", other)
    world.act("tax+central", table)
    world.act("tax+central", table)
    stored = world.state.get(TAX_TABLE, "new")
    assert stored is not None
    assert stored.version == 2


def test_a_squatter_at_a_computed_address_gets_nothing(world: World) -> None:
    """The addresses of unclaimed and paying accounts are no secret."""
    first = unclaimed_address(address("bank_a"))
    squatter = world.state.get(ACCOUNT, address("b/main"))
    assert squatter is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(squatter, id=first))
    claim = _unclaimed(world)
    assert world.state.get(POSITION, CBM, first) is None
    world.act("bank_a", claim)
    other = World()
    at = paying_account_of(ISIN)
    other.state.put(ACCOUNT, msgspec.structs.replace(squatter, id=at))
    bond(other)
    stored = other.state.get(INSTRUMENT, ISIN)
    assert stored is not None
    assert stored.paying_account == paying_account_of(ISIN, 1)
    kept = other.state.get(ACCOUNT, at)
    assert kept is not None
    assert kept.holder == address("bank_b")

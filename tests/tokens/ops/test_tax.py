"""Tax on coupons and discounts: thresholds of a year, issue prices, certificates (5.3)."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.ops.build import FACE, bond, fund, give, go_to, issue, transfer
from tests.tokens.ops.test_coupons import AFTER, FUND, ISIN, PAYMENT, coupon, start
from tests.tokens.ops.world import CBM, World, address
from tokens.context import Actors
from tokens.events import PrincipalPaid, TaxWithheld
from tokens.issue_price import discount_floor, issue_price_half_up, note_issue
from tokens.ops.coupons import CouponFund, RedemptionFund, SetTaxTable
from tokens.records.day import RateAbove, TaxEntry, TaxTable
from tokens.records.instruments import PaymentStatus, TaxBase
from tokens.records.parties import ACCOUNT
from tokens.records.tax import (
    CERTIFICATES,
    ISSUE_PRICE,
    TAX_CERTIFICATE,
    TAX_YEAR,
    TaxCertificate,
    TaxYear,
)
from tokens.results import Code
from tokens.types import AMOUNT_LIMIT, NO_ADDRESS
from tokens.withholding import rate_on, tax_year_of

MILLION = 100_000_000
"""PKR 1,000,000 in paisa."""
PERSON = TaxEntry(
    tax_class="person",
    from_date=dt.date(2025, 7, 1),
    rate_e6=100_000,
    above=RateAbove(threshold=MILLION, rate_e6=125_000),
)
ENTRIES = (
    TaxEntry(tax_class="company", from_date=dt.date(2025, 7, 1), rate_e6=250_000, above=None),
    PERSON,
    TaxEntry(tax_class="whole", from_date=dt.date(2025, 7, 1), rate_e6=1_000_000, above=None),
)
TABLE = SetTaxTable(profile="pk", account=address("tax/main"), year_month=7, entries=ENTRIES)


def with_table() -> World:
    """The world of the coupon tests under a table with a threshold."""
    made = start()
    made.act("tax+central", TABLE)
    return made


def certificates(world: World, account: str, year: int) -> list[TaxCertificate]:
    return world.state.scan(TAX_CERTIFICATE, CERTIFICATES, (address(account), year), limit=100)


def year_of(world: World, account: str, year: int) -> TaxYear:
    held = world.state.get(ACCOUNT, address(account))
    assert held is not None
    found = world.state.get(TAX_YEAR, held.owner, "pk", year)
    assert found is not None
    return found


def note(world: World, *sold: tuple[int, int]) -> None:
    """As an auction does when its allotments settle: (face, price x 10^4 per 100)."""
    for face, price_e4 in sold:
        note_issue(world.context(Actors(NO_ADDRESS, ())), ISIN, face, price_e4)


def pay_coupons(world: World, *numbers: int) -> None:
    """Record, fund, pay: half a year apart."""
    ends = (PAYMENT, dt.date(2026, 7, 17), dt.date(2027, 1, 18))
    for number in numbers:
        go_to(world, ends[number - 1])
        world.act("treasury", CouponFund(asset=ISIN, coupon=number))


def test_two_accounts_of_one_person_share_one_threshold() -> None:
    """60 and 120 bonds give PKR 345,000 and 690,000: the one paid second passes the million."""
    world = with_table()
    issue(world, ISIN, "bank_a", "a/main", 200 * FACE, 200 * FACE)
    sizes = {"p1": 60 * FACE, "p2": 120 * FACE}
    for name, face in sizes.items():
        world.account(name, "bank_b", "bank_b", tax_class="person")
        world.act("bank_a", transfer(ISIN, "a/main", name, face))
    pay_coupons(world, 1)
    first, second = sorted(sizes, key=address)
    assert [c.rate_e6 for c in certificates(world, first, 2026)] == [100_000]
    assert [c.rate_e6 for c in certificates(world, second, 2026)] == [125_000]
    assert year_of(world, "p1", 2026) == year_of(world, "p2", 2026)
    assert year_of(world, "p1", 2026).base == coupon(180 * FACE)


def test_above_the_threshold_in_one_year_and_below_it_again_in_the_next() -> None:
    world = with_table()
    world.account("p1", None, "bank_b", tax_class="person")
    issue(world, ISIN, "bank_a", "a/main", 300 * FACE, 300 * FACE)
    world.act("bank_a", transfer(ISIN, "a/main", "p1", 120 * FACE))
    pay_coupons(world, 1)
    gross = coupon(120 * FACE)
    assert gross < MILLION < 2 * gross
    assert [c.rate_e6 for c in certificates(world, "p1", 2026)] == [100_000]
    pay_coupons(world, 2)
    assert [c.rate_e6 for c in certificates(world, "p1", 2027)] == [100_000]
    pay_coupons(world, 3)
    both = certificates(world, "p1", 2027)
    assert [c.rate_e6 for c in both] == [100_000, 125_000]
    assert [c.withheld for c in both] == [gross // 10, gross // 8]
    total = year_of(world, "p1", 2027)
    assert (total.base, total.withheld) == (2 * gross, gross // 10 + gross // 8)


def test_exactly_the_threshold_is_not_above_it() -> None:
    table = TaxTable(profile="pk", version=1, account=bytes(16), year_month=7, entries=(PERSON,))
    day = dt.date(2026, 1, 1)
    assert rate_on(table, "person", day, MILLION) == 100_000
    assert rate_on(table, "person", day, MILLION + 1) == 125_000
    assert rate_on(table, "person", dt.date(2025, 6, 30), MILLION + 1) == 0


@pytest.mark.parametrize(
    ("month", "day", "year"),
    [
        (7, dt.date(2025, 6, 30), 2025),
        (7, dt.date(2025, 7, 1), 2026),
        (1, dt.date(2025, 12, 31), 2025),
        (4, dt.date(2026, 4, 1), 2027),
    ],
)
def test_a_tax_year_has_the_name_of_the_year_in_which_it_ends(
    month: int, day: dt.date, year: int
) -> None:
    table = TaxTable(profile="x", version=1, account=bytes(16), year_month=month, entries=())
    assert tax_year_of(table, day) == year


def test_the_whole_coupon_may_be_tax() -> None:
    world = with_table()
    world.account("w", None, "bank_b", tax_class="whole")
    world.act("bank_a", transfer(ISIN, "a/main", "w", FACE))
    go_to(world, AFTER)
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    assert world.balance(CBM, "w") == 0
    (entry,) = certificates(world, "w", 2026)
    assert (entry.base, entry.withheld) == (coupon(FACE), coupon(FACE))
    assert world.payment(ISIN, 1).status is PaymentStatus.PAID


def test_whoever_is_exempt_has_no_certificate_and_others_have_one_event_each() -> None:
    world = with_table()
    world.act("bank_a", transfer(ISIN, "a/main", "treasury/main", FACE))
    world.account("c", None, "bank_b", tax_class="company")
    world.act("bank_a", transfer(ISIN, "a/main", "c", 7 * FACE))
    pay_coupons(world, 1)
    assert certificates(world, "treasury/main", 2026) == []
    told = {e.account: e for e in world.events if isinstance(e, TaxWithheld)}
    assert set(told) == {address("a/main"), address("c")}
    (entry,) = certificates(world, "c", 2026)
    event = told[address("c")]
    assert (event.base, event.withheld, event.rate_e6) == (entry.base, entry.withheld, 250_000)
    assert (entry.security, entry.payment, entry.paid_on) == (ISIN, 1, PAYMENT)


def test_tax_base_none_withholds_nothing() -> None:
    world = World()
    fund(world, "a/main", 2 * FACE)
    fund(world, "treasury/main", FACE)
    bond(world, tax_base=TaxBase.NONE)
    issue(world, ISIN, "bank_a", "a/main", FACE, FACE)
    pay_coupons(world, 1)
    assert world.payment(ISIN, 1).withheld == 0
    assert certificates(world, "a/main", 2026) == []


def discounted(*sold: tuple[int, int]) -> World:
    """A paper of one year whose tax is on the discount, held by `c`, at its maturity."""
    world = World()
    world.act("tax+central", TABLE)
    fund(world, "a/main", 100 * FACE)
    fund(world, "treasury/main", 100 * FACE)
    bond(world, tax_base=TaxBase.DISCOUNT, maturity_date=dt.date(2026, 1, 17))
    give(world, ISIN, "bank_a", "a/main", 10 * FACE)
    note(world, *sold)
    world.account("c", None, "bank_b", tax_class="company")
    world.act("bank_a", transfer(ISIN, "a/main", "c", 3 * FACE))
    pay_coupons(world, 1)
    world.act("treasury", RedemptionFund(asset=ISIN))
    return world


def test_tax_on_the_discount_at_redemption() -> None:
    """Two auctions: 6 at 97.1234, 4 at 96.0000: 96.67404, half up 96.6740."""
    world = discounted((6 * FACE, 971_234), (4 * FACE, 960_000))
    assert issue_price_half_up(world.state, ISIN) == 966_740
    (entry,) = certificates(world, "c", 2026)
    discount = 3 * FACE * (10**6 - 966_740) // 10**6
    assert (entry.base, entry.withheld) == (discount, (discount + 2) // 4)
    assert entry.tax_base is TaxBase.DISCOUNT
    assert world.balance(CBM, "c") == 3 * FACE + coupon(3 * FACE) - entry.withheld
    paid = [e for e in world.events if isinstance(e, PrincipalPaid)]
    assert {e.account: e.withheld for e in paid}[address("c")] == entry.withheld
    redemption = world.payment(ISIN, 2)
    assert (redemption.status, redemption.paid) == (PaymentStatus.PAID, 10 * FACE)


@pytest.mark.parametrize("sold", [(), ((10 * FACE, 10**6),), ((10 * FACE, 1_020_000),)])
def test_no_discount_no_tax(sold: tuple[tuple[int, int], ...]) -> None:
    world = discounted(*sold)
    assert certificates(world, "c", 2026) == []
    assert world.balance(CBM, "c") == 3 * FACE + coupon(3 * FACE)


SALES = st.lists(st.tuples(st.integers(1, 10**15), st.integers(1, 10**7)), min_size=1, max_size=8)


@given(sold=SALES, face=st.integers(0, 10**15))
def test_the_issue_price_is_the_exact_mean_rounded_once(
    sold: list[tuple[int, int]], face: int
) -> None:
    world = World()
    note(world, *sold)
    total = sum(part for part, _ in sold)
    mean = Fraction(sum(part * price for part, price in sold), total)
    price = issue_price_half_up(world.state, ISIN)
    assert price is not None
    assert abs(Fraction(price) - mean) <= Fraction(1, 2)
    assert price == (mean + Fraction(1, 2)).__floor__()
    discount = discount_floor(world.state, ISIN, face)
    assert discount == max(0, face * (10**6 - price) // 10**6)


def test_a_sum_that_no_amount_holds_leaves_the_price_as_it_is() -> None:
    world = World()
    note(world, (AMOUNT_LIMIT - 1, 990_000), (2, 500_000))
    assert issue_price_half_up(world.state, ISIN) == 990_000
    note(world, (0, 990_000))
    assert issue_price_half_up(world.state, ISIN) == 990_000
    other = World()
    note(other, (AMOUNT_LIMIT, 10**9))
    assert other.state.get(ISSUE_PRICE, ISIN) is None


def test_a_table_needs_the_tax_policy() -> None:
    start().refuse(Code.NEEDS_APPROVAL, "tax", TABLE)

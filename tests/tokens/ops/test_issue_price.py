"""The issue price of what a batch issues: the base of the tax on its discount."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.ops.auction_world import allotted
from tests.tokens.ops.build import FACE, ISIN, bond, fund, give, go_to, issue, leg, transfer
from tests.tokens.ops.kinds import terms_of
from tests.tokens.ops.reserve_world import list_bill
from tests.tokens.ops.test_auction_settlement import SHEETS, settling
from tests.tokens.ops.test_tax import TABLE, certificates, pay_coupons
from tests.tokens.ops.world import CBM, World
from tokens.issue_price import discount_floor, issue_price_half_up, note_batch, note_issue
from tokens.ops.coupons import RedemptionFund
from tokens.records.instruments import TaxBase
from tokens.records.tax import ISSUE_PRICE
from tokens.types import AssetKind

BILL = terms_of(AssetKind.BILL).isin
IN_PERIOD = dt.date(2025, 10, 17)
"""92 of the 184 days of the first coupon period: half a coupon has accrued."""


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100 * FACE)
    fund(made, "b/main", 100 * FACE)
    return made


@pytest.fixture
def bills(world: World) -> World:
    list_bill(world, terms_of(AssetKind.BILL))
    return world


def test_units_of_a_batch_have_the_price_that_the_issuer_received(bills: World) -> None:
    """10 at 96 and 30 at 98: 97.5 on average."""
    issue(bills, BILL, "bank_a", "a/main", 10 * FACE, 10 * FACE * 96 // 100)
    assert issue_price_half_up(bills.state, BILL) == 960_000
    issue(bills, BILL, "bank_a", "a/main", 30 * FACE, 30 * FACE * 98 // 100)
    assert issue_price_half_up(bills.state, BILL) == 975_000
    assert discount_floor(bills.state, BILL, 40 * FACE) == FACE


def test_what_the_issuer_pays_back_is_not_received(bills: World) -> None:
    legs = (
        leg(BILL, 10 * FACE, "treasury", "bank_a", "*", "a/main"),
        leg(CBM, 10 * FACE, "bank_a", "treasury", "a/main", "treasury/main"),
        leg(CBM, FACE, "treasury", "bank_a", "treasury/main", "a/main"),
    )
    note_batch(bills.context(bills.actors("treasury")), legs)
    assert issue_price_half_up(bills.state, BILL) == 900_000


def test_without_money_or_beside_other_units_no_price_is_known(bills: World) -> None:
    context = bills.context(bills.actors("treasury"))
    given = leg(BILL, FACE, "treasury", "bank_a", "*", "a/main")
    paid = leg(CBM, FACE // 2, "bank_a", "treasury", "a/main", "treasury/main")
    note_batch(context, (given,))
    note_batch(context, (given, paid, leg("PKRS", 1, "bank_a", "treasury", "a/main", "b/main")))
    assert issue_price_half_up(bills.state, BILL) is None
    assert discount_floor(bills.state, BILL, FACE) == 0


def test_accrued_interest_is_no_part_of_the_price(world: World) -> None:
    """10 lots at 95.5: 95,500,000 of principal and 10 x 287,500 of half a coupon of 5.75 %."""
    bond(world, tax_base=TaxBase.DISCOUNT)
    go_to(world, IN_PERIOD)
    issue(world, ISIN, "bank_a", "a/main", 10 * FACE, 95_500_000 + 2_875_000)
    known = world.state.get(ISSUE_PRICE, ISIN)
    assert known is not None
    assert (known.face_sum, known.cost, known.cost_rest) == (10 * FACE, 95_500_000, 0)
    assert discount_floor(world.state, ISIN, 3 * FACE) == 1_350_000


def test_after_the_record_the_rest_of_the_coupon_is_the_issuers(world: World) -> None:
    """2026-01-16: 1 of 184 days is left, RHU(10 x 575,000 / 184) = 31,250 off the price."""
    bond(world, tax_base=TaxBase.DISCOUNT)
    go_to(world, dt.date(2026, 1, 15))
    go_to(world, dt.date(2026, 1, 16))
    issue(world, ISIN, "bank_a", "a/main", 10 * FACE, 96_000_000 - 31_250)
    assert issue_price_half_up(world.state, ISIN) == 960_000


def test_each_buyer_of_one_batch_pays_interest_rounded_apart(world: World) -> None:
    """31 days of 184 on a lot: 96,875; odd days round for each buyer, not for their sum."""
    bond(world, tax_base=TaxBase.DISCOUNT)
    go_to(world, dt.date(2025, 7, 18))
    day = 3_125  # RHU(575,000 / 184) of one lot
    legs = (
        leg(ISIN, FACE, "treasury", "bank_a", "*", "a/main"),
        leg(ISIN, 2 * FACE, "treasury", "bank_b", "*", "b/main"),
        leg(CBM, 9_800_000 + day, "bank_a", "treasury", "a/main", "treasury/main"),
        leg(CBM, 2 * 9_500_000 + 2 * day, "bank_b", "treasury", "b/main", "treasury/main"),
    )
    note_batch(world.context(world.actors("treasury")), legs)
    assert issue_price_half_up(world.state, ISIN) == 960_000


def test_two_instruments_in_one_batch_are_told_apart_by_their_buyers(bills: World) -> None:
    bond(bills, isin="PK0000000023", tax_base=TaxBase.DISCOUNT)
    other = "PK0000000023"
    legs = (
        leg(BILL, FACE, "treasury", "bank_a", "*", "a/main"),
        leg(other, FACE, "treasury", "bank_b", "*", "b/main"),
        leg(CBM, 9_700_000, "bank_a", "treasury", "a/main", "treasury/main"),
        leg(CBM, 9_100_000, "bank_b", "treasury", "b/main", "treasury/main"),
    )
    context = bills.context(bills.actors("treasury"))
    note_batch(context, legs)
    assert issue_price_half_up(bills.state, BILL) == 970_000
    assert issue_price_half_up(bills.state, other) == 910_000
    # one buyer of both: one sum of money for two things
    both = tuple(leg(asset, FACE, "treasury", "bank_a", "*", "a/main") for asset in (BILL, other))
    note_batch(context, (*both, leg(CBM, FACE, "bank_a", "treasury", "a/main", "treasury/main")))
    assert issue_price_half_up(bills.state, BILL) == 970_000


def test_what_was_repaid_before_a_sale_is_no_discount(world: World) -> None:
    """A fifth is repaid: 80 of 100 at 95 cost 76, the discount is 4 on 100 of original face."""
    amortising = terms_of(AssetKind.AMORT)
    isin = bond(
        world, kind=AssetKind.AMORT, cfi=amortising.cfi, amortisations=amortising.amortisations
    )
    context = world.context(world.actors("treasury"))
    context.business_date = dt.date(2026, 7, 17)
    legs = (
        leg(isin, 10 * FACE, "treasury", "bank_a", "*", "a/main"),
        leg(CBM, 76_000_000, "bank_a", "treasury", "a/main", "treasury/main"),
    )
    note_batch(context, legs)
    assert issue_price_half_up(world.state, isin) == 960_000
    note_issue(context, isin, 10 * FACE, 950_000)
    assert issue_price_half_up(world.state, isin) == 960_000
    assert discount_floor(world.state, isin, 10 * FACE) == 4_000_000


def test_the_tax_on_coupon_paper_that_a_batch_issued(world: World) -> None:
    """6 lots at 97.1234 before its dated date, 4 at 96 with half a coupon: 96.67404, so 96.6740.

    A company of 4 lots: base 40,000,000 x 33,260 / 10^6 = 1,330,400, a quarter of it 332,600.
    """
    world.act("tax+central", TABLE)
    world.account("c", None, "bank_a", tax_class="company")
    world.act("bank_a", transfer(CBM, "a/main", "c", 30 * FACE))
    fund(world, "treasury/main", 100 * FACE)
    bond(world, tax_base=TaxBase.DISCOUNT, maturity_date=dt.date(2026, 1, 17))
    issue(world, ISIN, "bank_a", "a/main", 6 * FACE, 58_274_040)
    go_to(world, IN_PERIOD)
    issue(world, ISIN, "bank_a", "c", 4 * FACE, 38_400_000 + 1_150_000)
    assert issue_price_half_up(world.state, ISIN) == 966_740
    pay_coupons(world, 1)
    world.act("treasury", RedemptionFund(asset=ISIN))
    (entry,) = certificates(world, "c", 2026)
    assert (entry.tax_base, entry.base, entry.withheld) == (TaxBase.DISCOUNT, 1_330_400, 332_600)
    spent, coupon = 39_550_000, 4 * 575_000
    assert world.balance(CBM, "c") == 30 * FACE - spent + 4 * FACE + coupon - 332_600


def test_units_given_free_of_payment_are_taxed_at_the_average_of_the_others(world: World) -> None:
    bond(world, tax_base=TaxBase.DISCOUNT)
    give(world, ISIN, "bank_a", "a/main", 10 * FACE)
    assert issue_price_half_up(world.state, ISIN) is None
    issue(world, ISIN, "bank_b", "b/main", FACE, 9_500_000)
    assert discount_floor(world.state, ISIN, 10 * FACE) == 5_000_000


def test_an_auction_counts_its_units_once() -> None:
    """Its allotments settle as batches: bills were counted at their price and at their money."""
    world = settling(allotted(SHEETS, 990_000))
    known = world.state.get(ISSUE_PRICE, ISIN)
    assert known is not None
    assert known.face_sum == 60 * FACE
    assert issue_price_half_up(world.state, ISIN) == 990_833


@given(lots=st.lists(st.tuples(st.integers(1, 500), st.integers(1, 10**9)), min_size=1, max_size=6))
def test_the_average_is_exact(lots: list[tuple[int, int]]) -> None:
    """Costs as the cash legs say them, whatever the prices are."""
    world = World()
    list_bill(world, terms_of(AssetKind.BILL))
    context = world.context(world.actors("treasury"))
    for count, money in lots:
        legs = (
            leg(BILL, count * FACE, "treasury", "bank_a", "*", "a/main"),
            leg(CBM, money, "bank_a", "treasury", "a/main", "treasury/main"),
        )
        note_batch(context, legs)
    mean = Fraction(sum(money for _, money in lots) * 10**6, sum(n for n, _ in lots) * FACE)
    assert issue_price_half_up(world.state, BILL) == (mean + Fraction(1, 2)).__floor__()

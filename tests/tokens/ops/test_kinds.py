"""Each kind of debt instrument: what its terms must say, and its life."""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.tokens.ops.build import FACE, ISIN, fund, go_to, issue, terms
from tests.tokens.ops.kinds import FLOATING, KIND_CHANGES, REPAID, terms_of
from tests.tokens.ops.world import World
from tokens.finance.calendar import Calendar
from tokens.finance.yield_basis import Compounding
from tokens.kind_terms import KIND_RULES
from tokens.lookup import require_asset
from tokens.ops.coupons import RedemptionFund
from tokens.ops.instruments import (
    ApproveInstrument,
    CancelInstrument,
    CreateInstrument,
    terms_digest,
)
from tokens.records.day import CALENDAR
from tokens.records.instruments import (
    INSTRUMENT,
    Amortisation,
    FloatTerms,
    InstrumentTerms,
    OptionDate,
    TaxBase,
)
from tokens.results import Code
from tokens.terms import (
    accrued_of,
    coupon_factor_of,
    maturity_of,
    periods_of,
    pool_factor_of,
    repayment_of,
)
from tokens.types import AssetKind, AssetStatus

DATE = dt.date
BILL, ZERO, DISC = AssetKind.BILL, AssetKind.ZERO, AssetKind.SUKUK_DISC
FIXED, FLOAT, AMORT = AssetKind.FIXED, AssetKind.FLOAT, AssetKind.AMORT
EACH_KIND = pytest.mark.parametrize("kind", sorted(KIND_CHANGES), ids=lambda kind: kind.name)


def option(*days: dt.date) -> tuple[OptionDate, ...]:
    return tuple(OptionDate(date=day, price_e4=1_000_000, notice_bd=5) for day in days)


def repaid(*parts: tuple[dt.date, int]) -> tuple[Amortisation, ...]:
    return tuple(Amortisation(date=day, fraction_e6=fraction) for day, fraction in parts)


def create(world: World, made: InstrumentTerms) -> None:
    world.act("treasury", CreateInstrument(terms=made))


def approve(world: World, made: InstrumentTerms) -> None:
    digest = terms_digest(made)
    world.act("treasury+central", ApproveInstrument(asset=made.isin, terms_digest=digest))


def test_every_debt_kind_has_a_rule_and_a_sample() -> None:
    others = {AssetKind.MONEY, AssetKind.CASH, AssetKind.COMMODITY}
    assert set(KIND_RULES) == set(KIND_CHANGES) == set(AssetKind) - others


@EACH_KIND
def test_usual_terms_are_admitted(kind: AssetKind) -> None:
    world = World()
    create(world, terms_of(kind))
    stored = world.state.get(INSTRUMENT, ISIN)
    assert stored is not None
    assert stored.terms.kind is kind
    periods = periods_of(stored.terms)
    assert stored.next_coupon_end == (periods[0].end if periods else None)
    assert bool(periods) is KIND_RULES[kind].coupons


CALL, PUT = DATE(2026, 7, 17), DATE(2027, 7, 17)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (FIXED, {"calls": option(CALL), "cfi": "DBFTGR"}),
        (FIXED, {"puts": option(PUT), "cfi": "DBFTCR"}),
        (FIXED, {"calls": option(CALL, PUT), "puts": option(PUT), "cfi": "DBFTDR"}),
        (FIXED, {"calls": option(CALL), "cfi": "DBFTXR"}),
        (ZERO, {"calls": option(CALL), "cfi": "DBZTGR"}),
        (AMORT, {"calls": option(CALL), "cfi": "DBFTBR"}),
        (FLOAT, {"coupon_rate_e6": 0}),
        (ZERO, {"yield_compounding": Compounding.SIMPLE}),
        (BILL, {"tax_base": TaxBase.NONE}),
    ],
)
def test_terms_that_go_with_a_kind(kind: AssetKind, change: dict[str, object]) -> None:
    create(World(), terms_of(kind, **change))


SAME = FloatTerms(benchmark="a", margin_e6=0, reset_offset_bd=0, fallback="a")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (BILL, {"coupon_rate_e6": 1}),
        (BILL, {"freq": 2}),
        (BILL, {"floating": FLOATING}),
        (BILL, {"amortisations": REPAID}),
        (BILL, {"yield_compounding": Compounding.SEMI}),
        (BILL, {"calls": option(DATE(2025, 12, 1)), "cfi": "DBZTGR"}),
        (BILL, {"tax_base": TaxBase.COUPON}),
        (BILL, {"cfi": "DYFTXR"}),
        (BILL, {"cfi": "DTZTFR"}),
        (BILL, {"cfi": "DYZTAR"}),
        (BILL, {"cfi": "EYZTXR"}),
        (ZERO, {"coupon_rate_e6": 1}),
        (ZERO, {"freq": 2}),
        (ZERO, {"cfi": "DYZTXR"}),
        (DISC, {"tax_base": TaxBase.COUPON}),
        (FIXED, {"freq": 0}),
        (FIXED, {"floating": FLOATING}),
        (FIXED, {"amortisations": REPAID}),
        (FIXED, {"cfi": "DBVTFR"}),
        (FIXED, {"cfi": "DBFTAR"}),
        (FIXED, {"calls": option(CALL)}),
        (FIXED, {"calls": option(CALL, CALL), "cfi": "DBFTGR"}),
        (FIXED, {"calls": option(PUT, CALL), "cfi": "DBFTGR"}),
        (FIXED, {"calls": option(DATE(2025, 7, 17)), "cfi": "DBFTGR"}),
        (FIXED, {"puts": option(DATE(2028, 7, 17)), "cfi": "DBFTCR"}),
        (FIXED, {"puts": option(CALL), "cfi": "DBFTGR"}),
        (FLOAT, {"floating": None}),
        (FLOAT, {"floating": SAME}),
        (FLOAT, {"cfi": "DBFTFR"}),
        (AMORT, {"amortisations": ()}),
        (AMORT, {"floating": FLOATING}),
        (AMORT, {"amortisations": repaid((DATE(2026, 7, 18), 1))}),
        (AMORT, {"amortisations": repaid((DATE(2028, 7, 17), 1))}),
        (AMORT, {"amortisations": repaid((CALL, 600_000), (PUT, 400_000))}),
        (AMORT, {"amortisations": repaid((PUT, 100_000), (CALL, 100_000))}),
        (AMORT, {"amortisations": repaid((CALL, 100_000), (CALL, 100_000))}),
        (AMORT, {"amortisations": repaid((CALL, 333_333)), "increment": 500_000}),
        (AssetKind.COMMODITY, {}),
        (AssetKind.MONEY, {}),
    ],
)
def test_terms_that_do_not_go_with_a_kind(kind: AssetKind, change: dict[str, object]) -> None:
    made = terms_of(kind, **change) if kind in KIND_CHANGES else terms(kind=kind)
    World().refuse(Code.BAD_FIELD, "treasury", CreateInstrument(terms=made))


def test_the_largest_rate_of_a_floater_cannot_overflow() -> None:
    most = (2**64 - 1) * 10**6 // (2 * 10**9 * 2)
    good = most - most % FACE
    create(World(), terms_of(FLOAT, max_supply=good))
    large = CreateInstrument(terms=terms_of(FLOAT, max_supply=good + FACE))
    World().refuse(Code.AMOUNT_OVERFLOW, "treasury", large)


def test_the_pool_factor_steps_on_coupon_dates() -> None:
    made = terms_of(AMORT)
    assert pool_factor_of(made, DATE(2026, 7, 16)) == 1_000_000
    assert pool_factor_of(made, DATE(2026, 7, 17)) == 800_000
    assert [coupon_factor_of(made, number) for number in range(1, 7)] == [
        1_000_000,
        1_000_000,
        800_000,
        800_000,
        500_000,
        250_000,
    ]
    assert [repayment_of(made, number) for number in range(1, 7)] == [
        0, 200_000, 0, 300_000, 250_000, 0,
    ]  # fmt: skip
    assert principal_at_maturity(made, FACE) == FACE // 4


def principal_at_maturity(made: InstrumentTerms, quantity: int) -> int:
    """What the redemption of a quantity pays: the face, less what was repaid; exact."""
    whole, rest = divmod(quantity * pool_factor_of(made, made.maturity_date), 10**6)
    assert rest == 0
    return whole


def test_repayments_and_rest_are_the_face_exactly() -> None:
    made = terms_of(AMORT)
    parts = [repayment_of(made, number) for number in range(1, 7)]
    face = 7 * FACE
    repaid_sum = sum(face * part // 10**6 for part in parts)
    assert repaid_sum + principal_at_maturity(made, face) == face


def calendar_of(world: World) -> Calendar:
    record = world.state.get(CALENDAR, "PK")
    assert record is not None
    return record.current


def test_interest_accrues_on_what_is_outstanding() -> None:
    """80 percent of the face is outstanding: 10 units of it accrue like 8 whole ones."""
    calendar = calendar_of(World())
    day = DATE(2026, 10, 16)
    found = accrued_of(terms_of(AMORT), calendar, 10 * FACE, day)
    assert found == accrued_of(terms_of(FIXED), calendar, 8 * FACE, day)
    assert found == 2_275_000  # 8 x 10^7 paisa x 11.5 % x 91/(2 x 184)


def test_what_has_no_coupon_accrues_nothing() -> None:
    calendar = calendar_of(World())
    made = terms_of(BILL)
    day = dt.timedelta(days=1)
    assert accrued_of(made, calendar, FACE, made.dated_date) == 0
    assert accrued_of(made, calendar, FACE, made.maturity_date - day) == 0
    assert accrued_of(made, calendar, FACE, made.maturity_date) is None
    assert accrued_of(made, calendar, FACE, made.dated_date - day) is None


Stage = Callable[[World, InstrumentTerms], None]


def outstanding(world: World, made: InstrumentTerms) -> None:
    issue(world, made.isin, "bank_a", "a/main", FACE, FACE)


def mature(world: World, made: InstrumentTerms) -> None:
    go_to(world, maturity_of(made, calendar_of(world)))


def redeem(world: World, made: InstrumentTerms) -> None:
    world.act("treasury", RedemptionFund(asset=made.isin))
    world.finish_agenda()


STAGES: tuple[tuple[AssetStatus, Stage], ...] = (
    (AssetStatus.DRAFT, create),
    (AssetStatus.APPROVED, approve),
    (AssetStatus.OUTSTANDING, outstanding),
    (AssetStatus.MATURED, mature),
    (AssetStatus.REDEEMED, redeem),
)


@pytest.mark.parametrize("kind", [BILL, ZERO, DISC], ids=lambda kind: kind.name)
def test_the_life_of_what_pays_once(kind: AssetKind) -> None:
    world = World()
    for account in ("a/main", "treasury/main"):
        fund(world, account, 10 * FACE)
    made = terms_of(kind)
    for status, stage in STAGES:
        stage(world, made)
        assert require_asset(world.state, ISIN).status is status
    assert world.supply(ISIN) == 0
    assert world.payment(ISIN, 1).paid == FACE


@EACH_KIND
def test_a_draft_of_every_kind_can_be_given_up(kind: AssetKind) -> None:
    world = World()
    made = terms_of(kind)
    create(world, made)
    approve(world, made)
    world.act("treasury", CancelInstrument(asset=ISIN))
    assert require_asset(world.state, ISIN).status is AssetStatus.CANCELLED

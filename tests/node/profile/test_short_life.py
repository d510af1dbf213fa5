"""One short life under two states: the operations are the same, every figure is the file's.

The expected sums stand here as numbers, computed by hand from the two files; nothing computes them.
"""

import datetime as dt
from typing import NamedTuple

import msgspec
import pytest

from tests.node.profile.state_world import StateWorld
from tests.tokens.ops.build import ISIN, go_to, terms
from tests.tokens.ops.world import address
from tokens.events.travel import TravelRequired
from tokens.finance.daycount import DayCount
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.coupons import CouponFund
from tokens.ops.freezes import Freeze
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.licences import AdvanceLicence, ApplyLicence, GrantLicence
from tokens.records.holdings import LegalBasis
from tokens.records.instruments import InstrumentTerms
from tokens.results import Code
from tokens.types import LicencePhase


class State(NamedTuple):
    """What the two files say, and the sums that follow."""

    name: str
    bond: dict[str, object]
    """Terms that the file allows."""
    units: int
    """Denominations that are sold."""
    record_day: dt.date
    """First business date after the record of the first coupon."""
    coupon_day: dt.date
    gross: int
    """Of the first coupon, minor units."""
    withheld: int
    limited_tier: int
    day_limit: int
    balance_limit: int
    travel: int
    moves_from: LicencePhase
    """First phase in which an exchange's clients may pay."""
    banks_licensed: bool
    freeze_for_ever: bool


PAKISTAN = State(
    name="pk",
    bond={
        "currency": "PKR",
        "denomination": 10_000_000,
        "increment": 10_000_000,
        "max_supply": 1_000_000_000,
        "maturity_date": dt.date(2029, 1, 6),
        "freq": 2,
        "accrual_daycount": DayCount.ACT_ACT_ICMA,
        "tax_profile": "government-securities",
        "settlement_asset": "PKR-CB",
        "calendar_id": "PK",
    },
    units=40,
    record_day=dt.date(2026, 7, 3),
    coupon_day=dt.date(2026, 7, 6),
    # 40 x PKR 100,000 x 12 % / 2 = PKR 240,000.00
    gross=24_000_000,
    # a filer: 20 % since 1 July 2025
    withheld=4_800_000,
    limited_tier=0,
    day_limit=2_500_000,
    balance_limit=20_000_000,
    travel=28_000_000,
    moves_from=LicencePhase.AML_REGISTERED,
    banks_licensed=False,
    freeze_for_ever=False,
)
RURITANIA = State(
    name="example",
    bond={
        "currency": "XRD",
        "denomination": 2_500,
        "increment": 2_500,
        "max_supply": 160_000,
        "maturity_date": dt.date(2027, 1, 6),
        "freq": 4,
        "accrual_daycount": DayCount.THIRTY_E_360,
        "tax_profile": "crown",
        "settlement_asset": "XRD-CB",
        "calendar_id": "STRELSAU",
    },
    units=38,
    record_day=dt.date(2026, 4, 5),
    coupon_day=dt.date(2026, 4, 6),
    # 38 x 2,500 x 12 % x 90 / 360
    gross=2_850,
    # no class filer in the table: default, 15 % = 427.5, half up
    withheld=428,
    limited_tier=2,
    day_limit=700_000,
    balance_limit=5_000_000,
    travel=1_000_000,
    moves_from=LicencePhase.LICENSED,
    banks_licensed=True,
    freeze_for_ever=True,
)
STATES = (PAKISTAN, RURITANIA)
each_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)


def bond_of(state: State) -> InstrumentTerms:
    values: dict[str, object] = {
        "issue_date": dt.date(2026, 1, 6),
        "dated_date": dt.date(2026, 1, 6),
        "roll_day": 6,
        "coupon_rate_e6": 120_000,
        "record_offset_bd": 1,
    }
    return terms(**(values | state.bond))


STEPS = (
    (LicencePhase.NOC, ""),
    (LicencePhase.AML_REGISTERED, "GOAML-7"),
    (LicencePhase.INCORPORATED, "SECP/12"),
)


def advance(world: StateWorld, institution: str, phase: LicencePhase) -> None:
    """One step of a licence: banking for banks, exchange and custody for the exchange."""
    categories = 32 if institution.startswith("bank") else 3
    who = address(institution)
    if phase is LicencePhase.APPLIED:
        world.act(institution, ApplyLicence(institution=who, categories=categories))
    elif phase is LicencePhase.LICENSED:
        made = GrantLicence(institution=who, categories=categories, expires_on=dt.date(2030, 1, 1))
        world.act("va+central", made)
    else:
        number = dict(STEPS)[phase]
        world.act("va", AdvanceLicence(institution=who, phase=phase, number=number))


def life(state: State) -> StateWorld:
    """The state, its banks licensed if it asks for that, money at the banks."""
    world = StateWorld(state.name)
    world.know("treasury")
    for bank in ("bank_a", "bank_b"):
        world.know(bank)
        if state.banks_licensed:
            for phase in tuple(LicencePhase)[:5]:
                advance(world, bank, phase)
    for account in ("a/main", "b/main", "treasury/main"):
        world.fund(account, 800_000_000)
    return world


@each_state
def test_a_coupon_is_paid_net_of_the_tax_of_the_state(state: State) -> None:
    world = life(state)
    made = bond_of(state)
    world.account("saver", "bank_a", "bank_a", tax_class="filer")
    world.write()
    face = state.units * made.denomination
    world.act("bank_a", world.pay("a/main", "saver", face))
    world.act("treasury", CreateInstrument(terms=made))
    digest = terms_digest(made)
    world.act("treasury+central", ApproveInstrument(asset=ISIN, terms_digest=digest))
    go_to(world, dt.date(2026, 1, 6))
    steps = world.subscribe(ISIN, "bank_a", "saver", face)
    for who, step in zip(("treasury", "bank_a", "bank_a", "bank_a"), steps, strict=True):
        world.act(who, step)
    assert world.balance(ISIN, "saver") == face
    go_to(world, state.record_day)
    go_to(world, state.coupon_day)
    world.finish_agenda()
    before = world.balance(world.cash, "saver"), world.balance(world.cash, "tax/main")
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    world.finish_agenda()
    paid = world.payment(ISIN, 1)
    assert (paid.paid, paid.withheld) == (state.gross, state.withheld)
    after = world.balance(world.cash, "saver"), world.balance(world.cash, "tax/main")
    assert after[0] - before[0] == state.gross - state.withheld
    assert after[1] - before[1] == state.withheld


@pytest.mark.parametrize(
    ("state", "other"), [(PAKISTAN, RURITANIA), (RURITANIA, PAKISTAN)], ids=["pk", "example"]
)
def test_the_paper_of_the_one_state_is_none_of_the_other(state: State, other: State) -> None:
    """All of its own terms but the money, the calendar and the table that exist there."""
    world = life(state)
    own = {key: state.bond[key] for key in ("currency", "settlement_asset", "calendar_id")}
    own["tax_profile"] = state.bond["tax_profile"]
    foreign = msgspec.structs.replace(bond_of(other), **own)
    world.refuse(Code.AGAINST_RULE, "treasury", CreateInstrument(terms=foreign))


@each_state
def test_a_licence_opens_payments_in_the_phase_that_the_state_says(state: State) -> None:
    world = life(state)
    world.client("trader", "exchange")
    world.client("friend", "exchange")
    payment = world.pay("trader", "friend", 10)
    world.refuse(Code.LICENCE_REQUIRED, "exchange", payment)
    for phase in tuple(LicencePhase)[:5]:
        advance(world, "exchange", phase)
        if phase < state.moves_from:
            world.refuse(Code.LICENCE_REQUIRED, "exchange", payment)
            continue
        world.act("bank_a", world.pay("a/main", "trader", 10))
        world.act("exchange", payment)
    opened = 5 - state.moves_from + 1
    assert world.balance(world.cash, "friend") == 10 * opened


@each_state
def test_banks_need_a_licence_where_the_state_says_so(state: State) -> None:
    world = StateWorld(state.name)
    world.know("bank_a")
    world.know("bank_b")
    first = CbIssue(asset=world.cash, target=address("a/main"), amount=100, rtgs_ref="1")
    if state.banks_licensed:
        world.refuse(Code.LICENCE_REQUIRED, "central", first)
    else:
        world.act("central", first)
        world.act("bank_a", world.pay("a/main", "b/main", 10))


@each_state
def test_a_person_of_the_tier_gives_and_holds_what_the_state_allows(state: State) -> None:
    world = life(state)
    world.client("small", "bank_a", kyc_tier=state.limited_tier)
    world.client("large", "bank_a")
    world.act("bank_a", world.pay("a/main", "small", state.balance_limit))
    world.refuse(Code.HOLDER_CAP_EXCEEDED, "bank_a", world.pay("a/main", "small", 1))
    world.refuse(Code.VELOCITY_EXCEEDED, "bank_a", world.pay("small", "large", state.day_limit + 1))
    world.act("bank_a", world.pay("small", "large", state.day_limit))
    world.refuse(Code.VELOCITY_EXCEEDED, "bank_a", world.pay("small", "large", 1))
    go_to(world, dt.date(2026, 1, 6))
    world.act("bank_a", world.pay("small", "large", state.day_limit))


@each_state
def test_the_other_state_does_not_limit_that_tier(state: State) -> None:
    other = RURITANIA if state is PAKISTAN else PAKISTAN
    world = life(state)
    world.client("free", "bank_a", kyc_tier=other.limited_tier)
    much = max(state.day_limit, other.day_limit, other.balance_limit) + 1
    world.act("bank_a", world.pay("a/main", "free", much))
    world.act("bank_a", world.pay("free", "a/main", much))


@each_state
def test_a_payment_waits_for_its_data_from_the_threshold_of_the_state_on(state: State) -> None:
    world = life(state)
    world.client("payer", "bank_a")
    world.client("payee", "bank_b")
    world.act("bank_a", world.pay("a/main", "payer", 2 * state.travel))
    world.act("bank_a", world.pay("payer", "payee", state.travel - 1))
    assert world.balance(world.cash, "payee") == state.travel - 1
    assert not any(isinstance(event, TravelRequired) for event in world.events)
    world.act("bank_a", world.pay("payer", "payee", state.travel))
    assert isinstance(world.events[-1], TravelRequired)
    assert world.balance(world.cash, "payee") == state.travel - 1


@each_state
def test_a_freeze_order_without_an_end_is_good_where_the_state_allows_it(state: State) -> None:
    world = life(state)
    order = Freeze(
        order_id=bytes([9]) * 32,
        account=address("a/main"),
        asset=None,
        amount=None,
        expires_on=None,
        basis=LegalBasis(authority="Court", order_no="1/2026", sha256=bytes(32)),
    )
    if state.freeze_for_ever:
        world.act("fiu", order)
    else:
        world.refuse(Code.BAD_DATE, "fiu", order)
        last = dt.date(2026, 1, 5) + dt.timedelta(days=180)
        world.act("fiu", msgspec.structs.replace(order, expires_on=last))


def test_one_person_holds_no_more_of_an_issue_than_ruritania_allows() -> None:
    """60 % of 160,000 is 96,000: 38 units are 95,000, one more is 97,500."""
    world = life(RURITANIA)
    made = bond_of(RURITANIA)
    world.client("saver", "bank_a")
    world.act("bank_a", world.pay("a/main", "saver", 500_000))
    world.act("treasury", CreateInstrument(terms=made))
    digest = terms_digest(made)
    world.act("treasury+central", ApproveInstrument(asset=ISIN, terms_digest=digest))
    go_to(world, dt.date(2026, 1, 6))
    for units, code in ((39, Code.HOLDER_CAP_EXCEEDED), (38, Code.OK)):
        *steps, settle = world.subscribe(ISIN, "bank_a", "saver", units * 2_500)
        for who, step in zip(("treasury", "bank_a", "bank_a"), steps, strict=True):
            world.act(who, step)
        assert world.attempt("bank_a", settle) is code

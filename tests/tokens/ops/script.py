"""One run with every operation of money, bonds, settlement, control: source of the vectors."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops import script_market
from tests.tokens.ops.auction_script import auction_steps
from tests.tokens.ops.build import FACE, ISIN, dvp, instruct, leg, terms, transfer
from tests.tokens.ops.script_aml import aml
from tests.tokens.ops.script_collateral import collateral
from tests.tokens.ops.script_money import money_outside
from tests.tokens.ops.script_options import options
from tests.tokens.ops.script_rates import rates_script
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, cb_issue, mint, redeem
from tests.tokens.ops.world import CBM, World, address
from tokens.ops.batch_steps import AllocateBatch, CancelBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay, SetCalendar
from tokens.ops.central_bank_money import CbWithdraw
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund, SetTaxTable
from tokens.ops.documents import AddDocument, AmendInstrument
from tokens.ops.freezes import ChangeFreeze, Freeze, LiftFreeze, StopCredits
from tokens.ops.instruments import (
    ApproveInstrument,
    CancelInstrument,
    CreateInstrument,
    terms_digest,
)
from tokens.ops.unclaimed import PayUnclaimed
from tokens.records.day import TaxEntry
from tokens.records.holdings import LegalBasis
from tokens.records.parties import ACCOUNT
from tokens.records.proposals import GRANT
from tokens.types import AccountStatus

BASIS = LegalBasis(authority="Court", order_no="12/2025", sha256=bytes(32))
ORDER = bytes([9]) * 32
TREASURY, BANK_A = address("treasury"), address("bank_a")

Step = tuple[str, msgspec.Struct]


def script(world: World) -> Iterator[Step]:
    """(who, operation); the caller runs each before it asks for the next."""
    yield from _money(world)
    yield from _issue(world)
    yield from _control(world)
    yield from _service(world)
    yield from collateral(world)
    yield from money_outside(world)
    yield from rates_script()
    yield from auction_steps(world)
    yield from options(world)
    yield from script_market.forms(world)
    yield from aml(world)


def _money(world: World) -> Iterator[Step]:
    yield "central", cb_issue(300 * FACE, "RTGS-1")
    yield "central", cb_issue(300 * FACE, "RTGS-2", target=address("b/main"))
    yield "central", cb_issue(300 * FACE, "RTGS-3", target=address("treasury/main"))
    order = CbWithdraw(asset=CBM, source=address("b/main"), amount=FACE, rtgs_ref="OUT-1")
    yield "bank_b", order
    yield "issuer+central", DEFINE
    world.state.put(GRANT, GRANT_OF_A)
    yield "bank_a", mint(500)
    yield "bank_a", redeem(100)
    yield "bank_a", transfer(CBM, "a/main", "a/second", FACE)
    entry = TaxEntry(tax_class="filer", from_date=dt.date(2025, 7, 1), rate_e6=150_000, above=None)
    table = SetTaxTable(
        profile="other", account=address("tax/main"), year_month=7, entries=(entry,)
    )
    yield "tax+central", table


def _issue(world: World) -> Iterator[Step]:
    given_up = terms(isin="PK0000000023", maturity_date=dt.date(2027, 7, 17))
    yield "treasury", CreateInstrument(terms=given_up)
    yield "treasury", CancelInstrument(asset=given_up.isin)
    made = terms(maturity_date=dt.date(2026, 1, 17))
    yield "treasury", CreateInstrument(terms=made)
    yield "treasury+central", ApproveInstrument(asset=ISIN, terms_digest=terms_digest(made))
    paper = AddDocument(asset=ISIN, name="prospectus", uri="https://x/1", sha256=bytes(32))
    yield "treasury", paper
    yield (
        "treasury+central",
        AmendInstrument(
            asset=ISIN,
            name="PIB 6 months",
            treasury_account=None,
            record_offset_bd=None,
            kyc_tier_min=None,
        ),
    )
    seller = ("treasury", None, "treasury/main")
    operation, approval = dvp(world, "I-1", seller, ("bank_a", "a/main"), ISIN, 50 * FACE, FACE)
    yield "treasury", operation
    yield "bank_a", approval
    yield "bank_a", AllocateBatch(initiator=TREASURY, batch_id="I-1")
    yield "bank_a", SettleBatch(initiator=TREASURY, batch_id="I-1")
    own = leg(CBM, 5, "bank_a", "bank_a", "a/main", "a/second")
    yield "bank_a", instruct(world, "C-1", own)
    yield "bank_a", CancelBatch(initiator=BANK_A, batch_id="C-1")


def _control(world: World) -> Iterator[Step]:
    freeze = Freeze(
        order_id=ORDER,
        account=address("b/main"),
        asset=CBM,
        amount=10 * FACE,
        expires_on=None,
        basis=BASIS,
    )
    yield "fiu", freeze
    yield "fiu", ChangeFreeze(order_id=ORDER, amount=12 * FACE, expires_on=None)
    seize = ForceTransfer(
        order_id=ORDER,
        asset=CBM,
        amount=2 * FACE,
        target=address("treasury/main"),
        reaches_pledged=False,
    )
    yield "central+fiu", seize
    yield "fiu", LiftFreeze(order_id=ORDER)
    stop = StopCredits(account=address("b/main"), stopped=True, basis=BASIS)
    yield "fiu", stop
    yield "fiu", msgspec.structs.replace(stop, stopped=False)
    yield "central+regulator", PauseAsset(asset=CBM, classes=3)
    yield "central+regulator", PauseAsset(asset=CBM, classes=0)


def _service(world: World) -> Iterator[Step]:
    calendar = SetCalendar(
        id="PK", weekend_mask=0b1100000, holidays=(), effective_on=dt.date(2025, 7, 2)
    )
    yield "central+regulator", calendar
    yield "central", CloseDay(date=dt.date(2025, 7, 1))
    yield "central", OpenDay(date=dt.date(2026, 1, 16))
    yield "bank_a", transfer(ISIN, "a/main", "b/main", 50 * FACE)
    closed = world.state.get(ACCOUNT, address("a/main"))
    if closed is not None:
        changed = msgspec.structs.replace(closed, status=AccountStatus.CLOSED)
        world.state.put(ACCOUNT, changed)
    yield "treasury", CouponFund(asset=ISIN, coupon=1)
    yield "central", CloseDay(date=dt.date(2026, 1, 16))
    yield "central", OpenDay(date=dt.date(2026, 1, 19))
    claim = PayUnclaimed(
        account=address("a/main"), security=ISIN, payment=1, target=address("a/second")
    )
    yield "bank_a", claim
    yield "central", RedemptionFund(asset=ISIN)

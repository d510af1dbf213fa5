"""Steps about a government bond: agreed, issued against payment, traded, its coupon paid."""

from __future__ import annotations

import datetime as dt

from node.devnet.cast import (
    ALICE,
    BANK_1,
    BANK_1_ACCOUNT,
    BANK_2,
    BOB,
    CALENDAR,
    CENTRAL_BANK,
    COIN,
    TAX_ACCOUNT,
    TREASURY,
    TREASURY_ACCOUNT,
)
from node.devnet.profile import BUSINESS_DATE, TAX_PROFILE
from node.devnet.story.settle import Sale, settle_sale
from node.devnet.story.stage import Stage, require, rupees
from node.devnet.truth import read_from_all
from node.devnet.wait import NotYet, until
from node.sdk.schema.asset import ScheduledPayment
from node.sdk.schema.process import AgendaStatus
from tokens.finance.calendar import BusinessDayConvention
from tokens.finance.daycount import DayCount
from tokens.finance.isin import isin_check_digit
from tokens.finance.lei import lei_check_digits
from tokens.finance.yield_basis import Compounding, LastPeriod
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.coupons import CouponFund
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.transfer import Transfer
from tokens.records.instruments import InstrumentTerms, PaymentStatus, TaxBase
from tokens.types import AssetKind

UNIT = 100_000_00
"""Denomination, minor units of face."""
ISSUED = 500 * UNIT
SOLD_TO_BOB = 100 * UNIT
SOLD_TO_ALICE = 50 * UNIT
RATE_E6 = 115_000
ISIN = "PK000000001" + isin_check_digit("PK000000001")
LEI = "529900MOHURDEMO000" + lei_check_digits("529900MOHURDEMO000")
RECORD_DATE = dt.date(2026, 7, 2)
"""A Thursday: two business days before the payment date."""
PAYMENT_DATE = dt.date(2026, 7, 6)
"""5 July 2026 is a Sunday; the coupon is paid on the business day after it."""
PAID_SECONDS = 20

TERMS = InstrumentTerms(
    kind=AssetKind.FIXED,
    isin=ISIN,
    cfi="DBFTFR",
    issuer_lei=LEI,
    name="Government bond 11.5 % January 2029",
    currency="PKR",
    denomination=UNIT,
    increment=UNIT,
    max_supply=10_000 * UNIT,
    issue_date=BUSINESS_DATE,
    dated_date=BUSINESS_DATE,
    maturity_date=dt.date(2029, 1, 5),
    coupon_rate_e6=RATE_E6,
    freq=2,
    first_coupon=None,
    last_regular_coupon=None,
    roll_day=5,
    accrual_daycount=DayCount.ACT_ACT_ICMA,
    yield_daycount=DayCount.ACT_ACT_ICMA,
    yield_compounding=Compounding.SEMI,
    bdc=BusinessDayConvention.FOLLOWING,
    adjust_accrual=False,
    adjust_yield=False,
    last_period=LastPeriod.SIMPLE,
    settlement_asset=COIN,
    treasury_account=TREASURY_ACCOUNT.address,
    calendar_id=CALENDAR,
    record_offset_bd=2,
    kyc_tier_min=1,
    tax_profile=TAX_PROFILE,
    tax_base=TaxBase.COUPON,
    floating=None,
    calls=(),
    puts=(),
    amortisations=(),
    grace_days=3,
    terms_hash=bytes(32),
    mutable_fields=(),
)


async def issue(stage: Stage) -> str:
    """Treasury drafts, the central bank agrees to the same terms, a bank pays for the units."""
    await stage.act(TREASURY, CreateInstrument(terms=TERMS))
    approve = ApproveInstrument(asset=ISIN, terms_digest=terms_digest(TERMS))
    await stage.act(TREASURY, approve, expect="NEEDS_APPROVAL")
    await stage.together(TREASURY, [CENTRAL_BANK], approve)
    before = await stage.balance(BANK_1_ACCOUNT, COIN)
    sale = Sale(
        batch_id="ISSUE-1",
        seller=TREASURY,
        securities=None,
        cash=TREASURY_ACCOUNT,
        buyer=BANK_1,
        account=BANK_1_ACCOUNT,
        asset=ISIN,
        face=ISSUED,
        money=COIN,
        price=ISSUED,
    )
    await settle_sale(stage, sale, BUSINESS_DATE)
    await stage.expect_balance(BANK_1_ACCOUNT, ISIN, ISSUED)
    await stage.expect_balance(BANK_1_ACCOUNT, COIN, before.balance - ISSUED)
    await stage.expect_balance(TREASURY_ACCOUNT, COIN, ISSUED)
    require(await stage.supply(ISIN) == ISSUED, "supply of the bond")
    return f"{ISIN} {rupees(ISSUED)} of face to bank-1 against {COIN} {rupees(ISSUED)}, atomically"


async def trade(stage: Stage) -> str:
    """Bank 1 sells to a client of bank 2, and to a client of its own: delivery versus payment."""
    bob, alice = await stage.balance(BOB, COIN), await stage.balance(ALICE, COIN)
    sale = Sale(
        batch_id="TRADE-1",
        seller=BANK_1,
        securities=BANK_1_ACCOUNT,
        cash=BANK_1_ACCOUNT,
        buyer=BANK_2,
        account=BOB,
        asset=ISIN,
        face=SOLD_TO_BOB,
        money=COIN,
        price=SOLD_TO_BOB,
    )
    settled = await settle_sale(stage, sale, BUSINESS_DATE)
    await stage.expect_balance(BOB, ISIN, SOLD_TO_BOB)
    await stage.expect_balance(BOB, COIN, bob.balance - SOLD_TO_BOB)
    await stage.act(BANK_1, *_exchange())
    await stage.expect_balance(ALICE, ISIN, SOLD_TO_ALICE)
    await stage.expect_balance(ALICE, COIN, alice.balance - SOLD_TO_ALICE)
    return (
        f"{rupees(SOLD_TO_BOB)} of face to bob against money, both legs in block {settled.height}"
    )


def _exchange() -> tuple[Transfer, Transfer]:
    """Two transfers in one transaction: both or none."""
    return (
        Transfer(
            asset=ISIN,
            source=BANK_1_ACCOUNT.address,
            target=ALICE.address,
            amount=SOLD_TO_ALICE,
            end_to_end_ref="TRADE-2",
        ),
        Transfer(
            asset=COIN,
            source=ALICE.address,
            target=BANK_1_ACCOUNT.address,
            amount=SOLD_TO_ALICE,
            end_to_end_ref="TRADE-2",
        ),
    )


async def coupon(stage: Stage) -> str:
    """The clock moves: record at the end of one date, funded on the next, paid on the third."""
    gross = {BOB: _half_year(SOLD_TO_BOB), ALICE: _half_year(SOLD_TO_ALICE)}
    rates = {BOB: 40, ALICE: 20}
    before = {book: await stage.balance(book, COIN) for book in (*gross, TAX_ACCOUNT)}
    await stage.go_to(RECORD_DATE)
    await stage.act(CENTRAL_BANK, CloseDay(date=RECORD_DATE))
    payment = await _payment(stage)
    require(payment.status is PaymentStatus.RECORD_TAKEN, f"coupon is {payment.status.name}")
    require(payment.required == _half_year(ISSUED), f"coupon asks for {payment.required}")
    await stage.act(CENTRAL_BANK, OpenDay(date=RECORD_DATE + dt.timedelta(days=1)))
    await stage.act(TREASURY, CouponFund(asset=ISIN, coupon=1))
    await stage.act(
        CENTRAL_BANK,
        CloseDay(date=RECORD_DATE + dt.timedelta(days=1)),
        OpenDay(date=PAYMENT_DATE),
    )
    stage.day = PAYMENT_DATE
    paid = await _paid(stage)
    withheld = 0
    for book, amount in gross.items():
        tax = amount * rates[book] // 100
        withheld += tax
        await stage.expect_balance(book, COIN, before[book].balance + amount - tax)
    await stage.expect_balance(TAX_ACCOUNT, COIN, before[TAX_ACCOUNT].balance + withheld)
    require(paid.withheld == withheld, f"withheld is {paid.withheld}, expected {withheld}")
    return (
        f"business date {PAYMENT_DATE}: {COIN} {rupees(paid.paid)} paid to all holders, "
        f"{rupees(withheld)} of it withheld (bob 40 %, alice 20 %)"
    )


def _half_year(face: int) -> int:
    """A regular period of ACT/ACT ICMA at two coupons a year is half of the rate."""
    return face * RATE_E6 // 10**6 // 2


async def _payment(stage: Stage) -> ScheduledPayment:
    schedule = await read_from_all(
        stage.network,
        stage.probe,
        "instrument_getSchedule",
        tuple[ScheduledPayment, ...],
        {"asset": ISIN},
        at_least=stage.height,
    )
    return schedule[0]


async def _paid(stage: Stage) -> ScheduledPayment:
    """The ledger pays by itself, in this block or a later one."""

    async def paid() -> ScheduledPayment:
        payment = await _payment(stage)
        if payment.status is not PaymentStatus.PAID:
            raise NotYet(f"coupon is {payment.status.name}")
        return payment

    found = await until("coupon paid", paid, seconds=PAID_SECONDS)
    url = stage.network.url(stage.network.running[0])
    _, day = await stage.probe.read(url, "agenda_status", AgendaStatus)
    require(day.business_date == PAYMENT_DATE, f"business date is {day.business_date}")
    await stage.agree()
    return found

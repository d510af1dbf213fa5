"""Calls, puts, repayments and cross-default in one run: a part of the script of the vectors."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import FACE, dvp, terms
from tests.tokens.ops.world import World, address
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.calls import CallInstrument
from tokens.ops.coupons import PrincipalFund
from tokens.ops.defaults import SetCrossDefault
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.puts import ElectPut, WithdrawPut
from tokens.records.day import BUSINESS_DAY
from tokens.records.instruments import CALL_BASE, OptionDate

ISIN = "PK0000000213"
DATE = dt.date(2026, 7, 17)
OPTIONS = (OptionDate(date=DATE, price_e4=1_005_000, notice_bd=2),)

Step = tuple[str, msgspec.Struct]


def options(world: World) -> Iterator[Step]:
    """A bond of January 2026 that is called in part in July; b/main elects, and thinks again."""
    made = terms(
        isin=ISIN,
        cfi="DBFTDR",
        calls=OPTIONS,
        puts=OPTIONS,
        issue_date=dt.date(2026, 1, 19),
        dated_date=dt.date(2026, 1, 17),
        maturity_date=dt.date(2029, 1, 17),
    )
    yield "treasury", CreateInstrument(terms=made)
    yield "treasury+central", ApproveInstrument(asset=ISIN, terms_digest=terms_digest(made))
    yield "treasury+central", SetCrossDefault(assets=(ISIN,))
    seller = ("treasury", None, "treasury/main")
    operation, approval = dvp(world, "I-2", seller, ("bank_b", "b/main"), ISIN, 10 * FACE, FACE)
    step = AllocateBatch(initiator=address("treasury"), batch_id="I-2")
    yield "treasury", operation
    yield "bank_b", approval
    yield "bank_b", step
    yield "bank_b", SettleBatch(initiator=address("treasury"), batch_id="I-2")
    holder = address("b/main")
    yield "bank_b", ElectPut(asset=ISIN, date=DATE, account=holder, face=2 * FACE)
    yield "bank_b", WithdrawPut(asset=ISIN, date=DATE, account=holder)
    yield "treasury+central", CallInstrument(asset=ISIN, date=DATE, face=3 * FACE)
    yield "treasury", PrincipalFund(asset=ISIN, payment=CALL_BASE + 1)
    day = world.state.get(BUSINESS_DAY)
    if day is not None and day.open:
        yield "central", CloseDay(date=day.date)
    yield "central", OpenDay(date=DATE)

"""The schedule: repayments, call and put dates, and nothing after a call of the whole."""

import datetime as dt

import msgspec
import pytest

from node.rpc.instruments import schedule
from node.rpc.method import Call, Tier
from node.sdk.schema.asset import ScheduledPayment
from tests.node.rpc.small_ledger import BOND_ID, bond
from tests.node.rpc.test_rules_reads import call
from tokens.records.day import BUSINESS_DAY, BusinessDay
from tokens.records.instruments import (
    CALL_BASE,
    PAYMENT,
    PUT_BASE,
    REPAYMENT_BASE,
    Amortisation,
    Instrument,
    OptionDate,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.options import CALLED, PUT_BOOK, Called, PutBook

SUPPLY = 500_000
SECOND, THIRD = dt.date(2026, 7, 3), dt.date(2027, 1, 3)
"""Unadjusted dates of the second and third of four coupons; 3 July 2026 is a Friday."""
OPTIONS = (
    OptionDate(date=SECOND, notice_bd=5, price_e4=1_010_000),
    OptionDate(date=THIRD, notice_bd=5, price_e4=1_000_000),
)
NOTICE = dt.date(2026, 6, 26)
"""Five business days before SECOND."""


@pytest.fixture
def asked() -> Call:
    """The small ledger without the coupon that it missed."""
    made = call(Tier.READ)
    made.state.delete(PAYMENT, BOND_ID, 1)
    return made


def with_terms(**changes: object) -> Instrument:
    return msgspec.structs.replace(bond(), terms=msgspec.structs.replace(bond().terms, **changes))


def by_number(asked: Call, instrument: Instrument) -> dict[int, ScheduledPayment]:
    found = schedule(asked, instrument)
    dates = [entry.payment_date for entry in found]
    assert dates == sorted(dates)
    assert len({entry.number for entry in found}) == len(found)
    return {entry.number: entry for entry in found}


def test_repayments_come_with_their_coupons_and_add_up_to_the_face(asked: Call) -> None:
    parts = (
        Amortisation(date=SECOND, fraction_e6=400_000),
        Amortisation(date=THIRD, fraction_e6=100_000),
    )
    found = by_number(asked, with_terms(amortisations=parts))
    assert sorted(found) == [1, 2, 3, 4, 5, REPAYMENT_BASE + 2, REPAYMENT_BASE + 3]
    second = found[REPAYMENT_BASE + 2]
    assert (second.kind, second.status) == (PaymentKind.REPAYMENT, PaymentStatus.SCHEDULED)
    assert (second.record_date, second.payment_date) == (found[2].record_date, SECOND)
    principal = [found[number].required for number in (REPAYMENT_BASE + 2, REPAYMENT_BASE + 3, 5)]
    assert principal == [200_000, 50_000, 250_000]
    interest = [found[number].required for number in range(1, 5)]
    assert interest == [25_000, 25_000, 15_000, 12_500]


def test_call_and_put_dates_are_listed_while_notice_is_in_time(asked: Call) -> None:
    instrument = with_terms(calls=OPTIONS, puts=OPTIONS)
    found = by_number(asked, instrument)
    call_date, put_date = found[CALL_BASE + 1], found[PUT_BASE + 1]
    assert (call_date.kind, put_date.kind) == (PaymentKind.PARTIAL_CALL, PaymentKind.PUT)
    assert (call_date.record_date, call_date.payment_date) == (NOTICE, SECOND)
    assert (call_date.price_e4, call_date.required, put_date.required) == (1_010_000, None, 0)
    elected = PutBook(asset=BOND_ID, payment=PUT_BASE + 1, face=100_000)
    asked.state.put(PUT_BOOK, elected)
    assert by_number(asked, instrument)[PUT_BASE + 1].required == 101_000
    later = BusinessDay(date=NOTICE + dt.timedelta(days=3), open=True, calendar="PK")
    asked.state.put(BUSINESS_DAY, later)
    left = set(by_number(asked, instrument))
    assert left == {1, 2, 3, 4, 5, CALL_BASE + 2, PUT_BASE + 1, PUT_BASE + 2}


def test_after_a_call_of_the_whole_nothing_later_is_shown(asked: Call) -> None:
    """Coupons 3 and 4 and the later option dates will not be paid; the call pays its price."""
    asked.state.put(CALLED, Called(asset=BOND_ID, date=SECOND, price_e4=1_010_000))
    parts = (Amortisation(date=THIRD, fraction_e6=100_000),)
    found = by_number(asked, with_terms(calls=OPTIONS, puts=OPTIONS, amortisations=parts))
    assert sorted(found) == [1, 2, 5]
    redemption = found[5]
    assert (redemption.kind, redemption.payment_date) == (PaymentKind.REDEMPTION, SECOND)
    assert (redemption.price_e4, redemption.required) == (1_010_000, SUPPLY * 101 // 100)


def test_what_has_a_record_is_shown_as_it_says() -> None:
    first = schedule(call(Tier.READ), bond())[0]
    assert (first.number, first.status, first.price_e4) == (1, PaymentStatus.MISSED, None)

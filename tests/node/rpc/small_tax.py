"""Tax of the small ledger: a table, an issue price, certificates of two years."""

import datetime

from tests.node.rpc.fake_genesis import address_of
from tokens.records.day import TAX_TABLE, RateAbove, TaxEntry, TaxTable
from tokens.records.instruments import PaymentKind, TaxBase
from tokens.records.tax import ISSUE_PRICE, TAX_CERTIFICATE, IssuePrice, TaxCertificate
from tokens.state import Overlay

BOB = address_of("bob")


def put_tax(overlay: Overlay, security: str, money: str) -> None:
    """Everything that tax_* reads."""
    above = RateAbove(threshold=100_000_000, rate_e6=125_000)
    entry = TaxEntry(
        tax_class="person", from_date=datetime.date(2025, 7, 1), rate_e6=100_000, above=above
    )
    table = TaxTable(
        profile="pk", version=1, account=address_of("issuer"), year_month=7, entries=(entry,)
    )
    overlay.put(TAX_TABLE, table)
    price = IssuePrice(asset=security, face_sum=500_000, cost=490_123, cost_rest=400_000)
    overlay.put(ISSUE_PRICE, price)
    for payment, day in enumerate((datetime.date(2026, 3, 2), datetime.date(2026, 9, 1)), start=1):
        overlay.put(TAX_CERTIFICATE, certificate(security, money, payment, day))


def certificate(security: str, money: str, payment: int, day: datetime.date) -> TaxCertificate:
    """10 percent of a coupon of 250."""
    return TaxCertificate(
        account=BOB,
        year=2026 + (day.month >= 7),
        security=security,
        payment=payment,
        kind=PaymentKind.COUPON,
        tax_base=TaxBase.COUPON,
        profile="pk",
        version=1,
        tax_class="person",
        quantity=500_000,
        base=250,
        rate_e6=100_000,
        withheld=25,
        settlement_asset=money,
        paid_on=day,
    )

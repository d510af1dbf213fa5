"""Payments of the small ledger: a missed coupon, its default, an election."""

import datetime

from tests.node.rpc.fake_genesis import address_of, digest_of
from tokens.records.instruments import PAYMENT, PUT_BASE, Payment, PaymentKind, PaymentStatus
from tokens.records.options import DEFAULT, PUT_ELECTION, Default, PutElection
from tokens.state import Overlay


def put_payments(overlay: Overlay, security: str) -> None:
    """Everything that payment_* reads."""
    overlay.put(
        PAYMENT,
        Payment(
            asset=security,
            number=1,
            kind=PaymentKind.COUPON,
            status=PaymentStatus.MISSED,
            record_date=datetime.date(2026, 1, 1),
            payment_date=datetime.date(2026, 1, 5),
            fraction=(1, 2),
            rate_e6=100_000,
            factor_e6=1_000_000,
            price_e4=0,
            record_no=1,
            recorded=500_000,
            required=25_000,
            paid=0,
            withheld=0,
            was_missed=True,
            paid_on=None,
        ),
    )
    since = datetime.date(2026, 1, 9)
    overlay.put(DEFAULT, Default(asset=security, cause=security, payment=1, since=since))
    overlay.put(
        PUT_ELECTION,
        PutElection(
            asset=security,
            payment=PUT_BASE + 1,
            account=address_of("bob"),
            face=100_000,
            lien=digest_of("put"),
        ),
    )

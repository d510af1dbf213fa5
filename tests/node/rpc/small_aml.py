"""Reporting in the small ledger: a payment that waits for its data, a report, an anchor."""

import datetime

from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tokens.records.reports import (
    REPORT,
    REPORT_ANCHOR,
    Report,
    ReportAnchor,
    ReportStatus,
)
from tokens.records.travel import TRAVEL, PayloadVersion, Travel, TravelStatus
from tokens.reports import root_of
from tokens.state import Overlay

BANK = address_of("bank")


def travel() -> Travel:
    """Sent by the bank, not answered yet."""
    return Travel(
        id=digest_of("travel"),
        number=1,
        asset="DPKR",
        source=address_of("alice"),
        target=address_of("bob"),
        amount=3,
        originator=BANK,
        beneficiary=address_of("issuer"),
        is_ramp=False,
        expires_on=BUSINESS_DATE + datetime.timedelta(days=5),
        status=TravelStatus.SENT,
        lien=digest_of("travel lien"),
        version=PayloadVersion.IVMS101_2023,
        sealed_hash=digest_of("sealed payload"),
    )


def put_aml(overlay: Overlay) -> None:
    """All of it; positions are the small ledger's own."""
    overlay.put(TRAVEL, travel())
    report = Report(
        institution=BANK,
        number=1,
        filed_on=BUSINESS_DATE,
        sealed_hash=digest_of("sealed report"),
        status=ReportStatus.SUBMITTED,
        file_hash=digest_of("report file"),
        answer_hash=None,
    )
    overlay.put(REPORT, report)
    anchor = ReportAnchor(institution=BANK, date=BUSINESS_DATE, root=root_of([report]))
    overlay.put(REPORT_ANCHOR, anchor)

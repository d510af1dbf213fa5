"""Money outside and commodities of the small ledger: a ramp, a queue, a bar of gold."""

import datetime

from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tokens.records.cash import QUEUED_REDEMPTION, QueuedRedemption
from tokens.records.commodities import (
    COMMODITY,
    DELIVERY,
    LOT,
    Commodity,
    CommodityUnit,
    Delivery,
    DeliveryStatus,
    Lot,
    LotStatus,
)
from tokens.records.ramps import (
    RAMP,
    RAMP_REFERENCE,
    Rail,
    Ramp,
    RampDirection,
    RampPurpose,
    RampReference,
    RampStatus,
)
from tokens.state import Overlay

BANK, ISSUER = address_of("bank"), address_of("issuer")
ALICE, BOB = address_of("alice"), address_of("bob")
MONEY, COIN, GOLD = "PKR-CB", "DPKR", "XAU-KHI"


def gold() -> Commodity:
    """A class of gold receipts with one bar under it."""
    return Commodity(
        asset=GOLD,
        unit=CommodityUnit.MILLIGRAM,
        specification="995 fine",
        vault=BANK,
        settlement_asset=MONEY,
        delivery_unit=1_000,
        attested=5_000,
        lot_next=2,
        delivery_next=2,
    )


def bar() -> Lot:
    """Five grams."""
    return Lot(
        asset=GOLD,
        lot_id="BAR-1",
        number=1,
        grade="995",
        gross=5_025,
        fine=5_000,
        assay_hash=digest_of("assay"),
        custodian_lei="",
        insurance_hash=digest_of("insurance"),
        attestor=ISSUER,
        attest_expiry=BUSINESS_DATE + datetime.timedelta(days=90),
        status=LotStatus.LIVE,
        delivered=0,
        documents=(),
    )


def delivery() -> Delivery:
    """Bob asks for two grams."""
    return Delivery(
        asset=GOLD,
        number=1,
        account=BOB,
        cash_account=BOB,
        amount=2_000,
        remainder=0,
        cash=0,
        expires_on=BUSINESS_DATE + datetime.timedelta(days=9),
        status=DeliveryStatus.REQUESTED,
        delivered=0,
        lien=digest_of("gold lien"),
        parts=(),
        receipt_hash=bytes(32),
    )


def ramp() -> Ramp:
    """Bob's tokens held for a payment outside by the bank."""
    return Ramp(
        id=digest_of("ramp"),
        number=1,
        direction=RampDirection.OUT,
        asset=COIN,
        account=BOB,
        bank=BANK,
        purpose=RampPurpose.CUSTOMER,
        amount=1,
        fee_max=0,
        outside=digest_of("outside"),
        expires_on=BUSINESS_DATE + datetime.timedelta(days=7),
        status=RampStatus.BANK_SENT,
        came_in=1,
        went_out=0,
        fee=0,
        refund=0,
        refund_fee=0,
        lien=digest_of("ramp lien"),
        cleared=False,
        held_by=bytes(16),
    )


def put_money(overlay: Overlay) -> None:
    """All of it; positions and assets are the small ledger's own."""
    waits = QueuedRedemption(
        asset=COIN, number=1, source=ALICE, target=ALICE, amount=5, lien=digest_of("waits")
    )
    overlay.put(QUEUED_REDEMPTION, waits)
    overlay.put(RAMP, ramp())
    overlay.put(COMMODITY, gold())
    overlay.put(LOT, bar())
    overlay.put(DELIVERY, delivery())
    payment = digest_of("payment")
    used = RampReference(bank=BANK, rail=Rail.RTGS, reference_hash=payment, ramp=ramp().id)
    overlay.put(RAMP_REFERENCE, used)

"""The life of every kind of debt instrument as one table: kinds x statuses x what is tried."""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN, fund, go_to, issue, transfer
from tests.tokens.ops.kinds import KIND_CHANGES, terms_of
from tests.tokens.ops.test_instruments import amend
from tests.tokens.ops.world import World
from tokens.lookup import require_asset
from tokens.ops.coupons import CouponFund, PrincipalFund, RedemptionFund
from tokens.ops.instruments import (
    ApproveInstrument,
    CancelInstrument,
    CreateInstrument,
    terms_digest,
)
from tokens.ops.taps import Tap
from tokens.records.instruments import (
    OPEN_PAYMENTS,
    PAYMENT,
    Amortisation,
    InstrumentTerms,
    PaymentKind,
)
from tokens.results import Code
from tokens.types import AssetKind, AssetStatus

DATE = dt.date
BOTH = "treasury+central"

SHORT: dict[AssetKind, dict[str, object]] = {
    AssetKind.AMORT: {
        "maturity_date": DATE(2026, 7, 17),
        "amortisations": (Amortisation(date=DATE(2026, 1, 17), fraction_e6=400_000),),
    },
    AssetKind.BILL: {},
}
"""Lives of half a year: one coupon, whose rate stands in the terms; amortising ones need two."""

HALF_YEAR: dict[str, object] = {"maturity_date": DATE(2026, 1, 17)}


def short(kind: AssetKind) -> InstrumentTerms:
    return terms_of(kind, **SHORT.get(kind, HALF_YEAR))


def create(world: World, made: InstrumentTerms) -> None:
    for account in ("a/main", "treasury/main"):
        fund(world, account, 10 * FACE)
    world.act("treasury", CreateInstrument(terms=made))


def approve(world: World, made: InstrumentTerms) -> None:
    world.act(BOTH, ApproveInstrument(asset=ISIN, terms_digest=terms_digest(made)))


def sell(world: World, made: InstrumentTerms) -> None:
    issue(world, made.isin, "bank_a", "a/main", 2 * FACE, 2 * FACE)


def mature(world: World, made: InstrumentTerms) -> None:
    go_to(world, made.maturity_date + dt.timedelta(days=-made.maturity_date.weekday() % 7))


def redeem(world: World, made: InstrumentTerms) -> None:
    """Pay everything that is owed, in order."""
    for payment in world.state.scan(PAYMENT, OPEN_PAYMENTS, (made.isin,), limit=10):
        if payment.kind is PaymentKind.REDEMPTION:
            world.act("treasury", RedemptionFund(asset=ISIN))
        elif payment.kind is PaymentKind.REPAYMENT:
            world.act("treasury", PrincipalFund(asset=ISIN, payment=payment.number))
        else:
            world.act("treasury", CouponFund(asset=ISIN, coupon=payment.number))
    world.finish_agenda()


def cancel(world: World, made: InstrumentTerms) -> None:
    world.act("treasury", CancelInstrument(asset=made.isin))


Stage = Callable[[World, InstrumentTerms], None]
LIVES: dict[AssetStatus, tuple[Stage, ...]] = {
    AssetStatus.DRAFT: (create,),
    AssetStatus.APPROVED: (create, approve),
    AssetStatus.OUTSTANDING: (create, approve, sell),
    AssetStatus.MATURED: (create, approve, sell, mature),
    AssetStatus.REDEEMED: (create, approve, sell, mature, redeem),
    AssetStatus.CANCELLED: (create, approve, cancel),
}
"""How a status is reached."""

WRONG = Code.WRONG_STATUS
TABLE: dict[AssetStatus, dict[str, Code]] = {
    AssetStatus.DRAFT: {
        "approve": Code.OK, "cancel": Code.OK, "amend": Code.OK, "tap": WRONG,
        "transfer": Code.ASSET_NOT_ACTIVE, "redeem": WRONG,
    },
    AssetStatus.APPROVED: {
        "approve": WRONG, "cancel": Code.OK, "amend": Code.OK, "tap": Code.OK,
        "transfer": Code.ASSET_NOT_ACTIVE, "redeem": WRONG,
    },
    AssetStatus.OUTSTANDING: {
        "approve": WRONG, "cancel": Code.SUPPLY_NOT_ZERO, "amend": Code.OK, "tap": Code.OK,
        "transfer": Code.OK, "redeem": WRONG,
    },
    AssetStatus.MATURED: {
        "approve": WRONG, "cancel": Code.SUPPLY_NOT_ZERO, "amend": WRONG, "tap": WRONG,
        "transfer": Code.ASSET_MATURED, "redeem": Code.OK,
    },
    AssetStatus.REDEEMED: {
        "approve": WRONG, "cancel": WRONG, "amend": WRONG, "tap": WRONG,
        "transfer": Code.ASSET_NOT_ACTIVE, "redeem": Code.ALREADY_PAID,
    },
    AssetStatus.CANCELLED: {
        "approve": WRONG, "cancel": WRONG, "amend": WRONG, "tap": WRONG,
        "transfer": Code.ASSET_NOT_ACTIVE, "redeem": WRONG,
    },
}  # fmt: skip
"""Status -> what is tried -> what is answered; the same for every kind."""


def tries(made: InstrumentTerms) -> dict[str, tuple[str, msgspec.Struct]]:
    return {
        "approve": (BOTH, ApproveInstrument(asset=ISIN, terms_digest=terms_digest(made))),
        "cancel": ("treasury", CancelInstrument(asset=ISIN)),
        "amend": (BOTH, amend(name="Renamed")),
        "tap": (BOTH, Tap(asset=ISIN, max_supply=made.max_supply + FACE)),
        "transfer": ("bank_a", transfer(ISIN, "a/main", "b/main", FACE)),
        "redeem": ("treasury", RedemptionFund(asset=ISIN)),
    }


CELLS = [(kind, status) for kind in sorted(KIND_CHANGES) for status in sorted(LIVES)]


@pytest.mark.parametrize(("kind", "status"), CELLS)
def test_what_a_status_admits(kind: AssetKind, status: AssetStatus) -> None:
    world = World()
    made = short(kind)
    for stage in LIVES[status]:
        stage(world, made)
    assert require_asset(world.state, ISIN).status is status
    found: dict[str, Code] = {}
    for name, (who, operation) in tries(made).items():
        savepoint = world.state.savepoint()
        found[name] = world.attempt(who, operation)
        world.state.rollback(savepoint)
    assert found == TABLE[status]

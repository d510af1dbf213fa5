"""The part of the vectors' run that meets money outside: ramps in and out."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import FACE, go_to, issue, transfer
from tests.tokens.ops.commodity_world import (
    DEFINE,
    DEFINERS,
    GOLD,
    attest,
    confirm,
    give_up,
    party,
    receipts,
    request,
)
from tests.tokens.ops.ramp_world import (
    complete,
    credit,
    give_back,
    open_in,
    open_out,
    receive,
    refund,
    refuse,
    screen,
    send,
)
from tests.tokens.ops.reserve_world import POLICY, add, swap, take
from tests.tokens.ops.script_collateral import OTHER
from tests.tokens.ops.test_cash import redeem
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens.events import RampOpened
from tokens.lookup import require, require_account
from tokens.ops.freezes import Freeze, LiftFreeze
from tokens.ops.lots import AddLotDocument
from tokens.ops.on_ramps import ScreeningStep
from tokens.ops.redemption_pauses import ResumeRedemption, SuspendRedemption
from tokens.ops.redemption_queue import WithdrawRedemption
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import LegalBasis
from tokens.records.parties import ACCOUNT
from tokens.types import AccountStatus, Role

Step = tuple[str, msgspec.Struct]
DAYS = dt.timedelta(days=7)


def money_outside(world: World) -> Iterator[Step]:
    """bank_a has tokens and takes money for bank_b's account; then the other way."""
    account = require_account(world.state, address("a/main"))
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.OPEN))
    ends = require(world.state, BUSINESS_DAY).date + DAYS
    yield "bank_b", open_in(account=address("b/main"), amount=50, expires_on=ends)
    ramp = _last(world)
    yield "bank_a", receive(ramp, 60)
    yield "bank_b", screen(ramp, ScreeningStep.BEGIN)
    yield "bank_b", screen(ramp, ScreeningStep.CLEAR)
    yield "bank_a", credit(ramp, 50, 1)
    yield "bank_a", refund(ramp, 9)
    closing = open_out(account=address("b/main"), amount=40, expires_on=ends)
    yield "bank_b", closing
    ramp = _last(world)
    yield "bank_a", send(ramp, confirm_by=ends)
    yield "bank_a", complete(ramp)
    yield "bank_a", give_back(ramp, 9)
    yield "bank_b", msgspec.structs.replace(closing, amount=5)
    yield "bank_a", refuse(_last(world))
    yield from _reserve(world)


def _reserve(world: World) -> Iterator[Step]:
    """The bond of the collateral's run goes into the reserve, and out again."""
    world.account("issuer/main", "issuer", "issuer")
    issue(world, OTHER, "bank_b", "b/main", 2 * FACE, 2 * FACE)
    go_to(world, require(world.state, BUSINESS_DAY).date + dt.timedelta(days=1))
    yield "bank_b", transfer(CBM, "b/main", "issuer/main", 4 * FACE)
    yield (
        "issuer+central",
        msgspec.structs.replace(POLICY, concentration_bps=9_999, residual_days_max=3_660),
    )
    yield "issuer", add(3 * FACE)
    paid = swap(FACE, FACE * 98 // 100, into=OTHER)
    yield "issuer+bank_b", paid
    yield "issuer+central", take(5)
    until = require(world.state, BUSINESS_DAY).date + DAYS
    yield "issuer+central", SuspendRedemption(asset=PKRS, reason="RTGS is down", until=until)
    yield "issuer+central", ResumeRedemption(asset=PKRS)
    yield from _queue()
    yield from _commodity(world)


def _queue() -> Iterator[Step]:
    """While the reserve's money is frozen a redemption waits, and is taken back."""
    order = Freeze(
        order_id=bytes([5]) * 32,
        account=address("reserve"),
        asset=CBM,
        amount=None,
        expires_on=None,
        basis=LegalBasis(authority="Court", order_no="5", sha256=bytes(32)),
    )
    yield "fiu", order
    yield "bank_a", redeem(10)
    yield "bank_a", WithdrawRedemption(asset=PKRS, number=1)
    yield "fiu", LiftFreeze(order_id=order.order_id)


def _commodity(world: World) -> Iterator[Step]:
    """A bar is attested, receipts are minted, delivered, and asked for again."""
    party(world, "vault")
    party(world, "attestor", Role.COMMODITY_ATTESTOR)
    date = require(world.state, BUSINESS_DAY).date
    yield DEFINERS, DEFINE
    yield "attestor", attest(attest_expiry=date + 9 * DAYS)
    paper = AddLotDocument(asset=GOLD, lot_id="BAR-1", name="assay", sha256=bytes([4]) * 32)
    yield "vault", paper
    yield "issuer", receipts(4_000)
    yield "bank_a", request(3_000, expires_on=date + DAYS)
    yield "vault", confirm()
    yield "bank_a", request(1_000, expires_on=date + DAYS)
    yield "bank_a", give_up(2)


def _last(world: World) -> bytes:
    event = world.last(RampOpened)
    if not isinstance(event, RampOpened):
        raise TypeError("no ramp was opened")
    return event.ramp

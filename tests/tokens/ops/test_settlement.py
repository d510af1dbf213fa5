"""Settlement batches: every step, every code."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, dvp, fund, go_to, instruct, issue, leg, terms
from tests.tokens.ops.world import CBM, World, address
from tokens import liens
from tokens.events import BatchInstructed, Moved
from tokens.ops.batch_steps import AllocateBatch, CancelBatch, SettleBatch
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.records.holdings import LegalBasis
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH, BatchStatus
from tokens.results import Code
from tokens.terms import paying_account_of
from tokens.types import AccountStatus, OperationClass

A = address("bank_a")
B = address("bank_b")
BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))


def start() -> World:
    """Where the tests of this subject begin."""
    made = World()
    for account in ("a/main", "b/main", "a/second"):
        fund(made, account, 100 * FACE)
    isin = bond(made)
    issue(made, isin, "bank_a", "a/main", 50 * FACE, 50 * FACE)
    return made


@pytest.fixture
def world() -> World:
    return start()


def isin_of(world: World) -> str:
    return terms().isin


def sale(world: World, face: int = FACE, **changes: object) -> tuple[InstructBatch, ApproveBatch]:
    seller = ("bank_a", "a/main", "a/main")
    operation, approval = dvp(world, "T", seller, ("bank_b", "b/main"), isin_of(world), face, FACE)
    if changes:
        from tokens.ops.settlement import instruction_digest

        operation = msgspec.structs.replace(operation, **changes)
        digest = instruction_digest(A, operation)
        approval = msgspec.structs.replace(approval, digest=digest)
    return operation, approval


ALLOCATE = AllocateBatch(initiator=A, batch_id="T")
SETTLE = SettleBatch(initiator=A, batch_id="T")
CANCEL = CancelBatch(initiator=A, batch_id="T")


def status(world: World) -> BatchStatus:
    batch = world.state.get(BATCH, A, "T")
    assert batch is not None
    return batch.status


def match(world: World, **changes: object) -> None:
    operation, approval = sale(world, **changes)  # type: ignore[arg-type]
    world.act("bank_a", operation)
    world.act("bank_b", approval)


def allocate(world: World) -> None:
    world.act("bank_a", ALLOCATE)
    world.act("bank_b", ALLOCATE)


def test_steps_of_a_sale(world: World) -> None:
    operation, approval = sale(world)
    world.act("bank_a", operation)
    assert status(world) is BatchStatus.INSTRUCTED
    world.act("bank_b", approval)
    assert status(world) is BatchStatus.MATCHED
    world.act("bank_a", ALLOCATE)
    assert status(world) is BatchStatus.MATCHED
    world.act("bank_b", ALLOCATE)
    assert status(world) is BatchStatus.ALLOCATED
    world.act("bank_b", SETTLE)
    assert status(world) is BatchStatus.SETTLED
    assert world.balance(isin_of(world), "b/main") == FACE
    assert len([event for event in world.events if isinstance(event, Moved)]) == 3


def test_instruct_is_refused(world: World) -> None:
    operation, _ = sale(world)
    day = dt.timedelta(days=1)
    world.refuse(Code.NOT_A_PARTY, "treasury", operation)
    early = msgspec.structs.replace(operation, isd=operation.trade_date - day)
    world.refuse(Code.BAD_DATE, "bank_a", early)
    short = msgspec.structs.replace(operation, expires_on=operation.isd)
    world.refuse(Code.BAD_DATE, "bank_a", short)
    far = msgspec.structs.replace(operation, expires_on=operation.isd + 400 * day)
    world.refuse(Code.BAD_DATE, "bank_a", far)
    back = operation.isd - 30 * day
    old = msgspec.structs.replace(operation, trade_date=back, isd=back, expires_on=back + day)
    world.refuse(Code.BATCH_EXPIRED, "bank_a", old)
    world.act("bank_a", operation)
    world.refuse(Code.ALREADY_EXISTS, "bank_a", operation)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (Code.UNKNOWN_ASSET, {"asset": "NONE"}),
        (Code.UNKNOWN_PARTICIPANT, {"taker": address("nobody")}),
        (Code.UNKNOWN_ACCOUNT, {"source": None}),
        (Code.UNKNOWN_ACCOUNT, {"source": address("nobody")}),
        (Code.NOT_AUTHORISED, {"source": address("b/main")}),
        (Code.NOT_AUTHORISED, {"target": address("b/main")}),
        (Code.NOT_AUTHORISED, {"source": bytes(16)}),
    ],
)
def test_instruct_refuses_a_leg(world: World, code: Code, change: dict[str, object]) -> None:
    one = leg(isin_of(world), FACE, "bank_a", "bank_b", "a/main", None)
    operation = instruct(world, "L", msgspec.structs.replace(one, **change))
    world.refuse(code, "bank_a", operation)


def test_money_is_never_issued_by_a_batch(world: World) -> None:
    one = leg(CBM, FACE, "central", "bank_b", "*", None)
    world.refuse(Code.BAD_FIELD, "central", instruct(world, "L", one))


def test_self_leg_is_refused(world: World) -> None:
    own = leg(CBM, 1, "bank_a", "bank_a", "a/main", "a/main")
    world.refuse(Code.SELF_LEG, "bank_a", instruct(world, "L", own))


def test_an_approval_that_makes_a_self_leg_is_refused(world: World) -> None:
    """An account has a holder and a servicer: both could name it."""
    shared = world.account("shared", "bank_b", "bank_a")
    own = leg(CBM, 1, "bank_b", "bank_a", "shared", None)
    world.act("bank_b", instruct(world, "L", own))
    batch = world.state.get(BATCH, B, "L")
    assert batch is not None
    approval = ApproveBatch(
        initiator=B,
        batch_id="L",
        digest=batch.digest,
        accounts=(LegAccount(leg=0, gives=False, account=shared),),
    )
    world.refuse(Code.SELF_LEG, "bank_a+bank_b", approval)


def test_closed_account_is_refused(world: World) -> None:
    closed = world.state.get(ACCOUNT, address("a/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    operation, _ = sale(world)
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", operation)


def test_approve_is_refused(world: World) -> None:
    operation, approval = sale(world)
    world.refuse(Code.NOT_FOUND, "bank_b", approval)
    world.act("bank_a", operation)
    world.refuse(Code.NOT_FOUND, "treasury", approval)
    world.refuse(Code.ALREADY_APPROVED, "bank_a", approval)
    other = msgspec.structs.replace(approval, digest=bytes(32))
    world.refuse(Code.DIGEST_MISMATCH, "bank_b", other)
    few = msgspec.structs.replace(approval, accounts=approval.accounts[:1])
    world.refuse(Code.BAD_FIELD, "bank_b", few)
    twice = msgspec.structs.replace(approval, accounts=approval.accounts * 2)
    world.refuse(Code.BAD_FIELD, "bank_b", twice)

    def named(name: str) -> ApproveBatch:
        accounts = tuple(
            LegAccount(leg=entry.leg, gives=entry.gives, account=address(name))
            for entry in approval.accounts
        )
        return msgspec.structs.replace(approval, accounts=accounts)

    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_b", named("nobody"))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", named("a/second"))
    closed = world.state.get(ACCOUNT, address("b/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_b", approval)
    world.state.put(ACCOUNT, closed)
    world.act("bank_b", approval)
    world.act("bank_a", CANCEL)
    world.act("bank_b", CANCEL)
    world.refuse(Code.BATCH_NOT_OPEN, "bank_b", approval)


def test_steps_are_refused_out_of_order(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.refuse(Code.NOT_FOUND, "bank_a", ALLOCATE)
    world.refuse(Code.NOT_FOUND, "bank_a", SETTLE)
    world.refuse(Code.NOT_FOUND, "bank_a", CANCEL)
    operation, approval = sale(world, isd=dt.date(2025, 7, 3))
    world.act("bank_a", operation)
    world.refuse(Code.NOT_MATCHED, "bank_a", ALLOCATE)
    world.refuse(Code.NOT_AUTHORISED, "bank_b", CANCEL)
    world.act("bank_b", approval)
    for step in (ALLOCATE, SETTLE, CANCEL):
        world.refuse(Code.NOT_FOUND, "treasury", step)
    world.refuse(Code.NOT_ALLOCATED, "bank_a", SETTLE)
    monkeypatch.setattr(liens, "LIENS_MAX", 0)
    world.refuse(Code.LIENS_FULL, "bank_a", ALLOCATE)
    monkeypatch.undo()
    world.act("bank_a", ALLOCATE)
    world.refuse(Code.ALREADY_ALLOCATED, "bank_a", ALLOCATE)
    world.act("bank_b", ALLOCATE)
    world.refuse(Code.TOO_EARLY, "bank_a", SETTLE)
    go_to(world, dt.date(2025, 7, 3))
    world.act("bank_a", SETTLE)
    for step in (ALLOCATE, SETTLE, CANCEL):
        world.refuse(Code.BATCH_NOT_OPEN, "bank_a", step)


def test_allocation_needs_what_is_available(world: World) -> None:
    match(world, face=51 * FACE)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", ALLOCATE)
    order = Freeze(
        order_id=bytes(32),
        account=address("b/main"),
        asset=CBM,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    world.refuse(Code.ACCOUNT_FROZEN, "bank_b", ALLOCATE)


def test_settlement_checks_again(world: World) -> None:
    match(world)
    allocate(world)
    isin = isin_of(world)
    world.act("central+regulator", PauseAsset(asset=isin, classes=int(OperationClass.TRADE)))
    world.refuse(Code.ASSET_PAUSED, "bank_a", SETTLE)
    world.act("central+regulator", PauseAsset(asset=isin, classes=0))
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    world.refuse(Code.UNDER_REVIEW, "bank_a", SETTLE)
    world.refuse(Code.CREDIT_STOPPED, "bank_b", SETTLE)
    world.act("fiu", StopCredits(account=address("b/main"), stopped=False, basis=BASIS))
    low = world.state.get(ACCOUNT, address("b/main"))
    assert low is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(low, kyc_tier=0))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", SETTLE)
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_b", SETTLE)
    world.state.put(ACCOUNT, msgspec.structs.replace(low, status=AccountStatus.CLOSED))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", SETTLE)
    world.refuse(Code.ACCOUNT_CLOSED, "bank_b", SETTLE)
    world.state.put(ACCOUNT, low)
    world.act("bank_a", SETTLE)


def test_denomination_and_reserve_are_told_at_instruction_and_refused_at_settlement(
    world: World,
) -> None:
    match(world, face=FACE + 1)
    told = world.last(BatchInstructed)
    assert isinstance(told, BatchInstructed)
    assert told.warnings == (int(Code.DENOM_NOT_MULTIPLE),)
    allocate(world)
    world.refuse(Code.DENOM_NOT_MULTIPLE, "bank_a", SETTLE)


def test_reserve_and_paying_accounts_stand_in_no_batch(world: World) -> None:
    """A hold on a paying account would stop a coupon, and with it every node."""
    from_reserve = leg(CBM, 5, "issuer", "bank_a", "reserve", None)
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", instruct(world, "R", from_reserve))
    paying = msgspec.structs.replace(
        leg(CBM, 5, "treasury", "bank_a", None, None), source=paying_account_of(isin_of(world))
    )
    world.refuse(Code.ACCOUNT_RESERVED, "treasury", instruct(world, "R", paying))
    to_reserve = leg(CBM, 5, "bank_a", "issuer", "a/second", None)
    world.act("bank_a", instruct(world, "T", to_reserve))
    batch = world.state.get(BATCH, A, "T")
    assert batch is not None
    approval = ApproveBatch(
        initiator=A,
        batch_id="T",
        digest=batch.digest,
        accounts=(LegAccount(leg=0, gives=False, account=address("reserve")),),
    )
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", approval)

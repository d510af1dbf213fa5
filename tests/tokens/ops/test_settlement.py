"""Settlement batches: every step, every code."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, dvp, fund, go_to, instruct, issue, leg, terms, trade
from tests.tokens.ops.world import CBM, World, address
from tokens import liens
from tokens.events import BatchInstructed, BatchPending, Moved
from tokens.ops.batch_steps import AllocateBatch, CancelBatch, SettleBatch
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.records.holdings import LegalBasis
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH, Batch, BatchStatus
from tokens.results import Code
from tokens.types import AccountStatus, OperationClass

A = address("bank_a")
B = address("bank_b")
BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))


@pytest.fixture
def world() -> World:
    made = World()
    for account in ("a/main", "b/main", "a/second"):
        fund(made, account, 100 * FACE)
    isin = bond(made)
    issue(made, isin, "bank_a", "a/main", 50 * FACE, 50 * FACE)
    return made


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
    world.refuse(Code.NOT_A_PARTY, "treasury", approval)
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
        world.refuse(Code.NOT_A_PARTY, "treasury", step)
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
    world.refuse(Code.CREDIT_STOPPED, "bank_a", SETTLE)
    world.act("fiu", StopCredits(account=address("b/main"), stopped=False, basis=BASIS))
    low = world.state.get(ACCOUNT, address("b/main"))
    assert low is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(low, kyc_tier=0))
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_a", SETTLE)
    world.state.put(ACCOUNT, msgspec.structs.replace(low, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", SETTLE)
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


def test_reserve_account_never_settles(world: World) -> None:
    one = leg(CBM, 5, "issuer", "issuer", "reserve", "issuer/own")
    world.account("issuer/own", "issuer", "issuer")
    fund_reserve = leg(CBM, 5, "bank_a", "issuer", "a/second", None)
    world.act("bank_a", instruct(world, "T", fund_reserve))
    batch = world.state.get(BATCH, A, "T")
    assert batch is not None
    world.act(
        "issuer",
        ApproveBatch(
            initiator=A,
            batch_id="T",
            digest=batch.digest,
            accounts=(LegAccount(leg=0, gives=False, account=address("reserve")),),
        ),
    )
    world.act("bank_a", ALLOCATE)
    world.refuse(Code.ACCOUNT_RESERVED, "bank_a", SETTLE)
    assert one.source == address("reserve")


def test_issue_above_the_maximum_is_refused(world: World) -> None:
    isin = isin_of(world)
    seller = ("treasury", None, "treasury/main")
    buyer = ("bank_b", "b/main")
    operation, approval = dvp(world, "I", seller, buyer, isin, 9_951 * FACE, FACE)
    world.act("treasury", operation)
    world.act("bank_b", approval)
    name = address("treasury")
    world.act("bank_b", AllocateBatch(initiator=name, batch_id="I"))
    step = SettleBatch(initiator=name, batch_id="I")
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "bank_b", step)


def test_a_draft_is_not_issued(world: World) -> None:
    from tests.tokens.ops.build import ISIN
    from tokens.finance.isin import isin_check_digit
    from tokens.ops.instruments import CreateBond

    body = "PK000000002"
    other = terms(isin=body + isin_check_digit(body))
    assert other.isin != ISIN
    world.act("treasury", CreateBond(terms=other))
    seller = ("treasury", None, "treasury/main")
    operation, approval = dvp(world, "I", seller, ("bank_b", "b/main"), other.isin, FACE, FACE)
    world.act("treasury", operation)
    world.act("bank_b", approval)
    name = address("treasury")
    world.act("bank_b", AllocateBatch(initiator=name, batch_id="I"))
    world.refuse(Code.ASSET_NOT_ACTIVE, "bank_b", SettleBatch(initiator=name, batch_id="I"))


def test_cancel_after_matching_needs_both(world: World) -> None:
    match(world)
    allocate(world)
    world.act("bank_a", CANCEL)
    assert status(world) is BatchStatus.ALLOCATED
    world.refuse(Code.ALREADY_APPROVED, "bank_a", CANCEL)
    world.act("bank_b", CANCEL)
    assert status(world) is BatchStatus.CANCELLED
    trade(
        world, "T2", ("bank_a", "a/main", "a/main"), ("bank_b", "b/main"), isin_of(world), FACE, 1
    )


def test_initiator_cancels_alone_before_matching(world: World) -> None:
    operation, approval = sale(world)
    world.act("bank_a", operation)
    world.act("bank_a", CANCEL)
    assert status(world) is BatchStatus.CANCELLED
    world.refuse(Code.BATCH_NOT_OPEN, "bank_b", approval)
    world.refuse(Code.ALREADY_EXISTS, "bank_a", operation)


def test_allocated_batch_expires_and_releases(world: World) -> None:
    match(world)
    allocate(world)
    go_to(world, dt.date(2025, 7, 8))
    assert status(world) is BatchStatus.EXPIRED
    trade(
        world, "T2", ("bank_a", "a/main", "a/main"), ("bank_b", "b/main"), isin_of(world),
        50 * FACE, 1,
    )  # fmt: skip


def test_ledger_settles_at_the_intended_date(world: World) -> None:
    match(world, isd=dt.date(2025, 7, 3), automatic=True)
    allocate(world)
    assert status(world) is BatchStatus.ALLOCATED
    go_to(world, dt.date(2025, 7, 3))
    assert status(world) is BatchStatus.SETTLED


def test_ledger_settles_at_once_if_the_date_has_come(world: World) -> None:
    match(world, automatic=True)
    allocate(world)
    assert status(world) is BatchStatus.SETTLED


def test_ledger_waits_while_the_asset_is_paused(world: World) -> None:
    match(world, automatic=True)
    world.act("bank_a", ALLOCATE)
    isin = isin_of(world)
    world.act("central+regulator", PauseAsset(asset=isin, classes=int(OperationClass.TRADE)))
    world.act("bank_b", ALLOCATE)
    assert status(world) is BatchStatus.ALLOCATED
    assert isinstance(world.last(BatchPending), BatchPending)
    world.act("central+regulator", PauseAsset(asset=isin, classes=0))
    world.act("bank_b", SETTLE)
    assert status(world) is BatchStatus.SETTLED


def test_ledger_fails_what_does_not_comply(world: World) -> None:
    match(world, isd=dt.date(2025, 7, 3), automatic=True)
    allocate(world)
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    go_to(world, dt.date(2025, 7, 3))
    assert status(world) is BatchStatus.FAILED


def _batch(world: World, batch_id: str) -> Batch:
    batch = world.state.get(BATCH, A, batch_id)
    assert batch is not None
    return batch


def test_net_effect_counts_not_the_single_leg(world: World) -> None:
    """Money that goes around in a circle needs no balance but the net one."""
    around = (
        leg(CBM, 500 * FACE, "bank_a", "bank_a", "a/main", "a/second"),
        leg(CBM, 499 * FACE, "bank_a", "bank_a", "a/second", "a/main"),
    )
    world.act("bank_a", instruct(world, "R", *around))
    world.act("bank_a", AllocateBatch(initiator=A, batch_id="R"))
    assert len(_batch(world, "R").liens) == 1
    before = world.balance(CBM, "a/second")
    world.act("bank_a", SettleBatch(initiator=A, batch_id="R"))
    assert world.balance(CBM, "a/second") == before + FACE


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_repeated_account_does_not_slip_past_a_freeze(world: World, times: int) -> None:
    """Each leg alone would pass the freeze; together they do not (5.5)."""
    free = world.balance(CBM, "a/main") - 10
    order = Freeze(
        order_id=bytes(32),
        account=address("a/main"),
        asset=CBM,
        amount=free,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", order)
    legs = [leg(CBM, 5, "bank_a", "bank_a", "a/main", "a/second")] * times
    world.act("bank_a", instruct(world, "R", *legs))
    step = AllocateBatch(initiator=A, batch_id="R")
    if times <= 2:
        world.act("bank_a", step)
    else:
        world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", step)


def test_matured_asset_fails_at_settlement(world: World) -> None:
    expiry = terms().maturity_date
    go_to(world, expiry - dt.timedelta(days=3))
    match(world, expires_on=expiry + dt.timedelta(days=30))
    allocate(world)
    world.quota = 1
    world.attempt("central", *_close_and_open(world, expiry))
    world.refuse(Code.ASSET_MATURED, "bank_a", SETTLE)
    world.quota = 500
    world.end_block()
    assert status(world) is BatchStatus.FAILED


def _close_and_open(world: World, date: dt.date) -> tuple[msgspec.Struct, ...]:
    from tokens.ops.business_day import CloseDay, OpenDay

    return CloseDay(date=date - dt.timedelta(days=3)), OpenDay(date=date)

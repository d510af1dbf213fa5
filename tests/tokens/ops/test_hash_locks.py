"""Hash-locked batches: shown, wrong, too late, and checked as any other (5.5)."""

import datetime as dt
import hashlib

import msgspec
import pytest

from tests.tokens.ops.build import FACE, instruct, leg
from tests.tokens.ops.test_settlement import (
    BASIS,
    CANCEL,
    A,
    allocate,
    isin_of,
    match,
    sale,
    start,
    status,
)
from tests.tokens.ops.world import CBM, World, address
from tokens.events import PreimageShown
from tokens.ops.batch_steps import RevealBatch, SettleBatch
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import StopCredits
from tokens.ops.settlement import ApproveBatch, LegAccount
from tokens.records.amend import with_asset
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH, BatchStatus
from tokens.results import Code
from tokens.types import AccountStatus, AssetStatus, OperationClass

SECRET = bytes(range(32))
LOCK = hashlib.sha256(SECRET).digest()
REVEAL = RevealBatch(initiator=A, batch_id="T", preimage=SECRET)


@pytest.fixture
def world() -> World:
    return start()


def test_a_hash_lock_opens_with_its_preimage(world: World) -> None:
    match(world, hash_lock=LOCK)
    world.refuse(Code.NOT_ALLOCATED, "bank_b", REVEAL)
    allocate(world)
    world.refuse(Code.HASH_LOCKED, "bank_a", SettleBatch(initiator=A, batch_id="T"))
    wrong = msgspec.structs.replace(REVEAL, preimage=LOCK)
    world.refuse(Code.WRONG_PREIMAGE, "bank_b", wrong)
    world.refuse(Code.NOT_FOUND, "treasury", REVEAL)
    world.refuse(Code.NOT_A_PARTY, "fiu", REVEAL)
    world.refuse(Code.NOT_FOUND, "bank_b", msgspec.structs.replace(REVEAL, batch_id="X"))
    world.act("bank_b", REVEAL)
    assert status(world) is BatchStatus.SETTLED
    shown = world.last(PreimageShown)
    assert isinstance(shown, PreimageShown)
    assert hashlib.sha256(shown.preimage).digest() == LOCK
    batch = world.state.get(BATCH, A, "T")
    assert batch is not None
    assert (batch.preimage, batch.hash_lock) == (SECRET, LOCK)
    world.refuse(Code.BATCH_NOT_OPEN, "bank_b", REVEAL)


def test_a_hash_lock_is_refunded_at_expiry(world: World) -> None:
    """Neither side can leave alone; after the expiry nothing is held and nothing settles."""
    match(world, hash_lock=LOCK)
    allocate(world)
    world.act("bank_a", CANCEL)
    assert status(world) is BatchStatus.ALLOCATED
    batch = world.state.get(BATCH, A, "T")
    assert batch is not None
    world.quota = 0  # the agenda has not come to it
    world.attempt("central", *_to(world, batch.expires_on))
    world.refuse(Code.BATCH_EXPIRED, "bank_b", REVEAL)
    world.quota = 500
    world.end_block()
    assert status(world) is BatchStatus.EXPIRED
    assert world.balance(CBM, "b/main") == 100 * FACE
    world.refuse(Code.BATCH_NOT_OPEN, "bank_b", REVEAL)


def _to(world: World, date: dt.date) -> tuple[msgspec.Struct, ...]:
    from tokens.ops.business_day import CloseDay, OpenDay
    from tokens.records.day import BUSINESS_DAY

    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    return CloseDay(date=day.date), OpenDay(date=date)


def test_a_locked_batch_is_not_automatic_and_has_its_date(world: World) -> None:
    operation, _ = sale(world, hash_lock=LOCK)
    both = msgspec.structs.replace(operation, automatic=True)
    world.refuse(Code.BAD_FIELD, "bank_a", both)
    match(world, hash_lock=LOCK, isd=dt.date(2025, 7, 3))
    allocate(world)
    world.refuse(Code.TOO_EARLY, "bank_b", REVEAL)


def test_showing_a_preimage_is_checked_as_settling(world: World) -> None:
    match(world, hash_lock=LOCK, face=2 * FACE)
    allocate(world)
    isin = isin_of(world)
    world.act("central+regulator", PauseAsset(asset=isin, classes=int(OperationClass.TRADE)))
    world.refuse(Code.ASSET_PAUSED, "bank_b", REVEAL)
    world.act("central+regulator", PauseAsset(asset=isin, classes=0))
    asset = world.state.get(ASSET, isin)
    buyer = world.state.get(ACCOUNT, address("b/main"))
    assert asset is not None
    assert buyer is not None
    for code, changed in (
        (Code.ASSET_NOT_ACTIVE, with_asset(asset, status=AssetStatus.CANCELLED)),
        (Code.ASSET_MATURED, with_asset(asset, status=AssetStatus.MATURED)),
        (Code.KYC_TIER_TOO_LOW, with_asset(asset, kyc_tier_min=9)),
        (Code.DENOM_NOT_MULTIPLE, msgspec.structs.replace(asset, denomination=3 * FACE)),
    ):
        world.state.put(ASSET, changed)
        world.refuse(code, "bank_b", REVEAL)
    world.state.put(ASSET, asset)
    world.state.put(ACCOUNT, msgspec.structs.replace(buyer, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_b", REVEAL)
    world.state.put(ACCOUNT, buyer)
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "bank_b", REVEAL)


def test_a_locked_issue_keeps_to_the_maximum(world: World) -> None:
    """The treasury may issue against money of another ledger."""
    isin = isin_of(world)
    one = leg(isin, 9_951 * FACE, "treasury", "bank_b", "*", None)
    operation = instruct(world, "H", one, hash_lock=LOCK)
    world.act("treasury", operation)
    treasury = address("treasury")
    batch = world.state.get(BATCH, treasury, "H")
    assert batch is not None
    named = (LegAccount(leg=0, gives=False, account=address("b/main")),)
    world.act(
        "bank_b",
        ApproveBatch(initiator=treasury, batch_id="H", digest=batch.digest, accounts=named),
    )
    step = RevealBatch(initiator=treasury, batch_id="H", preimage=SECRET)
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "bank_b", step)

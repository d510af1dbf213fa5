"""Transfer: every code, and what it changes."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.world import CBM, START, World, address
from tokens.codec import encode
from tokens.events import Moved
from tokens.execution import RUNNER
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import Freeze, StopCredits
from tokens.records.holdings import BANK_TOTAL, LegalBasis
from tokens.records.parties import ACCOUNT, KeyPolicy
from tokens.records.recovery import RECOVERY, Recovery
from tokens.results import Code
from tokens.types import AccountStatus, OperationClass

BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100)
    return made


def test_units_move_and_bank_totals_follow(world: World) -> None:
    world.act("bank_a", transfer(CBM, "a/main", "b/main", 30))
    assert world.balance(CBM, "a/main") == 70
    assert world.balance(CBM, "b/main") == 30
    total = world.state.get(BANK_TOTAL, address("bank_b"), CBM)
    assert total is not None
    assert total.amount == 30
    assert world.last(Moved) == Moved(
        asset=CBM, source=address("a/main"), target=address("b/main"), amount=30
    )


def test_refusals(world: World) -> None:
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", transfer("NONE", "a/main", "b/main", 1))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", transfer(CBM, "a/main", "nobody", 1))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", transfer(CBM, "a/main", "b/main", 1))
    world.refuse(Code.SAME_ACCOUNT, "bank_a", transfer(CBM, "a/main", "a/main", 1))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(CBM, "a/main", "b/main", 101))
    world.refuse(Code.ACCOUNT_RESERVED, "bank_a", transfer(CBM, "a/main", "reserve", 1))


def test_account_states(world: World) -> None:
    closed = world.state.get(ACCOUNT, address("b/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_b", transfer(CBM, "b/main", "a/main", 1))
    world.act("fiu", StopCredits(account=address("a/second"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "bank_a", transfer(CBM, "a/main", "a/second", 1))
    freeze = Freeze(
        order_id=bytes(32),
        account=address("a/main"),
        asset=None,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", freeze)
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", transfer(CBM, "a/main", "treasury/main", 1))


def test_a_recovering_account_gives_nothing_and_takes_all(world: World) -> None:
    account = world.state.get(ACCOUNT, address("a/main"))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.RECOVERING))
    world.state.put(RECOVERY, recovery_of("a/main"))
    world.refuse(Code.RECOVERY_OPEN, "bank_a", transfer(CBM, "a/main", "a/second", 1))
    fund(world, "b/main", 1)
    world.act("bank_b", transfer(CBM, "b/main", "a/main", 1))


def recovery_of(name: str) -> Recovery:
    return Recovery(
        account=address(name),
        policy=KeyPolicy(threshold=1, keys=(bytes(32),)),
        evidence=bytes(32),
        started_on=START,
        effective_on=START,
        objected=False,
        agreed=False,
    )


def test_asset_states(world: World) -> None:
    world.act("central+regulator", PauseAsset(asset=CBM, classes=int(OperationClass.MOVE)))
    world.refuse(Code.ASSET_PAUSED, "bank_a", transfer(CBM, "a/main", "b/main", 1))
    isin = bond(world)
    world.refuse(Code.ASSET_NOT_ACTIVE, "bank_a", transfer(isin, "a/main", "b/main", FACE))


def test_bond_rules(world: World) -> None:
    fund(world, "a/main", 100 * FACE)
    isin = bond(world)
    issue(world, isin, "bank_a", "a/main", 10 * FACE, FACE)
    world.refuse(Code.DENOM_NOT_MULTIPLE, "bank_a", transfer(isin, "a/main", "b/main", FACE + 1))
    low = world.account("low", "bank_a", "bank_a", kyc_tier=0)
    assert low == address("low")
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_a", transfer(isin, "a/main", "low", FACE))
    go_to(world, terms().maturity_date)
    world.refuse(Code.ASSET_MATURED, "bank_a", transfer(isin, "a/main", "b/main", FACE))


def test_zero_and_more_than_u64_do_not_decode() -> None:
    assert RUNNER.decode(encode(transfer(CBM, "a/main", "b/main", 0))) is None
    with pytest.raises(OverflowError):
        encode(transfer(CBM, "a/main", "b/main", 2**64))


def test_a_failed_transaction_changes_nothing(world: World) -> None:
    good = transfer(CBM, "a/main", "b/main", 60)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", good, good)
    assert world.balance(CBM, "a/main") == 100


def test_client_account_is_moved_by_its_servicer(world: World) -> None:
    world.account("client", None, "bank_a")
    world.act("bank_a", transfer(CBM, "a/main", "client", 10))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", transfer(CBM, "client", "b/main", 10))
    world.act("bank_a", transfer(CBM, "client", "b/main", 10))
    assert world.balance(CBM, "b/main") == 10

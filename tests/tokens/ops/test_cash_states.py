"""CbIssue, CbWithdraw, DefineCashAsset, CashMint, CashRedeem: pauses, freezes, stops, limits."""

import msgspec
import pytest

from tests.tokens.ops.build import fund
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, cb_issue, mint, redeem, start
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens import liens
from tokens.codec import tagged_hash
from tokens.lookup import require_asset
from tokens.ops.central_bank_money import CbWithdraw
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import Freeze, StopCredits
from tokens.records.amend import with_asset
from tokens.records.holdings import SUPPLY, LegalBasis, Supply
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.proposals import APPROVAL_POLICY, GRANT, ApprovalPolicy
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, OperationClass, Role


@pytest.fixture
def world() -> World:
    return start()


def test_full_list_of_liens_refuses_a_redemption(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.act("bank_a", mint(100))
    monkeypatch.setattr(liens, "LIENS_MAX", 0)
    world.refuse(Code.LIENS_FULL, "bank_a", redeem(1))


def test_supply_above_the_reserve_is_refused(world: World) -> None:
    world.state.put(SUPPLY, Supply(asset=PKRS, amount=1))
    world.refuse(Code.RESERVE_SHORT, "bank_a", mint(1))


def test_the_reserve_account_must_be_empty_at_definition() -> None:
    world = World()
    world.account("other-reserve", "issuer", "issuer")
    fund(world, "other-reserve", 5)
    world.account("other-reserve", "issuer", "issuer", purpose=AccountPurpose.RESERVE)
    operation = msgspec.structs.replace(DEFINE, reserve_account=address("other-reserve"))
    world.refuse(Code.ACCOUNT_NOT_EMPTY, "issuer+central", operation)


def _stop(world: World, account: str, *, stopped: bool) -> None:
    basis = LegalBasis(authority="FIU", order_no="1", sha256=bytes(32))
    world.act("fiu", StopCredits(account=address(account), stopped=stopped, basis=basis))


def _freeze(world: World, account: str) -> None:
    basis = LegalBasis(authority="FIU", order_no="1", sha256=bytes(32))
    order = Freeze(
        order_id=tagged_hash(b"order", account.encode()),
        account=address(account),
        asset=None,
        amount=None,
        expires_on=None,
        basis=basis,
    )
    world.act("fiu", order)


def _close(world: World, account: str) -> None:
    known = world.state.get(ACCOUNT, address(account))
    assert known is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(known, status=AccountStatus.CLOSED))


def _pause(world: World, asset: str, classes: OperationClass) -> None:
    world.act("central+regulator", PauseAsset(asset=asset, classes=int(classes)))


def test_cb_issue_respects_states(world: World) -> None:
    _stop(world, "b/main", stopped=True)
    to_b = cb_issue(1, "R", target=address("b/main"))
    world.refuse(Code.CREDIT_STOPPED, "central", to_b)
    _close(world, "b/main")
    world.refuse(Code.ACCOUNT_CLOSED, "central", to_b)
    asset = require_asset(world.state, CBM)
    world.state.put(ASSET, with_asset(asset, kyc_tier_min=9))
    world.refuse(Code.KYC_TIER_TOO_LOW, "central", cb_issue(1, "R"))
    world.state.put(ASSET, asset)
    _pause(world, CBM, OperationClass.ISSUE)
    world.refuse(Code.ASSET_PAUSED, "central", cb_issue(1, "R"))


def test_cb_withdraw_respects_states(world: World) -> None:
    order = CbWithdraw(asset=CBM, source=address("a/main"), amount=4, rtgs_ref="W1")
    fund(world, "b/main", 5)
    held = msgspec.structs.replace(order, source=address("reserve"))
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", held)
    _stop(world, "a/main", stopped=True)
    world.refuse(Code.CREDIT_STOPPED, "bank_a", order)
    _freeze(world, "a/main")
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", order)
    _pause(world, CBM, OperationClass.ISSUE)
    other = msgspec.structs.replace(order, source=address("b/main"))
    world.refuse(Code.ASSET_PAUSED, "bank_b", other)


def test_define_needs_the_issuer_itself(world: World) -> None:
    """Where the policy asks for the central bank alone, there is still no issuer."""
    policy = ApprovalPolicy(
        name="cash_asset",
        required=((Role.CENTRAL_BANK,),),
        approvals_min=1,
        validator_quorum=False,
        threshold_min=1,
    )
    world.state.put(APPROVAL_POLICY, policy)
    other = msgspec.structs.replace(DEFINE, asset="OTHER")
    world.refuse(Code.ROLE_REQUIRED, "central", other)


def test_mint_respects_states(world: World) -> None:
    everything = msgspec.structs.replace(GRANT_OF_A, targets=())
    world.state.put(GRANT, everything)
    to_second = mint(1, target=address("a/second"))
    _stop(world, "a/second", stopped=True)
    world.refuse(Code.CREDIT_STOPPED, "bank_a", to_second)
    _close(world, "a/second")
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", to_second)
    _pause(world, PKRS, OperationClass.ISSUE)
    world.refuse(Code.ASSET_PAUSED, "bank_a", mint(1))
    _pause(world, PKRS, OperationClass(0))
    asset = require_asset(world.state, PKRS)
    world.state.put(ASSET, msgspec.structs.replace(asset, max_supply=1))
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "bank_a", mint(2))
    world.state.put(ASSET, asset)
    _freeze(world, "a/main")
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", mint(1))


def test_redemption_stays_open_while_paused_but_not_into_a_stopped_account(world: World) -> None:
    world.act("bank_a", mint(500))
    _pause(world, PKRS, OperationClass(31))
    _pause(world, CBM, OperationClass(31))
    world.act("bank_a", redeem(1))
    to_second = redeem(1, target=address("a/second"))
    _stop(world, "a/second", stopped=True)
    world.refuse(Code.CREDIT_STOPPED, "bank_a", to_second)
    _close(world, "a/second")
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", to_second)

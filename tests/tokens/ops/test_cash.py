"""Central-bank money and the stablecoin: issue, mint under a grant, redeem at par, the queue."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import bond, fund, go_to, instruct, leg, transfer
from tests.tokens.ops.world import CBM, PKRS, START, World, address
from tokens.codec import encode
from tokens.events import CashRedeemed, RedemptionQueued
from tokens.execution import RUNNER
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.cash import CashMint, CashRedeem
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.central_bank_money import CbIssue, CbWithdraw
from tokens.ops.settlement import ApproveBatch, LegAccount, instruction_digest
from tokens.records.cash import (
    CASH_ASSET,
    QUEUED_REDEMPTION,
    REDEMPTION_QUEUE,
    QueuedRedemption,
)
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT
from tokens.records.proposals import GRANT, Grant
from tokens.results import Code
from tokens.terms import paying_account_of
from tokens.types import AccountStatus

DEFINE = DefineCashAsset(
    asset=PKRS,
    name="Digital rupee",
    currency="PKR",
    backing=CBM,
    reserve_account=address("reserve"),
    max_supply=10**15,
    kyc_tier_min=1,
)
GRANT_OF_A = Grant(
    grantor=address("issuer"),
    grantee=address("bank_a"),
    operation="cash_mint",
    asset=PKRS,
    sources=(),
    targets=(address("a/main"),),
    cap_call=600,
    cap_day=1_000,
    cap_total=1_500,
    used_day=0,
    used_total=0,
    used_on=START,
    expires_on=dt.date(2025, 8, 1),
)


def cb_issue(amount: int, reference: str, **changes: object) -> CbIssue:
    values = {"asset": CBM, "target": address("a/main"), "amount": amount, "rtgs_ref": reference}
    return CbIssue(**(values | changes))  # type: ignore[arg-type]


def mint(amount: int, **changes: object) -> CashMint:
    values = {
        "asset": PKRS,
        "source": address("a/main"),
        "target": address("a/main"),
        "amount": amount,
        "grantor": address("issuer"),
    }
    return CashMint(**(values | changes))  # type: ignore[arg-type]


def redeem(amount: int, **changes: object) -> CashRedeem:
    values = {
        "asset": PKRS,
        "source": address("a/main"),
        "target": address("a/main"),
        "amount": amount,
    }
    return CashRedeem(**(values | changes))  # type: ignore[arg-type]


def start() -> World:
    """Where the tests of this subject begin."""
    made = World()
    made.act("issuer+central", DEFINE)
    made.state.put(GRANT, GRANT_OF_A)
    fund(made, "a/main", 10_000)
    return made


@pytest.fixture
def world() -> World:
    return start()


def test_cb_issue_counts_a_reference_once_for_ever() -> None:
    world = World()
    world.act("central", cb_issue(5, "R1"))
    world.refuse(Code.REFERENCE_USED, "central", cb_issue(5, "R1"))
    world.act("central", cb_issue(5, "R2"))
    assert world.balance(CBM, "a/main") == 10


def test_cb_issue_is_refused() -> None:
    world = World()
    client = world.account("client", None, "bank_a")
    world.refuse(Code.NEEDS_APPROVAL, "bank_a", cb_issue(5, "R"))
    world.refuse(Code.UNKNOWN_ASSET, "central", cb_issue(5, "R", asset="NONE"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "central", cb_issue(5, "R", target=address("nobody")))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "central", cb_issue(5, "R", target=client))
    world.refuse(Code.ACCOUNT_RESERVED, "central", cb_issue(5, "R", target=address("reserve")))
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "central", cb_issue(2**63 + 1, "R"))


def test_cb_withdraw() -> None:
    world = World()
    fund(world, "a/main", 10)
    order = CbWithdraw(asset=CBM, source=address("a/main"), amount=4, rtgs_ref="W1")
    world.refuse(Code.NOT_AUTHORISED, "bank_b", order)
    world.act("bank_a", order)
    assert world.supply(CBM) == 6
    world.refuse(Code.REFERENCE_USED, "bank_a", order)
    more = msgspec.structs.replace(order, rtgs_ref="W2", amount=7)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", more)
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", msgspec.structs.replace(order, asset="NONE"))
    unknown = msgspec.structs.replace(order, source=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", unknown)
    client = world.account("client", None, "bank_a")
    theirs = msgspec.structs.replace(order, source=client)
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", theirs)


def test_define_is_refused() -> None:
    world = World()
    world.refuse(Code.NEEDS_APPROVAL, "issuer", DEFINE)
    other = msgspec.structs.replace(DEFINE, backing="NONE")
    world.refuse(Code.UNKNOWN_ASSET, "issuer+central", other)
    other = msgspec.structs.replace(DEFINE, currency="USD")
    world.refuse(Code.BAD_FIELD, "issuer+central", other)
    other = msgspec.structs.replace(DEFINE, reserve_account=address("a/main"))
    world.refuse(Code.BAD_FIELD, "issuer+central", other)
    other = msgspec.structs.replace(DEFINE, reserve_account=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "issuer+central", other)
    world.act("issuer+central", DEFINE)
    world.refuse(Code.ALREADY_EXISTS, "issuer+central", DEFINE)


def test_mint_moves_money_and_makes_as_many_tokens(world: World) -> None:
    world.act("bank_a", mint(600))
    assert world.balance(CBM, "reserve") == 600
    assert world.balance(PKRS, "a/main") == 600
    assert world.balance(CBM, "a/main") == 9_400
    grant = world.state.get(GRANT, address("issuer"), address("bank_a"), "cash_mint", PKRS)
    assert grant is not None
    assert grant.used_total == 600


def test_mint_is_refused(world: World) -> None:
    world.refuse(Code.NOT_AUTHORISED, "bank_b", mint(1))
    world.refuse(Code.GRANT_EXHAUSTED, "bank_a", mint(601))
    world.refuse(Code.GRANT_MISSING, "bank_a", mint(1, target=address("a/second")))
    world.refuse(Code.GRANT_MISSING, "bank_a", mint(1, grantor=address("bank_b")))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", mint(10_001))
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", mint(1, asset=CBM))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", mint(1, target=address("nobody")))
    low = world.account("low", "bank_a", "bank_a", kyc_tier=0)
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_a", mint(1, target=low))
    world.refuse(Code.ACCOUNT_RESERVED, "bank_a", mint(1, target=address("reserve")))


def test_mint_caps_per_day_and_in_total(world: World) -> None:
    world.act("bank_a", mint(600))
    world.refuse(Code.GRANT_EXHAUSTED, "bank_a", mint(401))
    world.act("bank_a", mint(400))
    go_to(world, dt.date(2025, 7, 2))
    world.act("bank_a", mint(500))
    world.refuse(Code.GRANT_EXHAUSTED, "bank_a", mint(1))
    go_to(world, dt.date(2025, 8, 1))
    world.refuse(Code.GRANT_MISSING, "bank_a", mint(1))


def test_reserve_account_is_touched_by_mint_and_redeem_only(world: World) -> None:
    world.act("bank_a", mint(100))
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", transfer(CBM, "reserve", "a/main", 1))
    world.refuse(Code.ACCOUNT_RESERVED, "bank_a", transfer(CBM, "a/main", "reserve", 1))


def test_no_mint_out_of_a_reserve(world: World) -> None:
    """Money that goes from the reserve to the reserve would back tokens twice."""
    grant = msgspec.structs.replace(GRANT_OF_A, grantee=address("issuer"))
    world.state.put(GRANT, grant)
    world.act("bank_a", mint(100))
    own = mint(100, source=address("reserve"))
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", own)


def test_no_redemption_out_of_a_paying_account(world: World) -> None:
    """What is funded for holders is not the servicer's to redeem."""
    world.act("bank_a", mint(100))
    isin = bond(world, settlement_asset=PKRS)
    paying = paying_account_of(isin)
    first = transfer(PKRS, "a/main", "b/main", 50)
    world.refuse(Code.ACCOUNT_RESERVED, "bank_a", msgspec.structs.replace(first, target=paying))
    world.refuse(Code.ACCOUNT_RESERVED, "treasury", redeem(1, source=paying))


def test_redeem_at_par(world: World) -> None:
    world.act("bank_a", mint(500))
    world.act("bank_a", redeem(200))
    assert world.supply(PKRS) == 300
    assert world.balance(CBM, "reserve") == 300
    assert world.last(CashRedeemed) == CashRedeemed(
        asset=PKRS, source=address("a/main"), target=address("a/main"), amount=200, number=0
    )


def test_redeem_is_refused(world: World) -> None:
    world.act("bank_a", mint(500))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", redeem(1))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", redeem(501))
    world.refuse(Code.UNKNOWN_ASSET, "bank_a", redeem(1, asset=CBM))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", redeem(1, target=address("nobody")))
    world.refuse(Code.ACCOUNT_RESERVED, "bank_a", redeem(1, target=address("reserve")))


def _lend_from_reserve(world: World, amount: int) -> None:
    """As if the reserve had bought bills: value is there, central-bank money is not."""
    position = world.state.get(POSITION, CBM, address("reserve"))
    assert position is not None
    world.state.put(POSITION, msgspec.structs.replace(position, held=amount))


def queued(world: World) -> int:
    """Tokens that wait, as the coin says."""
    cash = world.state.get(CASH_ASSET, PKRS)
    assert cash is not None
    return cash.queued


def queue(world: World) -> list[QueuedRedemption]:
    """In order of payment."""
    return world.state.scan(QUEUED_REDEMPTION, REDEMPTION_QUEUE, (PKRS,), limit=99)


def test_redemptions_queue_in_order_while_the_reserve_lacks_money(world: World) -> None:
    world.check = lambda: None  # type: ignore[method-assign]  # the hold below has no lien
    world.act("bank_a", mint(600))
    _lend_from_reserve(world, 450)
    world.act("bank_a", redeem(200))  # 150 of it are paid at once
    world.act("bank_a", redeem(100))
    assert world.supply(PKRS) == 450
    assert queued(world) == 150
    told = world.last(RedemptionQueued)
    assert isinstance(told, RedemptionQueued)
    assert (told.number, told.amount) == (2, 100)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", redeem(301))
    world.act("bank_a", mint(40))  # goes to the first, though it would be more of the second
    assert queued(world) == 110
    assert [entry.amount for entry in queue(world)] == [10, 100]
    world.act("bank_a", mint(60))
    assert [entry.amount for entry in queue(world)] == [50]
    del world.check
    _lend_from_reserve(world, 0)
    world.act("bank_a", mint(1))
    assert world.supply(PKRS) == 401
    paid = [(e.number, e.amount) for e in world.events if isinstance(e, CashRedeemed)]
    assert paid == [(1, 150), (1, 40), (1, 10), (2, 50), (2, 50)]
    assert (queued(world), queue(world)) == (0, [])


def test_queue_drops_what_a_freeze_reached(world: World) -> None:
    world.check = lambda: None  # type: ignore[method-assign]  # the hold below has no lien
    world.act("bank_a", mint(300))
    _lend_from_reserve(world, 300)
    world.act("bank_a", redeem(200))
    position = world.state.get(POSITION, PKRS, address("a/main"))
    assert position is not None
    world.state.put(POSITION, msgspec.structs.replace(position, frozen=250))
    _lend_from_reserve(world, 0)
    world.act("bank_a", mint(1))
    assert world.supply(PKRS) == 301
    assert queued(world) == 0


@pytest.mark.parametrize("operation", [cb_issue(0, "R"), mint(0), redeem(0)])
def test_zero_does_not_decode(operation: msgspec.Struct) -> None:
    assert RUNNER.decode(encode(operation)) is None


def test_a_closed_account_withdraws_nothing() -> None:
    """Its code was not declared: a simulation could not have told it."""
    world = World()
    account = world.state.get(ACCOUNT, address("a/main"))
    assert account is not None
    closed = msgspec.structs.replace(account, status=AccountStatus.CLOSED)
    world.state.put(ACCOUNT, closed)
    order = CbWithdraw(asset=CBM, source=address("a/main"), amount=4, rtgs_ref="W1")
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", order)


def test_central_bank_money_and_the_stablecoin_change_hands_together() -> None:
    """Payment versus payment: both legs or none."""
    world = start()
    fund(world, "b/main", 1_000)
    world.act("bank_a", mint(500))
    first = leg(PKRS, 300, "bank_a", "bank_b", "a/main", None)
    second = leg(CBM, 300, "bank_b", "bank_a", None, "a/main")
    operation = instruct(world, "PVP-1", first, second)
    approval = ApproveBatch(
        initiator=address("bank_a"),
        batch_id="PVP-1",
        digest=instruction_digest(address("bank_a"), operation),
        accounts=(
            LegAccount(leg=0, gives=False, account=address("b/main")),
            LegAccount(leg=1, gives=True, account=address("b/main")),
        ),
    )
    step = AllocateBatch(initiator=address("bank_a"), batch_id="PVP-1")
    settle = SettleBatch(initiator=address("bank_a"), batch_id="PVP-1")
    world.act("bank_a", operation)
    world.act("bank_b", approval)
    world.act("bank_a", step)
    world.refuse(Code.NOT_ALLOCATED, "bank_a", settle)
    assert world.balance(PKRS, "b/main") == 0
    world.act("bank_b", step)
    world.act("bank_a", settle)
    assert (world.balance(PKRS, "b/main"), world.balance(CBM, "b/main")) == (300, 700)
    assert (world.supply(PKRS), world.supply(CBM)) == (500, 11_000)

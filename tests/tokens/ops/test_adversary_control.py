"""What somebody tried against freezes and seizures: each test was possible once."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import (
    FACE,
    ISIN,
    bond,
    fund,
    go_to,
    instruct,
    issue,
    leg,
    transfer,
)
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, cb_issue, mint, redeem
from tests.tokens.ops.test_control import BASIS, ORDER, freeze, seize
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens import agenda, liens, posting
from tokens.codec import tagged_hash
from tokens.context import Actors
from tokens.credit_stops import freeze_credit
from tokens.lookup import require_account, require_asset
from tokens.ops.batch_steps import AllocateBatch
from tokens.ops.coupons import RedemptionFund
from tokens.ops.freezes import ChangeFreeze, LiftFreeze, StopCredits
from tokens.ops.unclaimed import PayUnclaimed
from tokens.posting import available
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.holdings import LIEN, POSITION, Lien
from tokens.records.kind import Kind
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.proposals import GRANT
from tokens.records.settlement import BATCH, BatchStatus
from tokens.results import Code
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT, NO_ADDRESS, AccountStatus, AssetKind, LienKind, Role
from tokens.unclaimed import unclaimed_account_of

NOBODY = Actors(NO_ADDRESS, ())


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 1_000)
    return made


def held(world: World, batch_id: str, amount: int) -> bytes:
    """A matched batch within bank A, allocated: the id of its hold."""
    deal = instruct(world, batch_id, leg(CBM, amount, "bank_a", "bank_a", "a/main", "a/second"))
    world.act("bank_a", deal)
    world.act("bank_a", AllocateBatch(initiator=address("bank_a"), batch_id=batch_id))
    batch = world.state.get(BATCH, address("bank_a"), batch_id)
    assert batch is not None
    return batch.liens[0]


def lien_of(world: World, order: bytes) -> Lien:
    lien = world.state.get(LIEN, order)
    assert lien is not None
    return lien


def test_an_account_full_of_holds_can_still_be_frozen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,024 holds of an own batch each made the account immune against every authority."""
    monkeypatch.setattr(liens, "LIENS_MAX", 2)
    for number in range(2):
        held(world, f"T{number}", 1)
    world.refuse(Code.LIENS_FULL, "bank_a", _third(world))
    world.act("fiu", freeze(None, None))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", transfer(CBM, "a/main", "b/main", 1))


def _third(world: World) -> AllocateBatch:
    deal = instruct(world, "T", leg(CBM, 1, "bank_a", "bank_a", "a/main", "a/second"))
    world.act("bank_a", deal)
    return AllocateBatch(initiator=address("bank_a"), batch_id="T")


def test_an_order_at_the_id_of_a_hold_to_come_survives_it(world: World) -> None:
    """The id of a hold follows from its transaction: an order put there was overwritten."""
    deal = instruct(world, "T1", leg(CBM, 5, "bank_a", "bank_a", "a/main", "a/second"))
    world.act("bank_a", deal)
    context = world.context(NOBODY)
    world.height -= 1
    taken = liens.lien_id(context, 0)
    world.state.put(
        LIEN,
        Lien(
            id=taken,
            account=address("b/main"),
            asset=CBM,
            amount=7,
            kind=LienKind.FREEZE,
            owner=address("fiu"),
            expires_on=None,
            basis=BASIS,
            memo="",
        ),
    )
    liens.change(world.context(context.actors), lien_of(world, taken), lien_of(world, taken))
    world.height -= 1
    world.act("bank_a", AllocateBatch(initiator=address("bank_a"), batch_id="T1"))
    assert lien_of(world, taken).kind is LienKind.FREEZE
    world.act("fiu", LiftFreeze(order_id=taken))


def stop(account: str = "a/main") -> StopCredits:
    return StopCredits(account=address(account), stopped=True, basis=BASIS)


def credit(world: World, amount: int) -> None:
    """What service does: it pays into a stopped account, and freezes that."""
    context = world.context(NOBODY)
    freeze_credit(context, address("a/main"), CBM, amount)
    world.end_block()


def credit_order(account: str = "a/main") -> bytes:
    return tagged_hash(b"mohur/credit-stop/v1", address(account) + CBM.encode())


def test_a_credit_does_not_lower_an_order_of_all(world: World) -> None:
    """ALL (None) counted as 0: the next coupon set 999 of 1,000 free."""
    world.act("fiu", stop())
    credit(world, 1)
    world.act("fiu", ChangeFreeze(order_id=credit_order(), amount=None, expires_on=None))
    credit(world, 1)
    assert lien_of(world, credit_order()).amount is None
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", transfer(CBM, "a/main", "b/main", 1))


def test_credits_to_a_stopped_account_never_pass_the_largest_amount(world: World) -> None:
    """Their sum is not bounded by the supply; above 2^64-1 the block could not be written."""
    world.act("fiu", stop())
    credit(world, AMOUNT_LIMIT)
    credit(world, AMOUNT_LIMIT)
    assert lien_of(world, credit_order()).amount == AMOUNT_LIMIT


def test_an_order_at_the_id_of_a_credit_stop_is_another_order(world: World) -> None:
    """The computed id of the freeze under a credit stop could be taken by an order elsewhere."""
    squat = freeze(CBM, 1, order_id=credit_order(), account=address("b/main"))
    world.act("regulator", squat)
    world.act("fiu", stop())
    credit(world, 900)
    assert lien_of(world, credit_order()).amount == 1
    position = world.state.get(POSITION, CBM, address("a/main"))
    assert available(position) == 100


@pytest.mark.parametrize("amount", [None, 60 * FACE, 900 * FACE])
def test_frozen_units_leave_frozen_money_at_maturity(amount: int | None) -> None:
    """A frozen bond was redeemed into free money: the order rested on units that were gone."""
    world = World()
    fund(world, "a/main", 100 * FACE)
    fund(world, "treasury/main", 100 * FACE)
    bond(world, maturity_date=dt.date(2026, 1, 17), coupon_rate_e6=0, tax_profile="none")
    issue(world, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    world.act("fiu", freeze(ISIN, amount))
    go_to(world, dt.date(2026, 1, 19))
    world.act("treasury", RedemptionFund(asset=ISIN))
    world.finish_agenda()
    assert world.balance(CBM, "a/main") == 100 * FACE
    frozen = 100 * FACE if amount is None else min(amount, 100 * FACE)
    position = world.state.get(POSITION, CBM, address("a/main"))
    assert available(position) == 100 * FACE - frozen
    order = lien_of(world, ORDER)
    assert (order.asset, order.amount) == (CBM, frozen)
    world.act("central+fiu", seize(frozen))
    assert world.state.get(LIEN, ORDER) is None


def unclaimed(world: World) -> PayUnclaimed:
    """Money of a closed account at its servicer."""
    closed = world.state.get(ACCOUNT, address("a/second"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    keeper = unclaimed_account_of(world.state, closed)
    posting.move(
        world.context(NOBODY),
        require_asset(world.state, CBM),
        require_account(world.state, address("a/main")),
        keeper,
        10,
    )
    world.state.put(
        UNCLAIMED,
        Unclaimed(
            account=address("a/second"),
            asset=CBM,
            security=ISIN,
            payment=1,
            amount=10,
            since=dt.date(2025, 7, 1),
            keeper=keeper.id,
        ),
    )
    return PayUnclaimed(
        account=address("a/second"), security=ISIN, payment=1, target=address("a/main")
    )


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (AccountStatus.OPEN, Code.UNDER_REVIEW),
        (AccountStatus.CLOSED, Code.COUNTERPARTY_NOT_ELIGIBLE),
    ],
)
def test_an_account_at_another_institution_is_not_told_of(
    world: World, status: AccountStatus, told: Code
) -> None:
    """The servicer of the closed account read CREDIT_STOPPED of one that it does not service."""
    claim = unclaimed(world)
    world.account("elsewhere", None, "bank_b")
    owner = require_account(world.state, claim.account).owner
    other = require_account(world.state, address("elsewhere"))
    world.state.put(ACCOUNT, msgspec.structs.replace(other, owner=owner, status=status))
    world.act("fiu", StopCredits(account=other.id, stopped=True, basis=BASIS))
    world.refuse(told, "bank_a", msgspec.structs.replace(claim, target=other.id))


def test_unclaimed_money_of_a_frozen_owner_stays(world: World) -> None:
    """A freeze of a closed account did not reach the money that waits for it."""
    claim = unclaimed(world)
    world.end_block()
    world.act("fiu", freeze(CBM, 1, account=address("a/second")))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", claim)
    world.act("fiu", LiftFreeze(order_id=ORDER))
    world.act("bank_a", claim)


def with_roles(world: World, name: str, group: str, *roles: Role) -> None:
    known = world.state.get(PARTICIPANT, address(name))
    assert known is not None
    changed = msgspec.structs.replace(known, roles=roles, control_group=group)
    world.state.put(PARTICIPANT, changed)


def test_nobody_seizes_alone(world: World) -> None:
    """An authority that became the central bank seized under its own old order."""
    world.act("fiu", freeze(CBM, 60))
    with_roles(world, "fiu", "fiu", Role.CENTRAL_BANK)
    world.refuse(Code.NOT_THE_AUTHORITY, "fiu", seize(1))
    world.refuse(Code.NOT_THE_AUTHORITY, "central+fiu", seize(1))
    with_roles(world, "fiu", "central", Role.FIU)
    world.refuse(Code.NOT_THE_AUTHORITY, "central+fiu", seize(1))
    with_roles(world, "fiu", "fiu", Role.FIU)
    world.act("central+fiu", seize(1))


def counted(monkeypatch: pytest.MonkeyPatch, of: Kind) -> list[int]:
    """From now on, how many records of a kind each scan gives."""
    counts: list[int] = []
    scan = Overlay.scan

    def counting(state: Overlay, kind: Kind, *args: object, **options: object) -> object:
        found: list[msgspec.Struct] = scan(state, kind, *args, **options)  # type: ignore[arg-type]
        if kind is of:
            counts.append(len(found))
        return found

    monkeypatch.setattr(Overlay, "scan", counting)
    return counts


def test_a_seizure_does_not_walk_over_batches_of_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each hold all open batches were read: 1,000 holds among 100,000 batches took minutes."""
    fund(world, "b/main", 100)
    world.account("client", "bank_b", "bank_b")
    for number in range(20):
        deal = instruct(world, f"B{number}", leg(CBM, 1, "bank_b", "bank_b", "b/main", "client"))
        world.act("bank_b", deal)
    held(world, "T1", 1_000)
    world.act("fiu", freeze(CBM, 60))
    reads = counted(monkeypatch, BATCH)
    assert world.attempt("central+fiu", seize(60)) is Code.OK
    assert reads == [1]


def test_a_queue_of_redemptions_moves_when_the_freeze_of_its_reserve_ends() -> None:
    """Only a mint looked at the queue: after a freeze of a day it stood for ever."""
    for end in ("lift", "lower", "expire"):
        world = World()
        world.act("issuer+central", DEFINE)
        world.state.put(GRANT, GRANT_OF_A)
        fund(world, "a/main", 1_000)
        world.act("bank_a", mint(500))
        expiry = dt.date(2025, 7, 2) if end == "expire" else None
        world.act("fiu", freeze(CBM, 500, account=address("reserve"), expires_on=expiry))
        world.act("bank_a", redeem(100))
        assert world.supply(PKRS) == 500
        if end == "lift":
            world.act("fiu", LiftFreeze(order_id=ORDER))
        elif end == "lower":
            world.act("fiu", ChangeFreeze(order_id=ORDER, amount=1, expires_on=None))
        else:
            go_to(world, dt.date(2025, 7, 2))
        assert world.supply(PKRS) == 400, end


def test_a_freeze_of_everything_reads_the_liens_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Liens were recounted for each position: 8,000 positions by 1,000 liens stopped the chain."""
    for number in range(5):
        world.money(f"M-{number}", AssetKind.MONEY)
        world.act("central", cb_issue(5, f"M{number}", asset=f"M-{number}"))
    for number in range(3):
        held(world, f"T{number}", 1)
    reads = counted(monkeypatch, LIEN)
    assert world.attempt("fiu", freeze(None, None)) is Code.OK
    assert sum(reads) <= 2 * 4


def test_an_order_at_the_id_of_other_work_does_not_take_its_place(world: World) -> None:
    """The end of an order stood on the agenda under the order's id: it could push a batch off."""
    end = dt.date(2025, 7, 8)
    held(world, "T1", 1)
    item = next(i for i in agenda.upcoming(world.state, 10) if i.handler == "batch_expiry")
    assert item.due_on == end
    world.act("fiu", freeze(CBM, 1, order_id=item.id, expires_on=end))
    go_to(world, end)
    batch = world.state.get(BATCH, address("bank_a"), "T1")
    assert batch is not None
    assert batch.status is BatchStatus.EXPIRED
    assert world.state.get(LIEN, item.id) is None

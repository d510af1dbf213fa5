"""ReassignServicing of an account with thousands of positions while everybody goes on (page 04)."""

import datetime as dt
import random

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, transfer
from tests.tokens.ops.test_control import freeze
from tests.tokens.ops.test_licences import REVOKE, licensed
from tests.tokens.ops.test_reassignment import RECEIVER, reassign
from tests.tokens.ops.world import CBM, World, address
from tokens import posting
from tokens.context import Actors
from tokens.events import CouponPaid, ServicerChanged, TotalsMoved
from tokens.invariants import Snapshot, validate_bank_totals
from tokens.lookup import require_account, require_asset
from tokens.ops.coupons import CouponFund
from tokens.ops.freezes import LiftFreeze
from tokens.posting import total_holder
from tokens.records.holdings import BANK_TOTAL, POSITION
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.reassignments import REASSIGNMENT
from tokens.results import Code
from tokens.store import MemoryStore
from tokens.types import NO_ADDRESS

CLIENT, OTHER = "client/many", "client/other"
MANY = 2_000
ORDER = bytes([7]) * 32


def code_of(number: int) -> str:
    """Assets in the order of their codes, on both sides of CBM and of a bond."""
    return f"M{number:05d}" if number % 2 else f"R{number:05d}"


def add_assets(world: World, count: int) -> None:
    """As many moneys as CBM is, one unit of each for CLIENT and 9 for OTHER."""
    like = require_asset(world.state, CBM)
    context = world.context(Actors(NO_ADDRESS, ()))
    holders = [require_account(world.state, address(name)) for name in (CLIENT, OTHER)]
    for number in range(count):
        asset = msgspec.structs.replace(like, id=code_of(number))
        world.state.put(ASSET, asset)
        for holder, amount in zip(holders, (1, 9), strict=True):
            posting.issue(context, asset, holder, amount)
    world.end_block()


def totals_are_right(world: World) -> None:
    """After this block: each total = its accounts, each leaf in one total."""
    store = MemoryStore()
    store.write(world.store.iterate(b"", b"\xff"))
    assert list(validate_bank_totals(Snapshot(store))) == []


def leaf_is_under_its_total(world: World, asset: str) -> bytes:
    """What the light client checks; the bank in whose total CLIENT counts."""
    account = require_account(world.state, address(CLIENT))
    bank = total_holder(world.state, account, asset)
    total, leaf = (
        world.state.get(BANK_TOTAL, bank, asset),
        posting.balance_of(world.state, asset, account.id),
    )
    assert total is not None
    assert total.amount >= leaf
    return bank


@pytest.fixture
def world() -> World:
    """bank_a has lost its licence; two of its clients have money and a bond with a coupon due."""
    made = World()
    fund(made, "a/main", 1_000 * FACE)
    fund(made, "treasury/main", 1_000 * FACE)
    for name in (CLIENT, OTHER):
        made.account(name, None, "bank_a", person=name)
        made.act("bank_a", transfer(CBM, "a/main", name, 10 * FACE))
    isin = bond(made)
    for name in (CLIENT, OTHER):
        issue(made, isin, "bank_a", name, 5 * FACE, 5 * FACE)
    licensed(made)
    return made


def test_thousands_of_positions_while_others_pay_freeze_and_earn(world: World) -> None:
    """2,000 assets in pages; in each block a transfer in, one out, an order, a coupon's page."""
    isin = "PK0000000015"
    add_assets(world, MANY)
    world.act("va", REVOKE)
    world.check = lambda: totals_are_right(world)  # type: ignore[method-assign]
    go_to(world, dt.date(2026, 1, 16))
    world.quota = 160
    world.act("treasury", CouponFund(asset=isin, coupon=1))
    before = world.balance(CBM, CLIENT)
    world.act(RECEIVER, reassign(CLIENT))
    chance = random.Random(4)
    pages, moved_in, moved_out, paid = 0, 0, 0, False
    while world.state.get(REASSIGNMENT, address(CLIENT)) is not None:
        pages += 1
        asset = code_of(chance.randrange(MANY))
        moved_out += world.attempt("bank_b", transfer(CBM, CLIENT, "b/main", 1)) is Code.OK
        code = world.attempt("bank_b", transfer(asset, CLIENT, "b/main", 1))
        assert code in (Code.OK, Code.INSUFFICIENT_AVAILABLE)
        moved_in += world.attempt("bank_b", transfer(CBM, "b/main", CLIENT, 1)) is Code.OK
        order = freeze(asset, 1, account=address(CLIENT), order_id=ORDER)
        assert world.attempt("fiu", order) is Code.OK
        if not paid:
            go_to(world, dt.date(2026, 1, 19))
            paid = True
        world.end_block()
        assert world.attempt("fiu", LiftFreeze(order_id=ORDER)) is Code.OK
        for looked in (CBM, isin, asset, code_of(0), code_of(MANY - 1)):
            leaf_is_under_its_total(world, looked)
    assert pages > 20
    assert moved_in == moved_out == pages
    world.finish_agenda()
    coupons = [e for e in world.events if isinstance(e, CouponPaid)]
    assert {e.account for e in coupons} == {address(CLIENT), address(OTHER)}
    (mine,) = [e for e in coupons if e.account == address(CLIENT)]
    assert world.balance(CBM, CLIENT) == before + mine.gross - mine.withheld
    del world.check
    world.check()
    for number in range(MANY):
        assert leaf_is_under_its_total(world, code_of(number)) == address("bank_b")
    told = [e for e in world.events if isinstance(e, ServicerChanged | TotalsMoved)]
    assert [type(event) for event in told] == [ServicerChanged, TotalsMoved]


@pytest.mark.parametrize("quota", [1, 2, 3, 7, 40])
def test_every_page_size_comes_to_the_same_end(world: World, quota: int) -> None:
    add_assets(world, 12)
    world.act("va", REVOKE)
    world.quota = quota
    world.act(RECEIVER, reassign(CLIENT, OTHER))
    blocks = world.finish_agenda()
    assert blocks >= 2 * 2 * 12 // quota // 2
    for position in world.state.scan(POSITION, POSITION.indexes[1], (address(CLIENT),), limit=99):
        total = world.state.get(BANK_TOTAL, address("bank_a"), position.asset)
        assert total is None or total.amount == (
            world.balance(CBM, "a/main") if position.asset == CBM else 0
        )


def test_an_account_on_the_way_goes_nowhere_else(world: World) -> None:
    add_assets(world, 12)
    world.act("va", REVOKE)
    world.quota = 2
    world.act(RECEIVER, reassign(CLIENT))
    moving = world.state.get(REASSIGNMENT, address(CLIENT))
    assert moving is not None
    assert (moving.old, moving.new) == (address("bank_a"), address("bank_b"))
    world.refuse(Code.REASSIGNMENT_OPEN, "central+bank_b+va", reassign(CLIENT, to="central"))
    world.finish_agenda()
    world.act("central+bank_b+va", reassign(CLIENT, to="central"))
    world.finish_agenda()
    account = world.state.get(ACCOUNT, address(CLIENT))
    assert account is not None
    assert account.servicer == address("central")


def test_a_position_that_is_born_on_the_way_is_in_the_right_total(world: World) -> None:
    """Before the cursor in the new bank's, behind it in the old one's, and moved later."""
    add_assets(world, 6)
    world.act("va", REVOKE)
    world.quota = 4
    world.act(RECEIVER, reassign(CLIENT))
    moving = world.state.get(REASSIGNMENT, address(CLIENT))
    assert moving is not None
    assert moving.cursor
    like = require_asset(world.state, CBM)
    banks = []
    for name in ("A0", "Z9"):
        asset = msgspec.structs.replace(like, id=name)
        world.state.put(ASSET, asset)
        context = world.context(Actors(NO_ADDRESS, ()))
        posting.issue(context, asset, require_account(world.state, address(CLIENT)), 3)
        banks.append(leaf_is_under_its_total(world, name))
    assert banks == [address("bank_b"), address("bank_a")]
    world.finish_agenda()
    assert leaf_is_under_its_total(world, "Z9") == address("bank_b")

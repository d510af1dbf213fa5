"""Payments in pages: a long register, and holders that trade and are recovered meanwhile (5.3)."""

import datetime as dt
import random
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import FACE, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens import agenda, posting
from tokens.authority import replace_keys
from tokens.codec import tagged_hash
from tokens.context import Actors
from tokens.events import CouponPaid, PrincipalPaid
from tokens.lookup import require_account, require_asset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.recovery import RecoverAccount
from tokens.payouts import POSTINGS_PER_HOLDER
from tokens.posting import balance_of
from tokens.records.control import UNCLAIMED
from tokens.records.holdings import BANK_TOTAL, POSITION, SUPPLY, BankTotal, Position, Supply
from tokens.records.instruments import ASSET, INSTRUMENT, PaymentStatus
from tokens.records.parties import ACCOUNT, KeyPolicy
from tokens.records.recovery import RECOVERY
from tokens.records.tax import TAX_CERTIFICATE
from tokens.results import Code
from tokens.types import NO_ADDRESS, AccountStatus, AssetStatus
from tokens.unclaimed import unclaimed_account_of

ISIN = terms().isin
PAYMENT = dt.date(2026, 1, 19)
MANY = 20_000
OVER = (Code.ASSET_MATURED, Code.ASSET_NOT_ACTIVE)
HOLDERS = 1_000


def register(world: World, count: int, *, own_keys: bool = False) -> list[str]:
    """So many clients of bank_a with two bonds each, put into the state as they would stand."""
    names = [f"holder-{number}" for number in range(count)]
    for name in names:
        policy = keys(name) if own_keys else None
        account = world.account(name, None, "bank_a", policy=policy)
        replace_keys(world.state, account, None, policy)
        world.state.put(
            POSITION,
            Position(
                asset=ISIN,
                account=address(name),
                balance=2 * FACE,
                held=0,
                pledged=0,
                frozen=0,
                record_no=0,
                record_quantity=0,
            ),
        )
    total = 2 * FACE * count
    world.state.put(SUPPLY, Supply(asset=ISIN, amount=total))
    world.state.put(BANK_TOTAL, BankTotal(servicer=address("bank_a"), asset=ISIN, amount=total))
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    outstanding = msgspec.structs.replace(asset, status=AssetStatus.OUTSTANDING)
    world.state.put(ASSET, outstanding)
    world.write()
    return names


def blocks_of(world: World) -> Iterator[int]:
    """Blocks until the agenda is empty; the caller acts in each of them before it ends."""
    count = 0
    while agenda.next_due(world.state) is not None:
        yield count
        world.end_block()
        count += 1


def keys(name: str) -> KeyPolicy:
    return KeyPolicy(threshold=1, keys=(tagged_hash(b"test/key", name.encode()),))


def recover(world: World, name: str) -> bool:
    """The client lost its key: the recovery begins. Whether it could."""
    operation = RecoverAccount(
        account=address(name), policy=keys(name + "/new"), evidence=bytes(32)
    )
    code = world.attempt("bank_a+central", operation)
    assert code in (Code.OK, Code.RECOVERY_OPEN)
    return code is Code.OK


def all_recovered(world: World, names: set[str]) -> None:
    """After some days each of them has its new keys, nobody else has, and no recovery is open."""
    go_to(world, dt.date(2026, 1, 23))
    world.finish_agenda()
    for number in range(HOLDERS):
        name = f"holder-{number}"
        account = world.state.get(ACCOUNT, address(name))
        assert account is not None
        expected = keys(name + "/new") if name in names else keys(name)
        assert (account.policy, account.status) == (expected, AccountStatus.OPEN)
        assert world.state.get(RECOVERY, account.id) is None


def test_twenty_thousand_holders_are_paid_and_every_block_has_room_for_a_transfer() -> None:
    world = World()
    fund(world, "treasury/main", 3 * MANY * FACE)
    fund(world, "a/main", MANY * FACE)
    bond(world, max_supply=2 * MANY * FACE, maturity_date=dt.date(2026, 1, 17))
    world.check = lambda: None  # type: ignore[method-assign]  # of 240 blocks; once at the end
    register(world, MANY)
    go_to(world, PAYMENT)
    assert world.attempt("treasury", CouponFund(asset=ISIN, coupon=1)) is Code.OK
    transfers = 0
    for _ in blocks_of(world):
        assert world.attempt("bank_a", transfer(CBM, "a/main", "b/main", 1)) is Code.OK
        transfers += 1
    # a page, and one holder more from what is left of the quota
    a_block = world.quota // POSTINGS_PER_HOLDER + 1
    assert transfers == -(-MANY // a_block)
    assert world.balance(CBM, "b/main") == transfers
    payment = world.payment(ISIN, 1)
    gross = 2 * FACE * 115_000 // 10**6 // 2
    assert (payment.status, payment.paid) == (PaymentStatus.PAID, MANY * gross)
    paid = [event.account for event in world.events if isinstance(event, CouponPaid)]
    assert len(paid) == len(set(paid)) == MANY
    del world.check
    world.check()
    last = f"holder-{MANY - 1}"
    certificate = world.state.get(TAX_CERTIFICATE, address(last), 2026, ISIN, 1)
    assert certificate is not None
    assert (certificate.base, certificate.withheld) == (gross, gross // 5)


def test_coupon_under_concurrent_transfers_and_recoveries_pays_1000_of_1000() -> None:
    """Never 900, never 1,100: sellers and recovered accounts between the pages change nothing."""
    world = World()
    fund(world, "treasury/main", 3 * HOLDERS * FACE)
    bond(world)
    world.check = lambda: None  # type: ignore[method-assign]  # each block of 1,000 is too slow
    names = register(world, HOLDERS, own_keys=True)
    chance = random.Random(20_260_119)
    go_to(world, dt.date(2026, 1, 14))
    # the keys of these change on the day of the payment, between its pages
    lost = {name for name in chance.sample(names, 100) if recover(world, name)}
    go_to(world, dt.date(2026, 1, 16))
    assert world.attempt("treasury", CouponFund(asset=ISIN, coupon=1)) is Code.OK
    world.quota = 60
    go_to(world, PAYMENT)
    moves = recoveries = 0
    for _ in blocks_of(world):
        for _ in range(5):
            giver, taker = chance.choice(names), chance.choice(names)
            found = world.attempt_account(giver, transfer(ISIN, giver, taker, 2 * FACE))
            moves += found is Code.OK
        name = chance.choice(names)
        if recover(world, name):
            lost.add(name)
            recoveries += 1
    assert moves > 100
    assert recoveries > 80
    world.quota = 500
    all_recovered(world, lost)
    del world.check
    world.check()
    paid = {e.account: e.gross for e in world.events if isinstance(e, CouponPaid)}
    assert len(paid) == len([e for e in world.events if isinstance(e, CouponPaid)]) == HOLDERS
    assert set(paid.values()) == {2 * FACE * 115_000 // 10**6 // 2}
    payment = world.payment(ISIN, 1)
    assert payment.paid == payment.required == sum(paid.values())


def test_redemption_under_refused_transfers_and_recoveries_pays_1000_of_1000() -> None:
    """From maturity on nothing moves but by redemption; ids stay through a recovery."""
    world = World()
    fund(world, "treasury/main", 3 * HOLDERS * FACE)
    bond(world, maturity_date=dt.date(2026, 1, 17))
    world.check = lambda: None  # type: ignore[method-assign]  # each block of 1,000 is too slow
    names = register(world, HOLDERS, own_keys=True)
    chance = random.Random(20_280_717)
    go_to(world, dt.date(2026, 1, 14))
    lost = {name for name in chance.sample(names, 100) if recover(world, name)}
    go_to(world, PAYMENT)
    for operation in (CouponFund(asset=ISIN, coupon=1), RedemptionFund(asset=ISIN)):
        assert world.attempt("treasury", operation) is Code.OK
    world.quota = 60
    for _ in blocks_of(world):
        giver, taker = chance.choice(names), chance.choice(names)
        found = world.attempt_account(giver, transfer(ISIN, giver, taker, 2 * FACE))
        # whose keys are lost is told that first, whatever it tries
        waits = world.state.get(RECOVERY, address(giver)) is not None
        assert found in ((Code.RECOVERY_OPEN,) if waits else OVER)
        name = chance.choice(names)
        if recover(world, name):
            lost.add(name)
    world.quota = 500
    all_recovered(world, lost)
    del world.check
    world.check()
    paid = [e for e in world.events if isinstance(e, PrincipalPaid)]
    assert len(paid) == len({event.account for event in paid}) == HOLDERS
    assert sum(event.amount for event in paid) == 2 * FACE * HOLDERS
    assert world.supply(ISIN) == 0
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    assert asset.status is AssetStatus.REDEEMED


def test_one_holder_of_each_sort_is_redeemed_to_the_last_unit() -> None:
    """After REDEEMED: supply 0, and the cash paid is face x price."""
    world = World()
    for account in ("a/main", "treasury/main"):
        fund(world, account, 100 * FACE)
    bond(world, maturity_date=dt.date(2026, 1, 17))
    issue(world, ISIN, "bank_a", "a/main", 10 * FACE, 10 * FACE)
    world.act("bank_a", transfer(ISIN, "a/main", "treasury/main", 3 * FACE))
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 2 * FACE))
    go_to(world, PAYMENT)
    for operation in (CouponFund(asset=ISIN, coupon=1), RedemptionFund(asset=ISIN)):
        world.act("treasury", operation)
    redemption = world.payment(ISIN, 2)
    assert redemption.paid == redemption.required == 10 * FACE
    instrument = world.state.get(INSTRUMENT, ISIN)
    assert instrument is not None
    lies = world.state.get(POSITION, CBM, instrument.paying_account)
    assert lies is not None
    assert lies.balance == 0


def test_unclaimed_money_of_two_passes_is_on_the_list_once_with_the_sum() -> None:
    """Units come back behind the cursor, as by a seizure; the account closed in the meantime."""
    world = World()
    for account in ("a/main", "treasury/main"):
        fund(world, account, 100 * FACE)
    bond(world, maturity_date=dt.date(2026, 1, 17), tax_profile="none")
    issue(world, ISIN, "bank_a", "a/main", 10 * FACE, 10 * FACE)
    first, last = sorted(("a/second", "b/main"), key=address)
    for name, face in ((first, 3), (last, 2)):
        world.act("bank_a", transfer(ISIN, "a/main", name, face * FACE))
    world.act("bank_a", transfer(ISIN, "a/main", last, 5 * FACE))
    go_to(world, PAYMENT)
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    closed = require_account(world.state, address(first))
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.quota = POSTINGS_PER_HOLDER
    assert world.attempt("treasury", RedemptionFund(asset=ISIN)) is Code.OK
    while (entry := world.state.get(UNCLAIMED, address(first), ISIN, 2)) is None:
        world.end_block()
    assert entry.amount == 3 * FACE
    assert world.supply(ISIN) == 7 * FACE
    asset, giver = require_asset(world.state, ISIN), require_account(world.state, address(last))
    posting.move(world.context(Actors(NO_ADDRESS, ())), asset, giver, closed, FACE)
    world.finish_agenda()
    found = world.state.scan(UNCLAIMED, UNCLAIMED.indexes[0], (address(first),), limit=10)
    assert [(entry.payment, entry.amount) for entry in found] == [(2, 4 * FACE)]
    keeper = unclaimed_account_of(world.state, closed)
    assert balance_of(world.state, CBM, keeper.id) == 4 * FACE
    assert world.supply(ISIN) == 0

"""What somebody tried against money, batches and dates: each test was possible once."""

import datetime as dt
from collections.abc import Iterator

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN, bond, dvp, fund, go_to, instruct, issue, leg
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, cb_issue, mint, redeem
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens import legs as moving
from tokens import liens
from tokens.context import Context
from tokens.eligibility import Movement, rule_refusals
from tokens.lookup import require_asset
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.control import PauseAsset
from tokens.ops.settlement import ApproveBatch, LegAccount, instruction_digest
from tokens.records.amend import with_asset
from tokens.records.instruments import ASSET, PAYMENT, PaymentStatus
from tokens.records.kind import KeyPart, Kind
from tokens.records.parties import ACCOUNT, PARTICIPANT, KeyPolicy
from tokens.records.proposals import GRANT
from tokens.records.settlement import BATCH, BatchStatus
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.terms import paying_account_of
from tokens.types import OperationClass, Role
from tokens.withholding import is_exempt

TO_SECOND = ("a/main", "a/second")


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 1_000)
    return made


def test_an_expired_batch_does_not_move_before_the_agenda_comes_to_it(world: World) -> None:
    """Later in the block of open_day, or behind a long agenda, it could still be settled."""
    fund(world, "b/main", 10)
    ids = {"initiator": address("bank_a")}
    steps = {}
    for number in ("match", "allocate", "settle"):
        deal = instruct(world, number, leg(CBM, 1, "bank_a", "bank_b", "a/main", None))
        world.act("bank_a", deal)
        steps[number] = ApproveBatch(
            initiator=address("bank_a"),
            batch_id=number,
            digest=instruction_digest(address("bank_a"), deal),
            accounts=(LegAccount(leg=0, gives=False, account=address("b/main")),),
        )
    for number in ("allocate", "settle"):
        world.act("bank_b", steps[number])
    world.act("bank_a", AllocateBatch(batch_id="settle", **ids))
    assert world.attempt("central", CloseDay(date=dt.date(2025, 7, 1))) is Code.OK
    assert world.attempt("central", OpenDay(date=dt.date(2025, 7, 8))) is Code.OK
    world.refuse(Code.BATCH_EXPIRED, "bank_b", steps["match"])
    world.refuse(Code.BATCH_EXPIRED, "bank_a", AllocateBatch(batch_id="allocate", **ids))
    world.refuse(Code.BATCH_EXPIRED, "bank_b", SettleBatch(batch_id="settle", **ids))
    world.end_block()
    batch = world.state.get(BATCH, address("bank_a"), "settle")
    assert batch is not None
    assert batch.status is BatchStatus.EXPIRED


@pytest.mark.parametrize("automatic", [True, False])
def test_a_batch_in_which_nobody_has_to_allocate_can_settle(*, automatic: bool) -> None:
    """An issue free of payment was MATCHED for ever: nobody could allocate, so nobody settle."""
    world = World()
    bond(world)
    to_bank = instruct(
        world,
        "I-1",
        leg(ISIN, FACE, "treasury", "bank_a", "*", None),
        automatic=automatic,
    )
    to_self = instruct(
        world,
        "I-2",
        leg(ISIN, FACE, "treasury", "treasury", "*", "treasury/main"),
        automatic=automatic,
    )
    world.act("treasury", to_bank)
    world.act("treasury", to_self)
    approval = ApproveBatch(
        initiator=address("treasury"),
        batch_id="I-1",
        digest=instruction_digest(address("treasury"), to_bank),
        accounts=(LegAccount(leg=0, gives=False, account=address("a/main")),),
    )
    world.act("bank_a", approval)
    if not automatic:
        for name in ("I-1", "I-2"):
            world.act("treasury", SettleBatch(initiator=address("treasury"), batch_id=name))
    assert world.balance(ISIN, "a/main") == FACE
    assert world.balance(ISIN, "treasury/main") == FACE


def test_an_account_in_the_name_of_the_treasury_pays_tax_if_another_key_opens_it() -> None:
    """Any bank may name any holder: with keys of its own the account was a fraudster's, untaxed."""
    world = World()
    made = world.account("cuckoo", "treasury", "bank_b")
    account = world.state.get(ACCOUNT, made)
    assert account is not None
    assert is_exempt(world.state, account)
    keys = KeyPolicy(threshold=1, keys=(bytes(32),))
    cuckoo = msgspec.structs.replace(account, policy=keys)
    assert not is_exempt(world.state, cuckoo)


def test_a_booking_counts_once_whoever_is_the_central_bank(world: World) -> None:
    """References were counted per participant: a second one with the role booked all again."""
    world.act("central", cb_issue(5, "R-1"))
    heir = world.state.get(PARTICIPANT, address("bank_b"))
    assert heir is not None
    changed = msgspec.structs.replace(heir, roles=(Role.CENTRAL_BANK, Role.BANK_CUSTODIAN))
    world.state.put(PARTICIPANT, changed)
    world.refuse(Code.REFERENCE_USED, "bank_b", cb_issue(5, "R-1"))


def test_a_reserve_backs_one_stablecoin_and_is_its_issuers(world: World) -> None:
    """Two stablecoins could share a reserve; a bond's paying account could be one."""
    bond(world)
    paying = msgspec.structs.replace(DEFINE, reserve_account=paying_account_of(ISIN))
    world.refuse(Code.NOT_AUTHORISED, "issuer+central", paying)
    world.act("issuer+central", DEFINE)
    second: DefineCashAsset = msgspec.structs.replace(DEFINE, asset="PKRX")
    world.refuse(Code.ALREADY_EXISTS, "issuer+central", second)


def test_a_pause_of_liens_stops_allocation(world: World) -> None:
    """The class LIEN could be paused, and nothing stopped."""
    deal = instruct(world, "T1", leg(CBM, 1, "bank_a", "bank_a", "a/main", "a/second"))
    world.act("bank_a", deal)
    pause = PauseAsset(asset=CBM, classes=int(OperationClass.LIEN))
    world.act("central+regulator", pause)
    step = AllocateBatch(initiator=address("bank_a"), batch_id="T1")
    world.refuse(Code.ASSET_PAUSED, "bank_a", step)
    world.act("central+regulator", msgspec.structs.replace(pause, classes=0))
    world.act("bank_a", step)


def test_redemption_pays_no_account_that_may_not_receive_the_money(world: World) -> None:
    """Tokens turned into central-bank money for accounts below its tier."""
    world.act("issuer+central", DEFINE)
    world.state.put(GRANT, GRANT_OF_A)
    world.act("bank_a", mint(100))
    world.state.put(ASSET, with_asset(require_asset(world.state, CBM), kyc_tier_min=3))
    world.account("low", None, "bank_a", kyc_tier=1)
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_a", redeem(10, target=address("low")))
    world.act("bank_a", redeem(10))
    assert world.supply(PKRS) == 90


def test_a_default_on_many_payments_costs_as_much_as_they_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each miss walked over all misses before it: the square of their number in one close_day."""
    fund(world, "b/main", 100 * FACE)
    bond(world)
    issue(world, ISIN, "bank_b", "b/main", FACE, FACE)
    walks: list[int] = []
    scan = Overlay.scan

    def counting(state: Overlay, kind: Kind, *args: object, **options: object) -> object:
        found: list[msgspec.Struct] = scan(state, kind, *args, **options)  # type: ignore[arg-type]
        if kind is PAYMENT:
            walks.append(len(found))
        return found

    monkeypatch.setattr(Overlay, "scan", counting)
    assert world.attempt("central", CloseDay(date=dt.date(2025, 7, 1))) is Code.OK
    assert world.attempt("central", OpenDay(date=dt.date(2028, 7, 14))) is Code.OK
    assert world.attempt("central", CloseDay(date=dt.date(2028, 7, 14))) is Code.OK
    missed = [world.payment(ISIN, number).status for number in range(1, 6)]
    assert missed == [PaymentStatus.MISSED] * 5
    assert len(walks) <= 4


def test_the_business_date_stays_where_calendars_reach(world: World) -> None:
    """Far enough ahead the next date could not be computed: close_day would have raised."""
    for year in range(2035, 2200, 10):
        world.act("central", CloseDay(date=day_of(world)))
        world.act("central", OpenDay(date=weekday(dt.date(year, 6, 1))))
    world.act("central", CloseDay(date=day_of(world)))
    late = OpenDay(date=weekday(dt.date(2200, 1, 1)))
    world.refuse(Code.BAD_DATE, "central", late)


def day_of(world: World) -> dt.date:
    from tokens.records.day import BUSINESS_DAY

    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    return day.date


def weekday(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def test_one_account_named_by_two_parties_is_held_once(world: World) -> None:
    """Holder and servicer in one proposal: each allocated the sum of both legs."""
    world.account("joint", "bank_a", "bank_b")
    fund(world, "joint", 10)
    deal, _ = dvp(world, "X", ("bank_a", "joint", "a/main"), ("bank_b", "joint"), CBM, 1, 1)
    del deal
    legs = (
        leg(CBM, 4, "bank_a", "bank_b", "joint", None),
        leg(CBM, 6, "bank_b", "bank_a", None, "a/second"),
    )
    operation = instruct(world, "J", *legs)
    approval = ApproveBatch(
        initiator=address("bank_a"),
        batch_id="J",
        digest=instruction_digest(address("bank_a"), operation),
        accounts=(
            LegAccount(leg=0, gives=False, account=address("b/main")),
            LegAccount(leg=1, gives=True, account=address("joint")),
        ),
    )
    step = AllocateBatch(initiator=address("bank_a"), batch_id="J")
    done = SettleBatch(initiator=address("bank_a"), batch_id="J")
    world.act("bank_a+bank_b", operation, approval, step, step, done)
    assert world.balance(CBM, "joint") == 0


def test_a_refused_settlement_does_not_look_at_all_its_legs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each refusal cost 64 legs: blocks full of them took seconds."""
    legs = [leg(CBM, 1, "bank_a", "bank_a", "a/main", "a/second")] * 64
    world.act("bank_a", instruct(world, "T1", *legs))
    world.act("bank_a", AllocateBatch(initiator=address("bank_a"), batch_id="T1"))
    pause = PauseAsset(asset=CBM, classes=int(OperationClass.TRADE))
    world.act("central+regulator", pause)
    looked: list[object] = []

    def counting(context: Context, movement: Movement) -> Iterator[Refusal]:
        looked.append(movement)
        return rule_refusals(context, movement)

    monkeypatch.setattr(moving, "rule_refusals", counting)
    settle = SettleBatch(initiator=address("bank_a"), batch_id="T1")
    world.refuse(Code.ASSET_PAUSED, "bank_a", settle)
    assert len(looked) == 1


def test_room_for_another_hold_is_counted_without_reading_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 1,000 holds on an account each attempt to place another read them all."""
    for number in range(5):
        name = f"T{number}"
        world.act("bank_a", instruct(world, name, leg(CBM, 1, "bank_a", "bank_a", *TO_SECOND)))
        world.act("bank_a", AllocateBatch(initiator=address("bank_a"), batch_id=name))
    read: list[object] = []
    get = Overlay.get

    def counting(state: Overlay, kind: Kind, *key: KeyPart) -> object:
        read.append(kind)
        return get(state, kind, *key)  # type: ignore[arg-type]

    monkeypatch.setattr(Overlay, "get", counting)
    assert liens.has_room(world.state, address("a/main"))
    assert read == []


def test_an_automatic_batch_that_met_a_pause_is_tried_again(world: World) -> None:
    """A pause of its one day was enough: the ledger never came back to it before it expired."""
    deal = instruct(world, "T1", leg(CBM, 5, "bank_a", "bank_a", *TO_SECOND), automatic=True)
    world.act("bank_a", deal)
    pause = PauseAsset(asset=CBM, classes=int(OperationClass.TRADE))
    assert world.attempt("bank_a", _allocate("T1")) is Code.OK
    world.act("central+regulator", pause)
    assert world.balance(CBM, "a/second") == 0
    world.act("central+regulator", msgspec.structs.replace(pause, classes=0))
    go_to(world, dt.date(2025, 7, 2))
    assert world.balance(CBM, "a/second") == 5


def _allocate(name: str) -> AllocateBatch:
    return AllocateBatch(initiator=address("bank_a"), batch_id=name)

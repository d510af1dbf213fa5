"""The judges of the adversary see what they are there for: a ledger with a bug in it is found out.

Either a check of the ledger is taken out and a move made that it would have stopped, or a block is
told otherwise than it was. A judge that nobody can deceive is not shown to see.
"""

import types
from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.adversary_audit import Audit, judge_batches, judge_issues
from tests.tokens.adversary_lives import LIVES, Life, Lives
from tests.tokens.adversary_promises import judge_promises
from tests.tokens.adversary_spoil import spoiled
from tests.tokens.adversary_values import BASIS, FACE, ISINS, ORDERS, PKRS
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.full_world import full_store
from tests.tokens.samples import sample
from tests.tokens.support import MONEY, addr
from tests.tokens.test_adversary_rules import Rulers
from tokens import liens, posting
from tokens.events import CashMinted, Issued, LedgerEvent, Moved, Seized, TaxWithheld
from tokens.invariants import Snapshot
from tokens.ops import OPERATIONS
from tokens.ops.freezes import Freeze
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.holdings import LIEN, POSITION, SUPPLY, Lien, Supply
from tokens.records.instruments import ASSET, TaxBase
from tokens.records.tax import TAX_CERTIFICATE
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import AssetFlag, LienKind

replace = msgspec.structs.replace


def steps(life: Life, *names: str) -> list[str]:
    """What is said of the last of these statuses."""
    lives, found = Lives(Snapshot(MemoryStore())), list[str]()
    for name in names:
        record = types.SimpleNamespace(**{life.field: life.statuses[name]})
        found = lives.judge([(life.kind, (1,), bytes(32), b"", record)])
    return found


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.kind.name)
def test_a_step_that_no_page_allows_is_seen(life: Life) -> None:
    """No second beginning, and nothing after an end; what a page allows is not cried at."""
    born = life.born.split()[0]
    assert steps(life, born) == []
    for start, ways in life.ways.items():
        for way in ways.split():
            assert steps(life, start, way) == []
    ends = {way for ways in life.ways.values() for way in ways.split()} - life.ways.keys()
    for end in ends:
        assert steps(life, end, end) == []
        assert all(steps(life, end, status.name) for status in life.statuses if status.name != end)
    lives = Lives(Snapshot(MemoryStore()))
    record = types.SimpleNamespace(**{life.field: life.statuses[born]})
    lives.judge([(life.kind, (1,), bytes(32), b"", record)])
    assert bool(lives.judge([(life.kind, (1,), bytes(32), None, None)])) is not life.leaves


def paid_world() -> AdversaryWorld:
    """Somebody paid somebody, and somebody was frozen."""
    run = Rulers()
    run.market.move_units("bank-a", PKRS, "bank-a-cash", "client-a1", 100)
    run.world.end_block()
    return run.world


def test_the_audit_sees_what_was_told_and_not_done_and_the_reverse() -> None:
    world = paid_world()
    audit, receipts = Audit(world.snapshot), world.ledger.results[-1].receipts
    state, found = world.ledger.state, world.snapshot
    assert audit.judge(state, 0, (), found) == []
    moved = Moved(asset=PKRS, source=addr("bank-a-cash"), target=addr("client-a1"), amount=7)
    told = replace(receipts[0], events=(moved,))
    assert len(audit.judge(state, 1, (told,), found)) == 2, "two accounts differ"
    fresh = Audit(world.snapshot)
    assert fresh.judge(state, 1, (replace(receipts[0], code=40),), found)[0].endswith("something")
    assert fresh.judge(state, 1, (replace(receipts[0], events=()),), found)[0].endswith("twice")


def test_the_audit_sees_a_lien_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    world = paid_world()

    def silently(context: object, lien: Lien) -> None:
        context.state.put(LIEN, lien)  # type: ignore[attr-defined]
        liens._apply(context.state, lien, placed=True)  # type: ignore[attr-defined]

    monkeypatch.setattr(liens, "place", silently)
    world.submit(
        "fiu",
        Freeze(
            order_id=ORDERS[0],
            account=addr("client-a1"),
            asset=PKRS,
            amount=5,
            expires_on=None,
            basis=BASIS,
        ),
    )
    with pytest.raises(AssertionError, match="without a word"):
        world.end_block()


def test_the_audit_sees_units_that_move_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Rulers()
    honest = posting.post_net

    def more(state: object, asset: object, account: object, delta: int) -> None:
        honest(state, asset, account, delta + (1 if delta > 0 else -1))  # type: ignore[arg-type]

    monkeypatch.setattr(posting, "post_net", more)
    with pytest.raises(AssertionError, match="told"):
        run.deal_across("bank-a-cash", "bank-b-cash", True, FACE)


def test_the_audit_sees_a_leg_that_did_not_move_and_units_from_nowhere() -> None:
    run = Rulers()
    run.deal_across("bank-a-cash", "bank-b-cash", True, FACE)
    state, events = run.world.ledger.state, _events(run.world)
    assert list(judge_batches(state, events)) == []
    short = [event for event in events if not (isinstance(event, Moved) and event.asset == MONEY)]
    assert len(list(judge_batches(state, short))) == 1
    made = Issued(asset=ISINS[0], target=addr("client-a1"), amount=FACE)
    assert list(judge_issues(state, [made], run.world.snapshot)) != []
    money = replace(made, asset=PKRS)
    assert list(judge_issues(state, [money], run.world.snapshot)) == []


def _events(world: AdversaryWorld) -> list[LedgerEvent]:
    return [event for one in world.ledger.results[-1].receipts for event in one.events]


def test_nothing_that_a_block_took_is_let_in_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = paid_world()
    world.replay(0)
    monkeypatch.setattr(type(world.ledger.core), "includable", lambda *_: None)
    with pytest.raises(AssertionError, match="taken twice"):
        world.replay(0)


Change = Callable[[Overlay, Snapshot], None]


class Told:
    """A state and another one after it, as a block may have left them."""

    def __init__(self) -> None:
        self.rows = list(full_store().iterate(b"", b"\xff"))

    def after(self, change: Change | None = None) -> Snapshot:
        store = MemoryStore()
        store.write(self.rows)
        if change is not None:
            overlay = Overlay(StoreState(store))
            change(overlay, Snapshot(store))
            store.write(overlay.changes().writes())
        return Snapshot(store)


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


def test_who_mints_in_breach_or_lowers_the_value_is_seen(told: Told) -> None:
    """Both in a state that carries the flag; redemption at par is let through."""

    def breached(state: Overlay, found: Snapshot) -> None:
        asset = next(entry for entry in found.all(ASSET) if entry.id == PKRS)
        state.put(ASSET, replace(asset, flags=AssetFlag.BREACH.value))

    def minted(state: Overlay, found: Snapshot) -> None:
        breached(state, found)
        supply = next(entry for entry in found.all(SUPPLY) if entry.asset == PKRS)
        state.put(SUPPLY, Supply(asset=PKRS, amount=supply.amount + 1))

    def spent(state: Overlay, found: Snapshot) -> None:
        breached(state, found)
        position = next(
            entry
            for entry in found.all(POSITION)
            if (entry.asset, entry.account) == (MONEY, addr("issuer-reserve"))
        )
        state.put(POSITION, replace(position, balance=position.balance - 1))

    before = told.after(breached)
    assert judge_promises(before, before, []) == []
    assert "supply" in judge_promises(before, told.after(minted), [])[0]
    assert "value" in judge_promises(before, told.after(spent), [])[0]


def test_who_mints_without_power_is_seen(told: Told) -> None:
    found = told.after()
    own = addr("bank-a-cash")
    mint = CashMinted(asset=PKRS, source=own, target=own, amount=5)
    assert judge_promises(found, found, [mint]) == [f"{PKRS}: 5 minted, grants count 0"]
    beyond = replace(mint, amount=2**63)
    assert "without power" in judge_promises(found, found, [beyond])[0]


def test_who_seizes_more_than_the_order_or_from_another_is_seen(told: Told) -> None:
    order = Lien(
        id=ORDERS[3],
        account=addr("client-a1"),
        asset=PKRS,
        amount=10,
        kind=LienKind.FREEZE,
        owner=addr("fiu"),
        expires_on=None,
        basis=BASIS,
        memo="",
    )
    before = told.after(lambda state, _: state.put(LIEN, order))
    seized = Seized(
        order=order.id,
        asset=PKRS,
        source=order.account,
        target=addr("treasury-cash"),
        amount=4,
    )
    lowered = told.after(lambda state, _: state.put(LIEN, replace(order, amount=6)))
    assert judge_promises(before, lowered, [seized]) == []
    assert "4 of 10 seized, 10 left" in judge_promises(before, before, [seized])[0]
    greedy = replace(seized, amount=11)
    assert "11 of 10" in judge_promises(before, told.after(), [greedy])[0]
    other = replace(seized, source=addr("client-b1"))
    assert "another account" in judge_promises(before, lowered, [other])[0]


def test_tax_without_a_certificate_or_beyond_its_rate_is_seen(told: Told) -> None:
    found = told.after()
    entry = found.all(TAX_CERTIFICATE)[0]
    event = TaxWithheld(
        account=entry.account,
        year=entry.year,
        security=entry.security,
        payment=entry.payment,
        tax_base=TaxBase.COUPON,
        base=entry.base,
        rate_e6=entry.rate_e6,
        withheld=entry.withheld,
    )
    assert judge_promises(found, found, [event]) == []
    assert "withheld" in judge_promises(found, found, [replace(event, withheld=10**6)])[0]
    assert "certificate" in judge_promises(found, found, [replace(event, payment=77)])[0]


def test_a_set_that_one_operator_holds_is_seen(told: Told) -> None:
    def crowded(state: Overlay, found: Snapshot) -> None:
        sets = found.all(VALIDATOR_SETS)[0]
        members = tuple(replace(member, operator=addr("treasury")) for member in sets.next)
        state.put(VALIDATOR_SETS, replace(sets, next=members))

    assert "one operator" in judge_promises(told.after(), told.after(crowded), [])[0]


@pytest.mark.parametrize("spec", OPERATIONS, ids=lambda spec: spec.name)
def test_what_is_spoiled_differs_and_is_the_same_again(spec: object) -> None:
    """A cheat that changes nothing is none; and a seed has to say the same for ever."""
    operation = sample(spec.operation)  # type: ignore[attr-defined]
    if operation.__struct_fields__:
        made = [spoiled(operation, 8_191 * number) for number in range(40)]
        assert any(other != operation for other in made)
        assert made == [spoiled(operation, 8_191 * number) for number in range(40)]

"""How long a notice of enforcement stands: while anything is pledged, units or their money."""

import datetime as dt

import msgspec

from tests.tokens.ops.build import FACE, go_to, walk_to
from tests.tokens.ops.enforcement_world import TAKER, noticed
from tests.tokens.ops.test_calls import CALL_DATE, ISIN
from tests.tokens.ops.test_control import freeze, seize
from tests.tokens.ops.test_pledged_cash import CASH, called, pledged
from tests.tokens.ops.test_pledges import BOTH, pledges
from tests.tokens.ops.world import CBM, World, address
from tokens.invariants import Snapshot
from tokens.invariants_collateral import validate_enforcements
from tokens.ops.enforcement import NotifyEnforcement
from tokens.ops.enforcement_steps import AppropriatePledge
from tokens.ops.pledges import ReleasePledge, SubstitutePledge
from tokens.records.enforcements import ENFORCEMENT, Enforcement
from tokens.records.holdings import LegalBasis, cash_lien_id
from tokens.results import Code
from tokens.store import MemoryStore

BASIS = LegalBasis(authority="Loan agreement", order_no="LOAN-1", sha256=bytes(32))
change = msgspec.structs.replace


def called_and_noticed(expires_on: dt.date | None = None) -> tuple[World, bytes]:
    """A pledge of 70 units, and of the money that came for 20: its claim is due."""
    world, name = called(expires_on)
    world.act("bank_b", notice(name))
    return world, name


def notice(pledge: bytes) -> NotifyEnforcement:
    return NotifyEnforcement(pledge=pledge, claim=35 * FACE, cash_asset=CBM, basis=BASIS)


def stands(world: World, pledge: bytes) -> bool:
    return world.state.get(ENFORCEMENT, pledge) is not None


def seize_units(world: World) -> None:
    """All units of the pledgor, pledged ones too."""
    world.act("fiu", freeze(ISIN, None))
    taken = seize(world.balance(ISIN, "a/main"), asset=ISIN, reaches_pledged=True)
    world.act("central+fiu+bank_b", taken)


def test_a_seizure_of_the_units_leaves_the_notice_on_the_money() -> None:
    """It was deleted, and the pledgee had to give notice again for money that stayed pledged."""
    world, name = called_and_noticed()
    seize_units(world)
    assert pledged(world) == (0, CASH)
    assert stands(world, name)
    walk_to(world, _notice(world, name).from_date)
    before = world.balance(CBM, "b/main")
    step = AppropriatePledge(pledge=name, account=address("b/main"), cash=address("b/main"))
    world.act(TAKER, step)
    assert world.balance(CBM, "b/main") - before == min(CASH, 35 * FACE)
    assert not stands(world, name)


def _notice(world: World, pledge: bytes) -> Enforcement:
    found = world.state.get(ENFORCEMENT, pledge)
    assert found is not None
    return found


def test_the_last_part_that_goes_ends_it_by_whichever_id() -> None:
    """The money went by its own id, and the notice of the pledge stood for ever."""
    world, name = called_and_noticed()
    world.act("bank_b", ReleasePledge(pledge=name, amount=70 * FACE))
    assert stands(world, name)
    world.act("bank_b", ReleasePledge(pledge=cash_lien_id(name), amount=None))
    assert not stands(world, name)
    world, name = called_and_noticed()
    seize_units(world)
    world.act(BOTH, SubstitutePledge(pledge=cash_lien_id(name), asset=CBM, amount=FACE))
    assert not stands(world, name)


def test_an_expiry_of_both_parts_ends_it() -> None:
    ends = CALL_DATE + dt.timedelta(days=3)
    world, name = called_and_noticed(ends)
    world.act("bank_b", ReleasePledge(pledge=name, amount=70 * FACE))
    assert stands(world, name)
    go_to(world, ends)
    world.finish_agenda()
    assert not stands(world, name)


def test_no_part_has_two_notices() -> None:
    world, name = called_and_noticed()
    world.refuse(Code.ALREADY_EXISTS, "bank_b", notice(cash_lien_id(name)))
    world, name = called()
    world.act("bank_b", notice(cash_lien_id(name)))
    world.refuse(Code.ALREADY_EXISTS, "bank_b", notice(name))


def broken(world: World) -> list[str]:
    store = MemoryStore()
    store.write(world.store.iterate(b"", b"\xff"))
    store.write(world.state.changes().writes())
    return list(validate_enforcements(Snapshot(store)))


def test_the_invariant_sees_a_notice_of_nothing_of_another_twice_or_too_early() -> None:
    world = noticed()
    good = _notice(world, pledges(world)[0].id)
    assert broken(world) == []
    early = change(good, from_date=good.noticed_on - dt.timedelta(days=1))
    world.state.put(ENFORCEMENT, early)
    assert len(broken(world)) == 1
    world.state.put(ENFORCEMENT, good)
    world.state.put(ENFORCEMENT, change(good, pledge=bytes(32)))
    assert len(broken(world)) == 1
    world.state.delete(ENFORCEMENT, bytes(32))
    world.state.put(ENFORCEMENT, change(good, pledgee=address("bank_a")))
    assert len(broken(world)) == 1
    world, name = called_and_noticed()
    world.state.put(ENFORCEMENT, change(_notice(world, name), pledge=cash_lien_id(name)))
    assert len(broken(world)) == 1

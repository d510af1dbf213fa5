"""Each invariant can fail: a state is damaged on purpose and says so."""

import datetime
from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.smallworld import DATE, addr, digest, genesis, key
from tests.tokens.test_grants import given
from tokens.genesis_state import build_state
from tokens.invariants import INVARIANTS, broken_invariants
from tokens.records.day_mark import DAY_MARK, DayMark
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.holdings import BANK_TOTAL, LIEN, POSITION, SUPPLY, BankTotal, Lien, Supply
from tokens.records.instruments import ASSET
from tokens.records.parties import KEY_OWNER, PARTICIPANT, KeyOwner
from tokens.records.proposals import GRANT, PROPOSAL, ProposalStatus
from tokens.records.protocol import ACTIVATION, Activation
from tokens.records.system import PARAMETER, Parameter
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import LienKind

CASH = addr("bank-a-cash")


def lien(kind: LienKind, asset: str | None = "PKR", amount: int | None = 5) -> Lien:
    return Lien(
        id=digest("lien"),
        account=CASH,
        asset=asset,
        amount=amount,
        kind=kind,
        owner=addr("fiu"),
        expires_on=None,
        basis=None,
        memo="",
    )


def with_position(**changes: int) -> Callable[[Overlay], None]:
    def damage(state: Overlay) -> None:
        record = state.get(POSITION, "PKR", CASH)
        assert record is not None
        state.put(POSITION, msgspec.structs.replace(record, **changes))

    return damage


def lower_max_supply(state: Overlay) -> None:
    asset = state.get(ASSET, "PKR")
    assert asset is not None
    state.put(ASSET, msgspec.structs.replace(asset, max_supply=1))


def twin_validators(state: Overlay) -> None:
    sets = state.get(VALIDATOR_SETS)
    assert sets is not None
    state.put(VALIDATOR_SETS, msgspec.structs.replace(sets, next=sets.next[:1] * 2))


def forget_servicer(state: Overlay) -> None:
    state.delete(PARTICIPANT, addr("bank-b"))
    state.delete(KEY_OWNER, key("bank-b"))


DAMAGES: list[tuple[str, Callable[[Overlay], None]]] = [
    ("validate_supply", lambda s: s.put(SUPPLY, Supply(asset="PKR", amount=7))),
    ("validate_supply", with_position(balance=7)),
    ("validate_supply", lower_max_supply),
    ("validate_supply", lambda s: s.put(SUPPLY, Supply(asset="USD", amount=7))),
    (
        "validate_bank_totals",
        lambda s: s.put(BANK_TOTAL, BankTotal(servicer=addr("bank-a"), asset="PKR", amount=7)),
    ),
    ("validate_sub_balances", with_position(held=5)),
    ("validate_sub_balances", with_position(held=2**63)),
    ("validate_sub_balances", lambda s: s.put(LIEN, lien(LienKind.HOLD))),
    ("validate_sub_balances", lambda s: s.put(LIEN, lien(LienKind.PLEDGE))),
    ("validate_sub_balances", lambda s: s.put(LIEN, lien(LienKind.HOLD, "USD"))),
    ("validate_freezes", with_position(frozen=5)),
    ("validate_freezes", lambda s: s.put(LIEN, lien(LienKind.FREEZE))),
    ("validate_freezes", lambda s: s.put(LIEN, lien(LienKind.FREEZE, None, None))),
    ("validate_owners", lambda s: s.delete(KEY_OWNER, key("bank-a"))),
    (
        "validate_owners",
        lambda s: s.put(KEY_OWNER, KeyOwner(key=key("nobody"), owner=addr("bank-a"))),
    ),
    ("validate_owners", forget_servicer),
    ("validate_parameters", lambda s: s.put(PARAMETER, Parameter(name="agenda_quota", value=0))),
    ("validate_parameters", lambda s: s.put(PARAMETER, Parameter(name="nothing", value=1))),
    ("validate_validators", twin_validators),
    (
        "validate_activation",
        lambda s: s.put(ACTIVATION, Activation(protocol_version=1, height=9, decided_at=1)),
    ),
    (
        "validate_activation",
        lambda s: s.put(ACTIVATION, Activation(protocol_version=2, height=0, decided_at=0)),
    ),
    (
        "validate_day_marks",
        lambda s: s.put(DAY_MARK, DayMark(date=DATE + datetime.timedelta(1), opened_at=4)),
    ),
    (
        "validate_day_marks",
        lambda s: s.put(DAY_MARK, DayMark(date=DATE - datetime.timedelta(1), opened_at=4)),
    ),
]


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_a_damaged_state_says_what_is_broken(name: str, damage: Callable[[Overlay], None]) -> None:
    store = MemoryStore()
    store.write(build_state(genesis()).writes())
    assert broken_invariants(store) == []
    overlay = Overlay(StoreState(store))
    damage(overlay)
    store.write(overlay.changes().writes())
    assert name in [broken.invariant for broken in broken_invariants(store)]


def test_a_grant_beyond_its_cap_and_a_proposal_without_expiry() -> None:
    ledger = given()
    state = ledger.state
    grant = state.get(GRANT, addr("issuer"), addr("bank-a"), "cash_mint", "PKRC")
    assert grant is not None
    state.put(GRANT, msgspec.structs.replace(grant, used_total=grant.cap_total + 1))
    state.put(GRANT, msgspec.structs.replace(grant, asset="USD"))
    closed = state.scan(PROPOSAL, PROPOSAL.indexes[0], limit=1)[0]
    state.put(PROPOSAL, msgspec.structs.replace(closed, status=ProposalStatus.OPEN))
    ledger.store.write(state.changes().writes())
    broken = [entry.invariant for entry in broken_invariants(ledger.store)]
    assert broken.count("validate_agenda") == 2
    assert broken.count("validate_grants") == 1


def test_a_record_under_another_key_is_found() -> None:
    store = MemoryStore()
    store.write(build_state(genesis()).writes())
    raw = b"s" + POSITION.key_hash(("PKR", CASH))
    value = store.get(raw)
    assert value is not None
    store.write([(raw, None), (b"s" + bytes(32), value)])
    with pytest.raises(ValueError, match="under another key"):
        broken_invariants(store)


def test_every_invariant_has_a_damage_here() -> None:
    covered = {name for name, _ in DAMAGES} | {"validate_agenda", "validate_grants"}
    modules = ("tokens.invariants", "tokens.invariants_protocol")
    own = {e.__name__ for e in INVARIANTS if e.__module__ in modules}
    assert own <= covered

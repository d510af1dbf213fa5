"""Each invariant of rules, holders, lists, licences and recoveries can fail."""

from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.smallworld import DATE, addr, digest, genesis, policy
from tokens.genesis_state import build_state
from tokens.invariants import broken_invariants
from tokens.invariants_rules import RULE_INVARIANTS
from tokens.lookup import require
from tokens.records.complaints import COMPLAINT, Complaint, ComplaintStatus
from tokens.records.holdings import LegalBasis
from tokens.records.instruments import ASSET
from tokens.records.licences import LICENCE, Licence
from tokens.records.persons import (
    HOLDER_BOOK,
    LOCK_UP,
    SANCTIONS_LIST,
    HolderBook,
    LockUp,
    SanctionsList,
)
from tokens.records.recovery import RECOVERY, Recovery
from tokens.records.rules import RULE, LockUpRule, Rule
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import AssetFlag, LicencePhase

BASIS = LegalBasis(authority="FIU", order_no="1", sha256=bytes(32))


def unlisted_rule(state: Overlay) -> None:
    body = LockUpRule(until=DATE)
    rule = Rule(id="lock", asset="PKR", version=1, body=body, next_body=None, next_on=None)
    state.put(RULE, rule)


def wrong_count(state: Overlay) -> None:
    asset = state.get(ASSET, "PKR")
    assert asset is not None
    state.put(ASSET, msgspec.structs.replace(asset, flags=AssetFlag.COUNTED.value))
    state.put(HOLDER_BOOK, HolderBook(asset="PKR", holders=1, counted=bytes(16)))


def unflagged_lock_up(state: Overlay) -> None:
    lock = LockUp(asset="PKR", account=addr("bank-a-cash"), version=1, amount=1, until=DATE)
    state.put(LOCK_UP, lock)


def empty_list(state: Overlay) -> None:
    listed = SanctionsList(id="un", version=1, authority=addr("fiu"), persons=1, basis=BASIS)
    state.put(SANCTIONS_LIST, listed)


def licence_without_a_date(state: Overlay) -> None:
    licence = Licence(
        institution=addr("bank-a"),
        phase=LicencePhase.LICENSED,
        categories=1,
        goaml_id="G",
        registration_no="R",
        expires_on=None,
        since=DATE,
        basis=None,
        exit_only=False,
    )
    state.put(LICENCE, licence)


def recovery_of_an_open_account(state: Overlay) -> None:
    recovery = Recovery(
        account=addr("client-a2"),
        policy=policy("client-a2"),
        evidence=digest("evidence"),
        started_on=DATE,
        effective_on=DATE,
        objected=False,
        agreed=False,
    )
    state.put(RECOVERY, recovery)


def complaint_without_a_deadline(state: Overlay) -> None:
    complaint = Complaint(
        account=addr("client-a2"),
        reference="C-1",
        about=addr("bank-a"),
        text_hash=digest("text"),
        status=ComplaintStatus.SUBMITTED,
        regulator=None,
        answer_hash=None,
        outcome_hash=None,
        filed_on=DATE,
        due_on=None,
    )
    state.put(COMPLAINT, complaint)


DAMAGES: dict[str, Callable[[Overlay], None]] = {
    "validate_rules": unlisted_rule,
    "validate_holders": wrong_count,
    "validate_flags": unflagged_lock_up,
    "validate_sanctions": empty_list,
    "validate_licences": licence_without_a_date,
    "validate_recoveries": recovery_of_an_open_account,
    "validate_complaints": complaint_without_a_deadline,
}


def broken_by(damage: Callable[[Overlay], None] | None) -> list[str]:
    store = MemoryStore()
    store.write(build_state(genesis()).writes())
    if damage is not None:
        state = Overlay(StoreState(store))
        damage(state)
        store.write(state.changes().writes())
    return sorted({found.invariant for found in broken_invariants(store)})


def test_every_invariant_has_a_damage_and_genesis_keeps_all() -> None:
    assert list(DAMAGES) == [invariant.__name__ for invariant in RULE_INVARIANTS]
    assert broken_by(None) == []


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_state_says_so(name: str) -> None:
    assert broken_by(DAMAGES[name]) == [name]


def test_a_licence_that_ended_says_so_until_the_next_one() -> None:
    def forgotten(state: Overlay) -> None:
        licence_without_a_date(state)
        licence = require(state, LICENCE, addr("bank-a"))
        revoked = msgspec.structs.replace(licence, phase=LicencePhase.REVOKED, exit_only=False)
        state.put(LICENCE, revoked)

    assert broken_by(forgotten) == ["validate_licences"]

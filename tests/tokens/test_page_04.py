"""Named tests for what page 04 says of agreement, clocks and power, and a review broke on paper."""

import ast
import datetime
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from tests.tokens.support import (
    DATE,
    MONEY,
    OPERATORS,
    PARTICIPANTS,
    Ledger,
    addr,
    approval,
    genesis,
    key,
    participant,
    policy,
)
from tests.tokens.test_governance import QUORUM
from tests.tokens.test_parties import BOTH, opened, register, update
from tokens.events import LedgerEvent
from tokens.ops import OPERATIONS
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.governance import SetApprovalPolicy, SetParameter
from tokens.ops.participants import SetKeyPolicy
from tokens.posting import balance_of
from tokens.records import KINDS
from tokens.records.day import BUSINESS_DAY
from tokens.records.proposals import PROPOSAL, ApprovalPolicy, ProposalStatus
from tokens.results import Code
from tokens.types import AgendaClass, Role

SRC = Path(__file__).parents[2] / "tokens"
FIVE = SetParameter(name="agenda_quota", value=5, effective_on=None)


def status_of(ledger: Ledger, proposal: bytes) -> ProposalStatus:
    record = ledger.state.get(PROPOSAL, proposal)
    assert record is not None
    return record.status


def replaced(ledger: Ledger, changed: ApprovalPolicy) -> None:
    closed = ledger.agree(QUORUM, SetApprovalPolicy(policy=changed))
    assert Code(closed.code) is Code.OK


# --- proposals under changed policies -------------------------------------------------------------


def test_a_proposal_executed_after_its_policy_changed() -> None:
    """Those who agreed under the old policy are judged by the new one, either way."""
    ledger = Ledger()
    proposal = ledger.propose("treasury", FIVE)
    replaced(ledger, approval("parameters", Role.FIU, Role.TAX_AUTHORITY))
    ledger.approve("central-bank", proposal)
    ledger.approve("fiu", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.OPEN
    assert ledger.core.limits.agenda_quota == 500
    ledger.approve("tax", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.EXECUTED
    assert ledger.core.limits.agenda_quota == 5


def test_a_policy_that_became_easier_runs_with_the_next_approval_and_not_before() -> None:
    ledger = Ledger()
    proposal = ledger.propose("treasury", FIVE)
    replaced(ledger, approval("parameters", Role.TREASURY))
    ledger.idle(2)
    assert status_of(ledger, proposal) is ProposalStatus.OPEN
    ledger.approve("bank-a", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.EXECUTED


def test_an_approver_that_was_dropped_counts_again_with_its_role() -> None:
    ledger = Ledger()
    proposal = ledger.propose("treasury", FIVE)
    other = register("treasury-two", roles=(Role.TREASURY,))
    assert ledger.agree(BOTH, other, update("treasury", roles=())).code == 0
    ledger.approve("central-bank", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.OPEN
    ledger.sign_with("treasury-two", *policy("treasury-two").keys)
    again = update("treasury", roles=(Role.TREASURY,))
    assert ledger.agree(["treasury-two", "central-bank"], again).code == 0
    assert status_of(ledger, proposal) is ProposalStatus.OPEN
    ledger.approve("bank-a", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.EXECUTED


@pytest.mark.parametrize("value", [5, 0])
def test_success_and_failure_both_consume(value: int) -> None:
    ledger = Ledger()
    operation = SetParameter(name="agenda_quota", value=value, effective_on=None)
    proposal = ledger.propose("treasury", operation)
    ledger.approve("central-bank", proposal)
    expected = ProposalStatus.EXECUTED if value else ProposalStatus.FAILED
    assert status_of(ledger, proposal) is expected
    receipt = ledger.approve("fiu", proposal)
    assert Code(receipt.code) is Code.PROPOSAL_NOT_OPEN


# --- sister companies, shared keys ----------------------------------------------------------------


def test_sister_companies_are_one_voice() -> None:
    """Treasury and central bank of one control group do not agree with each other."""
    people = [
        participant("treasury", Role.TREASURY, group="house"),
        participant("central-bank", Role.CENTRAL_BANK, group="house"),
        participant("second-bank", Role.CENTRAL_BANK),
        *(entry for entry in PARTICIPANTS if entry.name not in ("treasury", "central-bank")),
    ]
    ledger = Ledger(genesis(participants=people))
    ledger.sign_with("central-bank", key("central-bank"))
    proposal = ledger.propose("treasury", FIVE)
    ledger.approve("central-bank", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.OPEN
    ledger.approve("second-bank", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.EXECUTED


def test_one_key_in_two_policies_is_refused_wherever_it_would_enter() -> None:
    ledger = Ledger()
    shared = policy("bank-a")
    assert Code(ledger.agree(BOTH, register("newcomer", policy=shared)).code) is Code.KEY_IN_USE
    rotation = SetKeyPolicy(owner=addr("bank-b"), policy=shared)
    assert ledger.code("bank-b", rotation) is Code.KEY_IN_USE
    own = opened("client-x", policy=shared)
    assert ledger.code("bank-a", own) is Code.KEY_IN_USE


# --- the emergency policy -------------------------------------------------------------------------


def stuck(name: str) -> Ledger:
    """A ledger whose policy of that name asks for a role that nobody has."""
    ledger = Ledger()
    replaced(ledger, approval(name, Role.AUDITOR))
    return ledger


def test_the_emergency_policy_replaces_one_that_nobody_can_meet() -> None:
    ledger = stuck("validators")
    good = approval("parameters", Role.TREASURY)
    proposal = ledger.propose("regulator", SetApprovalPolicy(policy=good))
    ledger.approve("va-regulator", proposal)
    ledger.approve("treasury", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.OPEN, "2/3, but without the central bank"
    ledger.approve("central-bank", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.EXECUTED


def test_treasury_and_central_bank_alone_are_no_emergency() -> None:
    ledger = stuck("validators")
    good = approval("parameters", Role.TREASURY)
    proposal = ledger.propose("treasury", SetApprovalPolicy(policy=good))
    ledger.approve("central-bank", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.OPEN, "two of four validators"
    ledger.approve("regulator", proposal)
    assert status_of(ledger, proposal) is ProposalStatus.EXECUTED


def test_the_emergency_policy_can_open_the_day() -> None:
    ledger = stuck("business_day")
    tomorrow = DATE + datetime.timedelta(1)
    assert ledger.code("central-bank", CloseDay(date=DATE)) is Code.NEEDS_APPROVAL
    closed = ledger.agree(list(OPERATORS[:3]), CloseDay(date=DATE), OpenDay(date=tomorrow))
    assert Code(closed.code) is Code.OK
    day = ledger.state.get(BUSINESS_DAY)
    assert day is not None
    assert (day.date, day.open) == (tomorrow, True)


def test_the_emergency_policy_moves_no_money_and_no_role() -> None:
    spared = {spec.name for spec in OPERATIONS if spec.emergency}
    assert spared == {"set_approval_policy", "open_day", "close_day"}


# --- clocks and agenda ----------------------------------------------------------------------------


def structs_of(hint: object) -> Iterator[type[msgspec.Struct]]:
    """The structs that a type names."""
    if get_origin(hint) is Annotated:
        yield from structs_of(get_args(hint)[0])
    elif get_origin(hint) in (Union, types.UnionType, tuple):
        for inner in get_args(hint):
            yield from structs_of(inner)
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint


def fields_of(of: type[msgspec.Struct], seen: dict[type, None]) -> Iterator[tuple[str, object]]:
    if of in seen:
        return
    seen[of] = None
    for name, hint in get_type_hints(of, include_extras=True).items():
        yield f"{of.__name__}.{name}", hint
        for inner in structs_of(hint):
            yield from fields_of(inner, seen)


def flat(hint: object) -> Iterator[object]:
    yield hint
    for inner in get_args(hint):
        yield from flat(inner)


def test_nothing_in_the_state_is_in_seconds() -> None:
    """Business date, height, and acts of owners: no record, operation or event has another clock.

    The one exception is where the chain of headers begins, and no operation reads it.
    """
    seen: dict[type, None] = {}
    found = []
    for of in (
        *(kind.struct for kind in KINDS),
        *(spec.operation for spec in OPERATIONS),
        *get_args(LedgerEvent),
    ):
        for name, hint in fields_of(of, seen):
            words = name.split(".")[1].split("_")
            timed = {"ms", "seconds", "s", "time", "timestamp", "hour", "minute"} & set(words)
            clock = [e for e in flat(hint) if e in (datetime.datetime, datetime.time, float)]
            if timed or clock:
                found.append(name)
    assert found == ["Chain.genesis_timestamp_ms"]
    assert len(seen) > 100
    readers = [
        path.name
        for path in sorted(SRC.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "genesis_timestamp_ms"
    ]
    assert readers == []


def test_the_classes_of_the_agenda_are_in_the_order_of_page_04() -> None:
    assert [entry.name for entry in sorted(AgendaClass)] == [
        "RELEASE",
        "CHANGE",
        "FIXING",
        "SETTLE",
        "RECORD",
        "COUPON",
        "REDEMPTION",
    ]


def test_money_of_genesis_is_none_outside_of_development() -> None:
    document = genesis(balances={"bank-a-cash": 7})
    assert balance_of(Ledger(document).state, MONEY, addr("bank-a-cash")) == 7
    real = msgspec.structs.replace(document, is_dev=False, dev_balances=())
    assert balance_of(Ledger(real).state, MONEY, addr("bank-a-cash")) == 0

"""A holder's complaint: filed, taken, answered, accepted or decided; each wait has an end."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import go_to
from tests.tokens.ops.world import START, World, address
from tokens.authority import replace_keys
from tokens.codec import tagged_hash
from tokens.ops.complaints import (
    AnswerComplaint,
    AssignComplaint,
    CloseComplaint,
    EscalateComplaint,
    FileComplaint,
)
from tokens.records.complaints import COMPLAINT, OPEN_MAX, Complaint, ComplaintStatus
from tokens.records.parties import KeyPolicy
from tokens.records.system import AGENDA_ITEM
from tokens.results import Code

CLIENT = address("client")
ABOUT = address("bank_a")
FILE = FileComplaint(
    account=CLIENT, reference="C-1", about=ABOUT, text_hash=b"\x01" * 32, sealed=b"sealed"
)
ASSIGN = AssignComplaint(account=CLIENT, reference="C-1")
ANSWER = AnswerComplaint(account=CLIENT, reference="C-1", answer_hash=b"\x02" * 32, sealed=b"")
ESCALATE = EscalateComplaint(account=CLIENT, reference="C-1")
ACCEPT = CloseComplaint(account=CLIENT, reference="C-1", outcome_hash=None)
DECIDE = CloseComplaint(account=CLIENT, reference="C-1", outcome_hash=b"\x03" * 32)
LATER = START + dt.timedelta(days=42)


@pytest.fixture
def world() -> World:
    made = World()
    policy = KeyPolicy(threshold=1, keys=(tagged_hash(b"test/key", b"holder"),))
    made.account("client", None, "bank_a", policy=policy)
    replace_keys(made.state, CLIENT, None, policy)
    return made


def holder(world: World, operation: msgspec.Struct, code: Code = Code.OK) -> None:
    assert world.attempt_account("client", operation) is code


def complaint(world: World) -> Complaint:
    record = world.state.get(COMPLAINT, CLIENT, "C-1")
    assert record is not None
    return record


def deadlines(world: World) -> list[dt.date]:
    items = world.state.scan(AGENDA_ITEM, AGENDA_ITEM.indexes[0], limit=100)
    return [item.due_on for item in items if item.handler == "complaint"]


def answered(world: World) -> None:
    holder(world, FILE)
    world.act("regulator", ASSIGN)
    world.act("bank_a", ANSWER)


def test_an_answer_that_is_accepted_ends_it(world: World) -> None:
    answered(world)
    assert complaint(world).status is ComplaintStatus.ANSWERED
    assert complaint(world).regulator == address("regulator")
    assert complaint(world).answer_hash == ANSWER.answer_hash
    assert deadlines(world) == [complaint(world).due_on]
    holder(world, ACCEPT)
    assert complaint(world).status is ComplaintStatus.CLOSED
    assert complaint(world).outcome_hash is None
    assert deadlines(world) == []


def test_an_answer_that_is_not_accepted_is_decided_by_the_regulator(world: World) -> None:
    answered(world)
    holder(world, ESCALATE)
    assert deadlines(world) == []
    go_to(world, LATER)
    assert complaint(world).status is ComplaintStatus.ESCALATED
    world.refuse(Code.NOT_AUTHORISED, "bank_a", DECIDE)
    holder(world, DECIDE, Code.NOT_AUTHORISED)
    world.act("regulator", DECIDE)
    assert complaint(world).outcome_hash == DECIDE.outcome_hash


def test_what_nobody_takes_or_answers_escalates_by_itself(world: World) -> None:
    holder(world, FILE)
    go_to(world, LATER)
    assert complaint(world).status is ComplaintStatus.ESCALATED
    world.act("regulator", ASSIGN)
    due_on = complaint(world).due_on
    assert due_on is not None
    go_to(world, due_on)
    assert complaint(world).status is ComplaintStatus.ESCALATED
    world.refuse(Code.WRONG_STATUS, "bank_a", ANSWER)


def test_an_answer_that_rests_is_closed(world: World) -> None:
    answered(world)
    go_to(world, LATER)
    assert complaint(world).status is ComplaintStatus.CLOSED


def test_who_may_file_and_about_whom(world: World) -> None:
    other = msgspec.structs.replace
    holder(world, other(FILE, account=address("nobody")), Code.UNKNOWN_ACCOUNT)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", FILE)
    holder(world, other(FILE, about=CLIENT), Code.UNKNOWN_PARTICIPANT)
    holder(world, FILE)
    holder(world, FILE, Code.REFERENCE_USED)
    holder(world, ACCEPT)
    holder(world, FILE, Code.REFERENCE_USED)


def test_an_account_has_a_number_of_open_complaints(world: World) -> None:
    for number in range(OPEN_MAX):
        holder(world, msgspec.structs.replace(FILE, reference=f"N-{number}"))
    holder(world, FILE, Code.RULE_LIMIT)
    last = msgspec.structs.replace(ACCEPT, reference="N-0")
    holder(world, last)
    holder(world, FILE)


@pytest.mark.parametrize("operation", [ASSIGN, ANSWER, ESCALATE, ACCEPT])
def test_there_must_be_one(world: World, operation: msgspec.Struct) -> None:
    who = "regulator" if operation is ASSIGN else "bank_a"
    assert world.attempt(who, operation) is Code.NOT_FOUND


def test_each_step_is_one_partys(world: World) -> None:
    holder(world, FILE)
    world.refuse(Code.ROLE_REQUIRED, "bank_a", ASSIGN)
    world.refuse(Code.WRONG_STATUS, "bank_a", ANSWER)
    holder(world, ESCALATE, Code.WRONG_STATUS)
    world.act("regulator", ASSIGN)
    world.refuse(Code.WRONG_STATUS, "regulator", ASSIGN)
    world.refuse(Code.NOT_FOUND, "bank_b", ANSWER)
    world.act("bank_a", ANSWER)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", ESCALATE)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", ACCEPT)
    holder(world, ACCEPT)
    holder(world, ACCEPT, Code.WRONG_STATUS)

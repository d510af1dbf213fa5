"""A simulation must not answer questions about what is others'."""

import datetime as dt
from typing import cast

import msgspec

from node.rpc.method import Call
from node.rpc.methods.tx import simulate
from node.rpc.scoped_results import simulation
from node.rpc.view import OPEN, View
from node.sdk.schema.tx import Failure, SimulateParams, Simulation
from tests.node.rpc.closed import STRANGER, closed_node
from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.ledger_node import LedgerNode, call_of
from tests.node.rpc.small_ledger import (
    ALICE,
    BANK,
    BOB,
    BOND_ID,
    COIN,
    MONEY,
    account,
    position,
    transaction,
)
from tokens.codec import encode
from tokens.jsonform import PREFIX_MAIN, JsonForm
from tokens.ops.complaints import AnswerComplaint
from tokens.ops.control import PauseAsset
from tokens.ops.coupons import CouponFund
from tokens.ops.proposals import Approve, Propose
from tokens.ops.transfer import Transfer
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT
from tokens.records.persons import SANCTIONED, Sanctioned
from tokens.records.proposals import PROPOSAL, Proposal, ProposalStatus
from tokens.results import Code
from tokens.types import AccountStatus

FAR = address_of("far")
"""Client of the stranger."""
Told = list[tuple[int, str, str]]
"""(operation, symbol, rule)."""


def failures(*codes: tuple[int, Code]) -> Simulation:
    """Of (operation, code)."""
    return Simulation(
        ok=not codes,
        failures=tuple(
            [
                Failure(operation=at, rule="", version=0, code=int(code), symbol=code.name)
                for at, code in codes
            ]
        ),
    )


def call_as(node: FakeNode, subject: bytes | None) -> Call:
    """A call in the scope of a participant or account; None: no token, on an open network."""
    call = call_of(cast("LedgerNode", node))
    call.scope = OPEN if subject is None else View(node.state(), subject)
    return call


def asked(*operations: msgspec.Struct, sender: bytes = BANK) -> SimulateParams:
    """A simulation of these."""
    made = msgspec.structs.replace(transaction(1), sender=sender, operations=operations)
    return SimulateParams(transaction=made)


def pay(source: bytes, target: bytes, amount: int = 7) -> Transfer:
    return Transfer(asset=COIN, source=source, target=target, amount=amount, end_to_end_ref="")


def shown(whole: Simulation, *operations: msgspec.Struct) -> object:
    """As the stranger sees it."""
    return simulation(call_as(closed_node(), STRANGER), asked(*operations), whole)


def test_who_may_not_act_is_told_that_and_nothing_about_the_balance() -> None:
    own = (0, Code.DENOM_NOT_MULTIPLE)
    barred = (1, Code.NOT_AUTHORISED)
    tells = [(1, Code.INSUFFICIENT_AVAILABLE), (2, Code.ACCOUNT_FROZEN)]
    operations = [pay(STRANGER, BOB)] * 3
    assert shown(failures(own, barred, *tells), *operations) == failures(own, barred)


def test_who_may_act_is_told_every_failing_rule() -> None:
    whole = failures((0, Code.ACCOUNT_FROZEN), (0, Code.INSUFFICIENT_AVAILABLE))
    assert shown(whole, pay(STRANGER, BOB)) == whole


def world() -> FakeNode:
    """Alice and a client of the stranger are on a list of sanctions; so is the latter closed."""
    node = closed_node()
    overlay = node.state()
    far = msgspec.structs.replace(account("far"), holder=bytes(16), servicer=STRANGER)
    overlay.put(ACCOUNT, msgspec.structs.replace(far, status=AccountStatus.CLOSED))
    for name in ("alice", "far"):
        overlay.put(SANCTIONED, Sanctioned(person=digest_of(f"person {name}"), lists=("un",)))
    node.write(overlay)
    return node


def told(node: FakeNode, subject: bytes | None, params: SimulateParams) -> Told:
    """What a reader is answered."""
    call = call_as(node, subject)
    answer = simulate(call, params)
    if not call.view.is_open:
        answer = cast("Simulation", simulation(call, params, answer))
    return [(each.operation, each.symbol, each.rule) for each in answer.failures]


OWN = [(0, "SANCTIONED", "un"), (0, "INSUFFICIENT_AVAILABLE", "")]
MASKED = [(0, "UNDER_REVIEW", ""), (0, "INSUFFICIENT_AVAILABLE", "")]
TOO_MUCH = 10**9


def test_an_institution_is_told_every_failing_rule_of_its_own_side() -> None:
    """Its client is told of no list; nobody in particular is told as little."""
    params = asked(pay(ALICE, BOB, TOO_MUCH), sender=ALICE)
    node = world()
    found = {subject: told(node, subject, params) for subject in (BANK, ALICE, None)}
    assert set(OWN) <= set(found[BANK])
    assert "SANCTIONED" not in [symbol for _, symbol, _ in found[ALICE] + found[None]]
    assert set(MASKED) <= set(found[ALICE])
    assert set(MASKED) <= set(found[None])


def test_nothing_of_the_counterparty_is_told_to_the_senders_institution() -> None:
    """It is closed, on a list and without a credential; and the bank pays too much."""
    found = told(world(), BANK, asked(pay(BOB, FAR, TOO_MUCH)))
    symbols = [symbol for _, symbol, _ in found]
    assert {"COUNTERPARTY_NOT_ELIGIBLE", "UNDER_REVIEW", "INSUFFICIENT_AVAILABLE"} == set(symbols)
    assert {rule for _, _, rule in found} == {""}
    assert told(world(), None, asked(pay(BOB, FAR, TOO_MUCH))) == found


def test_the_counterparts_institution_is_told_its_side_and_no_other() -> None:
    """The stranger asks what its own client's payment to Alice would meet."""
    node = world()
    found = told(node, STRANGER, asked(pay(FAR, ALICE), sender=STRANGER))
    assert (0, "SANCTIONED", "un") in found
    assert (0, "UNDER_REVIEW", "") in found
    assert (0, "ACCOUNT_CLOSED", "") in found
    assert "CREDENTIAL_MISSING" not in [symbol for _, symbol, _ in found]


def test_what_is_wholly_the_readers_is_told_beyond_who_may_act() -> None:
    """Alice may not pay from another account of her bank; the bank sees both and all."""
    barred = pay(BOB, ALICE, TOO_MUCH)
    whole = told(world(), BANK, asked(barred, sender=ALICE))
    assert whole[0] == (0, "NOT_AUTHORISED", "")
    assert (0, "INSUFFICIENT_AVAILABLE", "") in whole
    assert told(world(), ALICE, asked(barred, sender=ALICE)) == [(0, "NOT_AUTHORISED", "")]


def test_what_is_not_there_and_what_is_others_are_one_answer() -> None:
    """Complaint C-1 of Alice is there, C-2 is not: the stranger cannot tell."""
    answers = [
        told(
            world(),
            STRANGER,
            asked(
                AnswerComplaint(account=ALICE, reference=name, answer_hash=bytes(32), sealed=b""),
                sender=STRANGER,
            ),
        )
        for name in ("C-1", "C-2")
    ]
    assert answers == [[(0, "NOT_AUTHORISED", "")]] * 2


def test_what_names_nobody_is_nobodys() -> None:
    """Who may not fund a coupon was told whether the issuer's account has the money for it."""
    answers = []
    for money in (0, 10**9):
        node = world()
        overlay = node.state()
        overlay.put(POSITION, position(MONEY, ALICE, money))
        node.write(overlay)
        fund = CouponFund(asset=BOND_ID, coupon=1)
        answers.append(told(node, STRANGER, asked(fund, sender=STRANGER)))
        whole = told(node, None, asked(fund, sender=STRANGER))
        assert ((0, "NOT_FUNDED", "") in whole) is (money == 0)
    assert answers == [[(0, "NOT_AUTHORISED", "")]] * 2


def proposed(*operations: msgspec.Struct) -> Propose:
    """For a week, with Alice's agreement."""
    return Propose(
        operations=tuple(encode(each) for each in operations),
        approvers=(ALICE,),
        expires_on=BUSINESS_DATE + dt.timedelta(days=7),
    )


def trials(
    node: FakeNode, subject: bytes | None, params: SimulateParams
) -> list[tuple[int, bool | None, list[str]]]:
    """What a reader is answered of proposals."""
    call = call_as(node, subject)
    answer = simulate(call, params)
    if not call.view.is_open:
        answer = cast("Simulation", simulation(call, params, answer))
    return [
        (each.operation, each.ok, [failure.symbol for failure in each.failures])
        for each in answer.proposals
    ]


def test_what_a_proposal_holds_is_told_to_who_sees_everything() -> None:
    """It borrows the powers of all who would agree, who may never have heard of it."""
    params = asked(proposed(pay(ALICE, BOB, TOO_MUCH)), sender=STRANGER)
    for reader in (None, address_of("regulator")):
        ((_, is_ok, symbols),) = trials(world(), reader, params)
        assert not is_ok
        assert "INSUFFICIENT_AVAILABLE" in symbols
        assert "NOT_AUTHORISED" not in symbols
    poor = asked(proposed(pay(ALICE, BOB, 1)), sender=STRANGER)
    for reader in (STRANGER, BANK, ALICE):
        assert trials(world(), reader, params) == trials(world(), reader, poor) == [(0, None, [])]


def test_of_a_proposal_that_is_agreed_to_others_are_told_nothing() -> None:
    node = world()
    overlay = node.state()
    known = Proposal(
        id=digest_of("known"),
        proposer=BANK,
        operations=(encode(pay(BOB, BOB, TOO_MUCH)),),
        operations_digest=digest_of("content"),
        approvers=(),
        approvals=(BANK,),
        expires_on=BUSINESS_DATE + dt.timedelta(days=7),
        status=ProposalStatus.OPEN,
        proposed_at=1,
        closed_at=0,
        code=0,
    )
    overlay.put(PROPOSAL, known)
    node.write(overlay)
    agreed = Approve(proposal_id=known.id, operations_digest=known.operations_digest)
    params = asked(agreed, sender=STRANGER)
    assert [ok for _, ok, _ in trials(node, None, params)] == [False]
    assert trials(node, STRANGER, params) == []


def test_that_an_operation_needs_approval_is_no_secret() -> None:
    found = told(world(), STRANGER, asked(PauseAsset(asset=COIN, classes=1), sender=STRANGER))
    assert found[0] == (0, "NEEDS_APPROVAL", "")


def test_a_refusal_of_the_transaction_itself_is_read_by_a_client() -> None:
    """Index -1 did not pass the client's own reading of the answer."""
    form = JsonForm(PREFIX_MAIN)
    whole = failures((-1, Code.EXPIRED), (0, Code.AMOUNT_ZERO))
    assert form.from_json(Simulation, form.to_json(whole)) == whole
    assert shown(whole, pay(STRANGER, BOB)) == whole

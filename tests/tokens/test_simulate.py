"""A simulation lists every failing check, sees earlier operations of its own, keeps nothing."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.adversary_travel import THRESHOLD, TravelWorld
from tests.tokens.support import MONEY, Ledger, addr
from tokens.codec import encode
from tokens.ops.control import PauseAsset
from tokens.ops.proposals import Approve, Propose, operations_digest
from tokens.ops.settlement import InstructBatch
from tokens.ops.transfer import Transfer
from tokens.posting import balance_of
from tokens.records.proposals import APPROVAL_POLICY
from tokens.records.settlement import Leg
from tokens.results import Code
from tokens.simulate import REFUSALS_MAX, simulate
from tokens.transaction import DecodedTransaction, decode_transaction


def pay(amount: int, source: str = "bank-a-cash", target: str = "bank-b-cash") -> Transfer:
    return Transfer(
        asset=MONEY,
        source=addr(source),
        target=addr(target),
        amount=amount,
        end_to_end_ref="",
    )


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def tried(
    ledger: Ledger, sender: str, *operations: msgspec.Struct, **fields: object
) -> list[tuple[int, Code]]:
    data = ledger.transaction(sender, *operations, **fields)  # type: ignore[arg-type]
    decoded = decode_transaction(data)
    assert isinstance(decoded, DecodedTransaction)
    outcome = simulate(ledger.state, decoded, ledger.height + 1)
    return [(index, refusal.code) for index, refusal in outcome.refusals]


def test_what_would_pass_has_no_refusal_and_leaves_no_trace(ledger: Ledger) -> None:
    root = ledger.core.state_root
    before = balance_of(ledger.state, MONEY, addr("bank-a-cash"))
    assert tried(ledger, "bank-a", pay(10)) == []
    assert ledger.core.state_root == root
    assert balance_of(ledger.state, MONEY, addr("bank-a-cash")) == before
    assert ledger.core.overlay().changes().records == ()
    assert ledger.submit("bank-a", pay(10)).code == 0


def test_the_answer_is_what_the_block_says(ledger: Ledger) -> None:
    for operation in (pay(10**12), pay(1, target="nobody"), pay(1, source="bank-b-cash")):
        found = tried(ledger, "bank-a", operation)
        assert found
        assert found[0] == (0, ledger.code("bank-a", operation))


def test_the_second_operation_sees_the_first(ledger: Ledger) -> None:
    everything = balance_of(ledger.state, MONEY, addr("bank-a-cash"))
    found = tried(ledger, "bank-a", pay(everything), pay(1))
    assert [index for index, _ in found] == [1]
    assert tried(ledger, "bank-a", pay(1), pay(everything - 1)) == []


def test_an_operation_that_fails_is_left_out_and_the_next_is_tried_on(ledger: Ledger) -> None:
    everything = balance_of(ledger.state, MONEY, addr("bank-a-cash"))
    found = tried(ledger, "bank-a", pay(everything + 1), pay(everything), pay(1))
    assert [index for index, _ in found] == [0, 2]


def test_missing_signatures_are_no_refusal(ledger: Ledger) -> None:
    """A wallet asks before it signs."""
    assert tried(ledger, "bank-a", pay(1), keys=(b"\x01" * 32,)) == []
    codes = [code for _, code in tried(ledger, "central-bank", pay(1), keys=(b"\x01" * 32,))]
    assert Code.WRONG_KEYS not in codes
    assert Code.TOO_FEW_SIGNATURES not in codes


def test_the_list_is_bounded(ledger: Ledger) -> None:
    found = tried(ledger, "bank-a", *[pay(10**12, target="nobody") for _ in range(100)])
    assert 100 <= len(found) <= REFUSALS_MAX


def test_a_batch_that_lacks_its_travel_hash_is_told_before_it_is_signed() -> None:
    ledger = TravelWorld().ledger
    leg = Leg(
        asset=MONEY,
        quantity=THRESHOLD,
        giver=addr("bank-a"),
        taker=addr("bank-b"),
        source=addr("client-a1"),
        target=None,
    )
    today = ledger.business_date
    batch = InstructBatch(
        batch_id="T",
        trade_date=today,
        isd=today,
        expires_on=today + dt.timedelta(days=4),
        legs=(leg,),
        trade_ref="",
        uti="",
        priority=0,
        automatic=False,
    )
    assert tried(ledger, "bank-a", batch) == [(0, Code.TRAVEL_HASH_MISSING)]
    assert ledger.code("bank-a", batch) is Code.TRAVEL_HASH_MISSING
    told = msgspec.structs.replace(leg, travel_hash=bytes(32))
    assert tried(ledger, "bank-a", msgspec.structs.replace(batch, legs=(told,))) == []


def contents(
    ledger: Ledger, sender: str, *operations: msgspec.Struct
) -> list[tuple[int, list[tuple[int, Code]]]]:
    """What is told of the proposals of a transaction."""
    decoded = decode_transaction(ledger.transaction(sender, *operations))
    assert isinstance(decoded, DecodedTransaction)
    found = simulate(ledger.state, decoded, ledger.height + 1).contents
    return [
        (each.operation, [(index, refusal.code) for index, refusal in each.refusals])
        for each in found
    ]


def proposal(
    ledger: Ledger, *operations: msgspec.Struct, approvers: tuple[str, ...] = ()
) -> Propose:
    """These, open for a week."""
    return Propose(
        operations=tuple(encode(each) for each in operations),
        approvers=tuple(sorted(addr(name) for name in approvers)),
        expires_on=ledger.business_date + dt.timedelta(days=7),
    )


def test_what_a_proposal_holds_is_tried_as_if_all_had_agreed(ledger: Ledger) -> None:
    """Only the proposal was tried: it would be taken, and fail when the last one agreed."""
    everything = balance_of(ledger.state, MONEY, addr("bank-b-cash"))
    out = pay(everything, source="bank-b-cash", target="bank-a-cash")
    held = proposal(ledger, out, out, approvers=("bank-b",))
    assert tried(ledger, "bank-a", held) == []
    assert contents(ledger, "bank-a", held) == [(0, [(1, Code.INSUFFICIENT_AVAILABLE)])]
    unnamed = contents(ledger, "bank-a", proposal(ledger, out))
    assert (0, Code.NOT_AUTHORISED) in unnamed[0][1]


def test_whoever_the_policies_ask_is_taken_for_agreeing(ledger: Ledger) -> None:
    paused = PauseAsset(asset=MONEY, classes=1)
    assert contents(ledger, "bank-a", proposal(ledger, paused)) == [(0, [])]
    assert tried(ledger, "bank-a", paused) == [(0, Code.NEEDS_APPROVAL)]


def test_a_policy_that_nobody_can_meet_stays_unmet(ledger: Ledger) -> None:
    state = ledger.state
    policy = state.get(APPROVAL_POLICY, "pause")
    assert policy is not None
    state.put(APPROVAL_POLICY, msgspec.structs.replace(policy, threshold_min=16))
    decoded = decode_transaction(
        ledger.transaction("bank-a", proposal(ledger, PauseAsset(asset=MONEY, classes=1)))
    )
    assert isinstance(decoded, DecodedTransaction)
    (found,) = simulate(state, decoded, ledger.height + 1).contents
    assert [refusal.code for _, refusal in found.refusals] == [Code.NEEDS_APPROVAL]


def test_who_approves_is_told_what_would_become_of_it(ledger: Ledger) -> None:
    everything = balance_of(ledger.state, MONEY, addr("bank-b-cash"))
    out = pay(everything, source="bank-b-cash", target="bank-a-cash")
    made = ledger.propose("bank-a", out, approvers=("bank-b",))
    approved = Approve(proposal_id=made, operations_digest=operations_digest((encode(out),)))
    assert contents(ledger, "bank-b", approved) == [(0, [])]
    ledger.ok("bank-b", pay(1, source="bank-b-cash", target="bank-a-cash"))
    assert tried(ledger, "bank-b", approved) == []
    assert contents(ledger, "bank-b", approved) == [(0, [(0, Code.INSUFFICIENT_AVAILABLE)])]
    assert ledger.approve("bank-b", made).code == 0


def test_a_trial_of_a_proposal_leaves_no_trace_in_the_trial(ledger: Ledger) -> None:
    """What comes behind it in the transaction sees the money that was there before."""
    everything = balance_of(ledger.state, MONEY, addr("bank-a-cash"))
    held = proposal(ledger, pay(everything), approvers=("bank-b",))
    assert tried(ledger, "bank-a", held, pay(everything)) == []
    assert contents(ledger, "bank-a", pay(everything), held) == [
        (1, [(0, Code.INSUFFICIENT_AVAILABLE)])
    ]


def test_of_proposals_as_many_operations_are_tried_as_a_transaction_has(ledger: Ledger) -> None:
    held = proposal(ledger, *[pay(1)] * 60, approvers=("bank-b",))
    small = proposal(ledger, *[pay(1)] * 40, approvers=("bank-b",))
    assert [at for at, _ in contents(ledger, "bank-a", held, held, small)] == [0, 2]

"""Executing proposed blocks, fetching bodies, writing what is decided."""

import msgspec
import pytest

from consensus.actions import BuildProposal, HeaderTemplate
from consensus.events import Event, Executed, ExecutionFailed, ExecutionRefused
from consensus.types import Proposal
from node import missing_bodies
from node.executor import EXECUTED_MAX
from node.missing_bodies import WAITING_MAX
from node.wire.hashing import header_digest, tx_root
from node.wire.peer_messages import BODIES_MAX, BodyRequest
from tests.node.support.chains import certify, open_chain, propose, transfer
from tests.node.support.executor_world import World
from tokens.transaction import DecodedTransaction


@pytest.fixture
def world() -> World:
    return World()


def later(proposal: Proposal, by_ms: int) -> tuple[bytes, Proposal]:
    """The same block with another timestamp: another digest."""
    header = msgspec.structs.replace(
        proposal.header, timestamp_ms=proposal.header.timestamp_ms + by_ms
    )
    return header_digest(header), msgspec.structs.replace(proposal, header=header)


def refusal(event: Event | None) -> str:
    assert isinstance(event, ExecutionRefused), event
    return event.reason


def test_a_block_is_executed_once_for_all_views(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = transfer(1)
    world.hold(paid)
    runs: list[int] = []
    real = world.chain.executing

    def counted(proposal: Proposal, transactions: tuple[DecodedTransaction, ...]) -> object:
        runs.append(1)
        return real(proposal, transactions)

    monkeypatch.setattr(world.chain, "executing", counted)
    digest, block = propose(world.chain, paid)
    first, second = world.execute(digest, block), world.execute(digest, block)
    assert isinstance(first, Executed)
    assert first == second
    assert first.root != world.chain.tip.state_root
    assert len(runs) == 1


def test_missing_bodies_are_asked_of_one_peer_after_the_other(world: World) -> None:
    here, away = transfer(1), transfer(2)
    world.hold(here)
    digest, block = propose(world.chain, here, away)
    for _ in range(3):
        assert world.execute(digest, block, ("a", "b")) is None
    wanted = BodyRequest(wire_ids=(away.wire_id,))
    assert world.asked == [("a", wanted), ("b", wanted), ("a", wanted)]
    assert world.executor.wants(away.wire_id)
    assert not world.executor.wants(here.wire_id)
    assert world.on_bodies() == []
    world.pool.keep_spare(away)
    events = world.on_bodies()
    assert [type(event) for event in events] == [Executed]
    assert not world.executor.wants(away.wire_id)
    assert world.on_bodies() == []


def test_without_a_peer_to_ask_it_waits(world: World) -> None:
    digest, block = propose(world.chain, transfer(1))
    assert world.execute(digest, block) is None
    assert world.asked == []


def test_one_request_asks_for_a_bounded_number(world: World) -> None:
    wire_ids = tuple(number.to_bytes(32, "big") for number in range(BODIES_MAX + 5))
    _, block = propose(world.chain)
    header = msgspec.structs.replace(block.header, tx_root=tx_root(wire_ids))
    big = msgspec.structs.replace(block, header=header, wire_ids=wire_ids)
    assert world.execute(header_digest(header), big, ("a",)) is None
    assert world.asked[0][1].wire_ids == wire_ids[:BODIES_MAX]


def test_what_did_not_fit_into_a_request_is_asked_for_when_the_first_part_is_here(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited for the timer, T0 a part, and the view was over."""
    monkeypatch.setattr(missing_bodies, "BODIES_MAX", 2)
    paid = [transfer(number) for number in range(5)]
    digest, block = propose(world.chain, *paid)
    assert world.execute(digest, block, ("a", "b")) is None
    for here in (0, 1):
        world.pool.keep_spare(paid[here])
        assert world.on_bodies() == []
    for here in (3, 2):
        world.pool.keep_spare(paid[here])
        assert world.on_bodies() == []
    world.pool.keep_spare(paid[4])
    events = world.on_bodies()
    assert [type(event) for event in events] == [Executed]
    parts = [(peer, request.wire_ids) for peer, request in world.asked]
    ids = block.wire_ids
    assert parts == [("a", ids[:2]), ("a", ids[2:4]), ("a", ids[4:])]


def test_a_body_that_the_pool_let_go_is_asked_for_again(world: World) -> None:
    """The pool is full of others: what was here when the block was first seen is gone."""
    here, away = transfer(1), transfer(2)
    world.hold(here)
    digest, block = propose(world.chain, here, away)
    assert world.execute(digest, block, ("a",)) is None
    world.pool.drop_expired(51)
    assert world.pool.body(here.wire_id) is None
    world.pool.keep_spare(away)
    assert world.on_bodies() == []
    assert world.execute(digest, block, ("a",)) is None
    assert world.asked[-1][1].wire_ids == (here.wire_id,)
    world.pool.keep_spare(here)
    assert [type(event) for event in world.on_bodies()] == [Executed]


def test_bodies_of_an_executed_block_stay_at_hand(world: World) -> None:
    paid = transfer(1)
    world.hold(paid)
    digest, block = propose(world.chain, paid)
    world.execute(digest, block)
    world.pool.drop_expired(51)
    assert world.pool.body(paid.wire_id) is None
    assert world.executor.body(paid.wire_id) == paid.data
    assert world.executor.bodies(block) == (paid.data,)
    again, other = later(block, 1)
    assert isinstance(world.execute(again, other), Executed)


def test_a_reference_twice_in_a_block_is_refused(world: World) -> None:
    first, second = transfer(1), transfer(1, memo="other")
    world.hold(first)
    world.pool.keep_spare(second)
    assert "twice" in refusal(world.execute(*propose(world.chain, first, second)))


def test_too_many_transactions_are_refused() -> None:
    world = World(chain=open_chain(block_transactions_max=2))
    paid = [transfer(number) for number in range(3)]
    world.hold(*paid)
    assert refusal(world.execute(*propose(world.chain, *paid))) == "more than 2 transactions"


def test_too_many_bytes_are_refused() -> None:
    world = World(chain=open_chain(block_bytes_max=2**17))
    paid = [transfer(number, memo="m" * 140) for number in range(400)]
    world.hold(*paid)
    assert refusal(world.execute(*propose(world.chain, *paid))) == f"more than {2**17} bytes"


def test_a_bad_signature_is_refused(world: World) -> None:
    forged = transfer(1, forged=True)
    world.pool.keep_spare(forged)
    assert refusal(world.execute(*propose(world.chain, forged))) == "BAD_SIGNATURE"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (transfer(1, valid_until=0 + 200), "TOO_FAR_AHEAD"),
        (transfer(1, chain_id="other"), "WRONG_CHAIN"),
    ],
)
def test_what_is_not_includable_is_refused_by_name(
    world: World, bad: DecodedTransaction, code: str
) -> None:
    world.pool.keep_spare(bad)
    digest, block = propose(world.chain, bad)
    first = world.execute(digest, block)
    assert refusal(first) == code
    assert world.execute(digest, block) is first


def test_an_exception_in_the_ledger_is_a_fault_of_this_node(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = transfer(1)
    world.hold(paid)

    def broken(*_: object) -> object:
        raise ZeroDivisionError("by zero")

    digest, block = propose(world.chain, paid)
    with monkeypatch.context() as patch:
        patch.setattr("node.chain.applying", broken)
        failed = world.execute(digest, block)
    assert isinstance(failed, ExecutionFailed)
    assert failed.reason == "ZeroDivisionError: by zero"
    assert (failed.height, failed.digest) == (1, digest)
    # Not remembered: the next view tries again.
    assert isinstance(world.execute(digest, block), Executed)


def test_deciding_writes_and_forgets_everything_of_the_height(world: World) -> None:
    paid, other = transfer(1), transfer(2, valid_until=1)
    world.hold(paid, other)
    digest, block = propose(world.chain, paid)
    executed = world.execute(digest, block)
    assert isinstance(executed, Executed)
    waiting, waiting_block = propose(world.chain, transfer(9))
    assert world.execute(waiting, waiting_block) is None
    tip = world.executor.decide(digest, block, certify(world.chain, 1, digest, executed.root))
    assert (tip.height, tip.digest) == (1, digest)
    assert world.chain.guard_sequence == 7
    assert len(world.pool) == 0
    assert world.executor.body(paid.wire_id) is None
    assert world.executor.proposal(1, digest) == block
    assert world.executor.proposal(1, waiting) is None
    world.pool.keep_spare(transfer(9))
    assert world.on_bodies() == []


def test_a_block_whose_overlay_was_pushed_out_is_executed_again(world: World) -> None:
    paid = transfer(1)
    world.hold(paid)
    digest, block = propose(world.chain, paid)
    executed = world.execute(digest, block)
    assert isinstance(executed, Executed)
    for number in range(1, EXECUTED_MAX + 1):
        world.execute(*later(block, number))
    tip = world.executor.decide(digest, block, certify(world.chain, 1, digest, executed.root))
    assert tip.digest == digest


def test_the_block_in_use_is_not_the_one_that_is_pushed_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, block = propose(world.chain)
    world.execute(digest, block)
    for number in range(1, EXECUTED_MAX + 20):
        world.execute(*later(block, number))
        world.execute(digest, block)

    def never(*_: object) -> object:
        raise AssertionError("executed again")

    monkeypatch.setattr(world.chain, "executing", never)
    assert isinstance(world.execute(digest, block), Executed)


def test_memory_of_a_height_is_bounded(world: World) -> None:
    away, forged = transfer(1), transfer(2, forged=True)
    world.pool.keep_spare(forged)
    _, waiting = propose(world.chain, away)
    _, refused = propose(world.chain, forged)
    for number in range(3 * EXECUTED_MAX):
        world.execute(*later(waiting, number))
        world.execute(*later(refused, number))
    executor = world.executor
    assert len(executor._missing.blocks()) == WAITING_MAX
    assert len(executor._refused) == EXECUTED_MAX
    assert len(executor._seen) == EXECUTED_MAX


def test_a_block_without_all_its_bodies_has_none(world: World) -> None:
    here, away = transfer(1), transfer(2)
    world.hold(here)
    digest, block = propose(world.chain, here, away)
    assert world.executor.bodies(block) is None
    with pytest.raises(RuntimeError, match="gone"):
        world.executor.decide(digest, block, certify(world.chain, 1, digest, bytes(32)))
    world.pool.keep_spare(away)
    assert world.executor.bodies(block) == (here.data, away.data)


def test_a_primary_builds_from_what_is_includable(world: World) -> None:
    good, ahead = transfer(1), transfer(2, valid_until=150)
    world.hold(good, ahead)
    tip = world.chain.tip
    template = HeaderTemplate(
        version=tip.protocol_version,
        height=1,
        parent=tip.digest,
        parent_state_root=tip.state_root,
        timestamp_ms=tip.timestamp_ms + 1,
        proposer=tip.validators.ids()[0],
        origin_view=0,
        failed=(),
        validators_hash=tip.validators_hash,
        next_validators_hash=tip.next_validators_hash,
    )
    action = BuildProposal(view=0, template=template, parent_certificate=None, transactions_max=9)
    digest, block = world.executor.build(action)
    assert world.flushed == 1
    assert block.wire_ids == (good.wire_id,)
    assert (digest, block) == propose(world.chain, good)
    assert isinstance(world.execute(digest, block), Executed)
    assert world.executor.proposal(1, digest) == block
    assert world.executor.pool() == (2, False, False)


def test_an_empty_pool_has_nothing_to_propose(world: World) -> None:
    assert world.executor.pool() == (0, False, False)
    world.hold(transfer(1, valid_until=150))
    assert world.executor.pool() == (0, False, False)

"""What peers that lack something are answered: bounded, and counted against who asks."""

import pytest

from node.answering import BODY_REPLIES_MAX, REPLY_BYTES_MAX, parts
from node.wire.peer_messages import (
    BlockReply,
    BlockRequest,
    BodyReply,
    BodyRequest,
    SyncReply,
    SyncRequest,
)
from tests.node.support.chains import decide, propose, transfer
from tests.node.support.inbound_world import PEER, World


@pytest.fixture
def world() -> World:
    return World()


def test_a_block_is_served_by_its_digest(world: World) -> None:
    digest, proposal = propose(world.chain)
    world.open_block = (digest, proposal)
    world.receive(BlockRequest(height=1, digest=digest))
    world.receive(BlockRequest(height=2**62, digest=bytes(32)))
    assert world.sent == [
        (PEER, BlockReply(digest=digest, proposal=proposal)),
        (PEER, BlockReply(digest=bytes(32), proposal=None)),
    ]


def test_bodies_are_served_once_each_in_bounded_replies(world: World) -> None:
    size = 60_000
    ids = tuple(number.to_bytes(32, "big") for number in range(400))
    world.held = {wire_id: wire_id * (size // 32) for wire_id in ids[1:]}
    world.receive(BodyRequest(wire_ids=ids))
    replies = [message for _, message in world.sent if isinstance(message, BodyReply)]
    assert len(replies) == len(world.sent) == BODY_REPLIES_MAX
    assert all(sum(map(len, reply.bodies)) <= REPLY_BYTES_MAX for reply in replies)
    served = [body for reply in replies for body in reply.bodies]
    assert served == [world.held[wire_id] for wire_id in ids[1 : len(served) + 1]]
    world.sent.clear()
    world.receive(BodyRequest(wire_ids=(ids[1],) * 4_000))
    assert world.sent == [(PEER, BodyReply(bodies=(world.held[ids[1]],)))]
    world.sent.clear()
    world.receive(BodyRequest(wire_ids=(ids[0],)))
    assert world.sent == []


def test_blocks_are_served_from_the_height_asked_up_to_the_tip(world: World) -> None:
    for number in range(5):
        decide(world.chain, transfer(number))
    for first, count, expected in ((1, 64, 5), (4, 64, 2), (2, 2, 2), (6, 64, 0), (2**62, 64, 0)):
        world.sent.clear()
        world.receive(SyncRequest(from_height=first, count=count))
        (reply,) = [message for _, message in world.sent if isinstance(message, SyncReply)]
        heights = [block.proposal.header.height for block in reply.blocks]
        assert heights == list(range(first, first + expected))


def test_a_sync_reply_is_bounded_but_never_empty_for_one_big_block(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        decide(world.chain, transfer(number))
    size = len(transfer(0).data)
    monkeypatch.setattr("node.answering.REPLY_BYTES_MAX", 2 * size + 1)
    world.receive(SyncRequest(from_height=1, count=64))
    monkeypatch.setattr("node.answering.REPLY_BYTES_MAX", 1)
    world.receive(SyncRequest(from_height=1, count=64))
    replies = [message for _, message in world.sent if isinstance(message, SyncReply)]
    assert [len(reply.blocks) for reply in replies] == [2, 1]


def test_parts_of_a_list_are_bounded() -> None:
    bodies = [bytes(3)] * 5 + [bytes(9)] + [bytes(1)]
    assert [len(part) for part in parts(bodies, 6)] == [2, 2, 1, 1, 1]
    assert list(parts([], 6)) == []


def test_answers_are_counted_against_the_peer_that_asks() -> None:
    """Windows of blocks, asked for again and again, were answered at the speed of the asker."""
    world = World()
    world.receive(SyncRequest(from_height=1, count=64))
    world.receive(BodyRequest(wire_ids=(bytes(32),)))
    world.receive(BlockRequest(height=1, digest=bytes(32)))
    assert world.waste == [(PEER, 1.0)] * 3

"""A block that sync brought: taken over if a quorum stands behind every byte, else named a lie."""

from collections.abc import Callable

import msgspec
import pytest

from node.executor import RootMismatch
from node.sync.blocks import BlockRefused
from node.wire.hashing import header_digest, tx_root
from node.wire.peer_messages import DecidedBlock
from tests.node.support.chains import certify, decide, decided_block, open_chain, transfer
from tests.node.support.executor_world import World
from tokens.results import Code

replace = msgspec.structs.replace


@pytest.fixture
def world() -> World:
    """Two blocks behind a peer whose chain is `peer()`."""
    return World()


def honest() -> DecidedBlock:
    """Block 1 of the peer: one payment."""
    return decided_block(open_chain(), transfer(1))


def signed_again(block: DecidedBlock) -> DecidedBlock:
    """The same with a certificate that fits its header (an own quorum signs anything)."""
    digest = header_digest(block.proposal.header)
    certificate = certify(
        open_chain(), block.proposal.header.height, digest, block.certificate.root
    )
    return replace(block, certificate=certificate)


def with_header(block: DecidedBlock, **fields: object) -> DecidedBlock:
    header = replace(block.proposal.header, **fields)
    return replace(block, proposal=replace(block.proposal, header=header))


def test_an_honest_block_is_executed_and_written(world: World) -> None:
    paid = transfer(1)
    world.hold(paid)
    block = honest()
    tip = world.apply_decided(block)
    assert tip.height == world.executor.tip_height() == 1
    assert tip.certificate == block.certificate
    assert len(world.pool) == 0
    assert world.executor.decided(1) == block
    assert world.chain.guard_sequence == 7
    peer = open_chain()
    decide(peer, paid)
    assert peer.tip.state_root == tip.state_root


def test_several_blocks_follow_each_other(world: World) -> None:
    peer = open_chain()
    for number in range(5):
        decide(peer, transfer(number))
    for height in range(1, 6):
        block = peer.decided_at(height)
        assert block is not None
        world.apply_decided(block)
    assert world.chain.tip == peer.tip


def skipped(block: DecidedBlock) -> DecidedBlock:
    peer = open_chain()
    decide(peer)
    return decided_block(peer, transfer(1))


def other_parent(block: DecidedBlock) -> DecidedBlock:
    return signed_again(with_header(block, parent=b"\x05" * 32))


def altered_header(block: DecidedBlock) -> DecidedBlock:
    return with_header(block, timestamp_ms=block.proposal.header.timestamp_ms + 1)


def altered_ids(block: DecidedBlock) -> DecidedBlock:
    proposal = replace(block.proposal, wire_ids=(transfer(2).wire_id,))
    return replace(block, proposal=proposal)


def altered_body(block: DecidedBlock) -> DecidedBlock:
    return replace(block, bodies=(transfer(2).data,))


def broken_body(block: DecidedBlock) -> DecidedBlock:
    return replace(block, bodies=(b"\xc1",))


def body_left_out(block: DecidedBlock) -> DecidedBlock:
    return replace(block, bodies=())


def too_few(block: DecidedBlock) -> DecidedBlock:
    certificate = replace(block.certificate, signatures=block.certificate.signatures[:2])
    return replace(block, certificate=certificate)


def forged_signature(block: DecidedBlock) -> DecidedBlock:
    first, *rest = block.certificate.signatures
    forged = replace(first, signature=bytes(64))
    return replace(block, certificate=replace(block.certificate, signatures=(forged, *rest)))


def other_root(block: DecidedBlock) -> DecidedBlock:
    return replace(block, certificate=replace(block.certificate, root=b"\x06" * 32))


def other_height_in_certificate(block: DecidedBlock) -> DecidedBlock:
    return replace(block, certificate=replace(block.certificate, height=2))


def other_chain(block: DecidedBlock) -> DecidedBlock:
    return signed_again(with_header(block, chain_id="other"))


def unsigned_parent(block: DecidedBlock) -> DecidedBlock:
    proposal = replace(block.proposal, parent_certificate=block.certificate)
    return replace(block, proposal=proposal)


LIES: list[tuple[Callable[[DecidedBlock], DecidedBlock], str]] = [
    (skipped, "not the next height"),
    (other_parent, "another parent"),
    (altered_header, "wrong_digest"),
    (altered_ids, "wrong_tx_root"),
    (altered_body, "a body is not that of its wire id"),
    (broken_body, "a body is not that of its wire id"),
    (body_left_out, "bodies_missing"),
    (too_few, "bad_certificate"),
    (forged_signature, "bad_signature"),
    (other_root, "bad_signature"),
    (other_height_in_certificate, "wrong_height"),
    (other_chain, "wrong_chain"),
    (unsigned_parent, "wrong_parent"),
]


@pytest.mark.parametrize(("lie", "name"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_a_lie_is_refused_by_name_and_changes_nothing(
    world: World, lie: Callable[[DecidedBlock], DecidedBlock], name: str
) -> None:
    root = world.chain.tip.state_root
    with pytest.raises(BlockRefused) as refused:
        world.apply_decided(lie(honest()))
    assert str(refused.value) == name
    assert world.executor.tip_height() == 0
    assert world.chain.tip.state_root == root
    # The honest one is taken afterwards.
    assert world.apply_decided(honest()).height == 1


def test_a_quorum_for_another_root_stops_this_node(world: World) -> None:
    """Not a lie of one peer: a quorum has signed it. Going on would be a fork of one."""
    block = honest()
    digest = block.certificate.digest
    with pytest.raises(RootMismatch, match="height 1"):
        world.apply_decided(
            replace(block, certificate=certify(open_chain(), 1, digest, b"\x07" * 32))
        )
    assert world.executor.tip_height() == 0


def test_the_ids_of_a_block_are_under_its_header() -> None:
    block = honest()
    assert block.proposal.header.tx_root == tx_root((transfer(1).wire_id,))


def test_a_decided_block_may_hold_what_the_own_pool_refused(world: World) -> None:
    """Another signature version or a full pool: the certificate counts, not the pool."""
    assert world.pool.admit(transfer(1), verdict=Code.WRONG_KEYS) is Code.WRONG_KEYS
    assert world.apply_decided(honest()).height == 1

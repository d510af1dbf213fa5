"""What comes from peers: dropped, counted, verified or answered; never an exception."""

from collections import Counter
from typing import TypeVar

import msgspec
import pytest

from consensus.events import (
    BlockFetched,
    EvidenceReceived,
    Now,
    OutOfReach,
    Received,
    StatusReceived,
)
from consensus.messages import (
    Commit,
    Evidence,
    Prepare,
    PrePrepare,
    Status,
    ViewChange,
    ViewChangeHead,
)
from consensus.types import ValidatorId
from node.identity import dev_keys
from node.inbound import STATUS_BURST, STATUS_PER_S, USELESS_VOTE_S_MAX
from node.wire.peer_messages import (
    BlockReply,
    BodyReply,
    Hello,
    SyncReply,
    TxBatch,
)
from node.wire.verify import signing_bytes_of, with_signature
from tests.node.support.chains import certify, decide, decided_block, propose, scope_of, transfer
from tests.node.support.inbound_world import NOW, PEER, World

T = TypeVar("T", Prepare, Commit, PrePrepare, ViewChange)


@pytest.fixture
def world() -> World:
    return World()


def signed(world: World, draft: T) -> T:
    """With the well-known key of the peer."""
    data = signing_bytes_of(draft, scope_of(world.chain))
    return with_signature(draft, dev_keys(PEER).signer.sign(data))


def prepare(height: int = 1, sender: str = PEER) -> Prepare:
    return Prepare(height=height, view=0, digest=b"\x01" * 32, sender=sender, signature=b"")


def view_change(height: int) -> ViewChange:
    head = ViewChangeHead(
        height=height, view=1, prepared_view=None, prepared_digest=None, sender=PEER, signature=b""
    )
    return ViewChange(head=head, certificate=None)


def test_a_signed_vote_of_the_open_or_next_height_reaches_the_core(world: World) -> None:
    for vote in (
        signed(world, prepare(1)),
        signed(world, prepare(2)),
        signed(world, view_change(1)),
        signed(
            world,
            Commit(
                height=1,
                view=0,
                digest=bytes(32),
                root=bytes(32),
                sender=PEER,
                signature=b"",
            ),
        ),
    ):
        world.receive(vote)
        event = world.events[-1]
        assert isinstance(event, Received)
        assert event.message.message == vote
    assert world.dropped == Counter()


@pytest.mark.parametrize("height", [0, 3, 4, 2**62])
def test_other_heights_are_dropped_before_a_signature_is_checked(world: World, height: int) -> None:
    world.receive(prepare(height))
    # A Prepare of the newest block is only late.
    late = [] if height == 0 else [OutOfReach(now=NOW, peer=ValidatorId(PEER))]
    assert world.events == late
    world.receive(view_change(height))
    # The core is told once in the time in which it answers once: a flood is no work for it.
    assert world.events == [OutOfReach(now=NOW, peer=ValidatorId(PEER))]
    assert world.verified == 0
    assert world.dropped == Counter({"OLD_HEIGHT" if height < 1 else "FUTURE_HEIGHT": 2})


def test_bad_signatures_and_strangers_are_counted_by_name(world: World) -> None:
    world.receive(prepare(1))
    world.receive(msgspec.structs.replace(prepare(1), signature=bytes(64)))
    world.receive(prepare(1, sender="stranger"))
    assert world.events == []
    assert world.dropped == Counter({"bad_signature": 2, "not_a_validator": 1})
    assert world.faults == [(PEER, "bad_signature")] * 2


def test_bodies_beside_a_pre_prepare_go_to_the_intake_and_not_to_the_core(world: World) -> None:
    paid = transfer(1)
    digest, proposal = propose(world.chain, paid)
    message = PrePrepare(
        height=1,
        view=0,
        digest=digest,
        proposal=proposal,
        justification=None,
        bodies=(paid.data,),
        sender=PEER,
        signature=b"",
    )
    world.receive(signed(world, message))
    event = world.events[0]
    assert isinstance(event, Received)
    assert isinstance(event.message.message, PrePrepare)
    assert event.message.message.bodies == ()
    assert world.batches == [(PEER, (paid.data,))]


def true_status(world: World) -> Status:
    """Of a peer that is level, after one block."""
    decide(world.chain)
    tip = world.chain.tip
    return Status(
        height=2,
        view=0,
        phase="idle",
        tip_digest=tip.digest,
        tip_certificate=tip.certificate,
        peers_seen=(),
        lost_primary=False,
        seen=None,
    )


def test_of_a_flood_of_statuses_few_are_looked_at(world: World) -> None:
    """A validator sent the same one as fast as it was read: a third of a busy node's time."""
    message = true_status(world)
    for _ in range(1_000):
        world.receive(message)
    assert len(world.events) == STATUS_BURST
    assert world.dropped == Counter({"STATUS_TOO_OFTEN": 1_000 - STATUS_BURST})
    world.inbound.on_message("treasury", message)
    assert len(world.events) == STATUS_BURST + 1
    world.now = Now(mono_ms=NOW.mono_ms + 500, wall_ms=NOW.wall_ms)
    for _ in range(1_000):
        world.receive(message)
    assert len(world.events) == STATUS_BURST + 1 + STATUS_PER_S / 2


def test_a_vote_without_effect_is_charged_to_its_sender_and_no_other(world: World) -> None:
    vote = signed(world, prepare(1))
    world.receive(vote)
    assert world.waste == []
    world.useless = True
    world.receive(vote)
    # The event may have been a whole block: that is not what a late vote costs.
    assert world.waste == [(PEER, USELESS_VOTE_S_MAX)]


def test_a_status_is_remembered_for_the_operator_and_given_to_the_core(world: World) -> None:
    message = true_status(world)
    world.receive(message)
    assert world.inbound.heights == {PEER: (2, 5)}
    assert isinstance(world.events[0], StatusReceived)
    world.receive(msgspec.structs.replace(message, height=9))
    assert len(world.events) == 1
    assert world.dropped == Counter({"wrong_height": 1})


def test_claims_of_w_peers_are_followed_when_no_certificate_can_be_checked(world: World) -> None:
    """One liar moves nobody; of two, one is correct, and blocks are checked as they come."""
    forged = certify(world.chain, 49, b"\x01" * 32, bytes(32))
    first, *rest = forged.signatures
    forged = msgspec.structs.replace(
        forged, signatures=(msgspec.structs.replace(first, signature=bytes(64)), *rest)
    )
    message = Status(
        height=50,
        view=0,
        phase="idle",
        tip_digest=b"\x01" * 32,
        tip_certificate=forged,
        peers_seen=(),
        lost_primary=False,
        seen=None,
    )
    world.inbound.on_message("treasury", message)
    world.inbound.on_message("treasury", message)
    assert world.targets == []
    world.receive(message)
    assert world.targets == [(49, ("treasury", PEER))]
    assert world.events == []
    assert world.faults == []


def test_evidence_with_a_forged_half_is_dropped(world: World) -> None:
    first = signed(world, prepare(1))
    second = signed(world, msgspec.structs.replace(prepare(1), digest=b"\x02" * 32))
    good = Evidence(accused=PEER, height=1, first=first, second=second)
    world.receive(good)
    assert isinstance(world.events[0], EvidenceReceived)
    forged = msgspec.structs.replace(second, signature=bytes(64))
    world.receive(msgspec.structs.replace(good, second=forged))
    world.receive(msgspec.structs.replace(good, accused="treasury"))
    assert len(world.events) == 1
    assert world.dropped == Counter({"bad_signature": 1, "bad_evidence": 1})


def test_a_fetched_block_must_be_the_one_of_its_digest(world: World) -> None:
    digest, proposal = propose(world.chain)
    world.receive(BlockReply(digest=digest, proposal=proposal))
    assert isinstance(world.events[0], BlockFetched)
    world.receive(BlockReply(digest=bytes(32), proposal=proposal))
    world.receive(BlockReply(digest=bytes(32), proposal=None))
    assert len(world.events) == 1
    assert world.dropped == Counter({"wrong_digest": 1})


def test_the_rest_goes_where_it_belongs(world: World) -> None:
    reply = SyncReply(blocks=(decided_block(world.chain),))
    world.receive(TxBatch(bodies=(b"a",)))
    world.receive(BodyReply(bodies=(b"b",)))
    world.receive(reply)
    assert world.batches == [(PEER, (b"a",)), (PEER, (b"b",))]
    assert world.synced == [(PEER, reply)]
    hello = Hello(
        protocol=1,
        chain_id="a",
        genesis_digest=bytes(32),
        node_id="a",
        instance=bytes(8),
        software="",
        height=0,
    )
    world.receive(hello)
    assert world.dropped == Counter({"UNEXPECTED": 1})


def test_links_are_told_to_the_core(world: World) -> None:
    world.inbound.on_up(PEER)
    world.inbound.on_down(PEER)
    assert [type(event).__name__ for event in world.events] == ["PeerUp", "PeerDown"]


def test_a_height_counts_when_w_peers_claim_it(world: World) -> None:
    assert world.inbound.claimed_height() == 0
    world.inbound.heights["a"] = (2**62, 0)
    assert world.inbound.claimed_height() == 0
    world.inbound.heights["b"] = (40, 0)
    assert world.inbound.claimed_height() == 40
    world.inbound.heights["c"] = (50, 0)
    assert world.inbound.claimed_height() == 50
    world.observers = ("a", "b")
    assert world.inbound.claimed_height() == 0


def test_what_a_peer_claimed_before_it_went_counts_no_more(world: World) -> None:
    """Liars that had left the set one after the other made w in the end: behind for ever."""
    for name in ("a", "b"):
        world.inbound.on_up(name)
        world.inbound.heights[name] = (2**62, 0)
    world.inbound.on_down("a")
    assert world.inbound.claimed_height() == 0
    world.inbound.on_up("a")
    assert world.inbound.claimed_height() == 2**62

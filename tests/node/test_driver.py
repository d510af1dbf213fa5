"""The contract of perform: what is durable before what leaves, and nothing in between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consensus.actions import (
    Broadcast,
    BuildProposal,
    CatchUp,
    Execute,
    FetchBlock,
    Halt,
    HeaderTemplate,
    KeepCertificate,
    RecordEvidence,
    Report,
    ReportKind,
    SendTo,
)
from consensus.events import (
    Executed,
    PeerUp,
    ProposalBuilt,
    Received,
    SignRefused,
)
from consensus.messages import (
    Evidence,
    PrePrepare,
    Step,
    ViewChange,
    ViewChangeHead,
)
from consensus.types import Tip, ValidatorId
from node.signing_desk import GuardedProposal
from node.storage.durable import OS_DISK
from node.storage.guard_types import GuardFailed
from node.storage.kv import StorageFailed
from node.wire.peer_messages import BlockRequest
from tests.node.support.driver_world import (
    BLOCK,
    CHAIN,
    DECIDED,
    DIGEST,
    OTHER_ROOT,
    OWN,
    ROOT,
    World,
    certificate,
    clock,
    commit,
    prepare,
    running,
    sign,
    up,
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    with running(tmp_path) as made:
        yield made


@pytest.fixture
def syncs(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The log also shows each sync of the guard's file."""
    real = OS_DISK.sync

    def sync(descriptor: int) -> None:
        real(descriptor)
        world.log.append("fsync")

    monkeypatch.setattr(OS_DISK, "sync", sync)
    return world


async def test_a_vote_is_durable_then_looped_back_then_sent(syncs: World) -> None:
    world = syncs
    world.give(PeerUp, sign(prepare(), BLOCK), SendTo(peer=ValidatorId("b"), message=prepare()))
    world.driver.post(up())
    assert world.log == [
        "event PeerUp",
        "fsync",
        "remember Prepare",
        "broadcast Prepare",
        "send Prepare to b",
        "event Received",
    ]
    received = world.replica.events[-1]
    assert isinstance(received, Received)
    assert received.message.message == world.sent[0]
    assert len(world.sent[0].signature) == 64  # type: ignore[union-attr]


async def test_a_prepare_takes_block_and_bodies_into_the_same_sync(syncs: World) -> None:
    world = syncs
    world.give(PeerUp, sign(prepare(), BLOCK))
    world.driver.post(up())
    assert world.log.count("fsync") == 1
    kept = world.guard.proposal(DIGEST)
    assert kept is not None
    expected = GuardedProposal(digest=DIGEST, proposal=BLOCK, bodies=(b"body",))
    assert b"body" in kept
    assert expected.digest in kept


async def test_a_block_that_is_not_whole_is_not_guarded_before_it_is(world: World) -> None:
    """The first one under a digest stays: without its bodies it would stay so (R3)."""
    proposing = PrePrepare(
        height=1,
        view=0,
        digest=DIGEST,
        proposal=BLOCK,
        justification=None,
        bodies=(),
        sender=OWN,
        signature=b"",
    )
    world.held = None
    world.give(PeerUp, sign(proposing, BLOCK))
    world.driver.post(up())
    assert len(world.sent) == 1
    assert world.guard.proposal(DIGEST) is None
    world.held = (b"body",)
    world.give(PeerUp, sign(prepare(), BLOCK))
    world.driver.post(up())
    assert world.guard.proposal(DIGEST) is not None
    world.held = None
    world.give(PeerUp, sign(prepare(view=1), BLOCK))
    with pytest.raises(RuntimeError, match="bodies are not here"):
        world.driver.post(up())
    assert len(world.sent) == 2


async def test_a_commit_takes_the_certificate_into_the_same_sync(syncs: World) -> None:
    world = syncs
    world.give(PeerUp, sign(commit()))
    world.driver.post(up())
    assert world.log.count("fsync") == 1
    assert len(world.guard.certificates()) == 1


async def test_a_failed_sync_lets_no_byte_leave_and_ends_the_driver(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(OS_DISK, "sync", broken)
    world.give(PeerUp, sign(prepare(), BLOCK), Broadcast(message=prepare()))
    with pytest.raises(GuardFailed):
        world.driver.post(up())
    assert world.sent == []
    world.driver.post(up())
    assert world.log == ["event PeerUp"]
    with pytest.raises(GuardFailed):
        await world.driver.run()


async def test_a_refusal_comes_back_as_an_event_and_nothing_is_sent(world: World) -> None:
    world.give(PeerUp, sign(prepare(), BLOCK), sign(prepare(digest=b"\x09" * 32)))
    world.driver.post(up())
    assert len(world.sent) == 1
    refused = [event for event in world.replica.events if isinstance(event, SignRefused)]
    assert [(event.height, event.view, event.step) for event in refused] == [(1, 0, Step.PREPARE)]
    assert refused[0].reason.startswith("conflict")
    assert not refused[0].root_conflict


async def test_another_root_for_a_committed_block_is_called_a_root_conflict(world: World) -> None:
    world.give(PeerUp, sign(commit()), sign(commit(view=1, root=OTHER_ROOT)))
    world.driver.post(up())
    refused = [event for event in world.replica.events if isinstance(event, SignRefused)]
    assert [event.root_conflict for event in refused] == [True]
    assert len(world.sent) == 1


async def test_the_same_draft_again_sends_the_stored_bytes_without_a_sync(syncs: World) -> None:
    world = syncs
    world.give(PeerUp, sign(prepare(), BLOCK), sign(prepare(), BLOCK))
    world.driver.post(up())
    assert world.log.count("fsync") == 1
    assert world.sent[0] == world.sent[1]


async def test_a_view_change_is_signed_with_its_claim(world: World) -> None:
    head = ViewChangeHead(
        height=1, view=2, prepared_view=None, prepared_digest=None, sender=OWN, signature=b""
    )
    world.give(PeerUp, sign(ViewChange(head=head, certificate=None)))
    world.driver.post(up())
    newest = world.guard.newest()
    assert newest is not None
    assert (newest.view, newest.step) == (2, Step.VIEW_CHANGE)


async def test_a_failed_batch_reaches_nobody_and_ends_the_driver(world: World) -> None:
    world.fail_decide = StorageFailed("disk")
    world.give(PeerUp, DECIDED)
    with pytest.raises(StorageFailed):
        world.driver.post(up())
    assert world.log == ["event PeerUp", "batch"]
    with pytest.raises(StorageFailed, match="disk"):
        await world.driver.run()


async def test_events_posted_while_actions_are_performed_wait_for_their_end(world: World) -> None:
    world.on_decided_hook = lambda: world.driver.post(up("posted inside"))
    world.give(PeerUp, DECIDED, Broadcast(message=prepare()))
    world.driver.post(up())
    await asyncio.sleep(0)
    assert world.log == [
        "event PeerUp",
        "batch",
        "outside hears",
        "broadcast Prepare",
        "event Advanced",
        "event PeerUp",
        "event PoolChanged",
    ]


async def test_synced_blocks_open_the_next_height_for_guard_and_core(world: World) -> None:
    world.give(PeerUp, sign(prepare(), BLOCK))
    world.driver.post(up())
    world.log.clear()
    tip = Tip(
        **{
            name: getattr(CHAIN.tip, name)
            for name in CHAIN.tip.__struct_fields__
            if name != "height"
        },
        height=7,
    )
    world.driver.advance(tip)
    assert world.log == ["event Advanced", "outside hears", "event PoolChanged"]
    assert world.guard.height == 8
    assert world.guard.records() == ()


async def test_answers_of_execution_come_as_events(world: World) -> None:
    world.outcome = Executed(now=clock(), height=1, digest=DIGEST, root=ROOT)
    asked = Execute(view=0, digest=DIGEST, proposal=BLOCK, peers=())
    world.give(PeerUp, asked)
    world.driver.post(up())
    assert world.log == ["event PeerUp", "execute", "event Executed"]
    world.outcome = None
    world.give(PeerUp, asked)
    world.driver.post(up())
    assert world.log[3:] == ["event PeerUp", "execute"]


async def test_a_block_is_asked_of_every_peer_named(world: World) -> None:
    peers = (ValidatorId("a"), ValidatorId("b"))
    world.give(PeerUp, FetchBlock(height=4, digest=DIGEST, peers=peers))
    world.driver.post(up())
    assert world.log[1:] == ["send BlockRequest to a", "send BlockRequest to b"]
    assert world.sent == [BlockRequest(height=4, digest=DIGEST)] * 2


async def test_a_built_block_goes_to_the_core(world: World) -> None:
    tip = CHAIN.tip
    template = HeaderTemplate(
        version=1,
        height=1,
        parent=tip.digest,
        parent_state_root=tip.state_root,
        timestamp_ms=1,
        proposer=OWN,
        origin_view=0,
        failed=(),
        validators_hash=tip.validators_hash,
        next_validators_hash=tip.next_validators_hash,
    )
    world.give(
        PeerUp,
        BuildProposal(view=3, template=template, parent_certificate=None, transactions_max=9),
    )
    world.driver.post(up())
    built = world.replica.events[-1]
    assert isinstance(built, ProposalBuilt)
    assert (built.view, built.digest, built.proposal) == (3, DIGEST, BLOCK)


async def test_what_only_the_outside_needs_goes_there(world: World) -> None:
    first, second = prepare(), prepare(digest=ROOT)
    actions = (
        Report(kind=ReportKind.BEHIND, text="", height=1, view=0),
        Halt(reason="ROOT_CONFLICT", text=""),
        RecordEvidence(evidence=Evidence(accused="a", height=1, first=first, second=second)),
        CatchUp(target_height=9, peers=()),
    )
    world.give(PeerUp, *actions)
    world.driver.post(up())
    assert world.reports == list(actions)


async def test_the_certificate_of_a_left_view_is_kept(world: World) -> None:
    world.give(PeerUp, KeepCertificate(certificate=certificate(view=2)))
    world.driver.post(up())
    assert len(world.guard.certificates()) == 1

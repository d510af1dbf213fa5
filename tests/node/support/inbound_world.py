"""Inbound between a real verifier and lists for everything else."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from consensus.actions import CatchUp
from consensus.events import Event, Now
from consensus.types import Proposal, ValidatorSet
from node.chain import Chain
from node.driver import Driver
from node.inbound import Inbound
from node.stages import Stages
from node.sync.blocks import BlockSync
from node.sync.snapshot_server import SnapshotServer
from node.wire.peer_messages import (
    DecidedBlock,
    PeerMessage,
    SyncReply,
)
from node.wire.verify import Verifier
from tests.node.support.chains import open_chain, scope_of

NOW = Now(mono_ms=5, wall_ms=6)
PEER = "supervisor"


@dataclass
class World:
    """Inbound between a real verifier and a list for everything else."""

    chain: Chain = field(default_factory=open_chain)
    events: list[Event] = field(default_factory=list)
    sent: list[tuple[str, PeerMessage]] = field(default_factory=list)
    batches: list[tuple[str, tuple[bytes, ...]]] = field(default_factory=list)
    synced: list[tuple[str, SyncReply]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    waste: list[tuple[str, float]] = field(default_factory=list)
    cpu_s: Iterator[int] = field(default_factory=itertools.count)
    targets: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    held: dict[bytes, bytes] = field(default_factory=dict)
    open_block: tuple[bytes, Proposal] | None = None
    verified: int = 0
    now: Now = NOW
    drop_count: int = 0
    """Of the core."""
    useless: bool = False
    """The core has no use for what it gets."""

    def __post_init__(self) -> None:
        verifier = Verifier(scope=scope_of(self.chain), validators=self.chain.validators_expected)
        real = verifier.verify

        def counted(message: object) -> object:
            self.verified += 1
            return real(message)  # type: ignore[type-var]

        verifier.verify = counted  # type: ignore[method-assign, assignment]
        self.observers: tuple[str, ...] = ()
        self.inbound = Inbound(
            driver=cast("Driver", self),
            verifier=verifier,
            outbox=self,
            answers=self,
            bodies=self,
            sync=cast("BlockSync", self),
            is_observer=lambda peer: peer in self.observers,
            snapshots=SnapshotServer(
                chain=self.chain, send=self.send, clock=lambda: NOW, interval=0
            ),
            on_fault=lambda peer, reason: self.faults.append((peer, reason)),
            on_waste=lambda peer, cpu_s: self.waste.append((peer, cpu_s)),
            cpu_seconds=lambda: float(next(self.cpu_s)),
            clock=lambda: self.now,
            stages=Stages(enabled=False),
        )

    @property
    def dropped(self) -> Counter[str]:
        return self.inbound.dropped

    def receive(self, message: PeerMessage) -> None:
        self.inbound.on_message(PEER, message)

    @property
    def replica(self) -> "World":
        return self

    @property
    def validators(self) -> ValidatorSet:
        return self.chain.tip.validators

    def catch_up(self, action: CatchUp) -> None:
        self.targets.append((action.target_height, action.peers))

    # driver, outbox, bodies, sync

    def post(self, event: Event) -> None:
        self.events.append(event)
        self.drop_count += self.useless

    def send(self, peer_id: str, message: PeerMessage) -> None:
        self.sent.append((peer_id, message))

    def broadcast(self, message: PeerMessage) -> None:
        raise AssertionError("an answer goes to who asked")

    def on_batch(self, peer: str, bodies: tuple[bytes, ...]) -> None:
        self.batches.append((peer, bodies))

    def on_reply(self, peer: str, reply: SyncReply) -> None:
        self.synced.append((peer, reply))

    # answers

    def tip_height(self) -> int:
        return self.chain.tip.height

    def proposal(self, height: int, digest: bytes) -> Proposal | None:
        if self.open_block is not None and self.open_block[0] == digest:
            return self.open_block[1]
        return self.chain.proposal_at(height, digest)

    def decided(self, height: int) -> DecidedBlock | None:
        return self.chain.decided_at(height)

    def body(self, wire_id: bytes) -> bytes | None:
        return self.held.get(wire_id)

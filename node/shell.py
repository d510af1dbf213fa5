"""The shell of one node between its links and its store: one wiring for processes and simulations.

parts.py gives it TLS links, a listener that logs and the clock of the machine; tests and the
simulator give it links, a listener and a clock of their own. Decides nothing.
"""

from collections.abc import Callable, Mapping

import msgspec

from consensus.events import Now
from consensus.replica import Replica
from consensus.restore import ReplicaConfig, Restored
from consensus.types import ValidatorId, Verified
from node.chain import Chain
from node.clock import cpu_seconds, now
from node.driver import Driver
from node.driver_needs import Listener, Outbox
from node.executor import Executor
from node.gossip import Gossip
from node.inbound import Inbound
from node.intake import Intake
from node.key_ring import KeyRing
from node.mempool import Mempool, PoolLimits
from node.named_keys import names_dev_key
from node.reporter import Reporter, ReportingListener
from node.restart import jumped, restored, stored_sequence, turned
from node.signature_check import SignatureCheck
from node.signing import VerifySignature, verify
from node.stages import Stages
from node.storage.kv import KeyValueStore
from node.sync.blocks import BlockSync
from node.sync.snapshot import Checkpoint, SnapshotSync
from node.sync.snapshot_check import SetChain
from node.sync.snapshot_server import SnapshotServer
from node.sync.staging import Staging
from node.turns import next_turn
from node.validator_sets import validator_set
from node.wire.hashing import SigningScope
from node.wire.signature_cache import SignatureCache
from node.wire.verify import Verifier
from tokens.transaction import DecodedTransaction

EVIDENCE_KEPT_MAX = 1_000
"""Newest pieces of evidence that a node takes with it to another store."""


class SnapshotSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a node gives and takes snapshots (ADR 0011)."""

    interval: int = 0
    """Heights between two that it holds for others; 0 = none."""
    open_store: Callable[[], KeyValueStore]
    """Opens or makes the store beside its own that a snapshot is built in."""
    pinned: Callable[[], Mapping[str, bytes]]
    """Peer -> network key that its link is pinned to."""
    checkpoint: Checkpoint | None = None
    """A block that the operator vouches for."""


def _forbids_nothing(_transaction: DecodedTransaction) -> bool:
    """A development network knows development keys."""
    return False


def _nobody_counts(_peer: str, _cpu_s: float) -> None:
    """In a simulation work costs nothing."""


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What a shell is put into."""

    node_id: str
    """Validator id, or any other name for an observer."""
    outbox: Outbox
    """The links."""
    listener: Listener
    """Hears what happened."""
    on_fault: Callable[[str, str], None]
    """(peer, reason): a peer sent what no honest one sends."""
    on_sync_report: Callable[[str], None]
    """A line about block sync, for the log."""
    on_waste: Callable[[str, float], None] = _nobody_counts
    """(peer, CPU seconds): work that helped nobody but that peer."""
    cpu_seconds: Callable[[], float] = cpu_seconds
    pool: PoolLimits
    """Bounds of the mempool; `window` = W of the chain."""
    block_gap_ms: int = 20
    """R1."""
    clock: Callable[[], Now] = now
    """Monotonic and wall milliseconds."""
    later: Callable[[Callable[[], None]], object] = next_turn
    """How the driver gets its next turn; in a simulation time goes by until then."""
    verify: VerifySignature = verify
    """Ed25519, or what a simulation puts in its place."""
    snapshots: SnapshotSettings | None = None
    """None: neither given nor taken."""
    make_replica: Callable[[ReplicaConfig, Restored], Replica] = Replica
    """The core; a simulation takes other timeouts, and watches each event."""


class Shell:
    """The parts that stand around one replica, each told of the others it needs."""

    def __init__(
        self,
        chain: Chain,
        ring: KeyRing,
        around: Surroundings,
        stages: Stages | None = None,
    ) -> None:
        """Call inside the running loop. `ring`: the consensus keys; without any, an observer."""
        self._around = around
        self.ring = ring
        self.chain = chain
        self.stages = stages or Stages(enabled=False)
        self.check = SignatureCheck(verify=around.verify)
        self.pool = Mempool(around.pool, height=chain.tip.height + 1)
        self.verifier = Verifier(
            scope=SigningScope(chain_id=chain.chain_id, genesis_digest=chain.genesis_digest),
            validators=chain.validators_expected,
            own=around.node_id,
            cache=SignatureCache(verify=around.verify),
        )
        self.gossip = Gossip(pool=self.pool, broadcast=around.outbox.broadcast)
        self.executor = self._make_executor()
        self.restored = restored(chain, ring, self._keep_body)
        """What the replica started from."""
        self.driver = self._make_driver(self.restored)
        self.intake = self._make_intake()
        self.snapshots = SnapshotServer(
            chain=chain,
            send=around.outbox.send,
            clock=around.clock,
            interval=0 if around.snapshots is None else around.snapshots.interval,
        )
        chain.on_block = self.snapshots.on_block
        self.sync = BlockSync(
            applier=self.executor,
            send=around.outbox.send,
            advance=self.driver.advance,
            report=around.on_sync_report,
            snapshots=self._make_snapshot_sync(around.snapshots),
            behind_max=chain.retain_blocks,
        )
        self.inbound = self._make_inbound()

    def _make_executor(self) -> Executor:
        chain, ring = self.chain, self.ring
        return Executor(
            chain=chain,
            pool=self.pool,
            check=self.check,
            verifier=self.verifier,
            ask=self._around.outbox.send,
            before_build=self.gossip.flush,
            clock=self._around.clock,
            guard_sequence=lambda: stored_sequence(chain, ring),
            stages=self.stages,
        )

    def _keep_body(self, decoded: DecodedTransaction) -> None:
        """A body of a guarded block goes beside the pool."""
        if self.check.check(decoded):
            self.pool.keep_spare(decoded)

    def _make_driver(self, found: Restored) -> Driver:
        return Driver(
            replica=self._around.make_replica(self._replica_config(), found),
            ring=self.ring,
            outbox=self._around.outbox,
            execution=self.executor,
            listener=ReportingListener(self._around.listener, self._make_reporter()),
            remember_own=self.verifier.remember_own,
            stages=self.stages,
            turn=lambda _: turned(self.chain, self.ring, self._keep_body),
            clock=self._around.clock,
            later=self._around.later,
        )

    def _make_reporter(self) -> Reporter:
        return Reporter(
            chain=self.chain,
            ring=self.ring,
            verified=lambda found: isinstance(self.verifier.verify_evidence(found), Verified),
            offer=lambda transaction: self.intake.offer(transaction),
        )

    def _replica_config(self) -> ReplicaConfig:
        return ReplicaConfig(
            validator=None if self.ring.desk is None else ValidatorId(self._around.node_id),
            chain_id=self.chain.chain_id,
            rotation=self.chain.rotation,
            block_gap_ms=self._around.block_gap_ms,
        )

    def _make_intake(self) -> Intake:
        return Intake(
            pool=self.pool,
            check=self.check,
            admission=self.chain,
            spread=self.gossip,
            on_admitted=self.driver.pool_changed,
            forbids=_forbids_nothing if self.chain.genesis.is_dev else names_dev_key,
            wants=self.executor.wants,
            on_bodies=lambda: self.driver.run_all(self.executor.on_bodies()),
            on_again=self._heard_again,
            on_fault=self._around.on_fault,
            on_waste=self._around.on_waste,
            cpu_seconds=self._around.cpu_seconds,
            stages=self.stages,
        )

    def _heard_again(self, peer: str, wire_id: bytes) -> None:
        """R6 counts validators: observers may be as many liars."""
        if peer in self.chain.tip.validators:
            self.executor.heard_again(peer, wire_id)

    def _make_snapshot_sync(self, settings: SnapshotSettings | None) -> SnapshotSync | None:
        if settings is None:
            return None
        chain, around = self.chain, self._around
        scope = SigningScope(chain_id=chain.chain_id, genesis_digest=chain.genesis_digest)
        first = validator_set(chain.genesis.validators)
        return SnapshotSync(
            open_staging=lambda: Staging(settings.open_store(), chain.genesis),
            new_sets=lambda: SetChain(scope, first, verify=around.verify),
            pinned=settings.pinned,
            send=around.outbox.send,
            report=around.on_sync_report,
            above=lambda: chain.tip.height,
            finish=self._finish,
            checkpoint=settings.checkpoint,
        )

    def _finish(self, staging: Staging) -> None:
        """The last batch of a snapshot takes over what the node must not forget (R11, R12)."""
        sequence, height = stored_sequence(self.chain, self.ring), staging.height + 1
        members = None if staging.sets is None else staging.sets.at(height)
        if members is not None:
            jumped(self.ring, members, height, sequence)
        staging.finish(sequence, self.chain.blocks.evidence(EVIDENCE_KEPT_MAX))
        staging.close()

    def close(self) -> None:
        """No timer runs on, no view of the store is held."""
        self.driver.stop()
        self.gossip.close()
        self.snapshots.close()

    def _make_inbound(self) -> Inbound:
        return Inbound(
            driver=self.driver,
            verifier=self.verifier,
            outbox=self._around.outbox,
            answers=self.executor,
            bodies=self.intake,
            sync=self.sync,
            is_observer=self.chain.is_observer,
            snapshots=self.snapshots,
            on_fault=self._around.on_fault,
            on_waste=self._around.on_waste,
            cpu_seconds=self._around.cpu_seconds,
            clock=self._around.clock,
            stages=self.stages,
        )

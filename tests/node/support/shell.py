"""One node without sockets: the real chain, guard, driver, executor, intake and sync.

It is wired by node/shell.py, as a process is; the transport is the network of the test, and the
clock is that of the loop. `crash_at` names an effect; reaching it raises PowerCut there.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from consensus.actions import CatchUp, Halt, Report, ReportKind
from consensus.messages import ConsensusMessage, Evidence, PreparedCertificate
from consensus.types import CommitCertificate, Proposal, Tip
from node.chain import Chain, Execution
from node.identity import dev_keys
from node.key_ring import KeyRing
from node.mempool import PoolLimits
from node.restart import begin_guard, open_guard
from node.shell import Shell, SnapshotSettings, Surroundings
from node.signing import Signer
from node.signing_desk import GuardedProposal, SigningDesk
from node.storage.kv import KeyValueStore
from node.storage.leveldb import open_store
from node.wire.peer_messages import PeerMessage
from tests.node.support.chains import scope_of
from tests.node.support.virtual_loop import now
from tokens.genesis import Genesis
from tokens.protocol import PROTOCOL_VERSION
from tokens.transaction import DecodedTransaction


class PowerCut(Exception):
    """The node is gone at this very point."""


class CrashPlan:
    """Cuts the power the n-th time that a named effect is reached."""

    def __init__(self, point: str = "", countdown: int = 1) -> None:
        self.point = point
        self.countdown = countdown
        self.reached: list[str] = []
        """Every effect, in order."""

    def reach(self, point: str) -> None:
        self.reached.append(point)
        if point == self.point:
            self.countdown -= 1
            if self.countdown == 0:
                raise PowerCut(point)


class CrashingDesk(SigningDesk):
    """The signing desk, with two places to die."""

    plan: CrashPlan

    def sign(
        self,
        draft: ConsensusMessage,
        block: GuardedProposal | None,
        certificate: PreparedCertificate | None,
    ) -> ConsensusMessage:
        name = type(draft).__name__
        self.plan.reach(f"before guard {name}")
        signed = super().sign(draft, block, certificate)
        self.plan.reach(f"after guard {name}")
        return signed


class CrashingChain(Chain):
    """The chain, with a place to die before and after the batch."""

    plan: CrashPlan

    def write(
        self,
        proposal: Proposal,
        certificate: CommitCertificate,
        done: Execution,
        guard_sequence: int,
    ) -> Tip:
        self.plan.reach("before batch")
        tip = super().write(proposal, certificate, done, guard_sequence)
        self.plan.reach("after batch")
        return tip


class Listener:
    """Keeps what a node says."""

    def __init__(self, shell: "NodeShell") -> None:
        self._shell = shell

    def on_decided(self, tip: Tip) -> None:
        shell = self._shell
        shell.plan.reach("before Advanced")
        shell.acknowledged += [receipt.tx_id for receipt in shell.chain.newest_receipts]
        shell.note()

    def on_report(self, report: Report) -> None:
        self._shell.reports.append(report)
        self._shell.note()

    def on_halt(self, halt: Halt) -> None:
        self._shell.halts.append(halt)

    def on_evidence(self, evidence: Evidence) -> None:
        self._shell.evidence.append(evidence)

    def on_catch_up(self, action: CatchUp) -> None:
        self._shell.sync.catch_up(action)


class Wire:
    """What the node sends goes through the crash plan into the network."""

    def __init__(self, plan: CrashPlan, send: Callable[[str | None, PeerMessage], object]) -> None:
        self._plan = plan
        self._send = send

    def send(self, peer_id: str, message: PeerMessage) -> None:
        self._send(peer_id, message)

    def broadcast(self, message: PeerMessage) -> None:
        name = type(message).__name__
        self._plan.reach(f"before send {name}")
        self._send(None, message)
        self._plan.reach(f"after send {name}")


class NodeShell:
    """Open it inside the loop; everything durable is in `folder` (and in `store`, if given)."""

    def __init__(
        self,
        name: str,
        genesis: Genesis,
        folder: Path,
        *,
        send: Callable[[str | None, PeerMessage], object],
        note: Callable[[], None],
        plan: CrashPlan | None = None,
        store: KeyValueStore | None = None,
        pool: PoolLimits | None = None,
        more_signers: Sequence[Signer] = (),
        snapshots: SnapshotSettings | None = None,
        retain_blocks: int = 0,
        known_version: int = PROTOCOL_VERSION,
    ) -> None:
        self.name = name
        self.note = note
        self.plan = plan or CrashPlan()
        self.acknowledged: list[bytes] = []
        """tx_ids whose receipts this run gave out."""
        self.reports: list[Report] = []
        self.halts: list[Halt] = []
        self.evidence: list[Evidence] = []
        self.faults: list[tuple[str, str]] = []
        """(peer, reason) of what no honest peer sends."""
        keys = dev_keys(name)
        folder.mkdir(parents=True, exist_ok=True)
        begin_guard(folder, keys.signer.public_key)
        self.store = store or open_store(folder / "store", create=not (folder / "store").exists())
        self.chain = CrashingChain.open(self.store, genesis, known_version)
        assert isinstance(self.chain, CrashingChain)
        self.chain.plan = self.plan
        self._guards = folder / "guard"
        self.desk = self._open_desk(keys.signer)
        self.ring = KeyRing(name, (self.desk, *map(self._open_desk, more_signers)))
        self.chain.retain_blocks = retain_blocks
        self.sync_reports: list[str] = []
        self._build(Wire(self.plan, send), pool, snapshots)

    def _build(
        self, wire: Wire, limits: PoolLimits | None, snapshots: SnapshotSettings | None
    ) -> None:
        shell = Shell(
            self.chain,
            self.ring,
            Surroundings(
                node_id=self.name,
                outbox=wire,
                listener=Listener(self),
                on_fault=self.on_fault,
                on_sync_report=self.sync_reports.append,
                pool=limits or PoolLimits(window=self.chain.window_blocks),
                clock=now,
                snapshots=snapshots,
            ),
        )
        self.shell = shell
        self.check, self.pool, self.verifier = shell.check, shell.pool, shell.verifier
        self.gossip, self.executor, self.restored = shell.gossip, shell.executor, shell.restored
        self.driver, self.intake, self.sync = shell.driver, shell.intake, shell.sync
        self.inbound, self.shell = shell.inbound, shell

    def _open_desk(self, signer: Signer) -> CrashingDesk:
        guard = open_guard(self._guards, signer.public_key)
        desk = CrashingDesk(signer, guard, scope_of(self.chain), self._guards)
        desk.plan = self.plan
        return desk

    def add_key(self, signer: Signer) -> None:
        """A consensus key that came while the node runs."""
        self.ring.add(self._open_desk(signer))

    def on_fault(self, peer: str, reason: str) -> None:
        self.faults.append((peer, reason))

    @property
    def height(self) -> int:
        return self.chain.tip.height

    def said(self, kind: ReportKind) -> list[str]:
        """Texts of its reports of one kind."""
        return [report.text for report in self.reports if report.kind is kind]

    async def submit(self, *transactions: DecodedTransaction) -> list[str]:
        """Names of the answers; none if the power was cut meanwhile."""
        try:
            answers = await self.intake.submit([each.data for each in transactions])
        except PowerCut:
            return []
        return [code.name for code, _ in answers]

    def has_decided(self, tx_ids: Sequence[bytes]) -> bool:
        return all(self.chain.blocks.place(tx_id) is not None for tx_id in tx_ids)

    def release(self) -> None:
        """What the end of a process does: no timer, no lock, no descriptor."""
        self.shell.close()
        self.ring.close()

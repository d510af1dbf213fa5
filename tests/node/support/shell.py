"""One node without sockets: the real chain, guard, driver, executor, intake and sync.

It is wired as node/parts.py wires it; the transport is the network of the test, and the clock is
that of the loop. `crash_at` names an effect; reaching it raises PowerCut there.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from consensus.actions import CatchUp, Halt, Report, ReportKind
from consensus.messages import ConsensusMessage, Evidence, PreparedCertificate
from consensus.replica import Replica
from consensus.restore import ReplicaConfig
from consensus.types import CommitCertificate, Proposal, Tip, ValidatorId
from node.chain import Chain, Execution
from node.driver import Driver
from node.executor import Executor
from node.gossip import Gossip
from node.identity import dev_keys
from node.inbound import Inbound
from node.intake import Intake
from node.mempool import Mempool, PoolLimits
from node.restart import begin_guard, open_guard, restored, stored_sequence
from node.signature_check import SignatureCheck
from node.signing_desk import GuardedProposal, SigningDesk
from node.stages import Stages
from node.storage.kv import KeyValueStore
from node.storage.leveldb import open_store
from node.sync.blocks import BlockSync
from node.wire.peer_messages import PeerMessage
from node.wire.verify import Verifier
from tests.node.support.chains import scope_of
from tests.node.support.virtual_loop import now
from tokens.genesis import Genesis
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
        self.chain = CrashingChain.open(self.store, genesis)
        assert isinstance(self.chain, CrashingChain)
        self.chain.plan = self.plan
        self.desk = CrashingDesk(
            keys.signer,
            open_guard(folder / "guard", keys.signer.public_key),
            scope_of(self.chain),
            folder / "guard",
        )
        self.desk.plan = self.plan
        self._build(Wire(self.plan, send), pool)

    def _build(self, wire: Wire, limits: PoolLimits | None) -> None:
        chain, stages = self.chain, Stages(enabled=False)
        self.check = SignatureCheck()
        chosen = limits or PoolLimits(window=chain.window_blocks)
        self.pool = Mempool(chosen, height=chain.tip.height + 1)
        self.verifier = Verifier(
            scope=scope_of(chain), validators=chain.validators_expected, own=self.name
        )
        self.gossip = Gossip(pool=self.pool, broadcast=wire.broadcast)
        self.executor = Executor(
            chain=chain,
            pool=self.pool,
            check=self.check,
            verifier=self.verifier,
            ask=wire.send,
            before_build=self.gossip.flush,
            clock=now,
            guard_sequence=lambda: stored_sequence(chain, self.desk),
            stages=stages,
        )
        self.restored = restored(chain, self.desk, self._keep_body)
        self.driver = Driver(
            replica=Replica(
                ReplicaConfig(
                    validator=ValidatorId(self.name),
                    chain_id=chain.chain_id,
                    rotation=chain.rotation,
                ),
                self.restored,
            ),
            desk=self.desk,
            outbox=wire,
            execution=self.executor,
            listener=Listener(self),
            remember_own=self.verifier.remember_own,
            stages=stages,
            clock=now,
        )
        self.intake = Intake(
            pool=self.pool,
            check=self.check,
            admission=chain,
            spread=self.gossip,
            on_admitted=self.driver.pool_changed,
            wants=self.executor.wants,
            on_again=self.executor.heard_again,
            on_fault=self.on_fault,
            on_bodies=lambda: self.driver.post_all(self.executor.on_bodies()),
            stages=stages,
        )
        self.sync = BlockSync(
            applier=self.executor,
            send=wire.send,
            advance=self.driver.advance,
            report=lambda text: None,
        )
        self.inbound = Inbound(
            driver=self.driver,
            verifier=self.verifier,
            outbox=wire,
            answers=self.executor,
            bodies=self.intake,
            sync=self.sync,
            on_fault=self.on_fault,
            clock=now,
            stages=stages,
        )

    def on_fault(self, peer: str, reason: str) -> None:
        self.faults.append((peer, reason))

    def _keep_body(self, decoded: DecodedTransaction) -> None:
        if self.check.check(decoded):
            self.pool.keep_spare(decoded)

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
        self.driver.stop()
        self.gossip.close()
        self.desk.guard.close()

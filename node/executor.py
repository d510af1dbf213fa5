"""Executes proposed blocks on overlays, and writes the decided one.

Rules of this file:
1. A block is executed once, before Prepare, and kept by its digest over all views (R3).
2. Every transaction is asked `includable` on the parent state: the same function as admission and
   the primary's choice (R8). Signatures were checked when the transaction arrived.
3. Writing is one synced batch; the overlays of the height die with it.
4. An exception in the ledger is a fault of this node: no Prepare, and a named report (R3).
5. A block is executed in steps, between which the loop has a turn. Sync may write the height
   meanwhile: what was executed until then is thrown away.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from consensus.actions import BuildProposal
from consensus.events import Event, Executed, ExecutionFailed, ExecutionRefused, Now
from consensus.primary import HALVINGS_MAX
from consensus.quorum import weak_quorum
from consensus.types import CommitCertificate, Header, Proposal, Tip
from node.block_check import BlockCheck
from node.censorship import CensorshipWatch
from node.chain import Chain, Execution
from node.mempool import Mempool
from node.missing_bodies import MissingBodies
from node.pool_entry import sender_of
from node.signature_check import SignatureCheck
from node.stages import Stage, Stages
from node.sync.blocks import BlockRefused, follows
from node.wire.hashing import certificate_digest, header_digest, tx_root
from node.wire.peer_messages import BodyRequest, DecidedBlock
from node.wire.verify import Rejected, Verifier
from tokens.results import Code
from tokens.steps import Steps
from tokens.transaction import DecodedTransaction, decode_transaction

T = TypeVar("T")

EXECUTED_MAX = 64
"""Overlays kept for one height: more proposals than views can be in that time is a flood."""


class Executor:
    """The ledger as consensus uses it."""

    def __init__(
        self,
        *,
        chain: Chain,
        pool: Mempool,
        check: SignatureCheck,
        verifier: Verifier,
        ask: Callable[[str, BodyRequest], object],
        before_build: Callable[[], None],
        clock: Callable[[], Now],
        guard_sequence: Callable[[], int],
        stages: Stages,
    ) -> None:
        self._chain = chain
        self._pool = pool
        self._verifier = verifier
        self._before_build = before_build
        """Sends what waits for a batch, so that others hold it before they see the proposal."""
        self._clock = clock
        self._guard_sequence = guard_sequence
        self._admits = BlockCheck(chain, check, stages)
        self._stages = stages
        self._executed: OrderedDict[bytes, tuple[Proposal, Execution]] = OrderedDict()
        self._refused: OrderedDict[bytes, Event] = OrderedDict()
        self._bodies: dict[bytes, DecodedTransaction] = {}
        """Bodies of executed blocks: peers may ask for what the pool has let go meanwhile."""
        self._missing = MissingBodies(is_held=lambda each: self._held(each) is not None, ask=ask)
        self._seen: OrderedDict[bytes, Proposal] = OrderedDict()
        self.newest_had_room = True
        """The newest decided block was less than half full, in number and in bytes."""
        self._watch = CensorshipWatch(
            pool=pool, weak_quorum=lambda: weak_quorum(len(chain.tip.validators))
        )

    # --- what the driver asks (driver_needs.Execution) -------------------------------------------

    def execute(
        self, digest: bytes, proposal: Proposal, peers: tuple[str, ...]
    ) -> Steps[Event | None]:
        """Outcome, or None while bodies are being fetched, and if the tip moved between steps."""
        if proposal.header.height != self._chain.tip.height + 1:
            return None
        known = self._known(digest, proposal)
        if known is not None:
            return known
        self._remember(digest, proposal)
        transactions = self._transactions(proposal)
        if transactions is None:
            self._missing.fetch(digest, proposal, peers)
            return None
        return (yield from self._run(digest, proposal, transactions))

    def build(self, action: BuildProposal) -> tuple[bytes, Proposal]:
        """A block of includable transactions on the tip."""
        self._before_build()
        template = action.template
        limits = self._chain.limits()
        chosen = self._pool.select(
            self._chain.includable,
            min(limits.block_transactions_max, action.transactions_max),
            limits.block_bytes_max,
        )
        wire_ids = tuple(transaction.wire_id for transaction in chosen)
        header = Header(
            version=template.version,
            chain_id=self._chain.chain_id,
            height=template.height,
            parent=template.parent,
            parent_state_root=template.parent_state_root,
            timestamp_ms=template.timestamp_ms,
            proposer=template.proposer,
            origin_view=template.origin_view,
            failed=template.failed,
            tx_root=tx_root(wire_ids),
            parent_certificate=certificate_digest(action.parent_certificate),
            validators_hash=template.validators_hash,
            next_validators_hash=template.next_validators_hash,
        )
        proposal = Proposal(
            header=header, wire_ids=wire_ids, parent_certificate=action.parent_certificate
        )
        return header_digest(header), proposal

    def bodies(self, proposal: Proposal) -> tuple[bytes, ...] | None:
        """Bodies of a block, in order; None if one is not here (an executed block has all)."""
        held = self._transactions(proposal)
        return None if held is None else tuple(transaction.data for transaction in held)

    def decide(self, digest: bytes, proposal: Proposal, certificate: CommitCertificate) -> Tip:
        """Write an executed block. Raises StorageFailed: end the process."""
        done = self._executed.get(digest)
        if done is not None:
            return self._write(proposal, certificate, done[1])
        transactions = self._transactions(proposal)
        if transactions is None:
            raise self._gone(proposal)
        return self._write(proposal, certificate, self._chain.execute(proposal, transactions))

    def pool(self) -> tuple[int, bool, bool]:
        """(includable, agenda, censored) for the current height."""
        self._stages.enter(Stage.INCLUDABLE)
        try:
            first = self._pool.count_includable(self._chain.includable, 1)
        finally:
            self._stages.leave()
        # Beyond the first one the number only decides whether the primary waits for block_gap_ms.
        return (len(self._pool) if first else 0), self._chain.agenda_due(), self._watch.accuses

    def heard_again(self, peer: str, wire_id: bytes) -> None:
        """A peer sent a transaction that the pool holds already."""
        self._watch.heard_again(peer, wire_id)

    # --- what peers send --------------------------------------------------------------------------

    def on_bodies(self) -> list[Steps[Event | None]]:
        """Bodies came in: what was waiting for them, to be run; or ask for the next part."""
        ready: list[Steps[Event | None]] = []
        for digest, proposal in self._missing.blocks():
            transactions = self._transactions(proposal)
            if transactions is None:
                self._missing.go_on(digest)
            else:
                self._missing.remove(digest)
                ready.append(self._run(digest, proposal, transactions))
        return ready

    def wants(self, wire_id: bytes) -> bool:
        """Whether a block waits for this body: what nobody asked for is not kept."""
        return self._missing.wants(wire_id)

    def proposal(self, height: int, digest: bytes) -> Proposal | None:
        """A block of the open height, or a decided one."""
        if height == self._chain.tip.height + 1:
            return self._seen.get(digest)
        return self._chain.proposal_at(height, digest)

    def body(self, wire_id: bytes) -> bytes | None:
        """A transaction of the pool, or of an open block."""
        held = self._held(wire_id)
        return None if held is None else held.data

    def tip_height(self) -> int:
        """Height of the newest durable block."""
        return self._chain.tip.height

    def decided(self, height: int) -> DecidedBlock | None:
        """A decided block with its bodies, for peers that are behind."""
        return self._chain.decided_at(height)

    def apply_decided(self, block: DecidedBlock) -> Steps[Tip | None]:
        """Check, execute and write a block that sync brought. Raises BlockRefused, RootMismatch.

        None if the height was decided here between two steps.
        """
        height = block.proposal.header.height
        if height != self._chain.tip.height + 1:
            raise BlockRefused("not the next height")
        return (yield from self._while_open(height, self._apply(block)))

    # --- inside -----------------------------------------------------------------------------------

    def _while_open(self, height: int, steps: Steps[T]) -> Steps[T | None]:
        """None if the height is not, or between two steps is no longer, the one after the tip."""
        while height == self._chain.tip.height + 1:
            try:
                next(steps)
            except StopIteration as done:
                result: T = done.value
                return result
            yield
        return None

    def _apply(self, block: DecidedBlock) -> Steps[Tip]:
        header, certificate = block.proposal.header, block.certificate
        verified = self._verifier.verify_decided(block)
        if isinstance(verified, Rejected):
            raise BlockRefused(verified.reason)
        if not follows(self._chain.tip, block.proposal):
            raise BlockRefused("another parent")
        transactions: list[DecodedTransaction] = []
        for wire_id, body in zip(block.proposal.wire_ids, block.bodies, strict=True):
            if len(transactions) % self._chain.step_transactions == 0:
                yield
            decoded = decode_transaction(body)
            if isinstance(decoded, Code) or decoded.wire_id != wire_id:
                raise BlockRefused("a body is not that of its wire id")
            transactions.append(decoded)
        execution = yield from self._chain.executing(block.proposal, tuple(transactions))
        if execution.result.root != certificate.root:
            raise RootMismatch(header.height, execution.result.root, certificate.root)
        return self._write(block.proposal, certificate, execution)

    def _known(self, digest: bytes, proposal: Proposal) -> Event | None:
        """The outcome of a block that was executed or refused before."""
        done = self._executed.get(digest)
        if done is None:
            return self._refused.get(digest)
        self._executed.move_to_end(digest)
        return self._outcome(proposal.header, digest, done[1].result.root)

    def _run(
        self, digest: bytes, proposal: Proposal, transactions: tuple[DecodedTransaction, ...]
    ) -> Steps[Event | None]:
        steps = self._outcome_of(digest, proposal, transactions)
        return (yield from self._while_open(proposal.header.height, steps))

    def _outcome_of(
        self, digest: bytes, proposal: Proposal, transactions: tuple[DecodedTransaction, ...]
    ) -> Steps[Event]:
        known = self._known(digest, proposal)
        if known is not None:
            return known
        header = proposal.header
        reason = yield from self._admits.refusal(transactions)
        if reason is not None:
            event: Event = ExecutionRefused(
                now=self._clock(), height=header.height, digest=digest, reason=reason
            )
            if len(self._refused) >= EXECUTED_MAX:
                self._refused.popitem(last=False)
            self._refused[digest] = event
            return event
        if len(self._executed) >= EXECUTED_MAX:
            self._forget(next(iter(self._executed)))
        try:
            execution = yield from self._chain.executing(proposal, transactions)
        except Exception as error:  # noqa: BLE001  (rule 4: whatever it is, it must not vote)
            return ExecutionFailed(
                now=self._clock(),
                height=header.height,
                digest=digest,
                reason=f"{type(error).__name__}: {error}",
            )
        self._executed[digest] = (proposal, execution)
        self._bodies.update((each.wire_id, each) for each in transactions)
        return self._outcome(header, digest, execution.result.root)

    def _outcome(self, header: Header, digest: bytes, root: bytes) -> Event:
        return Executed(now=self._clock(), height=header.height, digest=digest, root=root)

    def _held(self, wire_id: bytes) -> DecodedTransaction | None:
        """A body of the pool, kept beside it, or of an executed block."""
        return self._pool.body(wire_id) or self._bodies.get(wire_id)

    def _transactions(self, proposal: Proposal) -> tuple[DecodedTransaction, ...] | None:
        """All of a block, or None."""
        held = [self._held(wire_id) for wire_id in proposal.wire_ids]
        found = tuple(each for each in held if each is not None)
        return found if len(found) == len(held) else None

    def _gone(self, proposal: Proposal) -> RuntimeError:
        """A decided block whose overlay was pushed out: end, start again, sync it from peers."""
        return RuntimeError(f"bodies of the decided block {proposal.header.height} are gone")

    def _forget(self, digest: bytes) -> None:
        """The block asked for least recently; bodies that others have too stay."""
        self._executed.pop(digest)
        kept = [execution.transactions for _, execution in self._executed.values()]
        self._bodies = {each.wire_id: each for transactions in kept for each in transactions}

    def _remember(self, digest: bytes, proposal: Proposal) -> None:
        if len(self._seen) >= EXECUTED_MAX:
            self._seen.popitem(last=False)
        self._seen[digest] = proposal

    def _had_room(self, proposal: Proposal, done: Execution) -> bool:
        """Each view halves the most that a primary may put into a block (R1)."""
        limits, view = self._chain.limits(), proposal.header.origin_view
        size_bytes = 2 * sum(len(each.data) for each in done.transactions)
        most = limits.block_transactions_max >> min(view, HALVINGS_MAX)
        return 2 * len(proposal.wire_ids) < most and size_bytes < limits.block_bytes_max

    def _write(self, proposal: Proposal, certificate: CommitCertificate, done: Execution) -> Tip:
        self._watch.decided(proposal.wire_ids)
        self.newest_had_room = self._had_room(proposal, done)
        self._watch.before_block(self._chain.includable, had_room=self.newest_had_room)
        self._stages.enter(Stage.STORE)
        try:
            tip = self._chain.write(proposal, certificate, done, self._guard_sequence())
        finally:
            self._stages.leave()
        self._executed.clear()
        self._refused.clear()
        self._bodies.clear()
        self._missing.clear()
        self._seen.clear()
        self._pool.remove_decided(done.transactions)
        outcomes = zip(done.transactions, done.result.receipts, strict=False)
        noted = [(sender_of(each), receipt.code == 0) for each, receipt in outcomes]
        self._pool.note_outcomes(noted)
        self._pool.drop_expired(tip.height + 1)
        return tip


class RootMismatch(Exception):
    """This node computes another root than a quorum has signed. It must stop and say so."""

    def __init__(self, height: int, own: bytes, decided: bytes) -> None:
        super().__init__(
            f"height {height}: own root {own.hex()}, decided root {decided.hex()}: "
            "this node computes differently; it stops rather than go on alone"
        )

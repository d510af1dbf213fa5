"""Seeded bugs of what stands around the core: guard, desk, driver, store, executor, sync."""

from consensus.actions import Sign
from consensus.events import Event, Executed
from consensus.messages import ConsensusMessage, PreparedCertificate
from consensus.types import Proposal, Verified
from node.block_check import BlockCheck
from node.driver import Driver
from node.executor import Executor
from node.signing_desk import GuardedProposal, SigningDesk
from node.storage.kv import Batch
from node.wire.peer_messages import DecidedBlock
from node.wire.verify import Verifier, signing_bytes_of, with_signature
from tests.sim.canaries.canary import Canary, Patch
from tests.sim.disk import SimDisk
from tests.sim.store import SimStore
from tokens.steps import Steps


def no_sync(patch: Patch) -> None:
    """The sign guard writes, and does not sync (R12)."""
    patch.setattr(SimDisk, "sync", lambda self, descriptor: None)


def sends_before_the_guard(patch: Patch) -> None:
    """The driver lets a vote leave, and then asks the guard for it (R12)."""
    sign = Driver._sign

    def eager(self: Driver, action: Sign) -> None:
        desk = self._ring.desk
        if desk is not None:
            signature = desk._signer.sign(signing_bytes_of(action.draft, desk._scope))
            self._outbox.broadcast(with_signature(action.draft, signature))
        sign(self, action)

    patch.setattr(Driver, "_sign", eager)


def _desk_drops(patch: Patch, *, block: bool, certificate: bool) -> None:
    sign = SigningDesk.sign

    def dropping(
        self: SigningDesk,
        draft: ConsensusMessage,
        kept: GuardedProposal | None,
        proof: PreparedCertificate | None,
    ) -> ConsensusMessage:
        return sign(self, draft, None if block else kept, None if certificate else proof)

    patch.setattr(SigningDesk, "sign", dropping)


def prepares_without_block(patch: Patch) -> None:
    """The block does not go into the guard beside the Prepare (R3)."""
    _desk_drops(patch, block=True, certificate=False)


def commits_without_certificate(patch: Patch) -> None:
    """The prepared certificate does not go into the guard beside the Commit (R4)."""
    _desk_drops(patch, block=False, certificate=True)


def two_batches(patch: Patch) -> None:
    """A block is written in two batches: its rows, then the state."""
    write = SimStore.write

    def halved(self: SimStore, batch: Batch) -> None:
        first, second = Batch(), Batch()
        for key, value in batch.operations:
            half = first if key[:1] in (b"b", b"m") else second
            half.operations.append((key, value))
        write(self, first)
        write(self, second)

    patch.setattr(SimStore, "write", halved)


def one_result_a_height(patch: Patch) -> None:
    """The executor answers by height: a second block of it has the result of the first."""
    execute = Executor.execute

    def lazy(
        self: Executor, digest: bytes, proposal: Proposal, peers: tuple[str, ...]
    ) -> Steps[Event | None]:
        if self._executed and digest not in self._executed:
            first = next(iter(self._executed.values()))
            self._executed[digest] = (proposal, first[1])
            root = first[1].result.root
            return Executed(
                now=self._clock(), height=proposal.header.height, digest=digest, root=root
            )
        return (yield from execute(self, digest, proposal, peers))

    patch.setattr(Executor, "execute", lazy)


def backup_asks_nothing(patch: Patch) -> None:
    """A backup takes any transaction that a primary puts into a block (R8)."""

    def nothing(_: BlockCheck, __: object) -> Steps[str | None]:
        yield from ()
        return None

    patch.setattr(BlockCheck, "refusal", nothing)


def sync_believes(patch: Patch) -> None:
    """A block that sync brings is believed without its certificate (R14)."""

    def verify_decided(self: Verifier, block: DecidedBlock) -> Verified[DecidedBlock]:
        return Verified(block)

    patch.setattr(Verifier, "verify_decided", verify_decided)


def any_digest(patch: Patch) -> None:
    """A proposal is believed to be what its digest names."""
    patch.setattr(Verifier, "_proposal", lambda self, digest, proposal: None)


SHELL_CANARIES = (
    Canary(
        name="guard without sync",
        layer="sign guard",
        rule="R12",
        plant=no_sync,
        campaign="twins",
        finding=("leaves before it is durable",),
    ),
    Canary(
        name="sent before the guard",
        layer="driver",
        rule="R12",
        plant=sends_before_the_guard,
        campaign="twins",
        finding=("leaves before it is durable",),
    ),
    Canary(
        name="Prepare without its block",
        layer="signing desk",
        rule="R3",
        plant=prepares_without_block,
        campaign="twins",
        finding=("leaves before its block is durable",),
    ),
    Canary(
        name="Commit without its certificate",
        layer="signing desk",
        rule="R4",
        plant=commits_without_certificate,
        campaign="twins",
        finding=("leaves before its prepared certificate is durable",),
    ),
    Canary(
        name="block in two batches",
        layer="store",
        rule="07, storage",
        plant=two_batches,
        campaign="mutations",
        finding=("DamagedState",),
        focus="SyncReply: a byte",
    ),
    Canary(
        name="one result a height",
        layer="executor",
        rule="R3",
        plant=one_result_a_height,
        campaign="twins",
        finding=("fork at", "root", "bodies are not here"),
    ),
    Canary(
        name="backup asks nothing",
        layer="executor",
        rule="R8",
        plant=backup_asks_nothing,
        campaign="mutations",
        finding=("again at", "bodies of"),
        focus="ids of an earlier block",
    ),
    Canary(
        name="synced blocks believed",
        layer="sync",
        rule="R14",
        plant=sync_believes,
        campaign="mutations",
        finding=("invalid certificate", "RootMismatch", "fork at", "digest"),
        focus="SyncReply: a byte",
    ),
    Canary(
        name="digest not compared",
        layer="verifier",
        rule="Blocks",
        plant=any_digest,
        campaign="mutations",
        finding=("digest of block", "no block", "bodies are not here"),
        focus="ids not under the header",
    ),
)

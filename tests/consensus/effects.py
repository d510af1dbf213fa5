"""The fake shell's proposer, executor, store and sync: what a Peer does to perform an action."""

from typing import TYPE_CHECKING

from consensus import actions as act
from consensus import events as ev
from consensus.messages import ConsensusMessage, Evidence
from consensus.types import CommitCertificate, Header, Proposal, ValidatorId, Verified
from tests.consensus import fakes, reading
from tests.consensus.packets import BlockRequest, BodyRequest, DecidedRequest

if TYPE_CHECKING:
    from tests.consensus.peer import Peer


def broadcast(peer: "Peer", action: act.Action, message: ConsensusMessage | Evidence) -> None:
    """Send to all connected peers, one after the other; a crash may fall between two of them."""
    for other in peer.cluster.linked(peer.name):
        peer.cluster.send(peer.name, other, message)
        peer.point("sent", action, other)


def build(peer: "Peer", action: act.BuildProposal) -> None:
    """Answer BuildProposal with a block of what the pool holds."""
    template = action.template
    if template.height != peer.disk.height() + 1:
        return
    most = min(action.transactions_max, peer.cluster.block_transactions)
    wire_ids = tuple(peer.pool)[:most]
    certificate = action.parent_certificate
    header = Header(
        version=template.version,
        chain_id=fakes.CHAIN_ID,
        height=template.height,
        parent=template.parent,
        parent_state_root=template.parent_state_root,
        timestamp_ms=template.timestamp_ms,
        proposer=template.proposer,
        origin_view=template.origin_view,
        failed=template.failed,
        tx_root=fakes.digest_of(wire_ids),
        parent_certificate=bytes(32) if certificate is None else fakes.digest_of(certificate),
        validators_hash=template.validators_hash,
        next_validators_hash=template.next_validators_hash,
    )
    proposal = Proposal(header=header, wire_ids=wire_ids, parent_certificate=certificate)
    digest = fakes.digest_of(header)
    peer.blocks[digest] = proposal
    peer.feed(ev.ProposalBuilt(now=peer.now(), view=action.view, digest=digest, proposal=proposal))


def find_block(peer: "Peer", digest: bytes) -> Proposal | None:
    """A block by digest: from memory, the guard or the chain."""
    if digest in peer.blocks:
        return peer.blocks[digest]
    for record in peer.guard().durable:
        if record.proposal is not None and record.proposal[0] == digest:
            return record.proposal[1]
    for block in reversed(peer.disk.chain):
        if block.digest == digest:
            return block.proposal
    return None


def fetch(peer: "Peer", action: act.FetchBlock) -> None:
    """Ask for a block, or answer at once with one that is here."""
    proposal = find_block(peer, action.digest)
    if proposal is not None:
        verified = Verified(proposal)
        peer.feed(ev.BlockFetched(now=peer.now(), digest=action.digest, proposal=verified))
        return
    for other in action.peers:
        peer.cluster.send(peer.name, other, BlockRequest(digest=action.digest))


def execute(peer: "Peer", action: act.Execute) -> None:
    """Execute a block on an overlay when its bodies are here, else ask for them."""
    proposal = action.proposal
    height = proposal.header.height
    if height != peer.disk.height() + 1:
        peer.waiting.pop(action.digest, None)
        return
    missing = tuple(i for i in proposal.wire_ids if i not in peer.disk.bodies)
    if missing:
        peer.waiting[action.digest] = action
        for other in action.peers:
            peer.cluster.send(peer.name, other, BodyRequest(wire_ids=missing))
        return
    peer.waiting.pop(action.digest, None)
    reason = None if peer.fail is None else peer.fail(proposal)
    if reason is not None:
        now = peer.now()
        peer.feed(ev.ExecutionFailed(now=now, height=height, digest=action.digest, reason=reason))
        return
    reason = None if peer.refuse is None else peer.refuse(proposal)
    if reason is not None:
        now = peer.now()
        peer.feed(ev.ExecutionRefused(now=now, height=height, digest=action.digest, reason=reason))
        return
    if action.digest not in peer.overlays:
        state = fakes.state_after(peer.disk.state_root(), action.digest)
        root = fakes.root_after(state)
        if peer.root_hook is not None:
            root = peer.root_hook(height, root)
        peer.overlays[action.digest] = (state, root)
        peer.cluster.note_executed(peer.name, action.digest)
    root = peer.overlays[action.digest][1]
    peer.feed(ev.Executed(now=peer.now(), height=height, digest=action.digest, root=root))


def decide(peer: "Peer", action: act.Decide) -> None:
    """Persist an own decision, then go on to the next height."""
    if action.certificate.height != peer.disk.height() + 1:
        return
    state, root = peer.overlays[action.digest]
    if root != action.certificate.root:
        raise AssertionError(f"{peer.name} decided a root that it did not execute")
    peer.point("block-append", action)
    store(peer, action.digest, action.proposal, action.certificate, state)
    peer.point("block-synced", action)
    advanced(peer)


def store(
    peer: "Peer",
    digest: bytes,
    proposal: Proposal,
    certificate: CommitCertificate,
    state: bytes,
) -> None:
    """The synced batch of one block."""
    peer.disk.chain.append(
        fakes.StoredBlock(
            digest=digest,
            proposal=proposal,
            certificate=certificate,
            state_root=state,
            guard_sequence=max(peer.guard().sequence, stored_sequence(peer)),
        )
    )
    for wire_id in proposal.wire_ids:
        peer.disk.bodies[wire_id] = True
        peer.pool.pop(wire_id, None)
    peer.cluster.note_decided(peer.name, digest, certificate)


def stored_sequence(peer: "Peer") -> int:
    """The guard's sequence number in the store: an older guard is stale, at each start again."""
    return peer.disk.chain[-1].guard_sequence if peer.disk.chain else 0


def advanced(peer: "Peer") -> None:
    """Tell the core of the new tip, then of the pool."""
    peer.overlays, peer.waiting = {}, {}
    peer.blocks = {d: b for d, b in peer.blocks.items() if b.header.height > peer.disk.height()}
    peer.feed(ev.Advanced(now=peer.now(), tip=reading.tip(peer)))
    peer.tell_pool()


def adopt(peer: "Peer", source: str, blocks: tuple[fakes.StoredBlock, ...]) -> None:
    """Blocks from sync: each checked by its certificate, then Advanced."""
    grown = False
    for block in blocks:
        height = peer.disk.height() + 1
        if block.certificate.height != height:
            continue
        validators = peer.cluster.validators[height]
        if not fakes.certificate_verifies(block.certificate, validators):
            peer.rejected_packets += 1
            return
        if fakes.digest_of(block.proposal.header) != block.digest:
            peer.rejected_packets += 1
            return
        state = fakes.state_after(peer.disk.state_root(), block.digest)
        store(peer, block.digest, block.proposal, block.certificate, state)
        advanced(peer)
        grown = True
    if grown and peer.replica is not None:
        request = DecidedRequest(height=peer.disk.height() + 1)
        peer.cluster.send(peer.name, source, request)


def submit(peer: "Peer", wire_ids: tuple[bytes, ...]) -> None:
    """Transactions reach the pool of this node."""
    included = [wire_id for block in peer.disk.chain for wire_id in block.proposal.wire_ids]
    fresh = [wire_id for wire_id in wire_ids if wire_id not in included]
    peer.disk.bodies.update((wire_id, True) for wire_id in fresh)
    peer.pool.update((wire_id, True) for wire_id in fresh)
    peer.tell_pool()


def peer_id(name: str) -> ValidatorId:
    """A name as the core's type."""
    return ValidatorId(name)

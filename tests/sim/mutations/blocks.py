"""Mutations of blocks and bodies: proposed, sent on request, or streamed to who is behind."""

import msgspec

from consensus.messages import PrePrepare
from consensus.types import CommitCertificate, Header, Proposal
from node.wire.hashing import certificate_digest, header_digest, tx_root
from node.wire.peer_messages import (
    BlockReply,
    BodyReply,
    DecidedBlock,
    PeerMessage,
    SyncReply,
    TxBatch,
)
from tests.sim.mutations.liar import Liar
from tokens.results import Code
from tokens.transaction import decode_transaction


def _proposing(liar: Liar, message: PrePrepare, proposal: Proposal) -> PrePrepare:
    """The PrePrepare of another block."""
    digest = header_digest(proposal.header)
    changed = msgspec.structs.replace(message, digest=digest, proposal=proposal)
    return liar.signed(changed)


def other_block(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The same block a millisecond later: two blocks of one view, both good."""
    if not isinstance(message, PrePrepare):
        return None
    header = message.proposal.header
    header = msgspec.structs.replace(header, timestamp_ms=header.timestamp_ms + 1)
    return _proposing(liar, message, msgspec.structs.replace(message.proposal, header=header))


def new_block(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """In a view above 0, an own new block whatever J says must be proposed."""
    if not isinstance(message, PrePrepare) or message.justification is None:
        return None
    header = msgspec.structs.replace(
        message.proposal.header,
        proposer=liar.name,
        origin_view=message.view,
        timestamp_ms=message.proposal.header.timestamp_ms + 1,
    )
    return _proposing(liar, message, msgspec.structs.replace(message.proposal, header=header))


def earlier_block(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """Another block that was seen, of this height or not."""
    if not isinstance(message, PrePrepare):
        return None
    others = [each for digest, each in liar.proposals.items() if digest != message.digest]
    other = liar.choose(others)
    return None if other is None else _proposing(liar, message, other)


def other_header(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """One field of the header is wrong."""
    if not isinstance(message, PrePrepare):
        return None
    header = _spoiled(liar, message.proposal.header)
    return _proposing(liar, message, msgspec.structs.replace(message.proposal, header=header))


def _spoiled(liar: Liar, header: Header) -> Header:
    other = header.parent_certificate
    match liar.random.randrange(8):
        case 0:
            return msgspec.structs.replace(header, parent_state_root=other)
        case 1:
            return msgspec.structs.replace(header, parent=other)
        case 2:
            return msgspec.structs.replace(header, origin_view=header.origin_view + 1)
        case 3:
            return msgspec.structs.replace(header, failed=(*header.failed, liar.name))
        case 4:
            return msgspec.structs.replace(header, timestamp_ms=header.timestamp_ms + 60_000)
        case 5:
            return msgspec.structs.replace(header, timestamp_ms=1)
        case 6:
            return msgspec.structs.replace(header, validators_hash=other)
        case _:
            return msgspec.structs.replace(header, next_validators_hash=other)


def other_ids(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """Transactions twice, or in another order, or one that nobody has."""
    if not isinstance(message, PrePrepare):
        return None
    ids = message.proposal.wire_ids
    match liar.random.randrange(3):
        case 0:
            ids = (*ids, *ids[:1])
        case 1:
            ids = ids[::-1]
        case _:
            ids = (*ids, message.digest)
    header = msgspec.structs.replace(message.proposal.header, tx_root=tx_root(ids))
    proposal = msgspec.structs.replace(message.proposal, header=header, wire_ids=ids)
    return _proposing(liar, message, proposal)


def earlier_ids(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A transaction that an earlier block holds already, its body beside it if it is known."""
    if not isinstance(message, PrePrepare):
        return None
    height = message.height
    old = [each for each in liar.proposals.values() if each.header.height < height]
    decided = [wire_id for each in old for wire_id in each.wire_ids]
    bodies = {_wire_id(body): body for body in liar.bodies}
    found = liar.choose([each for each in decided if each in bodies]) or liar.choose(decided)
    if found is None:
        return None
    ids = (*message.proposal.wire_ids, found)
    header = msgspec.structs.replace(message.proposal.header, tx_root=tx_root(ids))
    proposal = msgspec.structs.replace(message.proposal, header=header, wire_ids=ids)
    beside = (bodies[found],) if found in bodies else ()
    return msgspec.structs.replace(_proposing(liar, message, proposal), bodies=beside)


def _wire_id(body: bytes) -> bytes:
    decoded = decode_transaction(body)
    return b"" if isinstance(decoded, Code) else decoded.wire_id


def other_parent(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The parent's certificate is another one, short of a signature, or gone."""
    if not isinstance(message, PrePrepare):
        return None
    certificate = message.proposal.parent_certificate
    if certificate is None:
        certificate = liar.choose(liar.commits)
    else:
        certificate = liar.choose([_short(certificate), *liar.commits])
    header = msgspec.structs.replace(
        message.proposal.header, parent_certificate=certificate_digest(certificate)
    )
    proposal = Proposal(
        header=header, wire_ids=message.proposal.wire_ids, parent_certificate=certificate
    )
    return _proposing(liar, message, proposal)


def _short(certificate: CommitCertificate) -> CommitCertificate:
    return msgspec.structs.replace(certificate, signatures=certificate.signatures[1:])


def body_under_the_header(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The ids are not those of the header."""
    if not isinstance(message, PrePrepare):
        return None
    ids = (*message.proposal.wire_ids, message.digest)
    proposal = msgspec.structs.replace(message.proposal, wire_ids=ids)
    return msgspec.structs.replace(message, proposal=proposal)


# --- answers ----------------------------------------------------------------------------------


def _flipped(liar: Liar, data: bytes) -> bytes:
    at = liar.random.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << liar.random.randrange(8),)) + data[at + 1 :]


def synced_block(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A byte of a streamed block or of its certificate."""
    if not isinstance(message, SyncReply) or not message.blocks:
        return None
    blocks = list(message.blocks)
    at = liar.random.randrange(len(blocks))
    blocks[at] = _spoiled_block(liar, blocks[at])
    return SyncReply(blocks=tuple(blocks))


def _spoiled_block(liar: Liar, block: DecidedBlock) -> DecidedBlock:
    certificate, proposal = block.certificate, block.proposal
    match liar.random.randrange(5):
        case 0:
            root = _flipped(liar, certificate.root)
            return msgspec.structs.replace(
                block, certificate=msgspec.structs.replace(certificate, root=root)
            )
        case 1:
            return msgspec.structs.replace(block, certificate=_short(certificate))
        case 2 if block.bodies:
            bodies = (_flipped(liar, block.bodies[0]), *block.bodies[1:])
            return msgspec.structs.replace(block, bodies=bodies)
        case 3:
            view = certificate.view + 1
            return msgspec.structs.replace(
                block, certificate=msgspec.structs.replace(certificate, view=view)
            )
        case _:
            stamp = proposal.header.timestamp_ms + 1
            header = msgspec.structs.replace(proposal.header, timestamp_ms=stamp)
            certificate = msgspec.structs.replace(certificate, digest=header_digest(header))
            proposal = msgspec.structs.replace(proposal, header=header)
            return msgspec.structs.replace(block, proposal=proposal, certificate=certificate)


def fetched_block(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """Another block under the digest that was asked for, or none."""
    if not isinstance(message, BlockReply) or message.proposal is None:
        return None
    others = [each for each in liar.proposals.values() if each != message.proposal]
    return msgspec.structs.replace(message, proposal=liar.choose(others))


def fetched_body(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """Another body than those asked for, or a flipped bit."""
    if not isinstance(message, BodyReply) or not message.bodies:
        return None
    other = liar.choose([*liar.bodies, _flipped(liar, message.bodies[0])])
    return None if other is None else BodyReply(bodies=(other, *message.bodies[1:]))


def spread_body(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A flipped bit in a transaction that is passed on."""
    if not isinstance(message, TxBatch) or not message.bodies:
        return None
    return TxBatch(bodies=(_flipped(liar, message.bodies[0]), *message.bodies[1:]))


BLOCK_MUTATIONS = {
    "another block of the same view": other_block,
    "new block whatever J says": new_block,
    "earlier block": earlier_block,
    "header: a field": other_header,
    "ids twice, turned or unknown": other_ids,
    "ids of an earlier block": earlier_ids,
    "parent certificate": other_parent,
    "ids not under the header": body_under_the_header,
    "SyncReply: a byte": synced_block,
    "BlockReply: another block": fetched_block,
    "BodyReply: another body": fetched_body,
    "TxBatch: a bit": spread_body,
}

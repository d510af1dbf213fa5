"""The largest block that governance may allow passes every limit on its way."""

import msgspec

from consensus.messages import (
    Justification,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    ViewChangeHead,
)
from consensus.quorum import quorum
from consensus.types import VALIDATORS_MAX, CommitCertificate, CommitSignature, Header, Proposal
from node.answering import BODY_REPLIES_MAX, REPLY_BYTES_MAX
from node.intake import WAITING_BYTES_PER_PEER_MAX
from node.mempool import PoolLimits
from node.p2p.peers import PeerLimits
from node.signing_desk import GuardedProposal
from node.storage.guard_file import PAYLOAD_BYTES_MAX
from node.wire.framing import frame
from node.wire.peer_messages import (
    WIRE_IDS_MAX,
    DecidedBlock,
    SyncReply,
    decode_message,
    encode_message,
)
from tokens.parameters import PARAMETER_OF

COUNT = PARAMETER_OF["block_transactions_max"].high
SIZE_BYTES = PARAMETER_OF["block_bytes_max"].high
FAR = 2**62
LONGEST = "v" * 32
NAMES = tuple(f"{index:02}" + "v" * 30 for index in range(VALIDATORS_MAX))
SIGNATURE = bytes([255]) * 64
HASH = bytes([255]) * 32
CERTIFICATE = CommitCertificate(
    height=FAR,
    view=FAR,
    digest=HASH,
    root=HASH,
    signatures=tuple(
        CommitSignature(index=index, signature=SIGNATURE) for index in range(VALIDATORS_MAX)
    ),
)
HEADER = Header(
    version=255,
    chain_id=LONGEST,
    height=FAR,
    parent=HASH,
    parent_state_root=HASH,
    timestamp_ms=FAR,
    proposer=LONGEST,
    origin_view=FAR,
    failed=NAMES,
    tx_root=HASH,
    parent_certificate=HASH,
    validators_hash=HASH,
    next_validators_hash=HASH,
)
PROPOSAL = Proposal(header=HEADER, wire_ids=(HASH,) * COUNT, parent_certificate=CERTIFICATE)
EACH, LEFT = divmod(SIZE_BYTES, COUNT)
BODIES = (bytes(EACH + LEFT), *(bytes(EACH) for _ in range(COUNT - 1)))


def test_it_is_synced_in_one_frame() -> None:
    block = DecidedBlock(proposal=PROPOSAL, certificate=CERTIFICATE, bodies=BODIES)
    reply = SyncReply(blocks=(block,))
    data = frame(encode_message(reply))
    assert decode_message(data[4:]) == reply
    assert 2 * len(data) <= PeerLimits().send_queue_bytes_max


def test_it_is_proposed_again_in_one_frame() -> None:
    prepares = tuple(
        Prepare(height=FAR, view=FAR, digest=HASH, sender=name, signature=SIGNATURE)
        for name in NAMES[: quorum(VALIDATORS_MAX)]
    )
    heads = tuple(
        ViewChangeHead(
            height=FAR,
            view=FAR,
            prepared_view=FAR,
            prepared_digest=HASH,
            sender=name,
            signature=SIGNATURE,
        )
        for name in NAMES[: quorum(VALIDATORS_MAX)]
    )
    certificate = PreparedCertificate(height=FAR, view=FAR, digest=HASH, prepares=prepares)
    message = PrePrepare(
        height=FAR,
        view=FAR,
        digest=HASH,
        proposal=PROPOSAL,
        justification=Justification(heads=heads, certificate=certificate),
        bodies=(),
        sender=LONGEST,
        signature=SIGNATURE,
    )
    assert decode_message(frame(encode_message(message))[4:]) == message


def test_a_node_with_a_full_pool_can_keep_all_its_bodies_beside_it() -> None:
    limits = PoolLimits()
    assert COUNT == WIRE_IDS_MAX
    assert limits.spare_transactions_max >= COUNT
    assert limits.spare_bytes_max >= SIZE_BYTES
    assert SIZE_BYTES <= WAITING_BYTES_PER_PEER_MAX
    assert SIZE_BYTES <= REPLY_BYTES_MAX * BODY_REPLIES_MAX


def test_the_sign_guard_keeps_it_in_one_entry() -> None:
    kept = GuardedProposal(digest=HASH, proposal=PROPOSAL, bodies=BODIES)
    assert 8 * len(msgspec.msgpack.encode(kept)) < PAYLOAD_BYTES_MAX

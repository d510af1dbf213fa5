"""A network of four validators with real keys, and every kind of message that they could send.

All of it follows from fixed seeds, so the bytes are the same in each run and can be golden vectors.
"""

import hashlib

import msgspec

from consensus.messages import (
    Commit,
    Evidence,
    Justification,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    SeenStep,
    Status,
    ViewChange,
    ViewChangeHead,
)
from consensus.types import (
    CommitCertificate,
    CommitSignature,
    Header,
    Proposal,
    Validator,
    ValidatorSet,
)
from node.signing import Signer, dev_seed
from node.wire.hashing import (
    SigningScope,
    certificate_digest,
    header_digest,
    tx_root,
    validators_hash,
)
from node.wire.peer_messages import (
    BlockReply,
    BlockRequest,
    BodyReply,
    BodyRequest,
    DecidedBlock,
    Hello,
    PeerMessage,
    Ping,
    SyncReply,
    SyncRequest,
    TxBatch,
)
from node.wire.snapshot_messages import (
    Part,
    SetLink,
    SnapshotGone,
    SnapshotHeaders,
    SnapshotLinks,
    SnapshotManifest,
    SnapshotName,
    SnapshotOffer,
    SnapshotPiece,
    SnapshotQuery,
    SnapshotReferences,
    SnapshotRequest,
    SnapshotState,
)
from node.wire.verify import M, Verifier, signing_bytes_of, with_signature

NAMES = ("central-bank", "debt-office", "supervisor", "treasury")
"""In index order: the set is sorted by id."""
SIGNERS = {name: Signer.from_seed(dev_seed(name)) for name in NAMES}
SCOPE = SigningScope(chain_id="mohur-test", genesis_digest=hashlib.sha256(b"genesis").digest())
MEMBERS = tuple(
    Validator(
        id=name,
        public_key=SIGNERS[name].public_key,
        network_key=Signer.from_seed(dev_seed(name + "/network")).public_key,
        operator=hashlib.sha256(name.encode()).digest()[:16],
    )
    for name in NAMES
)
SET = ValidatorSet(MEMBERS)
SET_HASH = validators_hash(MEMBERS)
QUORUM = NAMES[:3]


def hash_of(text: str) -> bytes:
    """Some 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def signed(draft: M, name: str = "") -> M:
    """The draft signed by `name`, or by its own sender."""
    sender = draft.head.sender if isinstance(draft, ViewChange) else draft.sender
    signature = SIGNERS[name or sender].sign(signing_bytes_of(draft, SCOPE))
    return with_signature(draft, signature)


def certificate(
    height: int, digest: bytes, *, view: int = 0, names: tuple[str, ...] = QUORUM
) -> CommitCertificate:
    """A commit certificate by these validators."""
    root = hash_of(f"root {height}")
    signatures = []
    for name in names:
        vote = commit(height, digest, name, view=view)
        index = SET.index_of(name)
        assert index is not None
        signatures.append(CommitSignature(index=index, signature=vote.signature))
    return CommitCertificate(
        height=height, view=view, digest=digest, root=root, signatures=tuple(signatures)
    )


def commit(height: int, digest: bytes, name: str, *, view: int = 0) -> Commit:
    """A signed Commit."""
    return signed(
        Commit(
            height=height,
            view=view,
            digest=digest,
            root=hash_of(f"root {height}"),
            sender=name,
            signature=b"",
        )
    )


def prepare(height: int, digest: bytes, name: str, *, view: int = 0) -> Prepare:
    """A signed Prepare."""
    return signed(Prepare(height=height, view=view, digest=digest, sender=name, signature=b""))


def prepared(
    height: int, digest: bytes, *, view: int = 0, names: tuple[str, ...] = QUORUM
) -> PreparedCertificate:
    """A prepared certificate."""
    return PreparedCertificate(
        height=height,
        view=view,
        digest=digest,
        prepares=tuple(prepare(height, digest, name, view=view) for name in names),
    )


def proposal(height: int = 1, *, wire_ids: tuple[bytes, ...] = ()) -> Proposal:
    """The block of a height; its parent is the empty block of the height before."""
    if height == 1:
        parent, parent_certificate = SCOPE.genesis_digest, None
    else:
        parent = bytes(header_digest(proposal(height - 1).header))
        parent_certificate = certificate(height - 1, parent)
    header = Header(
        version=1,
        chain_id=SCOPE.chain_id,
        height=height,
        parent=parent,
        parent_state_root=hash_of(f"state {height - 1}"),
        timestamp_ms=1_750_000_000_000 + height,
        proposer="central-bank",
        origin_view=0,
        failed=(),
        tx_root=tx_root(wire_ids),
        parent_certificate=certificate_digest(parent_certificate),
        validators_hash=SET_HASH,
        next_validators_hash=SET_HASH,
    )
    return Proposal(header=header, wire_ids=wire_ids, parent_certificate=parent_certificate)


def digest_of(block: Proposal) -> bytes:
    """Its digest."""
    return bytes(header_digest(block.header))


def head(height: int, view: int, name: str, claim: tuple[int, bytes] | None) -> ViewChangeHead:
    """A signed head; claim = (prepared view, digest)."""
    draft = ViewChangeHead(
        height=height,
        view=view,
        prepared_view=None if claim is None else claim[0],
        prepared_digest=None if claim is None else claim[1],
        sender=name,
        signature=b"",
    )
    return msgspec.structs.replace(
        draft, signature=SIGNERS[name].sign(signing_bytes_of(draft, SCOPE))
    )


def pre_prepare(
    block: Proposal, *, view: int = 0, bodies: tuple[bytes, ...] = (), justified: bool = False
) -> PrePrepare:
    """A signed PrePrepare; justified = with heads and a prepared certificate of view 0."""
    height, digest = block.header.height, digest_of(block)
    justification = None
    if justified:
        justification = Justification(
            heads=tuple(head(height, view, name, (0, digest)) for name in QUORUM),
            certificate=prepared(height, digest),
        )
    return signed(
        PrePrepare(
            height=height,
            view=view,
            digest=digest,
            proposal=block,
            justification=justification,
            bodies=bodies,
            sender="central-bank",
            signature=b"",
        )
    )


def verifier(own: str | None = "treasury") -> Verifier:
    """One that knows the set of heights 1..99."""
    return Verifier(
        scope=SCOPE, validators=lambda height: SET if 1 <= height < 100 else None, own=own
    )


IDS = (hash_of("tx 0"), hash_of("tx 1"))
BODIES = (b"\x91" * 128, b"\x92" * 130)
BLOCK = proposal(3, wire_ids=IDS)
DIGEST = digest_of(BLOCK)

MESSAGES: dict[str, PeerMessage] = {
    "pre_prepare": pre_prepare(BLOCK, bodies=BODIES),
    "pre_prepare_justified": pre_prepare(BLOCK, view=1, justified=True),
    "prepare": prepare(3, DIGEST, "debt-office"),
    "commit": commit(3, DIGEST, "debt-office"),
    "view_change": ViewChange(
        head=head(3, 1, "debt-office", (0, DIGEST)), certificate=prepared(3, DIGEST)
    ),
    "view_change_empty": ViewChange(head=head(3, 1, "debt-office", None), certificate=None),
    "status": Status(
        height=4,
        view=0,
        phase="idle",
        tip_digest=DIGEST,
        tip_certificate=certificate(3, DIGEST),
        peers_seen=NAMES[1:],
        lost_primary=False,
        seen=SeenStep(part=prepare(4, hash_of("next"), "treasury")),
    ),
    "evidence": Evidence(
        accused="supervisor",
        height=3,
        first=prepare(3, DIGEST, "supervisor"),
        second=prepare(3, hash_of("other"), "supervisor"),
    ),
    "tx_batch": TxBatch(bodies=BODIES),
    "block_request": BlockRequest(height=3, digest=DIGEST),
    "block_reply": BlockReply(digest=DIGEST, proposal=BLOCK),
    "block_reply_none": BlockReply(digest=DIGEST, proposal=None),
    "body_request": BodyRequest(wire_ids=IDS),
    "body_reply": BodyReply(bodies=BODIES),
    "sync_request": SyncRequest(from_height=3, count=64),
    "sync_reply": SyncReply(
        blocks=(DecidedBlock(proposal=BLOCK, certificate=certificate(3, DIGEST), bodies=BODIES),)
    ),
    "hello": Hello(
        protocol=1,
        chain_id=SCOPE.chain_id,
        genesis_digest=SCOPE.genesis_digest,
        node_id="debt-office",
        instance=b"\x01\x02\x03\x04\x05\x06\x07\x08",
        software="mohur 0.1.0",
        height=3,
    ),
    "ping": Ping(),
    "snapshot_query": SnapshotQuery(height=3),
    "snapshot_offer": SnapshotOffer(
        oldest=2,
        tip=4,
        snapshots=(SnapshotName(height=3, digest=DIGEST),),
        asked=SnapshotName(height=3, digest=DIGEST),
    ),
    "snapshot_request": SnapshotRequest(height=3, part=Part.STATE, first=1, count=8),
    "snapshot_manifest": SnapshotManifest(
        version=1,
        genesis_digest=SCOPE.genesis_digest,
        header=BLOCK.header,
        certificate=certificate(3, DIGEST),
        state_root=hash_of("state"),
        receipts_root=hash_of("receipts"),
        depth_bits=1,
        nodes=hash_of("left") + hash_of("right"),
    ),
    "snapshot_links": SnapshotLinks(
        height=3,
        first=1,
        links=(SetLink(header=BLOCK.header, certificate=certificate(3, DIGEST), members=MEMBERS),),
    ),
    "snapshot_headers": SnapshotHeaders(height=4, first=3, headers=(BLOCK.header,)),
    "snapshot_state": SnapshotState(
        height=3, first=0, chunks=(((hash_of("key"), b"\x01\x90"),), ())
    ),
    "snapshot_piece": SnapshotPiece(
        height=3, first=1, after=bytes(32), records=((DIGEST, b"\x01\x90"),), is_last=True
    ),
    "snapshot_references": SnapshotReferences(height=3, first=1, lists=(b"\x90",)),
    "snapshot_gone": SnapshotGone(height=3),
}
"""One of each kind, some in two forms."""

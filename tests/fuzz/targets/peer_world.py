"""One real shell at height 3, its three peers, of which one lies, and what they say.

The supervisor is Byzantine and signs whatever a mutant says in its name; the others are honest:
their messages are those of one history, sent in any order and as often as the engine likes.
"""

from pathlib import Path
from typing import TypeVar, cast

import msgspec

from consensus.messages import (
    Commit,
    ConsensusMessage,
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
from consensus.types import CommitCertificate, CommitSignature
from node.chain import Chain
from node.identity import dev_keys
from node.storage.memory import MemoryStore
from node.wire.hashing import certificate_digest, header_digest, tx_root
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
    SnapshotGone,
    SnapshotOffer,
    SnapshotQuery,
    SnapshotRequest,
)
from node.wire.verify import Signed, signing_bytes_of, with_signature
from tests.node.support.chains import (
    decide,
    decided_block,
    open_chain,
    propose,
    scope_of,
    small_genesis,
    transfer,
)
from tests.node.support.shell import NodeShell

OWN = "debt-office"
PRIMARY, HONEST, LIAR = "central-bank", "treasury", "supervisor"
HEIGHT = 3
BEGINNINGS = 4

M = TypeVar("M", bound=msgspec.Struct)


def signed_by(chain: Chain, message: M, name: str) -> M:
    """The message, or a signed part of one, with the signature of a name in place."""
    data = signing_bytes_of(cast("Signed", message), scope_of(chain))
    signature = dev_keys(name).signer.sign(data)
    return cast("M", with_signature(cast("ConsensusMessage", message), signature))


class History:
    """Two decided blocks and all that was ever said about the third."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.chain = open_chain(self.store)
        self.blocks = []
        for number in (1, 2):
            self.blocks.append(decided_block(self.chain, transfer(number)))
            decide(self.chain, transfer(number))
        self.bodies = tuple(transfer(number).data for number in (3, 4))
        self.digest, self.proposal = propose(self.chain, transfer(3), transfer(4))
        done = self.chain.execute(self.proposal, (transfer(3), transfer(4)))
        self.root = done.result.root
        self.next = DecidedBlock(
            proposal=self.proposal, certificate=self.certificate(), bodies=self.bodies
        )

    def certificate(self) -> CommitCertificate:
        """Of the third block, by the others: a signature of the own key would be another node's."""
        commits = [self.commit(name) for name in (PRIMARY, LIAR, HONEST)]
        members = self.chain.tip.validators
        return CommitCertificate(
            height=HEIGHT,
            view=0,
            digest=self.digest,
            root=self.root,
            signatures=tuple(
                CommitSignature(index=members.ids().index(each.sender), signature=each.signature)
                for each in commits
            ),
        )

    def sign(self, message: M, name: str) -> M:
        """With the signature of a name."""
        return signed_by(self.chain, message, name)

    def prepare(self, name: str, view: int = 0) -> Prepare:
        """For the third block."""
        draft = Prepare(height=HEIGHT, view=view, digest=self.digest, sender=name, signature=b"")
        return self.sign(draft, name)

    def prepared(self) -> PreparedCertificate:
        """Of view 0."""
        names = sorted((PRIMARY, HONEST, LIAR))
        prepares = tuple(self.prepare(name) for name in names)
        return PreparedCertificate(height=HEIGHT, view=0, digest=self.digest, prepares=prepares)

    def view_change(self, name: str, view: int, *, claims: bool) -> ViewChange:
        """With the certificate that the head claims."""
        head = ViewChangeHead(
            height=HEIGHT,
            view=view,
            prepared_view=0 if claims else None,
            prepared_digest=self.digest if claims else None,
            sender=name,
            signature=b"",
        )
        draft = ViewChange(head=head, certificate=self.prepared() if claims else None)
        return self.sign(draft, name)

    def pre_prepare(self, name: str, view: int, *names: str) -> PrePrepare:
        """In view 0, or justified by the heads of these names."""
        heads = tuple(self.view_change(each, view, claims=True).head for each in sorted(names))
        justification = Justification(heads=heads, certificate=self.prepared()) if names else None
        draft = PrePrepare(
            height=HEIGHT,
            view=view,
            digest=self.digest,
            proposal=self.proposal,
            justification=justification,
            bodies=self.bodies,
            sender=name,
            signature=b"",
        )
        return self.sign(draft, name)

    def commit(self, name: str) -> Commit:
        """Of view 0."""
        draft = Commit(
            height=HEIGHT, view=0, digest=self.digest, root=self.root, sender=name, signature=b""
        )
        return self.sign(draft, name)

    def status(self, height: int) -> Status:
        """Of a peer that works on that height."""
        block = self.next if height > HEIGHT else self.blocks[-1]
        return Status(
            height=height,
            view=0,
            phase="idle",
            tip_digest=block.certificate.digest,
            tip_certificate=block.certificate,
            peers_seen=(OWN, PRIMARY),
            lost_primary=False,
            seen=SeenStep(part=self.prepare(LIAR)),
        )

    def messages(self) -> tuple[PeerMessage, ...]:
        """One of each kind at least."""
        chain = self.chain
        evidence = Evidence(
            accused=LIAR,
            height=HEIGHT,
            first=self.prepare(LIAR),
            second=self.sign(msgspec.structs.replace(self.prepare(LIAR), digest=bytes(32)), LIAR),
        )
        return (
            self.pre_prepare(PRIMARY, 0),
            self.pre_prepare(LIAR, 2, PRIMARY, HONEST, LIAR),
            *(self.prepare(name) for name in (PRIMARY, HONEST, LIAR)),
            *(self.commit(name) for name in (PRIMARY, HONEST, LIAR)),
            *(self.view_change(name, 2, claims=True) for name in (PRIMARY, HONEST, LIAR)),
            self.view_change(LIAR, 1, claims=False),
            *(self.status(height) for height in (HEIGHT, HEIGHT + 1)),
            evidence,
            TxBatch(bodies=tuple(transfer(number).data for number in range(5, 9))),
            TxBatch(bodies=tuple(transfer(number).data for number in range(100, 300))),
            BlockRequest(height=HEIGHT, digest=self.digest),
            BlockRequest(height=1, digest=self.blocks[0].certificate.digest),
            BlockReply(digest=self.digest, proposal=self.proposal),
            BlockReply(digest=bytes(32), proposal=None),
            BodyRequest(wire_ids=self.proposal.wire_ids),
            BodyReply(bodies=self.bodies),
            SyncRequest(from_height=1, count=64),
            SyncReply(blocks=(*self.blocks, self.next)),
            SnapshotQuery(height=2),
            SnapshotOffer(oldest=1, tip=2, snapshots=(), asked=None),
            SnapshotRequest(height=2, part=Part.STATE, first=0, count=9),
            SnapshotGone(height=2),
            Hello(
                protocol=1,
                chain_id=chain.chain_id,
                genesis_digest=chain.genesis_digest,
                node_id=LIAR,
                instance=bytes(8),
                software="mohur 0.1.0",
                height=2,
            ),
            Ping(),
        )

    def beginnings(self) -> tuple[tuple[PeerMessage, ...], ...]:
        """What the honest two have said before the liar speaks: BEGINNINGS ways."""
        proposed = (self.pre_prepare(PRIMARY, 0),)
        prepared = (*proposed, self.prepare(PRIMARY), self.prepare(HONEST))
        return (), proposed, prepared, (*prepared, self.commit(PRIMARY))

    def repaired(self, message: PeerMessage) -> PeerMessage:
        """As the liar would send it: hashes that fit, its own signature where one belongs."""
        match message:
            case PrePrepare(proposal=proposal):
                header = msgspec.structs.replace(
                    proposal.header,
                    tx_root=tx_root(proposal.wire_ids),
                    parent_certificate=certificate_digest(proposal.parent_certificate),
                    proposer=LIAR,
                )
                proposal = msgspec.structs.replace(proposal, header=header)
                digest = header_digest(header)
                changed = {"proposal": proposal, "digest": digest, "sender": LIAR}
                return self.sign(msgspec.structs.replace(message, **changed), LIAR)
            case Prepare() | Commit():
                return self.sign(msgspec.structs.replace(message, sender=LIAR), LIAR)
            case ViewChange(head=head):
                head = msgspec.structs.replace(head, sender=LIAR)
                return self.sign(msgspec.structs.replace(message, head=head), LIAR)
            case Evidence(first=first, second=second):
                return Evidence(
                    accused=LIAR,
                    height=message.height,
                    first=self.sign(msgspec.structs.replace(first, sender=LIAR), LIAR),
                    second=self.sign(msgspec.structs.replace(second, sender=LIAR), LIAR),
                )
            case BlockReply(proposal=proposal) if proposal is not None:
                return BlockReply(digest=header_digest(proposal.header), proposal=proposal)
            case _:
                return message

    def shell(self, folder: Path) -> NodeShell:
        """A node that has decided two blocks and has lost its memory."""
        store = MemoryStore()
        store._keys, store._values = list(self.store._keys), dict(self.store._values)
        return NodeShell(
            OWN, small_genesis(), folder, send=lambda _, __: None, note=lambda: None, store=store
        )

"""Mutations of what is not signed: Statuses, evidence, and of the sending itself."""

import msgspec

from consensus.messages import Evidence, SeenStep, Status, ViewChange
from consensus.signed import signed_part
from node.wire.peer_messages import PeerMessage
from tests.sim.mutations.liar import Liar


def status_height(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A height that the certificate does not prove."""
    if not isinstance(message, Status):
        return None
    height = max(1, message.height + liar.random.choice((-1, 1, 5, 1_000)))
    return msgspec.structs.replace(message, height=height)


def status_certificate(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The tip of an earlier height."""
    certificate = liar.choose(liar.commits)
    if not isinstance(message, Status) or certificate is None:
        return None
    return msgspec.structs.replace(
        message,
        height=certificate.height + 1,
        tip_digest=certificate.digest,
        tip_certificate=certificate,
    )


def status_bent(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A certificate of the own tip with another root, or short of a signature."""
    if not isinstance(message, Status) or message.tip_certificate is None:
        return None
    certificate = message.tip_certificate
    if liar.random.random() < 0.5:
        certificate = msgspec.structs.replace(certificate, root=certificate.digest)
    else:
        certificate = msgspec.structs.replace(certificate, signatures=certificate.signatures[1:])
    return msgspec.structs.replace(message, tip_certificate=certificate)


def status_seen(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A signature that the receiver never gave, to make it stop voting (R12)."""
    if not isinstance(message, Status) or message.seen is None:
        return None
    part = message.seen.part
    part = msgspec.structs.replace(part, view=part.view + 1)
    return msgspec.structs.replace(message, seen=SeenStep(part=part))


def status_lost(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The primary is said to be lost, or not (R2); the view is another one."""
    if not isinstance(message, Status):
        return None
    view = max(0, message.view + liar.random.choice((-1, 0, 1)))
    return msgspec.structs.replace(message, lost_primary=not message.lost_primary, view=view)


def false_evidence(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """An accusation of somebody honest, of two parts that are bent to contradict each other."""
    others = [vote for vote in liar.votes if signed_part(vote).sender != liar.name]
    vote = liar.choose(others)
    if vote is None or isinstance(vote, ViewChange):
        return None
    part = signed_part(vote)
    second = msgspec.structs.replace(part, digest=bytes(32))
    return Evidence(accused=part.sender, height=part.height, first=part, second=second)


TALK_MUTATIONS = {
    "Status: height": status_height,
    "Status: an earlier tip": status_certificate,
    "Status: certificate bent": status_bent,
    "Status: false seen": status_seen,
    "Status: primary lost": status_lost,
    "false evidence": false_evidence,
}

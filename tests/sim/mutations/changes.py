"""Mutations of ViewChanges and of the J of a PrePrepare."""

import msgspec

from consensus.messages import (
    Justification,
    PreparedCertificate,
    PrePrepare,
    ViewChange,
    ViewChangeHead,
)
from node.wire.peer_messages import PeerMessage
from tests.sim.mutations.liar import Liar


def hidden_certificate(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A ViewChange that claims nothing although it has prepared something."""
    if not isinstance(message, ViewChange) or message.certificate is None:
        return None
    head = msgspec.structs.replace(message.head, prepared_view=None, prepared_digest=None)
    return liar.signed(ViewChange(head=head, certificate=None))


def missing_certificate(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The claim stays, the certificate beside it goes."""
    if not isinstance(message, ViewChange) or message.certificate is None:
        return None
    return msgspec.structs.replace(message, certificate=None)


def older_certificate(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A claim that another certificate proves, maybe of another height."""
    if not isinstance(message, ViewChange):
        return None
    others = [found for found in liar.prepared if found != message.certificate]
    found = liar.choose(others)
    if found is None:
        return None
    head = msgspec.structs.replace(
        message.head, prepared_view=found.view, prepared_digest=found.digest
    )
    return liar.signed(ViewChange(head=head, certificate=found))


def higher_claim(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A block claimed for the view before, with a certificate that was bent to fit."""
    if not isinstance(message, ViewChange) or message.certificate is None:
        return None
    view = message.head.view - 1
    bent = _bent(message.certificate, view)
    head = msgspec.structs.replace(message.head, prepared_view=view)
    return liar.signed(ViewChange(head=head, certificate=bent))


def unproved_claim(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A claim of a block that was seen, with a quorum of nobody."""
    digest = liar.choose(list(liar.proposals))
    if not isinstance(message, ViewChange) or digest is None:
        return None
    head = message.head
    certificate = PreparedCertificate(
        height=head.height, view=head.view - 1, digest=digest, prepares=()
    )
    head = msgspec.structs.replace(head, prepared_view=head.view - 1, prepared_digest=digest)
    return liar.signed(ViewChange(head=head, certificate=certificate))


def fewer_prepares(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A certificate one Prepare short, or with one twice."""
    if not isinstance(message, ViewChange) or message.certificate is None:
        return None
    prepares = message.certificate.prepares[1:]
    if liar.random.random() < 0.5:
        prepares = (prepares[0], *prepares)
    certificate = msgspec.structs.replace(message.certificate, prepares=prepares)
    return msgspec.structs.replace(message, certificate=certificate)


def _bent(certificate: PreparedCertificate, view: int) -> PreparedCertificate:
    """The same votes under another view; their signatures do not cover it."""
    prepares = tuple(msgspec.structs.replace(vote, view=view) for vote in certificate.prepares)
    return msgspec.structs.replace(certificate, view=view, prepares=prepares)


# --- J ----------------------------------------------------------------------------------------


def _justified(message: PeerMessage) -> tuple[PrePrepare, Justification] | None:
    if isinstance(message, PrePrepare) and message.justification is not None:
        return message, message.justification
    return None


def _with(message: PrePrepare, justification: Justification | None) -> PrePrepare:
    """J is not under the signature."""
    return msgspec.structs.replace(message, justification=justification)


def swapped_head(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """One head of J is another one that was seen."""
    found = _justified(message)
    head = liar.choose(liar.heads)
    if found is None or head is None:
        return None
    heads = list(found[1].heads)
    heads[liar.random.randrange(len(heads))] = head
    return _with(found[0], msgspec.structs.replace(found[1], heads=tuple(heads)))


def fewer_heads(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A J one head short, or with one head twice."""
    found = _justified(message)
    if found is None:
        return None
    heads = found[1].heads[1:]
    if liar.random.random() < 0.5:
        heads = (heads[0], *heads)
    return _with(found[0], msgspec.structs.replace(found[1], heads=heads))


def turned_heads(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The heads of J in another order."""
    found = _justified(message)
    if found is None:
        return None
    return _with(found[0], msgspec.structs.replace(found[1], heads=found[1].heads[::-1]))


def emptied_claims(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A J whose heads claim nothing, the own one signed again, and an own new block."""
    found = _justified(message)
    if found is None:
        return None
    heads = tuple(_claimless(liar, head) for head in found[1].heads)
    return _with(found[0], Justification(heads=heads, certificate=None))


def _claimless(liar: Liar, head: ViewChangeHead) -> ViewChangeHead:
    if head.prepared_view is None:
        return head
    head = msgspec.structs.replace(head, prepared_view=None, prepared_digest=None)
    return liar.signed_head(head) if head.sender == liar.name else head


def no_certificate(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The claims of J without the certificate."""
    found = _justified(message)
    if found is None or found[1].certificate is None:
        return None
    return _with(found[0], msgspec.structs.replace(found[1], certificate=None))


def older_justification(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A J that justified another PrePrepare, or none at all."""
    found = _justified(message)
    if found is None:
        return None
    others = [each for each in liar.justifications if each != found[1]]
    return _with(found[0], liar.choose(others))


CHANGE_MUTATIONS = {
    "certificate hidden": hidden_certificate,
    "certificate missing": missing_certificate,
    "another certificate": older_certificate,
    "certificate of a bent view": higher_claim,
    "claim without votes": unproved_claim,
    "certificate with fewer votes": fewer_prepares,
    "J: a head swapped": swapped_head,
    "J: fewer heads": fewer_heads,
    "J: heads in another order": turned_heads,
    "J: claims removed": emptied_claims,
    "J: no certificate": no_certificate,
    "J: another one": older_justification,
}

"""Whether a PrePrepare of a view above 0 is justified: the table of messages, written twice.

The product's own answer is in consensus/view_change.py; this one shares no code with it but the
arithmetic of quorums and the bytes under a signature.
"""

from collections.abc import Callable

from consensus.messages import Prepare, PreparedCertificate, PrePrepare, ViewChangeHead
from consensus.quorum import quorum
from consensus.types import ValidatorSet
from node.wire.hashing import SigningScope
from node.wire.verify import signing_bytes_of

Verify = Callable[[bytes, bytes, bytes], bool]


def fault_of(
    message: PrePrepare, members: ValidatorSet, scope: SigningScope, verify: Verify
) -> str | None:
    """Why J does not justify the block; None if it does."""

    def signed(part: Prepare | ViewChangeHead) -> bool:
        member = members.get(part.sender)
        if member is None:
            return False
        return verify(member.public_key, signing_bytes_of(part, scope), part.signature)

    justification, q = message.justification, quorum(len(members))
    if message.view == 0:
        return "a J in view 0" if justification is not None else None
    if justification is None:
        return "no J"
    heads = justification.heads
    if len({head.sender for head in heads}) != len(heads) or len(heads) != q:
        return f"{len(heads)} heads, a quorum is {q}"
    if any((head.height, head.view) != (message.height, message.view) for head in heads):
        return "a head for another place"
    if not all(signed(head) for head in heads):
        return "a head that nobody signed"
    claims = [head for head in heads if head.prepared_view is not None]
    if not claims:
        if message.proposal.header.origin_view != message.view:
            return "an old block although nobody claims one"
        return None
    top = max(head.prepared_view or 0 for head in claims)
    digests = {head.prepared_digest for head in claims if head.prepared_view == top}
    if digests != {message.digest}:
        return f"the highest claims are of view {top} and of another block"
    certificate = justification.certificate
    if certificate is None:
        return "a claim without a certificate"
    return certificate_fault(certificate, (message.height, top, message.digest), q, signed)


def certificate_fault(
    certificate: PreparedCertificate,
    place: tuple[int, int, bytes],
    q: int,
    signed: Callable[[Prepare], bool],
) -> str | None:
    """Why these are not q Prepares for just that place."""
    if (certificate.height, certificate.view, certificate.digest) != place:
        return "a certificate of another place"
    votes = certificate.prepares
    if len({vote.sender for vote in votes}) < q:
        return "a certificate without a quorum"
    if any((vote.height, vote.view, vote.digest) != place for vote in votes):
        return "a certificate of different Prepares"
    return None if all(signed(vote) for vote in votes) else "a Prepare that nobody signed"

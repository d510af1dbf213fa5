"""Leaving a view and justifying the next one (R6 and the PrePrepare's J).

Rules of this file:
1. From the moment a ViewChange(v') is asked for, nothing of a lower view is signed: `hs.view` is v'
   then.
2. A J proves by q claims that nothing was decided in an earlier view, or names the one block that
   may have been.
"""

from consensus import evidence
from consensus.core import Core
from consensus.height_state import HeightState
from consensus.messages import (
    Justification,
    PreparedCertificate,
    PrePrepare,
    Step,
    ViewChange,
    ViewChangeHead,
)
from consensus.quorum import prepared_certificate_fits
from consensus.rejects import Reject
from consensus.signed import content_of
from consensus.views import enter_view


def claim_fits(head: ViewChangeHead) -> bool:
    """A head asks for a view >= 1 and claims a certificate of an earlier one, or none."""
    if head.view < 1 or (head.prepared_view is None) != (head.prepared_digest is None):
        return False
    return head.prepared_view is None or head.prepared_view < head.view


def view_change_fits(hs: HeightState, change: ViewChange) -> bool:
    """Whether the certificate beside the head is exactly what the head claims (R6)."""
    head, certificate = change.head, change.certificate
    if not claim_fits(head):
        return False
    if certificate is None or head.prepared_digest is None:
        return certificate is None and head.prepared_digest is None
    return _proves(hs, certificate, head)


def _proves(hs: HeightState, certificate: PreparedCertificate, head: ViewChangeHead) -> bool:
    same = (certificate.height, certificate.view, certificate.digest) == (
        head.height,
        head.prepared_view,
        head.prepared_digest,
    )
    return same and prepared_certificate_fits(certificate, hs.validators)


def justification_fits(hs: HeightState, message: PrePrepare) -> bool:
    """Whether J justifies this PrePrepare (table of messages)."""
    justification = message.justification
    header = message.proposal.header
    if message.view == 0:
        return justification is None and header.origin_view == 0
    if justification is None or len(justification.heads) != hs.q:
        return False
    previous = ""
    for head in justification.heads:
        if head.sender <= previous or head.sender not in hs.validators:
            return False
        if head.height != hs.height or head.view != message.view or not claim_fits(head):
            return False
        previous = head.sender
    highest = highest_claim(justification.heads)
    certificate = justification.certificate
    if highest is None:
        fresh = header.origin_view == message.view and header.proposer == message.sender
        return certificate is None and fresh
    if certificate is None or message.digest != highest.prepared_digest:
        return False
    rivals = [head for head in justification.heads if head.prepared_view == highest.prepared_view]
    if any(head.prepared_digest != highest.prepared_digest for head in rivals):
        return False
    return _proves(hs, certificate, highest)


def highest_claim(heads: tuple[ViewChangeHead, ...]) -> ViewChangeHead | None:
    """The first head with the highest prepared view; None if all claim none."""
    best: ViewChangeHead | None = None
    best_view = -1
    for head in heads:
        if head.prepared_view is not None and head.prepared_view > best_view:
            best, best_view = head, head.prepared_view
    return best


def justification_for(hs: HeightState, view: int) -> Justification | None:
    """J from the ViewChanges held for exactly that view, or None while there are fewer than q.

    Of more than q, those with the highest claims are taken: a block that some node prepared
    survives.
    """
    changes = hs.view_changes.at(view)
    if len(changes) < hs.q:
        return None
    changes.sort(key=_claim_of, reverse=True)
    chosen = changes[: hs.q]
    heads = tuple(sorted((change.head for change in chosen), key=_sender_of))
    certificate = chosen[0].certificate
    return Justification(heads=heads, certificate=certificate)


def _claim_of(change: ViewChange) -> int:
    view = change.head.prepared_view
    return -1 if view is None else view


def _sender_of(head: ViewChangeHead) -> str:
    return head.sender


def on_view_change(core: Core, change: ViewChange, index: int) -> None:
    """Keep a valid ViewChange; an invalid one is dropped alone."""
    hs, head = core.hs, change.head
    if not view_change_fits(hs, change):
        core.drop(Reject.BAD_VIEW_CHANGE)
        return
    known = hs.view_changes.get(index, head.view)
    if known is not None:
        if content_of(known.head) != content_of(head):
            evidence.accuse(core, known.head, head)
        else:
            core.drop(Reject.DUPLICATE)
        return
    check_hidden(core, head, index)
    core.hold(head)
    if not hs.view_changes.add(index, head.view, change):
        core.drop(Reject.VIEW_BOUND)


def check_hidden(core: Core, head: ViewChangeHead, index: int) -> None:
    """Accuse a sender that committed to a block which its ViewChange hides (R11)."""
    for commit in core.hs.commits.of(index):
        if evidence.contradicts(commit, head):
            evidence.accuse(core, commit, head)
            return


def change_view(core: Core, view: int, why: str) -> None:
    """Sign ViewChange(view) with the highest certificate held, and go there (R6).

    Its content is frozen now: a certificate completed later goes into the next one.
    """
    hs = core.hs
    certificate = hs.best_prepared(view)
    hs.prepared = certificate
    enter_view(core, view, why)
    if (view, Step.VIEW_CHANGE) in hs.asked or core.me is None:
        return
    draft = ViewChange(
        head=ViewChangeHead(
            height=hs.height,
            view=view,
            prepared_view=None if certificate is None else certificate.view,
            prepared_digest=None if certificate is None else certificate.digest,
            sender=core.me,
            signature=b"",
        ),
        certificate=certificate,
    )
    core.sign(draft)


def join(core: Core) -> bool:
    """Join rule (R6): w distinct senders are in higher views: go to the smallest of those.

    The caller made sure that this node may sign.
    """
    hs = core.hs
    if not hs.view_changes.senders:
        return False
    higher = [view for view in hs.view_changes.highest_views() if view > hs.view]
    if len(higher) < hs.w:
        return False
    change_view(core, min(higher), f"{len(higher)} validators left view {hs.view}")
    return True

"""Equivocation: two signatures that an honest validator never gives both (R11).

Rules of this file:
1. Honest restarts never produce it: the sign guard sees to that (R12).
2. One per accused and height is kept, gossiped once, and given to the shell to be recorded on the
   chain.
3. Bound: heights from tip - EVIDENCE_HEIGHTS to h + 1, one per member and height; older ones are on
   the chain.
"""

from consensus.actions import Broadcast, RecordEvidence, ReportKind
from consensus.core import Core
from consensus.messages import Commit, Evidence, SignedPart, ViewChangeHead
from consensus.rejects import Reject
from consensus.signed import content_of, order_of
from consensus.status import check_own

EVIDENCE_HEIGHTS = 100
"""Evidence of older heights is not kept in memory."""


def contradicts(first: SignedPart, second: SignedPart) -> bool:
    """Would an honest validator never sign both? Symmetric."""
    if first.sender != second.sender or first.height != second.height:
        return False
    if order_of(first) == order_of(second):
        return content_of(first) != content_of(second)
    if isinstance(first, Commit) and isinstance(second, ViewChangeHead):
        return _hides(first, second)
    if isinstance(second, Commit) and isinstance(first, ViewChangeHead):
        return _hides(second, first)
    return False


def _hides(commit: Commit, head: ViewChangeHead) -> bool:
    """A later ViewChange that claims nothing, or less than the Commit proves to be prepared."""
    if head.view <= commit.view:
        return False
    return head.prepared_view is None or head.prepared_view < commit.view


def accuse(core: Core, first: SignedPart, second: SignedPart) -> None:
    """Two contradicting verified parts were found here."""
    core.drop(Reject.CONFLICT)
    evidence = Evidence(accused=first.sender, height=first.height, first=first, second=second)
    if first.sender != core.me:
        _keep(core, evidence)


def receive(core: Core, evidence: Evidence) -> None:
    """Evidence from gossip; both signatures are verified."""
    fits = (
        evidence.accused == evidence.first.sender
        and evidence.height == evidence.first.height
        and contradicts(evidence.first, evidence.second)
    )
    tip = core.hs.height - 1
    near = tip - EVIDENCE_HEIGHTS <= evidence.height <= tip + 2
    member = (
        evidence.accused in core.hs.validators
        or evidence.accused in core.hs.tip.previous_validators
    )
    if not fits or not near or not member:
        core.drop(Reject.BAD_EVIDENCE)
        return
    if evidence.accused == core.me:
        check_own(core, evidence.first)
        check_own(core, evidence.second)
        return
    _keep(core, evidence)


def _keep(core: Core, evidence: Evidence) -> None:
    key = (evidence.accused, evidence.height)
    if key in core.evidence:
        core.drop(Reject.KNOWN_EVIDENCE)
        return
    core.evidence[key] = evidence
    core.report(
        ReportKind.EVIDENCE, f"{evidence.accused} signed two contradicting messages of one height"
    )
    core.out.append(RecordEvidence(evidence=evidence))
    core.out.append(Broadcast(message=evidence))


def forget_old(core: Core) -> None:
    """Called when a height opens."""
    oldest = core.hs.height - 1 - EVIDENCE_HEIGHTS
    if core.evidence:
        core.evidence = {key: kept for key, kept in core.evidence.items() if key[1] >= oldest}

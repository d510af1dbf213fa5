"""The normal case: PrePrepare -> execute -> Prepare -> prepared -> Commit (R3, R4).

`on_*` keep what comes; `advance` does whatever has become possible, so that it does not matter in
which order
votes, blocks, results and restarts come.
"""

from consensus import evidence
from consensus.actions import Execute, KeepCertificate, ReportKind
from consensus.core import Core
from consensus.header_rules import header_fault
from consensus.height_state import Accepted, HeightState, Result
from consensus.messages import Commit, Prepare, PrePrepare, Step
from consensus.rejects import Reject
from consensus.signed import content_of, head_of
from consensus.view_change import change_view, check_hidden, justification_fits
from consensus.views import enter_view


def on_pre_prepare(core: Core, message: PrePrepare, index: int) -> None:
    """Accept one PrePrepare per (h, v) (R3); one of a higher view moves this node to it (R6)."""
    hs = core.hs
    if message.sender != hs.schedule.primary(message.view):
        core.drop(Reject.NOT_PRIMARY)
        return
    head = head_of(message)
    known = hs.pre_prepares.get(index, message.view)
    if known is not None and content_of(known) != content_of(head):
        evidence.accuse(core, known, head)
        return
    core.hold(head)
    if known is None and not hs.pre_prepares.add(index, message.view, head):
        core.drop(Reject.VIEW_BOUND)
        return
    if message.view < hs.view:
        core.drop(Reject.OLD_VIEW)
        return
    if message.view == hs.view and hs.accepted is not None:
        core.drop(Reject.DUPLICATE)
        return
    # J is not under the primary's signature: whoever relays it could have changed it, so a bad J is
    # dropped and another copy of the message may still come.
    if not justification_fits(hs, message):
        core.drop(Reject.BAD_JUSTIFICATION)
        return
    _accept(core, message)


def _accept(core: Core, message: PrePrepare) -> None:
    hs = core.hs
    reproposal = message.justification is not None and message.justification.certificate is not None
    if message.view > hs.view:
        enter_view(core, message.view, "its PrePrepare is justified")
    wall_ms = None if reproposal else core.now.wall_ms
    fault = header_fault(core.config, hs, message.proposal, message.view, wall_ms)
    if fault is not None:
        core.drop(Reject.BAD_PROPOSAL)
        refuse_proposal(core, fault.value, reproposal=reproposal)
        return
    if message.justification is not None:
        for head in message.justification.heads:
            index = hs.validators.index_of(head.sender)
            if index is not None:
                check_hidden(core, head, index)
    hs.accepted = Accepted(
        view=message.view,
        digest=message.digest,
        proposal=message.proposal,
        reproposal=reproposal,
    )
    hs.keep_proposal(message.digest, message.proposal)
    if message.view == 0:
        hs.accepted_ms = core.now.mono_ms


def refuse_proposal(core: Core, reason: str, *, reproposal: bool) -> None:
    """The primary's proposal is invalid: leave the view at once (R2).

    Not for a block with a prepared certificate: the next primary has to propose the same one. And
    not after a whole turn of refused primaries: then the fault is here or everywhere, the timer
    sets the pace, and guard and network are spared a view change every few milliseconds.
    """
    hs = core.hs
    core.report(ReportKind.PROPOSAL_REFUSED, f"{hs.primary()} proposed an invalid block: {reason}")
    if core.may_sign() and not reproposal and hs.view < hs.n:
        change_view(core, hs.view + 1, f"invalid proposal: {reason}")


def on_prepare(core: Core, message: Prepare, index: int) -> None:
    """Keep a Prepare; the q-th makes a certificate, also of a view already left (R4)."""
    hs = core.hs
    known = hs.prepares.get(index, message.view)
    if known is not None:
        if known.digest != message.digest:
            evidence.accuse(core, known, message)
        else:
            core.drop(Reject.DUPLICATE)
        return
    core.hold(message)
    if not hs.prepares.add(index, message.view, message):
        core.drop(Reject.VIEW_BOUND)
        return
    if message.view > hs.view or (hs.prepared is not None and hs.prepared.view >= message.view):
        return
    certificate = hs.prepared_at(message.view, message.digest)
    if certificate is None:
        return
    hs.prepared = certificate
    if message.view < hs.view:
        core.out.append(KeepCertificate(certificate=certificate))


def on_commit(core: Core, message: Commit, index: int) -> None:
    """Keep a Commit; the q-th equal one decides, whatever its view (R5)."""
    hs = core.hs
    known = hs.commits.get(index, message.view)
    if known is not None:
        if (known.digest, known.root) != (message.digest, message.root):
            evidence.accuse(core, known, message)
        else:
            core.drop(Reject.DUPLICATE)
        return
    for change in hs.view_changes.of(index):
        if evidence.contradicts(message, change.head):
            evidence.accuse(core, message, change.head)
            break
    core.hold(message)
    if not hs.commits.add(index, message.view, message):
        core.drop(Reject.VIEW_BOUND)


def ask_execution(core: Core, digest: bytes, view: int) -> bool:
    """Have a block executed unless it was, or is being; True if it was asked for now."""
    hs = core.hs
    if digest in hs.executing:
        return False
    result = hs.results.get(digest)
    if result is not None and (result.failed_view is None or result.failed_view >= view):
        return False
    hs.executing[digest] = view
    core.out.append(
        Execute(
            view=view,
            digest=digest,
            proposal=hs.proposals[digest],
            peers=hs.senders_of(digest, core.me),
        )
    )
    return True


def on_result(core: Core, digest: bytes, result: Result) -> None:
    """The executor's answer, kept by digest over views (R3)."""
    hs = core.hs
    if digest not in hs.executing and digest not in hs.proposals:
        core.drop(Reject.STALE_ANSWER)
        return
    hs.executing.pop(digest, None)
    known = hs.results.get(digest)
    if known is not None and known.failed_view is None:
        core.drop(Reject.STALE_ANSWER)
        return
    hs.results[digest] = result
    if result.failed_view is not None:
        core.report(ReportKind.EXECUTION_FAILED, result.reason)
    accepted = hs.accepted
    refused = result.root is None and result.failed_view is None
    if refused and accepted is not None and accepted.digest == digest:
        refuse_proposal(core, result.reason, reproposal=accepted.reproposal)


def advance(core: Core) -> None:
    """Execute, Prepare and Commit as far as the accepted block of this view allows."""
    hs = core.hs
    accepted = hs.accepted
    if accepted is None:
        return
    ask_execution(core, accepted.digest, hs.view)
    result = hs.results.get(accepted.digest)
    if result is None or result.root is None or not core.may_sign():
        return
    _prepare(core, accepted)
    _commit(core, hs, accepted, result.root)


def _prepare(core: Core, accepted: Accepted) -> None:
    hs = core.hs
    key = (hs.view, Step.PREPARE)
    if key in hs.asked or core.me is None:
        return
    draft = Prepare(
        height=hs.height, view=hs.view, digest=accepted.digest, sender=core.me, signature=b""
    )
    core.sign(draft, proposal=accepted.proposal)


def _commit(core: Core, hs: HeightState, accepted: Accepted, root: bytes) -> None:
    """R4: accepted here, prepared in this very view, executed."""
    prepared = hs.prepared
    key = (hs.view, Step.COMMIT)
    if prepared is None or prepared.view != hs.view or prepared.digest != accepted.digest:
        return
    if key in hs.asked or core.me is None:
        return
    draft = Commit(
        height=hs.height,
        view=hs.view,
        digest=accepted.digest,
        root=root,
        sender=core.me,
        signature=b"",
    )
    core.sign(draft, certificate=prepared)

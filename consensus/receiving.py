"""What comes in: messages by height, blocks, refusals of the guard, the next height (R10, R12)."""

from typing import assert_never

import msgspec

from consensus import deciding, evidence, normal, view_change
from consensus.actions import Action, Broadcast, ReportKind, Sign
from consensus.core import Core
from consensus.events import SignRefused
from consensus.height_state import Accepted
from consensus.messages import (
    Commit,
    ConsensusMessage,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    ViewChange,
)
from consensus.rejects import Reject
from consensus.restore import OwnKey
from consensus.signed import content_of, order_of, signed_part, step_of
from consensus.status import answer, check_own, report_rights
from consensus.types import Proposal, Tip, ValidatorId
from consensus.views import pass_lost_views


def on_message(core: Core, message: ConsensusMessage) -> None:
    """A verified message of anybody, the own ones included (contract of perform)."""
    hs = core.hs
    part = signed_part(message)
    if part.sender == core.me and not _own(core, message):
        return
    peer = core.peers.find(part.sender)
    if peer is not None:
        peer.heard_ms = core.now.mono_ms
    if part.height != hs.height:
        _other_height(core, message)
        return
    index = hs.validators.index_of(part.sender)
    if index is None:
        core.drop(Reject.UNKNOWN_SENDER)
        return
    _keep(core, message, index)


def _keep(core: Core, message: ConsensusMessage, index: int) -> None:
    match message:
        case PrePrepare():
            if message.justification is not None:
                _check_nested(core, message.justification.certificate)
            normal.on_pre_prepare(core, message, index)
        case Prepare():
            normal.on_prepare(core, message, index)
        case Commit():
            normal.on_commit(core, message, index)
            deciding.check_quorum(core, message)
            deciding.check_roots(core, message.digest)
        case ViewChange():
            _check_nested(core, message.certificate)
            view_change.on_view_change(core, message, index)
        case _:
            assert_never(message)


def _check_nested(core: Core, certificate: PreparedCertificate | None) -> None:
    """A Prepare of the own key inside a peer's certificate tells as much as a Status (R12)."""
    if certificate is not None:
        for prepare in certificate.prepares:
            check_own(core, prepare)


def _own(core: Core, message: ConsensusMessage) -> bool:
    """Whether a Sign of this replica asked for it; else another node has this key (R12)."""
    part = signed_part(message)
    draft = core.pending.get(order_of(part))
    if draft is not None and content_of(signed_part(draft)) == content_of(part):
        del core.pending[order_of(part)]
        core.voting.signed(part)
        if part.height == core.hs.height:
            core.hs.keep_own(message)
        return True
    check_own(core, part)
    core.drop(Reject.OBSERVING)
    return False


def _other_height(core: Core, message: ConsensusMessage) -> None:
    """Of another height: kept for the next one (R10), or a sign that somebody is behind."""
    hs = core.hs
    part = signed_part(message)
    peer = ValidatorId(part.sender)
    if part.height < hs.height:
        core.drop(Reject.OLD_HEIGHT)
        if part.height < hs.height - 1 or isinstance(message, ViewChange):
            answer(core, peer)
        return
    if isinstance(message, PrePrepare) and part.height == hs.height + 1:
        certificate = message.proposal.parent_certificate
        if certificate is not None:
            core.note_certificate(certificate)
    if part.height > hs.height + 1 or part.view > 0 or isinstance(message, ViewChange):
        core.drop(Reject.FUTURE_HEIGHT)
        answer(core, peer)
        return
    key = (part.sender, int(step_of(part)))
    if key in core.future:
        core.drop(Reject.DUPLICATE)
        return
    if part.sender not in hs.validators and len(core.future) >= 4 * hs.n:
        core.drop(Reject.UNKNOWN_SENDER)
        return
    core.hold(part)
    if isinstance(message, PrePrepare):
        message = msgspec.structs.replace(message, bodies=())
    core.future[key] = message


def on_block(core: Core, digest: bytes, proposal: Proposal) -> None:
    """A block that was asked for, whole under its digest."""
    hs = core.hs
    if digest not in hs.fetching or proposal.header.height != hs.height:
        core.drop(Reject.STALE_ANSWER)
        return
    hs.keep_proposal(digest, proposal)


def on_sign_refused(core: Core, event: SignRefused) -> None:
    """The guard refused: nothing was signed, and it is not asked again (R12)."""
    core.pending.pop((event.height, event.view, int(event.step)), None)
    text = f"{event.step.name} of view {event.view}: {event.reason}"
    core.report(ReportKind.SIGN_REFUSED, text)
    if event.root_conflict:
        core.halt("ROOT_CONFLICT", f"height {event.height}: {event.reason}")


def on_advanced(core: Core, tip: Tip, own_key: OwnKey | None) -> None:
    """A block is durable: the next height begins (R1). Own decision or sync alike."""
    if tip.height < core.hs.height:
        core.drop(Reject.STALE_ANSWER)
        return
    if tip.height > core.hs.height:
        raise RuntimeError(f"Advanced to {tip.height}, but {core.hs.height} is open")
    if tip.header is not None:
        core.failures.add(tip.header)
    before = core.is_voting()
    core.last_decision_ms = core.now.mono_ms
    decided = core.hs.proposals.get(tip.digest)
    core.last_size = 0 if decided is None else len(decided.wire_ids)
    if own_key is not None:
        core.take_key(own_key, tip.height + 1)
    core.hs = core.open_height(tip)
    hs = core.hs
    if hs.q == 1 and core.me is not None:
        core.voting.cleared = True
    core.retransmit_ms = None
    core.held = {name: part for name, part in core.held.items() if name in hs.validators}
    evidence.forget_old(core)
    core.report(ReportKind.ENTERED_HEIGHT, "a new height begins")
    if not core.behind():
        core.catch_up_ms = None
        if core.report_level:
            core.report_level = False
            core.report(ReportKind.LEVEL, f"level at height {hs.height}")
    report_rights(core, before=before, stale=False)
    pass_lost_views(core)
    resume(core)
    waiting, core.future = core.future, {}
    for message in waiting.values():
        on_message(core, message)


def resume(core: Core) -> None:
    """Take up what the guard holds of the open height, and send it again (R12)."""
    hs, restored = core.hs, core.restored
    if restored.guard_height != hs.height or restored.guard_stale is not None:
        return
    for digest, proposal in restored.proposals:
        if proposal.header.height == hs.height:
            hs.keep_proposal(digest, proposal)
    parts = [signed_part(message) for message in restored.signed]
    hs.view = max((part.view for part in parts), default=0)
    for message in restored.signed:
        part = signed_part(message)
        hs.asked[(part.view, step_of(part))] = True
        core.pending[order_of(part)] = message
        on_message(core, message)
    for certificate in restored.certificates:
        if certificate.view <= hs.view and (
            hs.prepared is None or certificate.view > hs.prepared.view
        ):
            hs.prepared = certificate
    _accept_again(core)
    core.out.extend(Broadcast(message=message) for message in hs.newest_own())


def _accept_again(core: Core) -> None:
    """A Prepare in the guard proves that the PrePrepare of that view was accepted (R3)."""
    hs = core.hs
    if hs.accepted is not None or core.me is None:
        return
    index = hs.validators.index_of(core.me)
    prepare = None if index is None else hs.prepares.get(index, hs.view)
    if prepare is None or prepare.digest not in hs.proposals:
        return
    proposal = hs.proposals[prepare.digest]
    hs.accepted = Accepted(
        view=hs.view,
        digest=prepare.digest,
        proposal=proposal,
        reproposal=proposal.header.origin_view != hs.view,
    )


def without_signing(actions: list[Action]) -> list[Action]:
    """What is left after a Halt."""
    return [action for action in actions if not isinstance(action, Sign)]

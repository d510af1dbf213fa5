"""What a primary does: propose in view 0 by R1, in later views by J (R1, R6)."""

from consensus.actions import BuildProposal, FetchBlock, HeaderTemplate, ReportKind
from consensus.core import Core
from consensus.events import ProposalBuilt
from consensus.header_rules import STEP_AFTER_PARENT_MS, header_fault
from consensus.messages import Justification, PrePrepare, Step
from consensus.rejects import Reject
from consensus.types import Proposal
from consensus.validator_set import failed_primaries
from consensus.view_change import justification_for

HALVINGS_MAX = 32
"""Views after which a block is surely empty; views may be as high as 2^62."""


def proposing(core: Core) -> bool:
    """Is this node the primary of the current view with nothing proposed yet?

    The caller made sure that this node may sign.
    """
    hs = core.hs
    return (
        core.me is not None
        and hs.accepted is None
        and hs.primary() == core.me
        and (hs.view, Step.PRE_PREPARE) not in hs.asked
    )


def propose_at_ms(core: Core) -> int:
    """When the primary of view 0 proposes if nothing else happens (R1), monotonic milliseconds."""
    hs, config = core.hs, core.config
    if hs.includable >= config.batch_min:
        return core.now.mono_ms
    if hs.includable > 0 or hs.agenda:
        last = core.last_decision_ms
        if last is None or core.last_size <= config.idle_size_max:
            return core.now.mono_ms
        return last + config.block_gap_ms
    return hs.entered_ms + config.block_interval_empty_ms


def advance(core: Core) -> None:
    """Propose if it is this node's turn."""
    if not proposing(core):
        return
    hs = core.hs
    if hs.view == 0:
        if hs.building is None and core.now.mono_ms >= propose_at_ms(core):
            _build(core, None)
        return
    if hs.building == hs.view:
        return
    justification = justification_for(hs, hs.view)
    if justification is None:
        return
    certificate = justification.certificate
    if certificate is None:
        _build(core, justification)
        return
    proposal = hs.proposals.get(certificate.digest)
    if proposal is not None:
        _sign(core, certificate.digest, proposal, justification)
    elif certificate.digest not in hs.fetching:
        hs.fetching[certificate.digest] = True
        peers = hs.senders_of(certificate.digest, core.me)
        core.out.append(FetchBlock(height=hs.height, digest=certificate.digest, peers=peers))


def _build(core: Core, justification: Justification | None) -> None:
    hs = core.hs
    tip = hs.tip
    if core.me is None:
        return
    hs.building = hs.view
    hs.justification = justification
    parent_view = 0 if tip.certificate is None else tip.certificate.view
    template = HeaderTemplate(
        version=tip.protocol_version,
        height=hs.height,
        parent=tip.digest,
        parent_state_root=tip.state_root,
        timestamp_ms=max(core.now.wall_ms, tip.timestamp_ms + STEP_AFTER_PARENT_MS),
        proposer=core.me,
        origin_view=hs.view,
        failed=failed_primaries(hs.parent_schedule, parent_view, hs.schedule, hs.view),
        validators_hash=tip.validators_hash,
        next_validators_hash=tip.next_validators_hash,
    )
    core.out.append(
        BuildProposal(
            view=hs.view,
            transactions_max=tip.block_transactions_max >> min(hs.view, HALVINGS_MAX),
            template=template,
            parent_certificate=tip.certificate,
        )
    )


def on_built(core: Core, event: ProposalBuilt) -> None:
    """The block that was asked for; too late if the view or the height went on."""
    hs = core.hs
    header = event.proposal.header
    if event.view != hs.view or hs.building != hs.view or header.height != hs.height:
        core.drop(Reject.STALE_ANSWER)
        return
    if not core.may_sign() or not proposing(core):
        core.drop(Reject.STALE_ANSWER)
        return
    fault = header_fault(core.config, hs, event.proposal, hs.view, core.now.wall_ms)
    if fault is not None:
        core.report(ReportKind.PROPOSAL_REFUSED, f"own proposal breaks a rule: {fault.value}")
        return
    _sign(core, event.digest, event.proposal, hs.justification)


def _sign(
    core: Core, digest: bytes, proposal: Proposal, justification: Justification | None
) -> None:
    hs = core.hs
    if core.me is None:
        return
    draft = PrePrepare(
        height=hs.height,
        view=hs.view,
        digest=digest,
        proposal=proposal,
        justification=justification,
        bodies=(),
        sender=core.me,
        signature=b"",
    )
    core.sign(draft, proposal=proposal)

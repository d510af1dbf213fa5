"""Status: where nodes stand, what they lack, who else signs with the own key (R9, R12, R14)."""

from consensus.actions import ReportKind, SendTo
from consensus.core import Core
from consensus.describe import phase
from consensus.messages import SeenStep, SignedPart, Status
from consensus.rejects import Reject
from consensus.types import ValidatorId
from consensus.views import pass_lost_views

REPLY_GAP_MS = 100
"""A peer that is behind is answered at most this often."""


def own_status(core: Core, peer: ValidatorId) -> Status:
    """The Status for one peer."""
    hs = core.hs
    part = core.held.get(peer)
    primary = hs.primary()
    return Status(
        height=hs.height,
        view=hs.view,
        phase=phase(core),
        tip_digest=hs.tip.digest,
        tip_certificate=hs.tip.certificate,
        peers_seen=tuple(name for name in core.peers.connected() if name in hs.validators),
        lost_primary=primary != core.me and core.peers.lost(primary),
        seen=None if part is None else SeenStep(part=part),
    )


def tell(core: Core, peer: ValidatorId) -> None:
    """Send the own Status to a peer."""
    core.out.append(SendTo(peer=peer, message=own_status(core, peer)))


def tell_all(core: Core) -> None:
    """To each connected peer, on the interval or when the primary is lost."""
    core.status_ms = core.now.mono_ms + core.config.status_interval_ms
    for peer in core.peers.connected():
        tell(core, peer)


def answer(core: Core, peer: ValidatorId) -> None:
    """To a peer that showed itself behind, at most each REPLY_GAP_MS."""
    state = core.peers.find(peer)
    now = core.now.mono_ms
    if state is None or not state.connected:
        return
    if state.told_ms is None or now - state.told_ms >= REPLY_GAP_MS:
        state.told_ms = now
        tell(core, peer)


def on_peer_up(core: Core, peer: ValidatorId) -> None:
    """R9: on reconnect, the Status and the newest own messages of the open height."""
    state = core.peers.get(peer)
    state.connected = state.was_connected = True
    state.heard_ms = core.now.mono_ms
    tell(core, peer)
    _send_own(core, peer)


def on_peer_down(core: Core, peer: ValidatorId) -> None:
    """R2: if the primary is lost, say so at once."""
    state = core.peers.get(peer)
    state.connected = False
    state.status = None
    if peer == core.hs.primary():
        tell_all(core)


def on_status(core: Core, peer: ValidatorId, status: Status) -> None:
    """A peer's Status: R12 first, then who is behind (R9, R14)."""
    hs = core.hs
    state = core.peers.find(peer)
    if peer not in hs.validators and state is None:
        core.drop(Reject.UNKNOWN_PEER)
        return
    state = core.peers.get(peer)
    state.status = status
    state.heard_ms = core.now.mono_ms
    if status.seen is not None and core.me is not None:
        check_own(core, status.seen.part)
    certificate = status.tip_certificate
    if peer in hs.validators and peer != core.me:
        before = core.is_voting()
        stale = core.voting.stale is not None
        proved = 0 if certificate is None else certificate.height
        core.voting.heard(
            peer, proved if status.height == proved + 1 else None, hs.validators, hs.tip
        )
        report_rights(core, before=before, stale=stale)
    if certificate is not None and certificate.height >= hs.height:
        core.note_certificate(certificate)
    elif status.height < hs.height:
        answer(core, peer)
    elif status.view < hs.view:
        _send_own(core, peer)


def _send_own(core: Core, peer: ValidatorId) -> None:
    if core.voting.halted is None and not core.hs.decided:
        for message in core.hs.newest_own():
            core.out.append(SendTo(peer=peer, message=message))


def report_rights(core: Core, *, before: bool, stale: bool) -> None:
    """Tell the operator when the right to vote began or ended, or how it comes back."""
    if not before and core.is_voting():
        core.report(ReportKind.VOTING, "this node votes")
    elif (before and not core.is_voting()) or (stale and core.voting.stale is None):
        core.report(ReportKind.OBSERVING, core.voting.why_not(core.hs.height))


def check_own(core: Core, part: SignedPart) -> None:
    """Whether the guard holds this verified signature of the own key from outside (R12)."""
    voting = core.voting
    if part.sender != core.me or not voting.lacks(part, core.hs.height):
        return
    if voting.cover(part):
        pass_lost_views(core)
        return
    what = f"a signature at height {part.height}, view {part.view} that the guard lacks"
    if voting.cleared and voting.stale is None:
        core.halt("TWO_NODES_ONE_KEY", f"{part.sender} gave {what}: another node has its key")
    elif voting.stale is None:
        voting.stale = what
        core.report(ReportKind.OBSERVING, voting.why_not(core.hs.height))

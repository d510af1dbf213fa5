"""Where a replica stands at its open height: the view that it enters, and those it has given up."""

from consensus.actions import ReportKind
from consensus.core import Core
from consensus.messages import Step


def enter_view(core: Core, view: int, why: str) -> None:
    """Move to a higher view of the open height: by timeout, join or PrePrepare (R6)."""
    hs = core.hs
    hs.view = view
    hs.asked = {key: True for key in hs.asked if key[0] >= view}
    hs.accepted = None
    hs.building = None
    hs.justification = None
    hs.timer_start = None
    core.retransmit_ms = None
    core.retransmit_wait_ms = 0
    if core.peers.lost(hs.primary()):
        # The others wait for w - 1 such words (R2): say it now, not on the next interval.
        core.status_ms = core.now.mono_ms
    core.report(ReportKind.ENTERED_VIEW, f"view {view}, primary {hs.primary()}: {why}")


def pass_lost_views(core: Core) -> None:
    """Sign nothing of the views of the open height in which this key has signed and forgot (R12).

    As after a restart in the highest view of the guard, but without what the guard would hold.
    """
    hs = core.hs
    view = core.voting.lost_views.get(hs.height)
    if view is None or hs.view > view:
        return
    if hs.view < view:
        enter_view(core, view, "this key signed in it and its guard is lost")
    hs.asked.update(((view, step), True) for step in Step)

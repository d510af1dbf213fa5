"""When to give up on a primary, and when to say things again (R2, R9).

Rules of this file:
1. Deadlines are monotonic milliseconds; the shell brings a Tick when the earliest is reached.
2. One validator's word starts nothing: timers need work, an accepted block or w ViewChanges; in
   views >= 1 q ViewChanges for views >= v or an accepted block.
"""

from consensus.actions import Broadcast, Execute, FetchBlock, ReportKind
from consensus.core import Core
from consensus.describe import sentence
from consensus.height_state import HeightState
from consensus.primary import propose_at_ms, proposing
from consensus.view_change import change_view

RETRANSMIT_MAX_MS = 4_000
"""Longest pause between two retransmissions (R9)."""
EXPONENT_MAX = 16
"""Bound of the exponent in T(v): views may be as high as 2^62."""


def timeout_ms(core: Core, view: int) -> int:
    """T(v) = min(10 s, T0 x 2^max(0, v - 2)) (R2)."""
    exponent = min(EXPONENT_MAX, max(0, view - 2))
    return min(core.config.timeout_cap_ms, core.t0_ms << exponent)


def _empty_due(core: Core) -> bool:
    return core.now.mono_ms >= core.hs.entered_ms + core.config.block_interval_empty_ms


def timer_runs(core: Core) -> bool:
    """R2: is there a reason to expect the primary of this view to act?"""
    hs = core.hs
    if not core.may_sign():
        return False
    if hs.accepted is not None:
        return True
    if hs.view > 0:
        return hs.view_change_senders(hs.view) >= hs.q
    return hs.includable > 0 or hs.agenda or hs.view_changes.senders >= hs.w or _empty_due(core)


def _length_ms(core: Core, hs: HeightState) -> int:
    """T(v), or less while fewer than q are in this very view: the others are in later ones.

    Each view left early doubles the wait at this height, so that it grows past any message delay.
    """
    full = timeout_ms(core, hs.view)
    if (
        hs.view == 0
        or hs.accepted is not None
        or hs.view_changes.highest_views().count(hs.view) >= hs.q
    ):
        return full
    return min(full, core.t0_ms << min(EXPONENT_MAX, hs.skips))


def update_timer(core: Core) -> None:
    """Start or stop the view timer after an event."""
    hs = core.hs
    if not timer_runs(core):
        hs.timer_start = None
    elif hs.timer_start is None:
        hs.timer_start = core.now.mono_ms


def check_timeout(core: Core) -> bool:
    """Leave the view if its time is over, or at once for a reason of R2; True if it was left.

    The caller made sure that this node may sign.
    """
    hs = core.hs
    if hs.timer_start is not None:
        length = _length_ms(core, hs)
        if core.now.mono_ms >= hs.timer_start + length:
            if length < timeout_ms(core, hs.view):
                hs.skips += 1
            if hs.view == 0 and hs.accepted is not None:
                core.note_slow()
            core.report(ReportKind.VIEW_TIMEOUT, sentence(core))
            change_view(core, hs.view + 1, f"no decision within {length} ms")
            return True
    if hs.view > 0 and hs.timer_start is None:
        return False
    if hs.censored and hs.view == 0:
        hs.censored = False
        change_view(core, 1, f"{hs.primary()} leaves out what {hs.w} validators hold")
        return True
    if primary_lost(core):
        change_view(core, hs.view + 1, f"{hs.w} validators lost {hs.primary()}")
        return True
    return False


def primary_lost(core: Core) -> bool:
    """The own connection to the primary is lost, and w - 1 others say the same of theirs (R2)."""
    hs = core.hs
    primary = hs.primary()
    if primary == core.me or not core.peers.lost(primary):
        return False
    same = 0
    for peer, state in core.peers.items():
        status = state.status
        if (
            status is not None
            and state.connected
            and status.lost_primary
            and (status.height, status.view) == (hs.height, hs.view)
            and peer in hs.validators
        ):
            same += 1
    return same >= hs.w - 1


def retransmit(core: Core) -> None:
    """R9: the newest own messages of the open height again, and questions without an answer."""
    hs = core.hs
    now = core.now.mono_ms
    if core.retransmit_ms is None or now < core.retransmit_ms:
        return
    wait = min(RETRANSMIT_MAX_MS, 2 * core.retransmit_wait_ms)
    core.retransmit_wait_ms, core.retransmit_ms = wait, now + wait
    if core.voting.halted is not None or hs.decided:
        return
    for message in hs.newest_own():
        core.out.append(Broadcast(message=message))
    for digest in hs.fetching:
        peers = hs.senders_of(digest, core.me)
        core.out.append(FetchBlock(height=hs.height, digest=digest, peers=peers))
    for digest, view in hs.executing.items():
        core.out.append(
            Execute(
                view=view,
                digest=digest,
                proposal=hs.proposals[digest],
                peers=hs.senders_of(digest, core.me),
            )
        )
    if core.behind():
        core.catch_up()
    certificate = hs.certificate
    if certificate is not None and certificate.digest not in hs.executing:
        result = hs.results.get(certificate.digest)
        if result is not None and result.failed_view is not None:
            del hs.results[certificate.digest]


def update_retransmit(core: Core) -> None:
    """Arm the retransmission timer while there is something to say again (R9)."""
    hs = core.hs
    if core.retransmit_ms is not None:
        return
    if hs.own or hs.executing or hs.fetching or hs.certificate is not None:
        core.retransmit_wait_ms = core.t0_ms
        core.retransmit_ms = core.now.mono_ms + core.t0_ms


def next_wakeup_ms(core: Core) -> int:
    """The earliest deadline, monotonic milliseconds."""
    hs = core.hs
    earliest = core.status_ms
    if core.retransmit_ms is not None:
        earliest = min(earliest, core.retransmit_ms)
    if core.catch_up_ms is not None and core.needs_blocks():
        earliest = min(earliest, core.catch_up_ms)
    if not core.may_sign():
        return earliest
    if hs.timer_start is not None:
        earliest = min(earliest, hs.timer_start + _length_ms(core, hs))
    elif hs.view == 0:
        earliest = min(earliest, hs.entered_ms + core.config.block_interval_empty_ms)
    if hs.view == 0 and hs.building is None and proposing(core):
        earliest = min(earliest, propose_at_ms(core))
    return earliest

"""Why no block is made and whom the node waits for, in a sentence (Saying what happens)."""

import msgspec

from consensus.core import Core
from consensus.types import ValidatorId

MS_PER_S = 1_000


class ConsensusState(msgspec.Struct, frozen=True, kw_only=True):
    """What `consensus_state` answers."""

    height: int
    """Height in progress."""
    view: int
    phase: str
    """idle, executing, preparing, committing, view-change, decided, behind, observing or
    stopped."""
    primary: ValidatorId
    voting: bool
    waiting_for: tuple[ValidatorId, ...]
    """Validators whose message is missing, in index order."""
    sentence: str


def describe(core: Core) -> ConsensusState:
    """The state of the open height."""
    name, _, missing = _progress(core)
    return ConsensusState(
        height=core.hs.height,
        view=core.hs.view,
        phase=name,
        primary=core.hs.primary(),
        voting=core.is_voting(),
        waiting_for=missing,
        sentence=sentence(core),
    )


def phase(core: Core) -> str:
    """The phase in a word."""
    return _progress(core)[0]


def sentence(core: Core) -> str:
    """Like "height 812, view 1: 2 of 3 Commits; waiting for supervisor, last heard 14 s ago"."""
    hs = core.hs
    _, text, missing = _progress(core)
    full = f"height {hs.height}, view {hs.view}: {text}"
    why_not = core.voting.why_not(hs.height) if core.is_member() else "observing: no validator"
    if missing:
        full += "; waiting for " + ", ".join(_last_heard(core, name) for name in missing)
    if why_not:
        full += f"; {why_not}"
    return full


def _last_heard(core: Core, name: ValidatorId) -> str:
    if name == core.me:
        return f"{name} (this node)"
    state = core.peers.find(name)
    if state is None or state.heard_ms is None:
        return f"{name}, never heard"
    silent_ms = max(0, core.now.mono_ms - state.heard_ms)
    return f"{name}, last heard {silent_ms // MS_PER_S} s ago"


def _progress(core: Core) -> tuple[str, str, tuple[ValidatorId, ...]]:
    """(phase, what is held, whose message is missing)."""
    hs = core.hs
    if core.voting.halted is not None:
        return "stopped", f"stopped voting ({core.voting.halted})", ()
    if hs.decided:
        return "decided", "decided, being written", ()
    if core.behind():
        return "behind", f"behind, height {core.known_height} is decided", ()
    accepted = hs.accepted
    if accepted is None:
        return _before_proposal(core)
    commits = [vote.sender for vote in hs.commits.at(hs.view) if vote.digest == accepted.digest]
    prepares = [vote.sender for vote in hs.prepares.at(hs.view) if vote.digest == accepted.digest]
    if len(prepares) >= hs.q:
        return "committing", f"{len(commits)} of {hs.q} Commits", _others(core, commits)
    result = hs.results.get(accepted.digest)
    if result is None:
        return "executing", "executing the proposed block", ()
    if result.root is None:
        return "executing", f"the proposed block cannot be executed ({result.reason})", ()
    return "preparing", f"{len(prepares)} of {hs.q} Prepares", _others(core, prepares)


def _before_proposal(core: Core) -> tuple[str, str, tuple[ValidatorId, ...]]:
    hs = core.hs
    if hs.view > 0:
        senders = [change.head.sender for change in hs.view_changes.at(hs.view)]
        if len(senders) < hs.q:
            text = f"{len(senders)} of {hs.q} ViewChanges"
            return "view-change", text, _others(core, senders)
        return "view-change", "no PrePrepare", (hs.primary(),)
    if hs.includable > 0 or hs.agenda:
        return "idle", f"{hs.includable} transactions to include, no PrePrepare", (hs.primary(),)
    return "idle", "nothing to include", ()


def _others(core: Core, senders: list[str]) -> tuple[ValidatorId, ...]:
    return tuple(name for name in core.hs.validators.ids() if name not in senders)

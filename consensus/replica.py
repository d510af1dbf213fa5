"""One validator's part in PBFT: events in, actions out. docs/spec/consensus.md is the norm.

Rules of this file:
1. The order of things is here and only here: handlers keep what comes (`_dispatch`), then
   `_progress` does whatever has become possible, until nothing is.
2. Nothing that a peer sends raises. A broken contract of the shell does (rule: own bugs crash).
"""

from typing import assert_never

from consensus import deciding, evidence, normal, pacemaker, primary, receiving, status
from consensus import describe as describing
from consensus.actions import Action, ReportKind
from consensus.core import Core
from consensus.describe import ConsensusState
from consensus.events import (
    Advanced,
    BlockFetched,
    Event,
    EvidenceReceived,
    Executed,
    ExecutionFailed,
    ExecutionRefused,
    MayVote,
    Now,
    OutOfReach,
    PeerDown,
    PeerUp,
    PoolChanged,
    ProposalBuilt,
    Received,
    SignRefused,
    StatusReceived,
    Tick,
)
from consensus.height_state import Result
from consensus.rejects import Reject
from consensus.restore import ReplicaConfig, Restored
from consensus.types import ValidatorId, ValidatorSet
from consensus.view_change import join

STEPS_MAX = 64
"""View changes that one event may cause; each needs new votes, so this is far away."""


class Replica:
    """The core. `start` once, then `handle` each event and perform what it returns, in order."""

    __slots__ = ("_core", "_started")

    def __init__(self, config: ReplicaConfig, restored: Restored) -> None:
        """Nothing happens before `start`.

        Raises:
            ValueError: a parameter is out of its range.
        """
        if not 1 <= config.rotation <= 10_000:
            raise ValueError("rotation is 1..10,000 heights")
        if not 1 <= config.timeout_min_ms <= config.timeout_max_ms <= config.timeout_cap_ms:
            raise ValueError("1 <= timeout_min_ms <= timeout_max_ms <= timeout_cap_ms")
        self._core = Core(config, restored)
        self._started = False

    # --- questions ---------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """The open height (tip + 1)."""
        return self._core.hs.height

    @property
    def validators(self) -> ValidatorSet:
        """The set of the open height."""
        return self._core.hs.validators

    @property
    def view(self) -> int:
        """The current view of the open height."""
        return self._core.hs.view

    @property
    def is_voting(self) -> bool:
        """Member of the set, with a trusted guard, not stopped (R12)."""
        return self._core.is_voting()

    @property
    def is_behind(self) -> bool:
        """A certificate for the open height or a later one is known (R14)."""
        return self._core.behind()

    @property
    def halted(self) -> str | None:
        """Symbol of the reason for which it stopped voting for good, or None."""
        return self._core.voting.halted

    @property
    def primary(self) -> ValidatorId:
        """The primary of the current view."""
        return self._core.hs.primary()

    @property
    def timeout_ms(self) -> int:
        """T(v) of the current view, milliseconds (R2)."""
        return pacemaker.timeout_ms(self._core, self._core.hs.view)

    @property
    def drops(self) -> dict[Reject, int]:
        """How often something had no effect, by reason (R10). A copy."""
        return dict(self._core.drops)

    @property
    def drop_count(self) -> int:
        """How often something had no effect, whatever the reason."""
        return sum(self._core.drops.values())

    def next_wakeup_ms(self) -> int | None:
        """Monotonic milliseconds at which a Tick is wanted; None before the start."""
        return pacemaker.next_wakeup_ms(self._core) if self._started else None

    def describe(self, now: Now) -> ConsensusState:
        """Where it stands, why no block is made and whom it waits for."""
        self._core.now = now
        return describing.describe(self._core)

    # --- events ------------------------------------------------------------------------------

    def start(self, now: Now) -> list[Action]:
        """Resume the open height where the guard left it (R12); once, before the first `handle`.

        Raises:
            RuntimeError: called twice.
        """
        if self._started:
            raise RuntimeError("start is called once")
        self._started = True
        core = self._core
        core.now = now
        core.hs.entered_ms = now.mono_ms
        core.status_ms = now.mono_ms + core.config.status_interval_ms
        if core.me is not None and core.hs.q == 1:
            core.voting.cleared = True
        if core.voting.stale is not None:
            core.report(ReportKind.OBSERVING, core.voting.why_not(core.hs.height))
        receiving.resume(core)
        self._progress()
        return self._taken()

    def handle(self, event: Event) -> list[Action]:
        """One event; perform the actions in their order. Never raises for a peer's fault.

        Raises:
            RuntimeError: not started.
        """
        if not self._started:
            raise RuntimeError("start comes before handle")
        core = self._core
        core.now = event.now
        self._dispatch(event)
        self._progress()
        return self._taken()

    def _taken(self) -> list[Action]:
        core = self._core
        out, core.out = core.out, []
        if core.halting:
            core.halting = False
            # From this event on nothing is signed, whatever was prepared before the Halt.
            out = receiving.without_signing(out)
        return out

    def _dispatch(self, event: Event) -> None:
        core = self._core
        match event:
            case Received():
                receiving.on_message(core, event.message.message)
            case Tick():
                self._tick()
            case StatusReceived():
                status.on_status(core, event.peer, event.status)
            case OutOfReach():
                status.answer(core, event.peer)
            case EvidenceReceived():
                evidence.receive(core, event.evidence.message)
            case PeerUp():
                status.on_peer_up(core, event.peer)
            case PeerDown():
                status.on_peer_down(core, event.peer)
            case PoolChanged():
                core.hs.includable = event.includable
                core.hs.agenda = event.agenda
                core.hs.censored = event.censored
            case ProposalBuilt():
                primary.on_built(core, event)
            case BlockFetched():
                receiving.on_block(core, event.digest, event.proposal.message)
            case Executed():
                result = Result(root=event.root, reason="", failed_view=None)
                self._result(event.height, event.digest, result)
            case ExecutionRefused():
                result = Result(root=None, reason=event.reason, failed_view=None)
                self._result(event.height, event.digest, result)
            case ExecutionFailed():
                result = Result(root=None, reason=event.reason, failed_view=core.hs.view)
                self._result(event.height, event.digest, result)
            case SignRefused():
                receiving.on_sign_refused(core, event)
            case Advanced():
                receiving.on_advanced(core, event.tip, event.own_key)
            case MayVote():
                core.voting.take_word(event.from_height)
                core.report(ReportKind.VOTING, f"may vote from height {event.from_height} on")
            case _:
                assert_never(event)

    def _result(self, height: int, digest: bytes, result: Result) -> None:
        core = self._core
        if height != core.hs.height:
            core.drop(Reject.STALE_ANSWER)
            return
        normal.on_result(core, digest, result)
        deciding.check_roots(core, digest)

    def _tick(self) -> None:
        core = self._core
        pacemaker.retransmit(core)
        if core.now.mono_ms >= core.status_ms:
            status.tell_all(core)

    def _progress(self) -> None:
        """Everything that has become possible: decide, catch up, views, propose, vote."""
        core = self._core
        if deciding.advance(core):
            return
        if core.needs_blocks():
            core.catch_up()
        if core.may_sign():
            for _ in range(STEPS_MAX):
                if not join(core) and not pacemaker.check_timeout(core):
                    break
                pacemaker.update_timer(core)
            primary.advance(core)
        normal.advance(core)
        pacemaker.update_timer(core)
        pacemaker.update_retransmit(core)

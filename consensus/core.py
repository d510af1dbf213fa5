"""The state that all handlers of a replica share, and the few things that all of them do.

Rules of this file:
1. Handlers change this state and append to `out`; nothing else leaves a replica.
2. A handler does one thing; the order of things is in replica.py only.
"""

from consensus.actions import Action, CatchUp, Halt, Report, ReportKind, Sign
from consensus.events import Now
from consensus.height_state import HeightState
from consensus.messages import ConsensusMessage, Evidence, PreparedCertificate, SignedPart
from consensus.peers import PeerTable
from consensus.quorum import commit_certificate_fits
from consensus.rejects import Reject
from consensus.restore import OwnKey, ReplicaConfig, Restored
from consensus.signed import order_of, signed_part, step_of
from consensus.types import CommitCertificate, Proposal, Tip, ValidatorId
from consensus.validator_set import FailureWindow, Schedule
from consensus.voting import Voting

DECISION_SAMPLES = 21
"""Decision times whose median gives T0 (R2)."""
CATCH_UP_AGAIN_MS = 1_000
"""A node that is behind asks again after this."""


class Core:
    """A replica's memory."""

    __slots__ = (
        "catch_up_ms",
        "config",
        "decision_ms",
        "drops",
        "evidence",
        "failures",
        "future",
        "halting",
        "held",
        "hs",
        "known_height",
        "last_decision_ms",
        "last_size",
        "me",
        "now",
        "out",
        "peers",
        "pending",
        "report_level",
        "restored",
        "retransmit_ms",
        "retransmit_wait_ms",
        "status_ms",
        "t0_floor_ms",
        "t0_ms",
        "voting",
    )

    def __init__(self, config: ReplicaConfig, restored: Restored) -> None:
        self.config = config
        self.restored: Restored | OwnKey = restored
        """What the guard of the key in use held when it came into use."""
        self.me: ValidatorId | None = config.validator
        self.now = Now(mono_ms=0, wall_ms=0)
        self.out: list[Action] = []
        self.drops: dict[Reject, int] = {}
        self.pending: dict[tuple[int, int, int], ConsensusMessage] = {}
        """Drafts given to Sign that have not come back; their height may end before."""
        self.peers = PeerTable()
        self.voting = Voting(config.validator, restored.guard_height, restored.guard_stale)
        for message in restored.signed:
            self.voting.signed(signed_part(message))
        self.failures = FailureWindow(config.rotation, restored.recent_headers)
        self.future: dict[tuple[str, int], ConsensusMessage] = {}
        """View-0 messages of h + 1 by (sender, step); at most 3 n entries (R10)."""
        self.halting = False
        """A Halt is among the actions of this event."""
        self.held: dict[str, SignedPart] = {}
        """Highest signed part held of each validator, for Status.seen (R12)."""
        self.evidence: dict[tuple[str, int], Evidence] = {}
        """By (accused, height), within the heights that evidence.py keeps (R11)."""
        self.decision_ms: list[int] = []
        """Last times from accepting a PrePrepare to deciding, view 0 (R2)."""
        self.t0_floor_ms = config.timeout_min_ms
        """Doubles when an accepted block was not decided in view 0, shrinks by a quarter with each
        that was (R2)."""
        self.t0_ms = config.timeout_max_ms
        """T0 (R2); without any sample its upper bound."""
        self.known_height = 0
        """Highest height of which a valid certificate is known (R14)."""
        self.report_level = False
        """BEHIND was reported; LEVEL is owed."""
        self.last_decision_ms: int | None = None
        self.last_size = 0
        """Transactions in the newest block; 0 if it came by sync."""
        self.catch_up_ms: int | None = None
        """When to ask for blocks again; None if nothing was asked."""
        self.retransmit_ms: int | None = None
        self.retransmit_wait_ms = 0
        self.status_ms = 0
        self.hs = self.open_height(restored.tip)

    # --- heights -----------------------------------------------------------------------------

    def open_height(self, tip: Tip) -> HeightState:
        """The state of tip + 1; its primaries follow from the headers up to the tip."""
        height, rotation = tip.height + 1, self.config.rotation
        schedule = Schedule(height, tip.validators, self.failures, rotation)
        parent = Schedule(tip.height, tip.previous_validators, self.failures, rotation)
        member = self.me is not None and self.me in tip.validators
        return HeightState(tip, schedule, parent, self.now.mono_ms, member=member)

    def take_key(self, own: OwnKey, height: int) -> None:
        """Sign with another key from that height on, or with none (R12)."""
        voting = Voting(own.validator, own.guard_height, own.guard_stale)
        for message in own.signed:
            voting.signed(signed_part(message))
        voting.succeed(self.voting, height)
        self.me, self.restored, self.voting = own.validator, own, voting

    def sample_decision(self, took_ms: int) -> None:
        """A block was decided in view 0: T0 follows (R2)."""
        self.decision_ms.append(took_ms)
        if len(self.decision_ms) > DECISION_SAMPLES:
            del self.decision_ms[0]
        median = sorted(self.decision_ms)[len(self.decision_ms) // 2]
        low, high = self.config.timeout_min_ms, self.config.timeout_max_ms
        self.t0_floor_ms = max(low, self.t0_floor_ms - self.t0_floor_ms // 4)
        self.t0_ms = min(high, max(self.t0_floor_ms, 4 * median))

    def note_slow(self) -> None:
        """View 0 ended although its block was accepted: the next heights get more time (R2).

        Samples come from decisions in view 0 only; a burst after an idle time, with blocks that
        take longer than T0, would never give one.
        """
        self.t0_floor_ms = min(self.config.timeout_max_ms, 2 * self.t0_ms)
        self.t0_ms = max(self.t0_ms, self.t0_floor_ms)

    # --- rights ------------------------------------------------------------------------------

    def is_member(self) -> bool:
        """Is this node in the set of the open height?"""
        return self.hs.member

    def behind(self) -> bool:
        """R14: a valid certificate for the open height or a later one is known."""
        return self.known_height >= self.hs.height

    def is_voting(self) -> bool:
        """Member, with a trusted guard, not stopped (R12)."""
        return self.is_member() and self.voting.permitted(self.hs.height)

    def may_sign(self) -> bool:
        """Whether anything may be signed at the open height now (R12, R14)."""
        return (
            self.hs.member
            and not self.hs.decided
            and self.known_height < self.hs.height
            and self.voting.permitted(self.hs.height)
        )

    # --- what everybody does -----------------------------------------------------------------

    def drop(self, reason: Reject) -> None:
        """Count something that had no effect (R10)."""
        self.drops[reason] = self.drops.get(reason, 0) + 1

    def report(self, kind: ReportKind, text: str) -> None:
        """Tell the operator."""
        self.out.append(Report(kind=kind, text=text, height=self.hs.height, view=self.hs.view))

    def halt(self, reason: str, text: str) -> None:
        """Stop voting for good (R5, R12); once."""
        if self.voting.halted is None:
            self.voting.halted = reason
            self.halting = True
            self.out.append(Halt(reason=reason, text=text))

    def sign(
        self,
        draft: ConsensusMessage,
        *,
        proposal: Proposal | None = None,
        certificate: PreparedCertificate | None = None,
    ) -> None:
        """Ask for a signature, once for each (view, step) of the open height (R12)."""
        part = signed_part(draft)
        self.hs.asked[(part.view, step_of(part))] = True
        self.pending[order_of(part)] = draft
        self.out.append(Sign(draft=draft, proposal=proposal, certificate=certificate))

    def hold(self, part: SignedPart) -> None:
        """Remember the highest signed part of each validator (R12)."""
        known = self.held.get(part.sender)
        if known is None or order_of(known) < order_of(part):
            self.held[part.sender] = part

    def note_certificate(self, certificate: CommitCertificate) -> None:
        """A valid certificate is known: maybe this node is behind (R14), maybe it can decide."""
        hs = self.hs
        if certificate.height == hs.height and hs.certificate is None:
            if not commit_certificate_fits(certificate, hs.n):
                self.drop(Reject.BAD_CERTIFICATE)
                return
            hs.certificate = certificate
        self.known_height = max(self.known_height, certificate.height)

    def needs_blocks(self) -> bool:
        """Behind, and not by a block that is being fetched or executed here already (R14)."""
        return self.behind() and (self.known_height > self.hs.height or self.hs.certificate is None)

    def catch_up(self) -> None:
        """Ask for decided blocks, at once and then each CATCH_UP_AGAIN_MS (R14)."""
        now = self.now.mono_ms
        if self.catch_up_ms is not None and now < self.catch_up_ms:
            return
        self.catch_up_ms = now + CATCH_UP_AGAIN_MS
        if not self.report_level:
            self.report_level = True
            self.report(ReportKind.BEHIND, f"a certificate of height {self.known_height} is known")
        ahead: list[ValidatorId] = []
        rest: list[ValidatorId] = []
        for peer, state in self.peers.items():
            if state.connected:
                level = state.status is not None and state.status.height > self.hs.height
                (ahead if level else rest).append(peer)
        self.out.append(CatchUp(target_height=self.known_height, peers=tuple(ahead or rest)))

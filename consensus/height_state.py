"""Everything a replica knows about the one height in flight.

Rules of this file:
1. One HeightState per height, thrown away when the height is decided: nothing leaks on.
2. Only data and questions about it; what to do about it is in normal, primary and view_change.
3. Each collection has a bound: votes by R10, proposals and results by PROPOSALS_MAX.
"""

import msgspec

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Justification,
    Prepare,
    PreparedCertificate,
    PrePrepareHead,
    Step,
    ViewChange,
)
from consensus.quorum import max_faulty, quorum, weak_quorum
from consensus.signed import signed_part, step_of
from consensus.types import CommitCertificate, Proposal, Tip, ValidatorId
from consensus.validator_set import Schedule
from consensus.votes import VoteBook

PROPOSALS_MAX = 8
"""Blocks of one height kept besides those that a certificate names."""


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The PrePrepare accepted in the current view (R3)."""

    view: int
    digest: bytes
    proposal: Proposal
    reproposal: bool
    """It carries a prepared certificate: R7, and no reason to change the view at once."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the executor said about a block; kept by digest over views (R3)."""

    root: bytes | None
    """What a Commit signs; None if the block was refused or execution failed."""
    reason: str
    """Why there is no root."""
    failed_view: int | None
    """View in which an internal error stopped execution: asked again in the next view."""


class HeightState:
    """The open height."""

    __slots__ = (
        "accepted",
        "accepted_ms",
        "agenda",
        "asked",
        "building",
        "censored",
        "certificate",
        "commits",
        "decided",
        "entered_ms",
        "executing",
        "f",
        "fetching",
        "height",
        "includable",
        "justification",
        "member",
        "n",
        "own",
        "parent_schedule",
        "pre_prepares",
        "prepared",
        "prepares",
        "proposals",
        "q",
        "results",
        "schedule",
        "skips",
        "timer_start",
        "tip",
        "validators",
        "view",
        "view_changes",
        "w",
    )

    def __init__(
        self,
        tip: Tip,
        schedule: Schedule,
        parent_schedule: Schedule,
        now_ms: int,
        *,
        member: bool,
    ) -> None:
        self.tip = tip
        self.height = tip.height + 1
        self.validators = tip.validators
        self.schedule = schedule
        self.parent_schedule = parent_schedule
        self.member = member
        """This node is in the set of this height."""
        n = len(tip.validators)
        self.n, self.f, self.q, self.w = n, max_faulty(n), quorum(n), weak_quorum(n)
        self.view = 0
        self.entered_ms = now_ms
        self.pre_prepares: VoteBook[PrePrepareHead] = VoteBook(n)
        self.prepares: VoteBook[Prepare] = VoteBook(n)
        self.commits: VoteBook[Commit] = VoteBook(n)
        self.view_changes: VoteBook[ViewChange] = VoteBook(n)
        self.accepted: Accepted | None = None
        self.accepted_ms: int | None = None
        """When a PrePrepare of view 0 was accepted: a sample for T0 (R2)."""
        self.proposals: dict[bytes, Proposal] = {}
        self.results: dict[bytes, Result] = {}
        self.executing: dict[bytes, int] = {}
        """digest -> view in which Execute was asked, while there is no answer."""
        self.fetching: dict[bytes, bool] = {}
        """Digests of blocks that FetchBlock was asked for; at most one a view of this height."""
        self.prepared: PreparedCertificate | None = None
        """Own highest prepared certificate (R4)."""
        self.certificate: CommitCertificate | None = None
        """A valid commit certificate of this height, own or a peer's."""
        self.decided = False
        """Decide was asked; Advanced is awaited."""
        self.asked: dict[tuple[int, Step], bool] = {}
        """(view, step) of what was given to Sign: nothing is asked for twice. Of current views."""
        self.own: dict[Step, ConsensusMessage] = {}
        """Newest own signed message of each kind."""
        self.building: int | None = None
        """View for which BuildProposal was asked."""
        self.justification: Justification | None = None
        """J that goes with the block that is being built."""
        self.timer_start: int | None = None
        self.skips = 0
        """Views left early because they had no quorum of ViewChanges (R2)."""
        self.includable = 0
        self.agenda = False
        self.censored = False

    def primary(self) -> ValidatorId:
        """The primary of the current view."""
        return self.schedule.primary(self.view)

    def prepared_at(self, view: int, digest: bytes) -> PreparedCertificate | None:
        """Q Prepares equal in (h, v, digest), if held (R4)."""
        matching = [vote for vote in self.prepares.at(view) if vote.digest == digest]
        if len(matching) < self.q:
            return None
        return PreparedCertificate(
            height=self.height, view=view, digest=digest, prepares=tuple(matching[: self.q])
        )

    def best_prepared(self, below_view: int) -> PreparedCertificate | None:
        """The highest prepared certificate held of a view below that one."""
        best = self.prepared
        if best is not None and best.view >= below_view:
            best = None
        for view in self.prepares.views():
            if view >= below_view or (best is not None and view <= best.view):
                continue
            for digest in dict.fromkeys(vote.digest for vote in self.prepares.at(view)):
                best = self.prepared_at(view, digest) or best
        return best

    def commits_equal(self, commit: Commit) -> list[Commit]:
        """Held Commits equal to this one in all of (h, v, digest, root) (R5)."""
        return [
            vote
            for vote in self.commits.at(commit.view)
            if vote.digest == commit.digest and vote.root == commit.root
        ]

    def view_change_senders(self, from_view: int) -> int:
        """Distinct senders of whom a ViewChange for that view or a later one is held."""
        if not self.view_changes.senders:
            return 0
        return sum(1 for view in self.view_changes.highest_views() if view >= from_view)

    def senders_of(self, digest: bytes, me: ValidatorId | None) -> tuple[ValidatorId, ...]:
        """Every other sender of a message for that digest: whom to ask for block and bodies."""
        names: dict[str, bool] = {}
        for head in self.pre_prepares.all():
            if head.digest == digest:
                names[head.sender] = True
        names.update((vote.sender, True) for vote in self.prepares.all() if vote.digest == digest)
        names.update((vote.sender, True) for vote in self.commits.all() if vote.digest == digest)
        for change in self.view_changes.all():
            if change.head.prepared_digest == digest:
                names[change.head.sender] = True
                if change.certificate is not None:
                    names.update((prepare.sender, True) for prepare in change.certificate.prepares)
        names.pop(me or "", None)
        return tuple(ValidatorId(name) for name in names)

    def keep_proposal(self, digest: bytes, proposal: Proposal) -> None:
        """Keep a block; the oldest that nothing names goes when there are too many."""
        self.proposals[digest] = proposal
        self.fetching.pop(digest, None)
        if len(self.proposals) <= PROPOSALS_MAX:
            return
        named = [digest]
        if self.prepared is not None:
            named.append(self.prepared.digest)
        if self.certificate is not None:
            named.append(self.certificate.digest)
        if self.accepted is not None:
            named.append(self.accepted.digest)
        for old in list(self.proposals):
            if old not in named and len(self.proposals) > PROPOSALS_MAX:
                del self.proposals[old]
                self.results.pop(old, None)
                self.executing.pop(old, None)

    def keep_own(self, message: ConsensusMessage) -> None:
        """Remember the newest own signed message of each kind."""
        part = signed_part(message)
        step = step_of(part)
        newest = self.own.get(step)
        if newest is None or signed_part(newest).view <= part.view:
            self.own[step] = message

    def newest_own(self) -> list[ConsensusMessage]:
        """What R9 sends again, in the order of signing."""
        return [
            self.own[step]
            for step in Step
            if step in self.own
            and (step != Step.PRE_PREPARE or signed_part(self.own[step]).view == self.view)
        ]

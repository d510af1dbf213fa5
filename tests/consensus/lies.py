"""What liars know of the open height and what they say of it, whoever carries it and signs it.

Up to f validators with one mind: tests/consensus/adversary.py on the cluster of cores,
tests/sim/liars.py on the links between whole nodes. What they hear, how a block looks and how often
they leave a certificate out is their own; memory, claims and drafts are here.

Rules of this file:
1. A liar signs with its own key only; everything else it says was signed by somebody else.
2. Memory: what was said of the open height, at most `kept_max` of each kind.
3. Each draw is made in a fixed order, so that a seed stays what it is.
"""

from collections.abc import Iterable
from random import Random
from typing import Protocol, TypeVar

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    SeenStep,
    SignedPart,
    Status,
    ViewChange,
    ViewChangeHead,
)
from consensus.quorum import quorum
from consensus.signed import signed_part
from consensus.types import Proposal, Tip, ValidatorSet

M = TypeVar("M", bound=ConsensusMessage)

FAR_VIEW = 2**62
SPOKEN = (PrePrepare, Prepare, Commit, ViewChange)


class Sign(Protocol):
    """Signs for a liar, past every guard."""

    def __call__(self, name: str, draft: M) -> M:
        """The draft with that liar's signature."""


class Lies:
    """All liars of one network."""

    def __init__(
        self, names: tuple[str, ...], generator: Random, sign: Sign, kept_max: int
    ) -> None:
        self.names = names
        self.random = generator
        self.sign = sign
        self._kept_max = kept_max
        self.height = 0
        """What follows is about this height."""
        self.blocks: dict[bytes, Proposal] = {}
        self.changes: dict[tuple[int, str, bytes], ViewChange] = {}
        self.prepares: dict[tuple[int, bytes], dict[str, Prepare]] = {}
        self.roots: dict[bytes, bytes] = {}
        """Digest -> root under somebody's Commit."""

    def learn(self, message: ConsensusMessage) -> None:
        """Something was said; of a higher height it begins that one."""
        part = signed_part(message)
        if part.height > self.height:
            self.height = part.height
            self.blocks, self.changes, self.prepares, self.roots = {}, {}, {}, {}
        if part.height == self.height:
            self._keep(message)

    def _keep(self, message: ConsensusMessage) -> None:
        match message:
            case PrePrepare():
                if len(self.blocks) < self._kept_max:
                    self.blocks[message.digest] = message.proposal
            case Prepare():
                if len(self.prepares) < self._kept_max:
                    votes = self.prepares.setdefault((message.view, message.digest), {})
                    votes[message.sender] = message
            case Commit():
                if len(self.roots) < self._kept_max:
                    self.roots[message.digest] = message.root
            case ViewChange():
                head = message.head
                if len(self.changes) < self._kept_max:
                    self.changes[head.view, head.sender, head.signature] = message
                for vote in () if message.certificate is None else message.certificate.prepares:
                    self._keep(vote)

    # --- what is known of the open height --------------------------------------------------------

    def views(self) -> list[int]:
        """Views that somebody is in."""
        seen = [0, *(view for view, _ in self.prepares), *(view for view, _, _ in self.changes)]
        return sorted({view for view in seen if view < 1_000})[-4:]

    def certificates(self, members: ValidatorSet) -> list[PreparedCertificate]:
        """Prepared certificates that the seen Prepares and own ones make."""
        q = quorum(len(members))
        found = []
        for (view, digest), votes in self.prepares.items():
            own = {name: self.prepare(name, view, digest) for name in self.names}
            every = {name: vote for name, vote in {**own, **votes}.items() if name in members}
            if len(every) >= q:
                chosen = sorted(self.random.sample(sorted(every), q))
                found.append(
                    PreparedCertificate(
                        height=self.height,
                        view=view,
                        digest=digest,
                        prepares=tuple(every[name] for name in chosen),
                    )
                )
        return found

    # --- what is said -----------------------------------------------------------------------------

    def prepare(self, name: str, view: int, digest: bytes) -> Prepare:
        """A liar's Prepare."""
        draft = Prepare(height=self.height, view=view, digest=digest, sender=name, signature=b"")
        return self.sign(name, draft)

    def commit(self, name: str, view: int, digest: bytes, root: bytes) -> Commit:
        """A liar's Commit."""
        draft = Commit(
            height=self.height, view=view, digest=digest, root=root, sender=name, signature=b""
        )
        return self.sign(name, draft)

    def view_change(self, name: str, view: int, claim: PreparedCertificate | None) -> ViewChange:
        """A liar's ViewChange with a claim of its choice."""
        head = ViewChangeHead(
            height=self.height,
            view=view,
            prepared_view=None if claim is None else claim.view,
            prepared_digest=None if claim is None else claim.digest,
            sender=name,
            signature=b"",
        )
        return self.sign(name, ViewChange(head=head, certificate=claim))

    def any_view_change(self, name: str, top: int, members: ValidatorSet) -> ViewChange | None:
        """With any claim, also for views far away; `top`: the highest view in use."""
        view = self.random.choice((1, top, top + 1, top + 1, top + 2, FAR_VIEW))
        if view < 1:
            return None
        known = [found for found in self.certificates(members) if found.view < view]
        return self.view_change(name, view, self.random.choice([None, *known]))

    def heads(self, view: int, members: ValidatorSet) -> list[ViewChange] | None:
        """Any q for a view: own ones with chosen claims beside what others signed."""
        heads = {
            sender: change
            for (at, sender, _), change in self.changes.items()
            if at == view and sender in members
        }
        known = [found for found in self.certificates(members) if found.view < view]
        for name in self.names:
            if name in members:
                heads[name] = self.view_change(name, view, self.random.choice([None, *known]))
        q = quorum(len(members))
        if len(heads) < q:
            return None
        return [heads[name] for name in sorted(self.random.sample(sorted(heads), q))]

    def status(self, tip: Tip, mine: list[SignedPart]) -> Status:
        """It shows a node one of its own old signatures, and another tip or none."""
        return Status(
            height=self.random.choice((1, self.height, self.height + 5)),
            view=self.random.choice((0, 1, FAR_VIEW)),
            phase="idle",
            tip_digest=tip.digest,
            tip_certificate=self.random.choice((None, tip.certificate)),
            peers_seen=(),
            lost_primary=self.random.random() < 0.5,
            seen=SeenStep(part=self.random.choice(mine)) if mine else None,
        )


def signed_by(name: str, messages: Iterable[object]) -> list[SignedPart]:
    """The parts of messages that are of one sender."""
    parts = [signed_part(each) for each in messages if isinstance(each, SPOKEN)]
    return [part for part in parts if part.sender == name]

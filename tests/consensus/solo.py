"""One replica alone, and the messages that the others could send it: for tests of a single rule.

    solo = Solo("b")                       # n = 4: a is primary of view 0, b of 1, c of 2, d of 3
    block = solo.block(view=0)
    solo.receive(solo.pre_prepare(block))
    assert solo.signed(Step.PREPARE)

`feed` performs what an honest shell would: it signs under a FakeGuard and loops back, and answers
Execute when `auto_execute` is set. It returns all actions, in order, those of the loop-backs
included; `actions` keeps them.
"""

import msgspec

from consensus import actions as act
from consensus import events as ev
from consensus.messages import (
    Commit,
    ConsensusMessage,
    Justification,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    SeenStep,
    SignedPart,
    Status,
    Step,
    ViewChange,
    ViewChangeHead,
)
from consensus.quorum import quorum
from consensus.replica import Replica
from consensus.restore import OwnKey, ReplicaConfig, Restored
from consensus.signed import step_of
from consensus.types import (
    CommitCertificate,
    CommitSignature,
    Header,
    Proposal,
    Tip,
    ValidatorId,
    Verified,
)
from tests.consensus import fakes
from tests.consensus.wiring import names_of

START_MS = 1_000
"""Monotonic time at which a Solo starts."""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal and its digest."""

    digest: bytes
    proposal: Proposal


class Solo:
    """A replica with a scripted world."""

    def __init__(
        self,
        me: str = "b",
        n: int = 4,
        *,
        voting: bool = True,
        auto_execute: bool = True,
        restored: dict[str, object] | None = None,
        **config: object,
    ) -> None:
        self.me = me
        self.names = names_of(n)
        self.validators = fakes.make_set(self.names)
        self.q = quorum(n)
        self.now_ms = START_MS
        self.auto_execute = auto_execute
        self.guard = fakes.FakeGuard()
        self.actions: list[act.Action] = []
        self.tip: Tip = fakes.genesis_tip(self.validators)
        base = ReplicaConfig(validator=ValidatorId(me), chain_id=fakes.CHAIN_ID)
        self.config = msgspec.structs.replace(base, **config)
        plain = Restored(
            tip=self.tip,
            recent_headers=(),
            signed=(),
            proposals=(),
            certificates=(),
            guard_stale=None,
            guard_height=0,
        )
        self.replica = Replica(self.config, msgspec.structs.replace(plain, **(restored or {})))
        self.started = self.perform(self.replica.start(self.now()))
        if voting:
            self.admit()

    def others(self) -> list[str]:
        """Everybody else."""
        return [name for name in self.names if name != self.me]

    def admit(self) -> None:
        """Connections and empty Statuses of all others: the replica votes from here on (R12)."""
        for name in self.others():
            self.feed(ev.PeerUp(now=self.now(), peer=ValidatorId(name)))
            self.status(name)

    # --- events ------------------------------------------------------------------------------

    def now(self) -> ev.Now:
        """The clocks."""
        return ev.Now(mono_ms=self.now_ms, wall_ms=fakes.GENESIS_TIME_MS + self.now_ms)

    def feed(self, event: ev.Event) -> list[act.Action]:
        """One event, its actions performed."""
        return self.perform(self.replica.handle(event))

    def perform(self, actions: list[act.Action]) -> list[act.Action]:
        """Sign and loop back, execute; returns everything that came of it."""
        done: list[act.Action] = []
        todo = list(actions)
        while todo:
            action = todo.pop(0)
            done.append(action)
            self.actions.append(action)
            if isinstance(action, act.Sign):
                message = self.guard.sign(action.draft)
                if message is None:
                    message = fakes.sign(action.draft)
                    record = fakes.GuardRecord(message=message, proposal=None, certificate=None)
                    self.guard.append(record)
                    self.guard.sync()
                loop = ev.Received(now=self.now(), message=Verified(message))
                todo.extend(self.replica.handle(loop))
            elif isinstance(action, act.Execute) and self.auto_execute:
                todo.extend(self.replica.handle(self.executed(action.digest)))
        return done

    def executed(self, digest: bytes, root: bytes | None = None) -> ev.Executed:
        """The executor's answer for a block of height tip + 1."""
        if root is None:
            root = self.root(digest)
        height = self.replica.height
        return ev.Executed(now=self.now(), height=height, digest=digest, root=root)

    def root(self, digest: bytes) -> bytes:
        """The root that every honest executor computes."""
        return fakes.root_after(fakes.state_after(self.tip.state_root, digest))

    def receive(self, *messages: ConsensusMessage) -> list[act.Action]:
        """Verified messages."""
        done: list[act.Action] = []
        for message in messages:
            done += self.feed(ev.Received(now=self.now(), message=Verified(message)))
        return done

    def pass_ms(self, ms: int) -> list[act.Action]:
        """Let time pass, with a Tick at each wake-up."""
        end = self.now_ms + ms
        done: list[act.Action] = []
        while True:
            wake = self.replica.next_wakeup_ms()
            self.now_ms = end if wake is None or wake > end else max(wake, self.now_ms + 1)
            if self.now_ms > end:
                self.now_ms = end
            done += self.feed(ev.Tick(now=self.now()))
            if self.now_ms >= end:
                return done

    def pool(self, count: int, *, agenda: bool = False) -> list[act.Action]:
        """PoolChanged."""
        return self.feed(
            ev.PoolChanged(now=self.now(), includable=count, agenda=agenda, censored=False)
        )

    def status(
        self,
        name: str,
        *,
        view: int = 0,
        lost_primary: bool = False,
        seen: SignedPart | None = None,
        certificate: CommitCertificate | None = None,
        height: int | None = None,
    ) -> list[act.Action]:
        """A Status of another validator."""
        tip_height = 0 if certificate is None else certificate.height
        status = Status(
            height=tip_height + 1 if height is None else height,
            view=view,
            phase="idle",
            tip_digest=fakes.GENESIS_DIGEST if certificate is None else certificate.digest,
            tip_certificate=certificate,
            peers_seen=(),
            lost_primary=lost_primary,
            seen=None if seen is None else SeenStep(part=seen),
        )
        return self.feed(ev.StatusReceived(now=self.now(), peer=ValidatorId(name), status=status))

    def advance(
        self, block: Block, certificate: CommitCertificate, own_key: OwnKey | None = None
    ) -> list[act.Action]:
        """The shell persisted a block: the next height begins."""
        state = fakes.state_after(self.tip.state_root, block.digest)
        self.tip = msgspec.structs.replace(
            self.tip,
            height=self.tip.height + 1,
            digest=block.digest,
            header=block.proposal.header,
            certificate=certificate,
            timestamp_ms=block.proposal.header.timestamp_ms,
            state_root=state,
        )
        return self.feed(ev.Advanced(now=self.now(), tip=self.tip, own_key=own_key))

    # --- messages of the others ----------------------------------------------------------------

    def block(self, view: int = 0, salt: int = 0, **changes: object) -> Block:
        """A block on the tip as the primary of that view would first propose it."""
        tip = self.tip
        wire_ids = (fakes.digest_of(("tx", tip.height, salt)),)
        certificate = tip.certificate
        header = Header(
            version=1,
            chain_id=fakes.CHAIN_ID,
            height=tip.height + 1,
            parent=tip.digest,
            parent_state_root=tip.state_root,
            timestamp_ms=tip.timestamp_ms + 1,
            proposer=self.names[view % len(self.names)],
            origin_view=view,
            failed=tuple(self.names[i] for i in range(min(view, len(self.names)))),
            tx_root=fakes.digest_of(wire_ids),
            parent_certificate=bytes(32) if certificate is None else fakes.digest_of(certificate),
            validators_hash=tip.validators_hash,
            next_validators_hash=tip.next_validators_hash,
        )
        header = msgspec.structs.replace(header, **changes)
        proposal = Proposal(header=header, wire_ids=wire_ids, parent_certificate=certificate)
        return Block(digest=fakes.digest_of(header), proposal=proposal)

    def pre_prepare(
        self, block: Block, view: int = 0, justification: Justification | None = None
    ) -> ConsensusMessage:
        """A PrePrepare by the primary of that view."""
        return fakes.sign(
            PrePrepare(
                height=block.proposal.header.height,
                view=view,
                digest=block.digest,
                proposal=block.proposal,
                justification=justification,
                bodies=(),
                sender=self.names[view % len(self.names)],
                signature=b"",
            )
        )

    def prepare(self, name: str, block: Block, view: int = 0) -> Prepare:
        """A Prepare."""
        height = block.proposal.header.height
        draft = Prepare(height=height, view=view, digest=block.digest, sender=name, signature=b"")
        return msgspec.structs.replace(draft, signature=fakes.signature_of(name, draft))

    def commit(self, name: str, block: Block, view: int = 0, root: bytes | None = None) -> Commit:
        """A Commit."""
        draft = Commit(
            height=block.proposal.header.height,
            view=view,
            digest=block.digest,
            root=self.root(block.digest) if root is None else root,
            sender=name,
            signature=b"",
        )
        return msgspec.structs.replace(draft, signature=fakes.signature_of(name, draft))

    def prepared(
        self, block: Block, view: int = 0, names: str | None = None
    ) -> PreparedCertificate:
        """A prepared certificate by these names (default: the first q)."""
        signers = self.names[: self.q] if names is None else tuple(names)
        return PreparedCertificate(
            height=block.proposal.header.height,
            view=view,
            digest=block.digest,
            prepares=tuple(self.prepare(name, block, view) for name in signers),
        )

    def view_change(
        self, name: str, view: int, certificate: PreparedCertificate | None = None
    ) -> ViewChange:
        """A ViewChange with that claim."""
        draft = ViewChangeHead(
            height=self.tip.height + 1,
            view=view,
            prepared_view=None if certificate is None else certificate.view,
            prepared_digest=None if certificate is None else certificate.digest,
            sender=name,
            signature=b"",
        )
        head = msgspec.structs.replace(draft, signature=fakes.signature_of(name, draft))
        return ViewChange(head=head, certificate=certificate)

    def justification(
        self, view: int, names: str, certificate: PreparedCertificate | None = None
    ) -> Justification:
        """J of these names; the first of them claims the certificate, if there is one."""
        changes = [
            self.view_change(name, view, certificate if i == 0 else None)
            for i, name in enumerate(names)
        ]
        heads = tuple(sorted((c.head for c in changes), key=lambda head: head.sender))
        return Justification(heads=heads, certificate=certificate)

    def certificate(
        self, block: Block, view: int = 0, names: str | None = None
    ) -> CommitCertificate:
        """A commit certificate by these names (default: the first q)."""
        signers = self.names[: self.q] if names is None else tuple(names)
        commits = [self.commit(name, block, view) for name in signers]
        return CommitCertificate(
            height=block.proposal.header.height,
            view=view,
            digest=block.digest,
            root=self.root(block.digest),
            signatures=tuple(
                CommitSignature(
                    index=self.validators.index_of(c.sender) or 0, signature=c.signature
                )
                for c in commits
            ),
        )

    # --- questions -------------------------------------------------------------------------------

    def signed(self, step: Step) -> list[ConsensusMessage]:
        """Drafts of that kind that the replica ever asked to sign."""
        return [
            action.draft
            for action in self.actions
            if isinstance(action, act.Sign) and step_of(action.draft) == step
        ]

    def count(self, kind: type) -> int:
        """How often an action of that kind was asked for."""
        return sum(1 for action in self.actions if isinstance(action, kind))


def own_part(solo: Solo, view: int, height: int = 1) -> SignedPart:
    """A Prepare of the replica's own key that it did not sign itself."""
    draft = msgspec.structs.replace(solo.prepare(solo.me, solo.block(), view), height=height)
    return msgspec.structs.replace(draft, signature=fakes.signature_of(solo.me, draft))

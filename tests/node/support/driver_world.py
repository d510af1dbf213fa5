"""A driver whose core is a script and whose surroundings write down each effect."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from consensus.actions import (
    Action,
    BuildProposal,
    CatchUp,
    Decide,
    Halt,
    RecordEvidence,
    Report,
    Sign,
)
from consensus.events import (
    Event,
    Now,
    PeerUp,
)
from consensus.messages import (
    Commit,
    ConsensusMessage,
    Evidence,
    Prepare,
    PreparedCertificate,
)
from consensus.replica import Replica
from consensus.types import CommitCertificate, Proposal, Tip, ValidatorId
from node.driver import Driver
from node.identity import dev_keys
from node.key_ring import KeyRing
from node.signing_desk import SigningDesk
from node.stages import Stages
from node.storage.sign_guard import SignGuard
from node.wire.peer_messages import PeerMessage
from tests.node.support.chains import certify, open_chain, propose, scope_of
from tokens.steps import Steps

CHAIN = open_chain()
OWN = CHAIN.tip.validators.ids()[0]
DIGEST, BLOCK = propose(CHAIN)
ROOT, OTHER_ROOT = b"\x01" * 32, b"\x02" * 32
TIMES = [1_000]


def clock() -> Now:
    return Now(mono_ms=TIMES[0], wall_ms=0)


def prepare(view: int = 0, digest: bytes = DIGEST) -> Prepare:
    return Prepare(height=1, view=view, digest=digest, sender=OWN, signature=b"")


def commit(view: int = 0, root: bytes = ROOT) -> Commit:
    return Commit(height=1, view=view, digest=DIGEST, root=root, sender=OWN, signature=b"")


def certificate(view: int = 0) -> PreparedCertificate:
    return PreparedCertificate(height=1, view=view, digest=DIGEST, prepares=())


def sign(draft: ConsensusMessage, proposal: Proposal | None = None) -> Sign:
    return Sign(
        draft=draft,
        proposal=proposal,
        certificate=certificate() if isinstance(draft, Commit) else None,
    )


DECIDED = Decide(digest=DIGEST, proposal=BLOCK, certificate=certify(CHAIN, 1, DIGEST, ROOT))


def up(peer: str = "a") -> PeerUp:
    """An event that the core of a script answers as the test says."""
    return PeerUp(now=clock(), peer=ValidatorId(peer))


class Script:
    """A replica that answers what the test wrote, and notes each event in the log."""

    def __init__(self, log: list[str], answers: Callable[[Event], list[Action]]) -> None:
        self._log = log
        self.answers = answers
        self.events: list[Event] = []
        self.first: list[Action] = []
        self.wakeup_ms: int | None = None

    def start(self, _: Now) -> list[Action]:
        return self.first

    def handle(self, event: Event) -> list[Action]:
        self._log.append(f"event {type(event).__name__}")
        self.events.append(event)
        return self.answers(event)

    def next_wakeup_ms(self) -> int | None:
        return self.wakeup_ms


class World:
    """Everything around the driver; each effect is one line of `log`."""

    def __init__(self, folder: Path, *, observer: bool = False) -> None:
        self.log: list[str] = []
        self.sent: list[PeerMessage] = []
        self.reports: list[object] = []
        self.replica = Script(self.log, lambda _: [])
        self.fail_decide: Exception | None = None
        self.fail_pool: Exception | None = None
        self.on_decided_hook: Callable[[], None] = lambda: None
        self.outcome: Event | None = None
        self.steps = 0
        """How many turns of the loop an execution takes."""
        self.held: tuple[bytes, ...] | None = (b"body",)
        signer = dev_keys(OWN).signer
        self.guard = SignGuard.create(folder / "guard", signer.public_key)
        desk = SigningDesk(signer, self.guard, scope_of(CHAIN), folder / "guard")
        self.driver = Driver(
            replica=cast("Replica", self.replica),
            ring=KeyRing(OWN, () if observer else (desk,)),
            outbox=self,
            execution=self,
            listener=self,
            remember_own=lambda message: self.log.append(f"remember {type(message).__name__}"),
            stages=Stages(enabled=False),
            turn=self._turn,
            clock=clock,
        )

    def _turn(self, tip: Tip) -> None:
        """The same key goes on."""
        self.guard.begin_height(tip.height + 1)

    def give(self, kind: type[object], *actions: Action) -> None:
        """What the core returns for the first event of a kind."""
        once = list(actions)

        def answer(event: Event) -> list[Action]:
            if isinstance(event, kind) and once:
                found = once.copy()
                once.clear()
                return found
            return []

        self.replica.answers = answer

    # outbox

    def send(self, peer_id: str, message: PeerMessage) -> None:
        self.log.append(f"send {type(message).__name__} to {peer_id}")
        self.sent.append(message)

    def broadcast(self, message: PeerMessage) -> None:
        self.log.append(f"broadcast {type(message).__name__}")
        self.sent.append(message)

    # execution

    def execute(
        self, digest: bytes, proposal: Proposal, peers: tuple[str, ...]
    ) -> Steps[Event | None]:
        self.log.append("execute")
        for step in range(self.steps):
            yield
            self.log.append(f"step {step}")
        return self.outcome

    def build(self, action: BuildProposal) -> tuple[bytes, Proposal]:
        return DIGEST, BLOCK

    def bodies(self, proposal: Proposal) -> tuple[bytes, ...] | None:
        return self.held

    def decide(self, digest: bytes, proposal: Proposal, certificate: CommitCertificate) -> Tip:
        self.log.append("batch")
        if self.fail_decide is not None:
            raise self.fail_decide
        return CHAIN.tip

    def pool(self) -> tuple[int, bool, bool]:
        if self.fail_pool is not None:
            raise self.fail_pool
        return 3, True, False

    # listener

    def on_decided(self, tip: Tip) -> None:
        self.log.append("outside hears")
        self.on_decided_hook()

    def on_report(self, report: Report) -> None:
        self.reports.append(report)

    def on_halt(self, halt: Halt) -> None:
        self.reports.append(halt)

    def on_evidence(self, evidence: Evidence) -> None:
        self.reports.append(RecordEvidence(evidence=evidence))

    def on_catch_up(self, action: CatchUp) -> None:
        self.reports.append(action)


@contextmanager
def running(folder: Path) -> Iterator[World]:
    """A driver that has started, with an empty log, in a loop that runs."""
    TIMES[0] = 1_000
    made = World(folder)
    made.driver.start()
    made.log.clear()
    made.replica.events.clear()
    yield made
    made.driver.stop()
    made.guard.close()

"""What the driver needs of others: who sends, who executes, who hears of it (node/driver.py)."""

from typing import Protocol

from consensus.actions import BuildProposal, CatchUp, Halt, Report
from consensus.events import Event
from consensus.messages import Evidence
from consensus.types import CommitCertificate, Proposal, Tip
from node.wire.peer_messages import PeerMessage
from tokens.steps import Steps


class Outbox(Protocol):
    """What the driver needs of the transport."""

    def send(self, peer_id: str, message: PeerMessage) -> object:
        """Queue for one peer; dropped if it is away."""

    def broadcast(self, message: PeerMessage) -> object:
        """Queue for all peers."""


class Execution(Protocol):
    """What the driver needs of the executor."""

    def execute(
        self, digest: bytes, proposal: Proposal, peers: tuple[str, ...]
    ) -> Steps[Event | None]:
        """Outcome, or None while bodies are being fetched, and if the tip moved between steps."""

    def build(self, action: BuildProposal) -> tuple[bytes, Proposal]:
        """A block of includable transactions on the tip."""

    def bodies(self, proposal: Proposal) -> tuple[bytes, ...] | None:
        """Bodies of a block, in order; None if one is not here (an executed block has all)."""

    def decide(self, digest: bytes, proposal: Proposal, certificate: CommitCertificate) -> Tip:
        """Write an executed block."""

    def pool(self) -> tuple[int, bool, bool]:
        """(includable, agenda, censored) for the current height."""


class Listener(Protocol):
    """What the node does outside of consensus when something happened."""

    def on_decided(self, tip: Tip) -> None:
        """A block is durable."""

    def on_report(self, report: Report) -> None:
        """Something worth a log line."""

    def on_halt(self, halt: Halt) -> None:
        """This node stopped voting."""

    def on_evidence(self, evidence: Evidence) -> None:
        """Somebody double-signed."""

    def on_catch_up(self, action: CatchUp) -> None:
        """The node is behind."""

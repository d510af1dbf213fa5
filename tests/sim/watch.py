"""Who looks at everything that a node does, and the core that lets itself be looked at."""

from typing import TYPE_CHECKING, Protocol

from consensus.actions import Halt, Report
from consensus.events import Event
from consensus.messages import Evidence
from consensus.replica import Replica
from consensus.restore import ReplicaConfig, Restored
from consensus.types import Tip
from node.wire.peer_messages import PeerMessage

if TYPE_CHECKING:
    from tests.sim.node import SimNode


class PowerCut(Exception):
    """The process is gone at this very point."""


class Watch(Protocol):
    """Who looks at everything that a node does."""

    def on_event(self, node: "SimNode", event: Event) -> None:
        """The core is about to be handed an event."""

    def after_event(self, node: "SimNode", replica: Replica) -> None:
        """It has handled it."""

    def after_message(self, node: "SimNode", sender: str) -> None:
        """A message of a peer was taken in; a part of it may wait."""

    def on_send(self, node: "SimNode", peer: str | None, message: PeerMessage) -> None:
        """A message is about to leave, to one peer or to all."""

    def on_decided(self, node: "SimNode", tip: Tip) -> None:
        """A block is durable, and clients will hear of it."""

    def on_said(self, node: "SimNode", what: Report | Halt | Evidence) -> None:
        """Something for the operator."""

    def on_sync_report(self, node: "SimNode", text: str) -> None:
        """A line about sync for the operator."""

    def on_staging(self, node: "SimNode", *, is_resumed: bool) -> None:
        """It begins to build a store from a snapshot, or goes on after a crash."""

    def on_snapshot(self, node: "SimNode", height: int) -> None:
        """A snapshot is whole; the node has ended and is to be started again on it."""

    def on_opened(self, node: "SimNode") -> None:
        """A life has opened its store; one that a snapshot has replaced is still there."""

    def on_end(self, node: "SimNode", error: BaseException) -> None:
        """A process ended by itself."""


class WatchedReplica(Replica):
    """The core, each event of which is seen before and after."""

    __slots__ = ("_node",)

    def __init__(self, config: ReplicaConfig, restored: Restored, node: "SimNode") -> None:
        super().__init__(config, restored)
        self._node = node

    def handle(self, event: Event) -> list[object]:  # type: ignore[override]
        node = self._node
        node.effect("event")
        node.watch.on_event(node, event)
        actions = super().handle(event)
        node.watch.after_event(node, self)
        return actions  # type: ignore[return-value]

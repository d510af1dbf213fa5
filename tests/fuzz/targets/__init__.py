"""The doors of a node by name. The transaction has two: its bytes, and its JSON."""

from collections.abc import Callable

from tests.fuzz.target import Target
from tests.fuzz.targets.block import BlockTarget
from tests.fuzz.targets.frame import FrameTarget
from tests.fuzz.targets.guard import GuardTarget
from tests.fuzz.targets.handshake import HandshakeTarget
from tests.fuzz.targets.peer import PeerTarget
from tests.fuzz.targets.rpc import RpcTarget
from tests.fuzz.targets.snapshot import SnapshotTarget
from tests.fuzz.targets.transaction import TransactionJsonTarget, TransactionTarget

TARGETS: dict[str, Callable[[], Target]] = {
    "frame": FrameTarget,
    "handshake": HandshakeTarget,
    "peer": PeerTarget,
    "transaction": TransactionTarget,
    "transaction-json": TransactionJsonTarget,
    "block": BlockTarget,
    "snapshot": SnapshotTarget,
    "guard": GuardTarget,
    "rpc": RpcTarget,
}

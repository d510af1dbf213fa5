"""Protocol versions as a node meets them: it ends before a block that it would not understand.

Rules of this file (ADR 0019):
1. The last block before an unknown version is durable, then the process ends with status 79; every
   later start ends alike. Nothing of the data folder is lost: newer software goes on with it.
2. Before that the node says what is to come: status, log, metric.
"""

from consensus.types import Tip
from tokens.records.protocol import ACTIVATION
from tokens.state import Overlay


class VersionUnknown(Exception):
    """The next block is under a protocol version that this software does not know."""

    def __init__(self, height: int, in_force: int, known: int) -> None:
        super().__init__(
            f"block {height} is under protocol version {in_force}, this software knows {known}: "
            "the node stops before it. Install software that knows the version and start again; "
            "the data folder stays as it is"
        )


def require_known(tip: Tip, known: int) -> None:
    """Raises VersionUnknown if the block after the tip is under a version above `known`."""
    if tip.protocol_version > known:
        raise VersionUnknown(tip.height + 1, tip.protocol_version, known)


def upgrade_needed(state: Overlay, known: int) -> str | None:
    """What to do before a version takes over that this software does not know; None if none."""
    pending = state.get(ACTIVATION)
    if pending is None or pending.protocol_version <= known:
        return None
    return (
        f"protocol version {pending.protocol_version} takes over at height {pending.height}, "
        f"this software knows {known}: install a newer one before, or this node stops there"
    )

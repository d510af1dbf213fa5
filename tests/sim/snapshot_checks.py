"""What must hold of who takes a snapshot, and of whom it asks.

Rules of this file:
1. Looked at when a store is opened: the block is that of the chain, the window of client references
   is the model's, and of a store from a snapshot every row that is under no root.
2. Looked at with each new height of each node: its primaries are the model's.
3. What was refused must have come from a liar, and who was refused is asked for nothing more in
   that run (node/sync/fetching.py, rule 1).
4. An honest node whose disk forgot nothing never opens a stale sign guard (R12).
"""

from collections import Counter

from consensus.quorum import max_faulty
from consensus.replica import Replica
from consensus.types import ValidatorSet
from node.storage.blocks import BlockStore
from node.sync.install import REPLACED, STORE
from node.sync.snapshot_server import HELD_MAX
from node.wire.peer_messages import PeerMessage
from node.wire.snapshot_messages import SnapshotQuery, SnapshotRequest
from tests.sim.chain_checks import ChainChecks
from tests.sim.disk import no_effect
from tests.sim.node import SimNode
from tests.sim.places import DATA
from tests.sim.store import SimStore
from tests.sim.violation import Violation
from tokens.invariants import broken_invariants
from tokens.ledger import WINDOW_PREFIX, window_row_key
from tokens.records import KIND_OF
from tokens.state import INDEX_PREFIX, RECORD_PREFIX
from tokens.store import decode_record, index_rows

NO_LIE = ("no answer", "it does not hold this snapshot", "too few validators")
"""Why somebody is passed over who need not have lied."""
NOT_AGAIN = " is not asked again: "


class SnapshotChecks:
    """All snapshots of one execution."""

    def __init__(self, chain: ChainChecks, liars: tuple[str, ...], rotation: int) -> None:
        self._chain = chain
        self.liars = liars
        self._rotation = rotation
        self._failed: list[tuple[int, tuple[str, ...]]] = []
        """(height, `failed` of its header) where there are any, ascending."""
        self._failed_to = 0
        self._looked: dict[str, tuple[int, int]] = {}
        """Node -> (life, height) whose primaries were looked at."""
        self._refused: dict[str, dict[str, None]] = {}
        """Node -> whom it has refused in the run that goes on."""
        self._asked: dict[tuple[str, str], str] = {}
        """(node, peer) -> the part that it asked for last."""
        self._placed: dict[str, int] = {}
        """Node -> height of its newest snapshot; it may be opened several times."""
        self.counts: Counter[str] = Counter()

    # --- who is asked -----------------------------------------------------------------------------

    def on_send(self, node: SimNode, peer: str, message: PeerMessage) -> None:
        """A node is about to ask something of a peer."""
        if isinstance(message, SnapshotQuery) and message.height == 0:
            self._refused.pop(node.name, None)
        elif isinstance(message, SnapshotRequest):
            self.counts["snapshot requests"] += 1
            self._asked[node.name, peer] = message.part.name.lower()
            if peer in self._refused.get(node.name, ()):
                raise Violation(f"{node.name} asks {peer} again, whom it refused in this run")

    def on_report(self, node: SimNode, text: str) -> None:
        """A line about sync."""
        peer, found, why = text.removeprefix("snapshot: ").partition(NOT_AGAIN)
        if not found:
            return
        if why.startswith(NO_LIE):
            self.counts["snapshots peers passed over"] += 1
            return
        if peer not in self.liars:
            raise Violation(f"{node.name} refuses what the honest {peer} gave: {why}")
        self._refused.setdefault(node.name, {})[peer] = None
        self.counts["snapshot lies refused"] += 1
        self.counts[f"refused {self._asked.get((node.name, peer), 'nothing')}"] += 1

    # --- stores -----------------------------------------------------------------------------------

    def opened(self, node: SimNode) -> None:
        """A life begins, maybe on the state of a snapshot: then no block of it is here yet."""
        self._refused.pop(node.name, None)
        tip = node.chain.tip
        known = self._chain.blocks.get(tip.height)
        if tip.height and known is not None:
            if (tip.digest, tip.state_root) != (known.digest, known.state_root):
                raise Violation(f"{node.name} begins on another block {tip.height}")
            self._window(node)
        if 0 < tip.height < node.chain.blocks.floor.blocks:
            self._installed(node)

    def guard(self, node: SimNode) -> None:
        """Of a node that is honest and has forgotten nothing."""
        stale = node.shell.restored.guard_stale
        if stale is not None:
            raise Violation(f"{node.name} has done nothing wrong and observes: {stale}")

    def _window(self, node: SimNode) -> None:
        """Exactly once: what may not enter again is what entered in the last W blocks (R8)."""
        height, window = node.height, node.chain.ledger.window
        first = max(1, height - window.blocks_max + 1)
        expected = {
            key: at for at in range(first, height + 1) for key in self._chain.references.get(at, ())
        }
        if window._heights != expected:
            raise Violation(f"{node.name} has another window of references at height {height}")

    def _installed(self, node: SimNode) -> None:
        """What no root covers: rows beside the records, headers, the floor, what must not go."""
        if self._placed.get(node.name) != node.height:
            self._placed[node.name] = node.height
            self.counts["snapshots put in place"] += 1
        chain, store, height = node.chain, node.store, node.height
        floor = chain.blocks.floor
        if floor.blocks != height + 1:
            raise Violation(f"{node.name} begins at {height} and has blocks from {floor.blocks}")
        headers, blocks = chain.recent_headers(), self._chain.blocks
        mine = [header for header in headers if header.height in blocks]
        true = [blocks[header.height].header for header in mine]
        if len(headers) != min(height, chain.headers_needed) or mine != true:
            raise Violation(f"{node.name} has other headers below its snapshot")
        expected = sorted(
            row
            for _, value in store.iterate(RECORD_PREFIX, _after(RECORD_PREFIX))
            for row, _ in index_rows(KIND_OF[value[0]], decode_record(KIND_OF[value[0]], value))
        )
        if list(store.iterate_keys(INDEX_PREFIX, _after(INDEX_PREFIX))) != expected:
            raise Violation(f"{node.name} has other indexes than those of its records")
        first = max(1, height - chain.window_blocks + 1)
        rows = [window_row_key(at) for at in range(first, height + 1)]
        if list(store.iterate_keys(WINDOW_PREFIX, _after(WINDOW_PREFIX))) != rows:
            raise Violation(f"{node.name} has other rows of the window than it needs")
        if list(store.iterate_keys(b"msync", b"msynd")):
            raise Violation(f"{node.name} keeps marks of the work on its snapshot")
        broken = broken_invariants(store)
        if broken:
            raise Violation(f"a snapshot of {height}: {broken[0].invariant}: {broken[0].what}")
        self._kept(node)

    def _kept(self, node: SimNode) -> None:
        """What a node must not forget of the store that was replaced (R11, R12)."""
        for name in node.disk.names(DATA):
            if not name.startswith(f"{STORE}.{REPLACED}-"):
                continue
            image = node.disk.image(DATA / name)
            if image.damaged:
                continue
            old = BlockStore(SimStore(image, no_effect))
            tip = old.tip()
            if tip is not None and tip.guard_sequence > node.chain.guard_sequence:
                raise Violation(f"{node.name} forgets number {tip.guard_sequence} of its guard")
            for accused, height, _ in old.evidence(1_000):
                if not node.chain.blocks.has_evidence(accused, height):
                    raise Violation(f"{node.name} forgets evidence about {accused} at {height}")
            self.counts["snapshots in place of a store"] += 1

    # --- primaries --------------------------------------------------------------------------------

    def after_event(self, node: SimNode, replica: Replica) -> None:
        """The primaries of the open height are those of all others, and a server holds few."""
        place = node.life, replica.height
        if self._looked.get(node.name) == place or replica.height - 1 > self._chain.height:
            return
        self._looked[node.name] = place
        members = self._chain.sets[replica.height]
        suspended = self._suspended(replica.height, members)
        active = tuple(name for name in members.ids() if name not in suspended)
        if replica._core.hs.schedule.active != active:
            raise Violation(
                f"{node.name} has other primaries at height {replica.height}: "
                f"{replica._core.hs.schedule.active}, others {active}"
            )
        self.counts["primaries suspended"] += bool(suspended)
        if len(node.shell.snapshots.heights) > HELD_MAX:
            raise Violation(f"{node.name} holds snapshots {node.shell.snapshots.heights}")

    def _suspended(self, height: int, members: ValidatorSet) -> tuple[str, ...]:
        """The last f distinct members in `failed` of the last max(10, rotation) x n headers."""
        while self._failed_to < self._chain.height:
            self._failed_to += 1
            names = self._chain.blocks[self._failed_to].header.failed
            if names:
                self._failed.append((self._failed_to, names))
        oldest = height - max(10, self._rotation) * len(members)
        found: list[str] = []
        for at, names in reversed(self._failed):
            if oldest <= at < height:
                found.extend(name for name in reversed(names) if name in members)
        return tuple(dict.fromkeys(found))[: max_faulty(len(members))]


def _after(prefix: bytes) -> bytes:
    """The first key beyond a prefix of one byte."""
    return bytes([prefix[0] + 1])

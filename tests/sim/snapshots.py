"""How a simulated node gives and takes snapshots: settings, and the folders that its stores lie in.

What runs is node/sync: server, client, staging store, and the switch of the two folders. Here is
what the simulation puts around it, and where a crash may be planted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from node.identity import NETWORK_KEY
from node.shell import SnapshotSettings
from node.storage.durable import make_folder
from node.storage.leveldb import DamagedStore, StoreMissing
from node.sync import snapshot_source
from node.sync.install import open_staged
from node.sync.staging import MARK_PREFIX, MARKS_END
from tests.sim.disk import SimDisk
from tests.sim.keys import signer_of
from tests.sim.plan import SnapshotPlan
from tests.sim.store import SimStore

if TYPE_CHECKING:
    from tests.sim.node import SimNode


class SimFolders:
    """See `node.sync.install.StoreFolders`."""

    def __init__(self, disk: SimDisk, effect: Callable[[str], None]) -> None:
        self.disk = disk
        self._effect = effect

    def open(self, folder: Path, *, create: bool) -> SimStore:
        """See `StoreFolders.open`."""
        image = self.disk.image(folder)
        if image.damaged:
            raise DamagedStore(folder, "simulated")
        if not create and not image.keys:
            raise StoreMissing(f"there is no store in {folder}")
        make_folder(folder, self.disk)
        return SimStore(self.disk.image(folder), self._effect)

    def remove(self, folder: Path) -> None:
        """See `StoreFolders.remove`: a crash from now on leaves a part of it."""
        self.disk.image(folder).damaged = True
        self.disk.remove(folder)


class SnapshotSide:
    """One node's part in snapshots, over all its lives."""

    def __init__(self, node: "SimNode", plan: SnapshotPlan | None, data: Path) -> None:
        self._node = node
        self._plan = plan
        self._data = data
        self.folders = SimFolders(node.disk, node.effect)
        self.retain_blocks = 0
        if plan is not None and node.name not in plan.archives:
            self.retain_blocks = plan.retain
        self._begun_in = 0
        """Life in which a staging store was opened last."""
        self.on_begin: Callable[[], None] | None = None
        """Called when the node begins, or goes on, to build a store from a snapshot."""

    def settings(self) -> SnapshotSettings | None:
        """For the shell of a life."""
        if self._plan is None:
            return None
        node = self._node
        keys = {
            name: signer_of(f"{name}-{NETWORK_KEY}").public_key
            for name in node.network.peers_of(node.name)
        }
        return SnapshotSettings(
            interval=self._plan.interval,
            open_store=partial(self._open_staged, node.life),
            pinned=lambda: keys,
        )

    def _open_staged(self, life: int) -> SimStore:
        if self.on_begin is not None:
            self.on_begin()
        store = open_staged(self._data, self.folders)
        if not isinstance(store, SimStore):
            raise TypeError("another kind of store")
        is_begun = next(store.iterate_keys(MARK_PREFIX, MARKS_END, limit=1), None) is not None
        self._node.watch.on_staging(self._node, is_resumed=is_begun and self._begun_in != life)
        self._begun_in = life
        return store


@contextmanager
def small_answers(plan: SnapshotPlan | None) -> Iterator[None]:
    """Servers cut their answers as small as a plan says, so that a small state has many parts."""
    before = snapshot_source.ANSWER_BYTES_MAX, snapshot_source.WHOLE_BYTES_MAX
    if plan is not None:
        snapshot_source.ANSWER_BYTES_MAX = plan.answer_bytes
        snapshot_source.WHOLE_BYTES_MAX = plan.whole_bytes
    try:
        yield
    finally:
        snapshot_source.ANSWER_BYTES_MAX, snapshot_source.WHOLE_BYTES_MAX = before

"""One node: the real shell between a simulated disk, store, network and clock.

Rules of this file:
1. `effect` is called before everything that leaves memory: each call of the disk, each batch, each
   message to each peer, each event of the core. A crash is a number of effects from now, so it can
   fall between any two of them and needs no list of places.
2. A process that is dead has no further effect, whatever is still on the stack.
3. What a process raises ends it as it ends a real one. Only what no fault explains is a violation.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path

import msgspec

from consensus.actions import CatchUp, Halt, Report
from consensus.events import Now
from consensus.messages import Evidence
from consensus.restore import ReplicaConfig
from consensus.types import Tip
from node.chain import Chain
from node.key_ring import KeyRing
from node.mempool import PoolLimits
from node.node import LOOK_INTERVAL_S, first_error
from node.restart import begin_guard, open_guard
from node.shell import Shell, Surroundings
from node.signing import SigningKey, VerifySignature
from node.signing_desk import SigningDesk
from node.storage.blocks import BlockStore
from node.storage.durable import make_folder
from node.sync.install import STORE, remove_replaced, switch
from node.sync.snapshot import SnapshotReady
from node.wire.hashing import SigningScope
from node.wire.peer_messages import PeerMessage
from tests.sim.disk import SimDisk, no_effect
from tests.sim.image import Image
from tests.sim.line import Line
from tests.sim.loop import WALL_MS, now_ms
from tests.sim.network import Network, Parcel
from tests.sim.places import DATA, GUARDS, guard_path
from tests.sim.plan import SnapshotPlan
from tests.sim.snapshots import SnapshotSide
from tests.sim.store import SimStore
from tests.sim.turns import Turns
from tests.sim.watch import PowerCut, Watch, WatchedReplica
from tokens.genesis import Genesis

BLOCK_GAP_MS = 20


class SimNode:
    """A machine with its disk; `life` is the number of the process that runs on it."""

    def __init__(
        self,
        name: str,
        *,
        key: SigningKey,
        verify: VerifySignature,
        genesis: Genesis,
        disk: SimDisk,
        network: Network,
        watch: Watch,
        timeouts: Callable[[ReplicaConfig], ReplicaConfig],
        group: asyncio.TaskGroup,
        snapshots: SnapshotPlan | None = None,
    ) -> None:
        self.name = name
        self.keys = [key]  # on its disk, the newest last
        self.verify = verify
        self.genesis = genesis
        self.disk = disk
        self.network = network
        self.watch = watch
        self.timeouts = timeouts
        self._group = group
        make_folder(DATA, disk)
        self.alive = False
        self.life = 0
        self.effects = 0  # in all lives
        self.crash_at: int | None = None  # number of the effect before which the process dies
        self.by_power = False  # whether that takes the kernel too
        self.on_death: Callable[[str], None] | None = None
        self.deaths: list[str] = []  # before which effects it died
        self.wall_ms = 0  # how wrong its clock is
        self.turns = Turns()
        self.line = Line()
        self._tasks: list[asyncio.Task[None]] = []
        self._shell: Shell | None = None
        self.snapshots = SnapshotSide(self, snapshots, DATA)
        self.is_held = False  # down, until somebody lets it go
        self.rewrite: Callable[[str, PeerMessage], PeerMessage | None] | None = None
        """(peer, message) -> what a liar sends instead; None = nothing."""

    # --- effects ----------------------------------------------------------------------------------

    def effect(self, name: str) -> None:
        """Something is about to leave memory. Raises PowerCut."""
        if not self.alive:
            raise PowerCut(name)
        self.effects += 1
        if self.crash_at is not None and self.effects >= self.crash_at:
            self.die(name)
            raise PowerCut(name)

    def die(self, where: str) -> None:
        """The process, or with `by_power` the machine, stops here."""
        if not self.alive:
            return
        self.alive = False
        self.crash_at = None
        self.deaths.append(where)
        if self.by_power:
            self.disk.cut_power()
        else:
            self.disk.kill()
        self._halt()
        if self.on_death is not None:
            self.on_death(where)

    def _halt(self) -> None:
        """Nothing of the process runs on."""
        if self._shell is not None:
            self._shell.close()
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        asyncio.get_running_loop().call_soon(self.network.stopped, self.name)

    def now(self) -> Now:
        """Its own clock."""
        at_ms = now_ms()
        return Now(mono_ms=at_ms, wall_ms=WALL_MS + at_ms + self.wall_ms)

    # --- a life -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Open everything as node/node.py does, and run. A crash may fall here too."""
        self.life += 1
        self.alive = True
        self.disk.effect = self.effect
        self.line.clear()
        self.into(self._open)

    def _open(self) -> None:
        folders = self.snapshots.folders
        begin_guard(DATA, self.keys[0].public_key, self.disk)
        switch(DATA, folders)
        if self.image.damaged:
            # What the checksums of LevelDB find ends the process; the operator moves it aside.
            self.image = Image()
        self.store = folders.open(DATA / STORE, create=True)
        self.chain = Chain.open(self.store, self.genesis)
        self.chain.retain_blocks = self.snapshots.retain_blocks
        self.chain.step_transactions = self.turns.step
        ring = KeyRing(self.name, map(self.desk, self.keys))
        self._shell = Shell(self.chain, ring, self._surroundings())
        self.watch.on_opened(self)
        if self.chain.retain_blocks:
            remove_replaced(DATA, folders)
        for run in (self.shell.driver.run, self.shell.sync.run, self.shell.intake.run):
            self.spawn(run)
        self.shell.driver.start()
        self.network.started(self.name)
        asyncio.get_running_loop().call_later(LOOK_INTERVAL_S, self._look_around, self.life)

    def desk(self, key: SigningKey) -> SigningDesk:
        """A key with its guard. Raises PowerCut, OSError."""
        guard = open_guard(GUARDS, key.public_key, self.disk)
        scope = SigningScope(chain_id=self.chain.chain_id, genesis_digest=self.chain.genesis_digest)
        return SigningDesk(key, guard, scope, GUARDS)

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            node_id=self.name,
            outbox=self,
            listener=self,
            on_fault=lambda peer, reason: None,
            on_sync_report=lambda text: self.watch.on_sync_report(self, text),
            pool=PoolLimits(window=self.chain.window_blocks, transactions_max=2_000),
            block_gap_ms=BLOCK_GAP_MS,
            clock=self.now,
            later=self.turns.later,
            cpu_seconds=lambda: 0.0,
            verify=self.verify,
            snapshots=self.snapshots.settings(),
            make_replica=lambda config, found: WatchedReplica(self.timeouts(config), found, self),
        )

    def spawn(self, work: Callable[[], Coroutine[None, None, object]]) -> None:
        """A task of this process: what it raises ends the process, whose end cancels it."""
        self._tasks = [task for task in self._tasks if not task.done()]
        self._tasks.append(self._group.create_task(self._live(work)))

    async def _live(self, work: Callable[[], Coroutine[None, None, object]]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  judged in _ended
            self._ended(error)

    def into(self, call: Callable[[], object]) -> None:
        """Run something of this process: what it raises ends it."""
        try:
            call()
        except Exception as error:  # noqa: BLE001  judged in _ended
            self._ended(error)

    def _ended(self, error: BaseException) -> None:
        error = first_error(error)
        if isinstance(error, PowerCut) or not self.alive:
            return
        if isinstance(error, SnapshotReady):
            self._begin_again(error.height)
            return
        self.by_power = False
        self.watch.on_end(self, error)
        self.die(type(error).__name__)

    def _begin_again(self, height: int) -> None:
        """A snapshot is whole: like a restart, as node/node.py does it, and no fault."""
        self.alive = False
        self._halt()
        self.shell.ring.close()
        self.watch.on_snapshot(self, height)

    def _look_around(self, life: int) -> None:
        if not self.alive or life != self.life:
            return
        if len(self.shell.pool):
            self.into(self._resend)
        asyncio.get_running_loop().call_later(LOOK_INTERVAL_S, self._look_around, life)

    def _resend(self) -> None:
        timeout_ms = self.shell.driver.replica.timeout_ms
        self.shell.gossip.resend(self.now().mono_ms, timeout_ms, self.chain.includable)

    # --- what the network brings (network.Station) ------------------------------------------------

    def on_up(self, peer: str) -> None:
        """See `Station.on_up`."""
        self.into(lambda: self.shell.inbound.on_up(peer))

    def on_down(self, peer: str) -> None:
        """See `Station.on_down`."""
        self.into(lambda: self.shell.inbound.on_down(peer))

    def receive(self, sender: str, parcel: Parcel) -> None:
        """See `Station.receive`."""
        if not self.line.put(partial(self._handle, self.life, sender, parcel)):
            self.network.stats["line full"] += 1

    def _handle(self, life: int, sender: str, parcel: Parcel) -> None:
        if self.alive and life == self.life:
            self.into(lambda: self._take(sender, parcel))

    def _take(self, sender: str, parcel: Parcel) -> None:
        self.shell.inbound.on_message(sender, parcel.message)
        self.watch.after_message(self, sender)

    # --- what the node does (driver.Outbox, driver.Listener) --------------------------------------

    def send(self, peer_id: str, message: PeerMessage) -> None:
        """See `Outbox.send`."""
        self.watch.on_send(self, peer_id, message)
        self._send(peer_id, Parcel(message))

    def broadcast(self, message: PeerMessage) -> None:
        """See `Outbox.broadcast`. A crash may fall between two peers."""
        self.watch.on_send(self, None, message)
        parcel = Parcel(message)
        for peer in self.network.peers_of(self.name):
            if self.network.connected(self.name, peer):
                self._send(peer, parcel)

    def _send(self, peer: str, parcel: Parcel) -> None:
        self.effect("send")
        if self.rewrite is not None:
            message = self.rewrite(peer, parcel.message)
            if message is None:
                return
            parcel = parcel if message is parcel.message else Parcel(message)
        self.network.send(self.name, peer, parcel)

    def on_decided(self, tip: Tip) -> None:
        """See `Listener.on_decided`."""
        self.effect("acknowledge")
        self.watch.on_decided(self, tip)

    def on_report(self, report: Report) -> None:
        """See `Listener.on_report`."""
        self.watch.on_said(self, report)

    def on_halt(self, halt: Halt) -> None:
        """See `Listener.on_halt`."""
        self.watch.on_said(self, halt)

    def on_evidence(self, evidence: Evidence) -> None:
        """See `Listener.on_evidence`; one piece a validator and height is kept (R11)."""
        self.watch.on_said(self, evidence)
        blocks = self.chain.blocks
        if not blocks.has_evidence(evidence.accused, evidence.height):
            data = msgspec.msgpack.encode(evidence)
            blocks.add_evidence(evidence.accused, evidence.height, data)

    def on_catch_up(self, action: CatchUp) -> None:
        """See `Listener.on_catch_up`."""
        self.shell.sync.catch_up(action)

    # --- looking inside ---------------------------------------------------------------------------

    @property
    def shell(self) -> Shell:
        """Of the newest life."""
        if self._shell is None:
            raise RuntimeError(f"{self.name} was never opened")
        return self._shell

    @property
    def image(self) -> Image:
        """What its store has on the disk."""
        return self.disk.image(DATA / STORE)

    @image.setter
    def image(self, image: Image) -> None:
        self.disk.put_image(DATA / STORE, image)

    @property
    def height(self) -> int:
        """Of the newest durable block."""
        return self.chain.tip.height

    def height_on_disk(self) -> int:
        """The same, also of a node that is down; 0 of a new store."""
        row = BlockStore(SimStore(self.image, no_effect)).tip()
        return 0 if row is None else row.height

    @property
    def key(self) -> SigningKey:
        """The key in use: the one that the set names, else the first."""
        desk = None if self._shell is None else self._shell.ring.desk
        if desk is None:
            return self.keys[0]
        return next(key for key in self.keys if key.public_key == desk.public_key)

    @property
    def guard_path(self) -> Path:
        """The sign guard of the key in use."""
        return guard_path(self.key.public_key)

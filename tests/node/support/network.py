"""Four nodes' shells in one process and one virtual clock, with links that drop and crash."""

import asyncio
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

from consensus.messages import Status
from node.devnet.profile import VALIDATORS
from node.mempool import PoolLimits
from node.node import first_error
from node.shell import SnapshotSettings
from node.signing import Signer
from node.storage.blocks import BlockStore
from node.storage.kv import Batch, KeyValueStore
from node.storage.memory import MemoryStore
from node.sync.snapshot import SnapshotReady
from node.versions import VersionUnknown
from node.wire.framing import frame
from node.wire.peer_messages import PeerMessage, decode_message, encode_message
from tests.node.support.chains import small_genesis
from tests.node.support.shell import CrashPlan, NodeShell, PowerCut
from tokens.genesis import Genesis
from tokens.protocol import PROTOCOL_VERSION
from tokens.transaction import DecodedTransaction

DELAY_S = 0.002
"""One way."""
UP_AFTER_S = 0.01
"""From the start of a node to its links."""

ENDS = (PowerCut, VersionUnknown)
"""What ends one node and not the test."""


class StagedStore(MemoryStore):
    """A store that survives its owner, with places to die."""

    plan: CrashPlan

    def write(self, batch: Batch) -> None:
        self.plan.reach("before snapshot write")
        super().write(batch)
        self.plan.reach("after snapshot write")

    def close(self) -> None:
        """The network opens it again."""


class Network:
    """Use `async with`. A node is in `nodes` while it runs."""

    def __init__(
        self,
        folder: Path,
        *,
        on_disk: bool = False,
        genesis: Genesis | None = None,
        names: tuple[str, ...] = VALIDATORS,
        snapshot_interval: int = 0,
        retain_blocks: dict[str, int] | None = None,
    ) -> None:
        """`snapshot_interval` above 0: nodes give and take snapshots. `retain_blocks` by name."""
        self.folder = folder
        self.genesis = genesis or small_genesis()
        self.names = names
        self.nodes: dict[str, NodeShell] = {}
        self.acknowledged: dict[bytes, None] = {}
        """Transactions for which any node ever gave out a receipt."""
        self.evidence = 0
        self.cuts: dict[str, str] = {}
        """Where the power of a node was cut."""
        self.more_keys: dict[str, list[Signer]] = {}
        """Consensus keys that a node is started with besides its development key."""
        self.known_versions: dict[str, int] = {}
        """Node -> newest protocol version that its software knows, where it is not this one's."""
        self.lose: Callable[[str, str, PeerMessage], bool] = lambda _, __, ___: False
        """(from, to, message) -> whether the link loses it."""
        self.rewrite: Callable[[str, str, PeerMessage], PeerMessage] = lambda _, __, sent: sent
        """(from, to, message) -> what a lying sender sends instead."""
        self.later: Callable[[str, str, PeerMessage], float] = lambda _, __, ___: 0.0
        """(from, to, message) -> seconds by which a slow sender sends it later."""
        self._stores: dict[str, MemoryStore] | None = (
            None if on_disk else {name: MemoryStore() for name in names}
        )
        self._snapshot_interval = snapshot_interval
        self._retain_blocks = retain_blocks or {}
        self._staged: dict[str, StagedStore] = {}
        """Node -> the store that it builds from a snapshot; survives its death."""
        self.sync_reports: dict[str, list[str]] = {}
        """Node -> what all its lives said about sync."""
        self.replaced: list[tuple[str, int]] = []
        """(node, height) of each snapshot that became a node's store."""
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        for name in list(self.nodes):
            self.stop(name)
        await self._group.__aexit__(None, None, None)

    # --- nodes ------------------------------------------------------------------------------------

    def start(
        self, *names: str, plan: CrashPlan | None = None, pool: PoolLimits | None = None
    ) -> None:
        """Start nodes (all of them if none is named) from what their folders hold."""
        for name in names or self.names:
            self._switch(name)
            store: KeyValueStore | None = None if self._stores is None else self._stores[name]
            node = NodeShell(
                name,
                self.genesis,
                self.folder / name,
                send=partial(self._send, name),
                note=self._note,
                plan=plan and CrashPlan(plan.point, plan.countdown),
                store=store,
                pool=pool,
                more_signers=self.more_keys.get(name, ()),
                snapshots=self._snapshots(name),
                retain_blocks=self._retain_blocks.get(name, 0),
                known_version=self.known_versions.get(name, PROTOCOL_VERSION),
            )
            self.nodes[name] = node
            self._tasks[name] = [
                self._group.create_task(self._live(node)),
                self._group.create_task(node.intake.run()),
                self._group.create_task(self._sync(node)),
            ]

    def _snapshots(self, name: str) -> SnapshotSettings | None:
        if not self._snapshot_interval:
            return None
        keys = {
            member.id: member.network_key for member in self.genesis.validators if member.id != name
        }

        def open_store() -> StagedStore:
            store = self._staged.setdefault(name, StagedStore())
            store.plan = self.nodes[name].plan
            return store

        return SnapshotSettings(
            interval=self._snapshot_interval, open_store=open_store, pinned=lambda: keys
        )

    def empty(self, name: str) -> None:
        """A stopped node loses its folder: store and sign guard."""
        if self._stores is None:
            raise RuntimeError("for stores in memory")
        self._stores[name] = MemoryStore()
        shutil.rmtree(self.folder / name)

    def stop(self, name: str) -> None:
        """Like kill -9: memory is gone, folders stay."""
        node = self.nodes.pop(name)
        self.acknowledged.update(dict.fromkeys(node.acknowledged))
        self.evidence += len(node.evidence)
        self.sync_reports.setdefault(name, []).extend(node.sync_reports)
        node.release()
        if self._stores is None:
            node.store.close()
        for task in self._tasks.pop(name):
            task.cancel()
        for other, peer in list(self.nodes.items()):
            if other in self.nodes:
                self._into(peer, partial(peer.inbound.on_down, name))
        self._note()

    async def _live(self, node: NodeShell) -> None:
        """A power cut or a version that it does not know ends the node, else the test ends."""
        loop = asyncio.get_running_loop()
        loop.call_later(UP_AFTER_S, self._connect, node)
        try:
            node.driver.start()
            await node.driver.run()
        except ENDS as cut:
            self._cut(node, cut)

    async def _sync(self, node: NodeShell) -> None:
        try:
            await node.sync.run()
        except ENDS as cut:
            self._cut(node, cut)
        except SnapshotReady as ready:
            self._begin_again(node, ready.height)
        except BaseExceptionGroup as group:
            cuts = group.subgroup(ENDS)
            if cuts is None:
                raise
            self._cut(node, PowerCut(str(first_error(cuts))))

    def _begin_again(self, node: NodeShell, height: int) -> None:
        """What node.py does when a snapshot is whole: the same as a restart on the new store."""
        if self.nodes.get(node.name) is not node or self._stores is None:
            return
        self.stop(node.name)
        self.start(node.name)
        assert self.nodes[node.name].height == height

    def _switch(self, name: str) -> None:
        """What sync/install.py does at a start: a whole staged store is the store."""
        staged = self._staged.get(name)
        tip = None if staged is None else BlockStore(staged).tip()
        if staged is not None and tip is not None and self._stores is not None:
            self._stores[name] = self._staged.pop(name).view()
            self.replaced.append((name, tip.height))

    def _cut(self, node: NodeShell, cut: Exception) -> None:
        if self.nodes.get(node.name) is node:
            self.cuts[node.name] = str(cut)
            self.stop(node.name)

    def _connect(self, node: NodeShell) -> None:
        for name, peer in list(self.nodes.items()):
            if name != node.name and node is self.nodes.get(node.name):
                self._into(node, partial(node.inbound.on_up, name))
                self._into(peer, partial(peer.inbound.on_up, node.name))

    # --- links ------------------------------------------------------------------------------------

    def _send(self, own: str, to: str | None, message: PeerMessage) -> None:
        """Encoded, and decoded again by each receiver. FrameTooLarge: no link would carry it."""
        receivers = [name for name in self.names if name != own] if to is None else [to]
        for receiver in receivers:
            if not self.lose(own, receiver, message):
                payload = encode_message(self.rewrite(own, receiver, message))
                frame(payload)
                delay_s = DELAY_S + self.later(own, receiver, message)
                asyncio.get_running_loop().call_later(
                    delay_s, self._deliver, own, receiver, payload
                )

    def _deliver(self, sender: str, receiver: str, payload: bytes) -> None:
        node = self.nodes.get(receiver)
        if node is not None and sender in self.nodes:
            message = decode_message(payload)
            self._into(node, lambda: node.inbound.on_message(sender, message))

    def _into(self, node: NodeShell, call: Callable[[], None]) -> None:
        """What a link does with a failure of its owner: it ends the node."""
        try:
            call()
        except ENDS as cut:
            self._cut(node, cut)

    # --- waiting ----------------------------------------------------------------------------------

    def _note(self) -> None:
        self._changed.set()

    async def until(self, done: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait in virtual time. TimeoutError says that it did not come true."""
        async with asyncio.timeout(within_s):
            while not done():
                self._changed.clear()
                await self._changed.wait()

    async def reach(self, height: int, within_s: float = 60.0) -> None:
        """All running nodes have decided that height."""
        await self.until(lambda: self.height() >= height, within_s)

    def now_ms(self) -> int:
        """Virtual milliseconds."""
        return int(asyncio.get_running_loop().time() * 1_000)

    def height(self) -> int:
        """Of the node that is furthest behind."""
        return min(node.height for node in self.nodes.values())

    async def submit(self, name: str, *transactions: DecodedTransaction) -> list[str]:
        """To one node, as a client."""
        return await self.nodes[name].submit(*transactions)

    # --- judging ----------------------------------------------------------------------------------

    def check(self) -> None:
        """Same blocks, same roots, no evidence, nobody stopped, nothing acknowledged lost."""
        nodes = list(self.nodes.values())
        lowest = self.height()
        for height in range(1, lowest + 1):
            rows = [
                node.chain.blocks.row(height)
                for node in nodes
                if height >= node.chain.blocks.floor.blocks
            ]
            if not rows:
                continue
            facts = {
                None if row is None else (row.digest, row.state_root, row.receipts_root)
                for row in rows
            }
            assert len(facts) == 1
            assert None not in facts
        assert self.evidence == 0
        assert [node.evidence for node in nodes] == [[] for _ in nodes]
        assert [node.halts for node in nodes] == [[] for _ in nodes]
        given = list({**self.acknowledged, **dict.fromkeys(self._given())})
        whole = [node for node in nodes if node.chain.blocks.floor.blocks == 1]
        assert max(whole, key=lambda node: node.height).has_decided(given)

    def _given(self) -> list[bytes]:
        return [tx_id for node in self.nodes.values() for tx_id in node.acknowledged]


def without_status(message: PeerMessage) -> bool:
    """For `lose`: everything but Status."""
    return not isinstance(message, Status)

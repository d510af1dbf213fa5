"""One node from its first lock to its last: open, run, stop.

Rules of this file:
1. Order at start: folder lock, store (its root checked), sign guard, replica, links, RPC; at the
   end in reverse.
2. All tasks live in one TaskGroup: an error in any of them ends the process.
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from pathlib import Path

import msgspec

from consensus.events import MayVote
from node.chain import Chain
from node.clock import now
from node.config import NodeConfig
from node.identity import NodeKeys, load_keys
from node.key_watch import KeyWatch
from node.logs import get_logger
from node.loop_lag import watch_loop
from node.parts import Parts
from node.rebuild import open_chain, set_aside
from node.restart import begin_guard
from node.shell import Shell
from node.storage.kv import StorageDamaged, StorageFailed
from node.storage.leveldb import LevelDbStore
from node.storage.lockfile import FolderLock
from node.sync.install import STORE, remove_replaced, switch
from node.sync.snapshot import Checkpoint, SnapshotReady
from tokens.genesis import Genesis

LOOK_INTERVAL_S = 0.25
"""How often open transactions are looked through for retransmission (R9), and the store for a
failure that met a reader: an RPC call answers with an error and cannot end the process."""
END_SECONDS = 0.25
"""What RPC clients get to hear the end of a call when the node ends by an error: page 07 wants the
end within a second of it."""


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator says for one run."""

    vote_from: int | None = None
    """A node with a stale sign guard may vote from that height on (R12)."""
    checkpoint: Checkpoint | None = None
    """A snapshot must descend from this block; else w validators vouch for it."""


NO_OPTIONS = RunOptions()


class Node:
    """Everything of one process."""

    def __init__(
        self,
        config: NodeConfig,
        *,
        keys: NodeKeys,
        lock: FolderLock,
        store: LevelDbStore,
        chain: Chain,
        data: Path,
        base: Path,
    ) -> None:
        self.config = config
        self._keys = keys
        self._lock = lock
        self._store = store
        self._chain = chain
        self._data = data
        self._base = base
        self._log = get_logger("node")

    @classmethod
    def open(cls, config: NodeConfig, genesis: Genesis, base: Path) -> "Node":
        """Lock the folder, open store and chain. Every error has a class of its own; see app."""
        data = config.resolve(base, config.data_dir)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FolderLock.acquire(data)
        try:
            keys = load_keys(config, data, base=base, is_dev=genesis.is_dev)
            begin_guard(data, keys.signer.public_key)
            switch(data)
            store, chain = open_chain(data / STORE, genesis, has_peers=bool(config.peers))
        except BaseException:
            lock.release()
            raise
        return cls(config, keys=keys, lock=lock, store=store, chain=chain, data=data, base=base)

    async def run(self, stop: asyncio.Event, options: RunOptions = NO_OPTIONS) -> None:
        """Run until `stop`. Raises what ended it otherwise."""
        try:
            while await self._run(stop, options):
                self._begin_again()
        finally:
            self._store.close()
            try:
                self._keep_damaged()
            finally:
                self._lock.release()

    def _keep_damaged(self) -> None:
        """Move a store aside in which a read met damage: the next start may not come across it."""
        if self._store.damaged and self.config.peers:
            set_aside(self._data / "store", StorageDamaged("met while the node ran; see above"))

    async def _run(self, stop: asyncio.Event, options: RunOptions) -> bool:
        """Whether to begin again: a snapshot has come in whole."""
        if self.config.retain_blocks:
            remove_replaced(self._data)
        parts = Parts(
            self.config,
            keys=self._keys,
            chain=self._chain,
            data=self._data,
            checkpoint=options.checkpoint,
        )
        try:
            await self._serve(stop, parts, options.vote_from)
        except BaseExceptionGroup as group:
            ready, others = group.split(SnapshotReady)
            if ready is None or others is not None:
                raise
            self._log.info("snapshot", text=str(first_error(ready)))
            return True
        return False

    def _begin_again(self) -> None:
        """On the store that the snapshot was built in: like a restart, by the same code."""
        self._store.close()
        switch(self._data)
        self._store, self._chain = open_chain(
            self._data / STORE, self._chain.genesis, has_peers=bool(self.config.peers)
        )

    async def _serve(self, stop: asyncio.Event, parts: Parts, vote_from: int | None) -> None:
        """Start everything, wait, stop everything."""
        shell = parts.shell
        await parts.rpc.start()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(parts.transport.run()),
                    group.create_task(shell.intake.run()),
                    group.create_task(shell.sync.run()),
                    group.create_task(shell.driver.run()),
                    group.create_task(parts.certificates.run()),
                    group.create_task(watch_loop(parts.observe_lag)),
                    group.create_task(self._look_around(shell)),
                    group.create_task(self._key_watch(parts).run()),
                ]
                shell.driver.start()
                if vote_from is not None:
                    shell.driver.post(MayVote(now=now(), from_height=vote_from))
                self._log.info(
                    "started",
                    node=self.config.id,
                    height=self._chain.tip.height,
                    peer_port=parts.transport.port,
                    rpc_port=parts.rpc.port,
                )
                await stop.wait()
                for task in tasks:
                    task.cancel()
        finally:
            shell.close()
            shell.ring.close()
            parts.feeds.close()
            await _within(None if stop.is_set() else END_SECONDS, parts.rpc.stop())
            self._log.info("stopped", height=self._chain.tip.height)

    def _key_watch(self, parts: Parts) -> KeyWatch:
        is_dev = self._chain.genesis.is_dev
        return KeyWatch(
            self._data / "keys",
            load=lambda: load_keys(self.config, self._data, base=self._base, is_dev=is_dev),
            take=parts.take_keys,
            report=lambda text: self._log.warning("keys", text=text),
        )

    async def _look_around(self, shell: Shell) -> None:
        while True:
            await asyncio.sleep(LOOK_INTERVAL_S)
            if self._store.failed:
                raise StorageFailed("the store failed while it was read; see the log above")
            shell.gossip.resend(
                now().mono_ms,
                shell.driver.replica.timeout_ms,
                self._chain.includable,
                is_crowded=not shell.executor.newest_had_room,
            )


def first_error(group: BaseException) -> BaseException:
    """The first leaf of a group: what ended the TaskGroup."""
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


async def _within(seconds: float | None, work: Awaitable[None]) -> None:
    """Await it, or leave it after that time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work

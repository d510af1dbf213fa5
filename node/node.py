"""One node, put together: store, ledger, guard, core, links, pool, sync, RPC. Decides nothing.

Rules of this file:
1. Order at start: folder lock, store (its root checked), sign guard, replica, links, RPC; at the
   end in reverse.
2. All tasks live in one TaskGroup: an error in any of them ends the process.
"""

import asyncio
import datetime
import secrets
from collections.abc import Callable
from pathlib import Path

from consensus.replica import Replica
from consensus.restore import ReplicaConfig, Restored
from consensus.types import ValidatorId
from node.chain import Chain
from node.clock import now
from node.config import NodeConfig
from node.driver import Driver
from node.executor import Executor
from node.facade import Facade
from node.feeds import Feeds
from node.gossip import Gossip
from node.identity import NodeKeys, load_keys
from node.inbound import Inbound
from node.intake import Intake
from node.listener import NodeListener
from node.logs import get_logger
from node.mempool import Mempool, PoolLimits
from node.metrics import Metrics
from node.p2p.peers import PeerAddress
from node.p2p.tls import make_credentials
from node.p2p.transport import Transport
from node.rpc.config import RpcConfig
from node.rpc.server import RpcServer
from node.signature_check import SignatureCheck
from node.signing_desk import (
    SigningDesk,
    open_guard,
    restored_certificates,
    restored_messages,
    restored_proposals,
)
from node.stages import Stages
from node.storage.leveldb import LevelDbStore, open_store
from node.storage.lockfile import FolderLock
from node.storage.sign_guard import judge
from node.sync.blocks import BlockSync
from node.wire.hashing import SigningScope
from node.wire.peer_messages import PROTOCOL, Hello
from node.wire.verify import Verifier
from tokens.genesis import Genesis
from tokens.results import Code
from tokens.transaction import decode_transaction

SOFTWARE = "mohur 0.1.0"
RESEND_INTERVAL_S = 0.25
"""How often open transactions are looked through for retransmission (R9)."""


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
    ) -> None:
        self.config = config
        self._keys = keys
        self._lock = lock
        self._store = store
        self._chain = chain
        self._data = data
        self._log = get_logger("node")
        self._stages = Stages(enabled=config.profile_stages)
        chain.stages = self._stages
        chain.history_index = config.history_index

    @classmethod
    def open(cls, config: NodeConfig, genesis: Genesis, base: Path) -> "Node":
        """Lock the folder, open store and chain. Every error has a class of its own; see app."""
        data = config.resolve(base, config.data_dir)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FolderLock.acquire(data)
        try:
            keys = load_keys(config, data, base=base, is_dev=genesis.is_dev)
            store = open_store(data / "store", create=not (data / "store").exists())
            chain = Chain.open(store, genesis)
        except BaseException:
            lock.release()
            raise
        return cls(config, keys=keys, lock=lock, store=store, chain=chain, data=data)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`. Raises what ended it otherwise."""
        try:
            await self._run(stop)
        finally:
            self._store.close()
            self._lock.release()

    async def _run(self, stop: asyncio.Event) -> None:
        config, chain = self.config, self._chain
        scope = SigningScope(chain_id=chain.chain_id, genesis_digest=chain.genesis_digest)
        member = chain.is_validator(config.id, self._keys.signer.public_key)
        verifier = Verifier(
            scope=scope, validators=chain.validators_at, own=config.id if member else None
        )
        pool = Mempool(
            PoolLimits(
                transactions_max=config.pool.transactions_max,
                bytes_max=config.pool.size_bytes_max,
                sender_transactions_max=config.pool.sender_transactions_max,
                window=chain.window_blocks,
            ),
            height=chain.tip.height + 1,
        )
        check = SignatureCheck()
        desk = self._open_desk(scope) if member else None
        restored = self._restored(desk, pool, check)
        replica = Replica(self._replica_config(member), restored)
        metrics = Metrics()
        feeds = Feeds()
        listener = NodeListener(
            chain=chain, feeds=feeds, metrics=metrics, log=get_logger("consensus")
        )
        transport = Transport(
            node_id=config.id,
            listen=(config.host, config.port),
            peers=self._peers(),
            credentials=make_credentials(
                self._keys.network_seed, now=datetime.datetime.now(datetime.UTC)
            ),
            hello=self._hello(scope),
            on_message=lambda peer, message: inbound.on_message(peer, message),
            on_up=lambda peer: inbound.on_up(peer),
            on_down=lambda peer: inbound.on_down(peer),
        )
        executor = Executor(
            chain=chain,
            pool=pool,
            check=check,
            verifier=verifier,
            ask=transport.send,
            before_build=lambda: gossip.flush(),
            clock=now,
            guard_sequence=lambda: 0 if desk is None else desk.guard.sequence,
            stages=self._stages,
        )
        driver = Driver(
            replica=replica,
            desk=desk,
            outbox=transport,
            execution=executor,
            listener=listener,
            remember_own=verifier.remember_own,
            stages=self._stages,
        )
        gossip = Gossip(pool=pool, broadcast=transport.broadcast)
        intake = Intake(
            pool=pool,
            check=check,
            admission=chain,
            spread=gossip,
            on_admitted=driver.pool_changed,
            on_bodies=lambda: driver.post_all(executor.on_bodies()),
            stages=self._stages,
        )
        sync = BlockSync(
            applier=executor,
            send=transport.send,
            advance=driver.advance,
            report=lambda text: self._log.warning("sync", text=text),
        )
        listener.sync = sync
        inbound = Inbound(
            driver=driver,
            verifier=verifier,
            outbox=transport,
            answers=executor,
            bodies=intake,
            sync=sync,
            clock=now,
            stages=self._stages,
        )
        facade = Facade(
            config=config,
            chain=chain,
            driver=driver,
            pool=pool,
            intake=intake,
            feeds=feeds,
            transport=transport,
            inbound=inbound,
            sync=sync,
            listener=listener,
            data=self._data,
        )
        metrics.watch(facade)
        metrics.watch_stages(self._stages)
        rpc = RpcServer(facade, self._rpc_config(), metrics=metrics, log=get_logger("rpc"))
        await self._serve(stop, driver, transport, intake, sync, gossip, rpc)

    async def _serve(
        self,
        stop: asyncio.Event,
        driver: Driver,
        transport: Transport,
        intake: Intake,
        sync: BlockSync,
        gossip: Gossip,
        rpc: RpcServer,
    ) -> None:
        """Start everything, wait, stop everything."""
        await rpc.start()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(transport.run()),
                    group.create_task(intake.run()),
                    group.create_task(sync.run()),
                    group.create_task(self._resend(gossip, driver)),
                ]
                driver.start()
                self._log.info(
                    "started",
                    node=self.config.id,
                    height=self._chain.tip.height,
                    peer_port=transport.port,
                    rpc_port=rpc.port,
                )
                await stop.wait()
                for task in tasks:
                    task.cancel()
        finally:
            driver.stop()
            gossip.close()
            await rpc.stop()
            self._log.info("stopped", height=self._chain.tip.height)

    async def _resend(self, gossip: Gossip, driver: Driver) -> None:
        while True:
            await asyncio.sleep(RESEND_INTERVAL_S)
            gossip.resend(now().mono_ms, driver.replica.timeout_ms, self._chain.includable)

    # --- pieces -----------------------------------------------------------------------------------

    def _open_desk(self, scope: SigningScope) -> SigningDesk:
        guard = open_guard(
            self._data / "guard",
            self._keys.signer.public_key,
            is_new=self._chain.tip.height == 0 and self._chain.was_created,
        )
        return SigningDesk(self._keys.signer, guard, scope, self._data / "guard")

    def _restored(self, desk: SigningDesk | None, pool: Mempool, check: SignatureCheck) -> Restored:
        """What the replica starts from; bodies of guarded blocks go beside the pool."""
        chain = self._chain
        if desk is None:
            return Restored(
                tip=chain.tip,
                recent_headers=chain.recent_headers(),
                signed=(),
                proposals=(),
                certificates=(),
                guard_stale=None,
                guard_height=0,
            )
        guard = desk.guard
        verdict = judge(
            guard.state,
            guard.sequence,
            guard.height,
            chain.guard_sequence,
            chain.tip.height,
        )
        blocks = restored_proposals(guard, guard.height)
        for block in blocks:
            for body in block.bodies:
                decoded = decode_transaction(body)
                if not isinstance(decoded, Code) and check.check(decoded):
                    pool.keep_spare(decoded)
        if verdict.stale is not None:
            self._log.warning("guard is stale", reason=verdict.stale)
        return Restored(
            tip=chain.tip,
            recent_headers=chain.recent_headers(),
            signed=restored_messages(guard, guard.height),
            proposals=tuple((block.digest, block.proposal) for block in blocks),
            certificates=restored_certificates(guard, guard.height),
            guard_stale=verdict.stale,
            guard_height=guard.height,
        )

    def _replica_config(self, member: bool) -> ReplicaConfig:
        limits = self._chain.limits()
        return ReplicaConfig(
            validator=ValidatorId(self.config.id) if member else None,
            chain_id=self._chain.chain_id,
            rotation=self._chain.rotation,
            block_transactions_max=limits.block_transactions_max,
            block_gap_ms=self.config.block_gap_ms,
        )

    def _peers(self) -> dict[str, PeerAddress]:
        """Configured peers that the ledger knows, with the keys that it pins."""
        known = {member.id: member.network_key for member in self._chain.tip.validators}
        return {
            peer.id: PeerAddress(host=peer.host, port=peer.port, network_key=known[peer.id])
            for peer in self.config.peers
            if peer.id in known and peer.id != self.config.id
        }

    def _hello(self, scope: SigningScope) -> Callable[[], Hello]:
        instance = secrets.token_bytes(8)

        def hello() -> Hello:
            return Hello(
                protocol=PROTOCOL,
                chain_id=scope.chain_id,
                genesis_digest=scope.genesis_digest,
                node_id=self.config.id,
                instance=instance,
                software=SOFTWARE,
                height=self._chain.tip.height,
            )

        return hello

    def _rpc_config(self) -> RpcConfig:
        rpc = self.config.rpc
        return RpcConfig(host=rpc.host, port=rpc.port, hosts=rpc.allowed_hosts)

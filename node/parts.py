"""Makes the parts of a node and tells each of the others it needs. Decides nothing."""

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
from node.identity import NodeKeys
from node.inbound import Inbound
from node.intake import Intake
from node.listener import NodeListener
from node.logs import get_logger
from node.mempool import Mempool, PoolLimits
from node.metrics import Metrics
from node.p2p.peers import PeerAddress
from node.p2p.tls import make_credentials
from node.p2p.transport import Transport
from node.restart import open_guard, restored, stored_sequence
from node.rpc.listen import listener_config
from node.rpc.server import RpcServer
from node.signature_check import SignatureCheck
from node.signing_desk import SigningDesk
from node.stages import Stages
from node.sync.blocks import BlockSync
from node.wire.hashing import SigningScope
from node.wire.peer_messages import PROTOCOL, Hello
from node.wire.verify import Verifier
from tokens.transaction import DecodedTransaction

SOFTWARE = "mohur 0.1.0"


class Parts:
    """All parts of one node, made in the order of their dependence."""

    def __init__(self, config: NodeConfig, *, keys: NodeKeys, chain: Chain, data: Path) -> None:
        """Call inside the running loop."""
        self._config = config
        self._keys = keys
        self._chain = chain
        self._data = data
        self._log = get_logger("node")
        self._scope = SigningScope(chain_id=chain.chain_id, genesis_digest=chain.genesis_digest)
        self._stages = Stages(enabled=config.profile_stages)
        chain.stages = self._stages
        chain.history_index = config.history_index
        self._is_member = chain.is_validator(config.id, keys.signer.public_key)
        self._pool = self._make_pool()
        self._check = SignatureCheck()
        self._feeds = Feeds()
        self._metrics = Metrics()
        self._desk = self._open_desk() if self._is_member else None
        self._verifier = Verifier(
            scope=self._scope,
            validators=chain.validators_expected,
            own=config.id if self._is_member else None,
        )
        self.transport = self._make_transport()
        self.gossip = Gossip(pool=self._pool, broadcast=self.transport.broadcast)
        self._executor = self._make_executor()
        self._listener = NodeListener(
            chain=chain, feeds=self._feeds, metrics=self._metrics, log=get_logger("consensus")
        )
        self.driver = self._make_driver()
        self.intake = self._make_intake()
        self.sync = BlockSync(
            applier=self._executor,
            send=self.transport.send,
            advance=self.driver.advance,
            report=lambda text: self._log.warning("sync", text=text),
        )
        self._listener.sync = self.sync
        self._listener.on_validators = lambda: self.transport.set_peers(self._peers())
        self._inbound = self._make_inbound()
        self.rpc = self._make_rpc()

    # --- parts --------------------------------------------------------------------------------

    def _make_executor(self) -> Executor:
        desk = self._desk
        return Executor(
            chain=self._chain,
            pool=self._pool,
            check=self._check,
            verifier=self._verifier,
            ask=self.transport.send,
            before_build=self.gossip.flush,
            clock=now,
            guard_sequence=lambda: stored_sequence(self._chain, desk),
            stages=self._stages,
        )

    def _make_driver(self) -> Driver:
        replica = Replica(self._replica_config(), self._restored())
        return Driver(
            replica=replica,
            desk=self._desk,
            outbox=self.transport,
            execution=self._executor,
            listener=self._listener,
            remember_own=self._verifier.remember_own,
            stages=self._stages,
        )

    def _make_intake(self) -> Intake:
        return Intake(
            pool=self._pool,
            check=self._check,
            admission=self._chain,
            spread=self.gossip,
            on_admitted=self.driver.pool_changed,
            wants=self._executor.wants,
            on_bodies=lambda: self.driver.post_all(self._executor.on_bodies()),
            on_again=self._executor.heard_again,
            on_fault=self._on_fault,
            stages=self._stages,
        )

    def _make_inbound(self) -> Inbound:
        return Inbound(
            driver=self.driver,
            verifier=self._verifier,
            outbox=self.transport,
            answers=self._executor,
            bodies=self.intake,
            sync=self.sync,
            on_fault=self._on_fault,
            clock=now,
            stages=self._stages,
        )

    def _on_fault(self, peer: str, reason: str) -> None:
        """Cut off a peer that sends what no honest one sends; it may dial again after a pause."""
        self._log.warning("a peer is at fault", peer=peer, reason=reason)
        self.transport.disconnect(peer, reason)

    def _make_rpc(self) -> RpcServer:
        facade = Facade(
            config=self._config,
            chain=self._chain,
            driver=self.driver,
            pool=self._pool,
            intake=self.intake,
            feeds=self._feeds,
            transport=self.transport,
            inbound=self._inbound,
            sync=self.sync,
            listener=self._listener,
            data=self._data,
        )
        self._metrics.watch(facade)
        self._metrics.watch_stages(self._stages)
        return RpcServer(
            facade,
            listener_config(self._config.rpc, self._data),
            metrics=self._metrics,
            log=get_logger("rpc"),
            stages=self._stages,
        )

    def _make_pool(self) -> Mempool:
        limits = self._config.pool
        return Mempool(
            PoolLimits(
                transactions_max=limits.transactions_max,
                bytes_max=limits.size_bytes_max,
                sender_transactions_max=limits.sender_transactions_max,
                window=self._chain.window_blocks,
            ),
            height=self._chain.tip.height + 1,
        )

    def _make_transport(self) -> Transport:
        credentials = make_credentials(
            self._keys.network_seed, now=datetime.datetime.now(datetime.UTC)
        )
        return Transport(
            node_id=self._config.id,
            listen=(self._config.host, self._config.port),
            peers=self._peers(),
            credentials=credentials,
            hello=self._hello(),
            stages=self._stages,
            # Links come up only once all parts stand: `run` is started after this constructor.
            on_message=lambda peer, message: self._inbound.on_message(peer, message),
            on_up=lambda peer: self._inbound.on_up(peer),
            on_down=lambda peer: self._inbound.on_down(peer),
        )

    def _open_desk(self) -> SigningDesk:
        folder = self._data / "guard"
        guard = open_guard(folder, self._keys.signer.public_key)
        return SigningDesk(self._keys.signer, guard, self._scope, folder)

    def _restored(self) -> Restored:
        """What the replica starts from; bodies of guarded blocks go beside the pool."""

        def keep_body(decoded: DecodedTransaction) -> None:
            if self._check.check(decoded):
                self._pool.keep_spare(decoded)

        found = restored(self._chain, self._desk, keep_body)
        if found.guard_stale is not None:
            self._log.warning("guard is stale", reason=found.guard_stale)
        return found

    def _replica_config(self) -> ReplicaConfig:
        limits = self._chain.limits()
        return ReplicaConfig(
            validator=ValidatorId(self._config.id) if self._is_member else None,
            chain_id=self._chain.chain_id,
            rotation=self._chain.rotation,
            block_transactions_max=limits.block_transactions_max,
            block_gap_ms=self._config.block_gap_ms,
        )

    def _peers(self) -> dict[str, PeerAddress]:
        """Configured peers that the ledger knows, with the keys that it pins."""
        known = {member.id: member.network_key for member in self._chain.tip.validators}
        return {
            peer.id: PeerAddress(host=peer.host, port=peer.port, network_key=known[peer.id])
            for peer in self._config.peers
            if peer.id in known and peer.id != self._config.id
        }

    def _hello(self) -> Callable[[], Hello]:
        scope, instance = self._scope, secrets.token_bytes(8)

        def hello() -> Hello:
            return Hello(
                protocol=PROTOCOL,
                chain_id=scope.chain_id,
                genesis_digest=scope.genesis_digest,
                node_id=self._config.id,
                instance=instance,
                software=SOFTWARE,
                height=self._chain.tip.height,
            )

        return hello

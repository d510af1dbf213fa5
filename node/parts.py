"""Makes the parts of a node and tells each of the others it needs. Decides nothing."""

import datetime
import secrets
from collections.abc import Callable
from pathlib import Path

from node.certificates import PEER, RPC, CertificateWatch, rpc_certificate
from node.chain import Chain
from node.config import ConfigInvalid, NodeConfig
from node.facade import Facade
from node.feeds import Feeds
from node.identity import NodeKeys
from node.key_ring import KeyRing
from node.listener import NodeListener
from node.logs import get_logger
from node.mempool import PoolLimits
from node.metrics import Metrics
from node.p2p.tls import Credentials
from node.p2p.transport import Transport
from node.peer_list import PeerList
from node.restart import open_guard
from node.retained_states import retained_states
from node.rpc.listen import listener_config
from node.rpc.server import RpcServer
from node.shell import Shell, SnapshotSettings, Surroundings
from node.signing import Signer
from node.signing_desk import SigningDesk
from node.stages import Stages
from node.storage.pruning import retain_min
from node.sync.install import open_staged
from node.sync.snapshot import Checkpoint
from node.wire.hashing import SigningScope
from node.wire.peer_messages import PROTOCOL, Hello

SOFTWARE = "mohur 0.1.0"


class Parts:
    """All parts of one node, made in the order of their dependence."""

    def __init__(
        self,
        config: NodeConfig,
        *,
        keys: NodeKeys,
        chain: Chain,
        data: Path,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        """Call inside the running loop. Raises ConfigInvalid for what cannot be kept so."""
        least = retain_min(chain.window_blocks, config.snapshot_interval)
        if 0 < config.retain_blocks < least:
            raise ConfigInvalid(f"retain_blocks: 0 for all, or at least {least} in this network")
        self._config = config
        self._keys = keys
        self._chain = chain
        self._data = data
        self._log = get_logger("node")
        self._scope = SigningScope(chain_id=chain.chain_id, genesis_digest=chain.genesis_digest)
        self._stages = Stages(enabled=config.profile_stages)
        chain.stages = self._stages
        chain.history_index = config.history_index
        chain.retain_blocks = config.retain_blocks
        chain.states.retain = retained_states(
            config,
            is_dev=chain.genesis.is_dev,
            is_validator=config.id in chain.tip.validators,
        )
        self._checkpoint = checkpoint
        self.feeds = Feeds()
        self._metrics = Metrics()
        self._listener = NodeListener(
            chain=chain, feeds=self.feeds, metrics=self._metrics, log=get_logger("consensus")
        )
        self.peer_list = PeerList(chain, config, keys.network_seeds)
        credentials = self.peer_list.credentials()
        self.transport = self._make_transport(credentials)
        self.certificates = self._watch_certificates(credentials[0])
        self.ring = KeyRing(config.id, [self._open_desk(signer) for signer in keys.signers])
        self.shell = Shell(chain, self.ring, self._surroundings(), self._stages)
        if self.shell.restored.guard_stale is not None:
            self._log.warning("guard is stale", reason=self.shell.restored.guard_stale)
        self._listener.sync = self.shell.sync
        self._listener.follow_peers = self._follow_peers
        self.rpc = self._make_rpc()

    def observe_lag(self, seconds: float) -> None:
        """How late the event loop was just now (metric mohur_event_loop_lag_seconds)."""
        self._metrics.loop_lag.observe(seconds)

    # --- parts --------------------------------------------------------------------------------

    def _surroundings(self) -> Surroundings:
        limits = self._config.pool
        return Surroundings(
            node_id=self._config.id,
            outbox=self.transport,
            listener=self._listener,
            on_fault=self._on_fault,
            on_waste=self.transport.charge,
            on_sync_report=lambda text: self._log.warning("sync", text=text),
            pool=PoolLimits(
                transactions_max=limits.transactions_max,
                bytes_max=limits.size_bytes_max,
                sender_transactions_max=limits.sender_transactions_max,
                window=self._chain.window_blocks,
            ),
            block_gap_ms=self._config.block_gap_ms,
            snapshots=SnapshotSettings(
                interval=self._config.snapshot_interval,
                open_store=lambda: open_staged(self._data),
                pinned=self._pinned,
                checkpoint=self._checkpoint,
            ),
        )

    def _pinned(self) -> dict[str, bytes]:
        """The one key that a peer's link is pinned to; who has two just now vouches for nothing."""
        told = self.peer_list.told
        return {name: peer.network_key for name, peer in told.items() if not peer.more_keys}

    def _on_fault(self, peer: str, reason: str) -> None:
        """Cut off a peer that sends what no honest one sends; it may dial again after a pause."""
        self._log.warning("a peer is at fault", peer=peer, reason=reason)
        self.transport.disconnect(peer, reason)

    def _make_rpc(self) -> RpcServer:
        facade = Facade(
            config=self._config,
            chain=self._chain,
            driver=self.shell.driver,
            pool=self.shell.pool,
            intake=self.shell.intake,
            feeds=self.feeds,
            transport=self.transport,
            inbound=self.shell.inbound,
            sync=self.shell.sync,
            snapshots=self.shell.snapshots,
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

    def _watch_certificates(self, credentials: Credentials) -> CertificateWatch:
        found = {PEER: credentials.certificate_pem}
        rpc = rpc_certificate(self._config.rpc, self._data)
        if rpc is not None:
            found[RPC] = rpc
        watch = CertificateWatch(
            found,
            warn=lambda text: self._log.warning("certificate", text=text),
            now=lambda: datetime.datetime.now(datetime.UTC),
        )
        self._metrics.watch_certificates(watch)
        return watch

    def _make_transport(self, credentials: tuple[Credentials, ...]) -> Transport:
        return Transport(
            node_id=self._config.id,
            listen=(self._config.host, self._config.port),
            peers=self.peer_list.peers(),
            credentials=credentials,
            hello=self._hello(),
            stages=self._stages,
            # Links come up only once all parts stand: `run` is started after this constructor.
            on_message=lambda peer, message: self.shell.inbound.on_message(peer, message),
            on_up=lambda peer: self.shell.inbound.on_up(peer),
            on_down=lambda peer: self.shell.inbound.on_down(peer),
        )

    def _open_desk(self, signer: Signer) -> SigningDesk:
        folder = self._data / "guard"
        return SigningDesk(signer, open_guard(folder, signer.public_key), self._scope, folder)

    def _follow_peers(self) -> None:
        shown = self.peer_list.follow(self.transport)
        if shown is not None:
            self.certificates.show(PEER, shown.certificate_pem)

    def take_keys(self, keys: NodeKeys) -> None:
        """Key files that came while the node runs; each is used once the ledger names it."""
        for signer in keys.signers:
            if signer.public_key not in self.ring.keys:
                self.ring.add(self._open_desk(signer))
                self._log.info("a consensus key was added", key=signer.public_key.hex())
        self.peer_list.add_seeds(keys.network_seeds)
        # The ledger may have named it before it came: peers refuse the old one by then, and without
        # links there is no next block to follow.
        self._follow_peers()

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

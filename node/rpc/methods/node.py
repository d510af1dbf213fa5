"""node_* and mempool_*."""

from importlib import metadata

from node.api import PeerState
from node.rpc.health import checks_of
from node.rpc.method import Call, Tier, method
from node.sdk.schema import node
from node.sdk.schema.common import NoParams
from tokens.protocol import PROTOCOL_VERSION


def status(call: Call, params: NoParams) -> node.NodeStatus:
    """Where the node is and what it does."""
    state = call.api.node_state()
    tip = call.tip
    return node.NodeStatus(
        node_id=state.node_id,
        chain_id=call.api.genesis.chain_id,
        protocol_version=tip.protocol_version,
        height=tip.height,
        block_hash=tip.digest,
        state_root=tip.state_root,
        timestamp_ms=tip.timestamp_ms,
        voting=state.voting,
        syncing=state.syncing,
        halted=state.halted,
        view=state.view,
        phase=state.phase,
        sentence=state.sentence,
        mempool_transactions=state.mempool_transactions,
        mempool_bytes=state.mempool_bytes,
        peers_connected=sum([peer.connected for peer in state.peers]),
        peers_configured=len(state.peers),
        last_block_ms_ago=state.last_block_ms_ago,
        oldest_block=state.oldest_block,
        oldest_state=state.oldest_state,
        upgrade=state.upgrade,
    )


def health(call: Call, params: NoParams) -> node.NodeHealth:
    """Whether the node can serve."""
    checks = checks_of(call.api)
    return node.NodeHealth(ready=all(check.passed for check in checks), checks=checks)


def peers(call: Call, params: NoParams) -> tuple[node.Peer, ...]:
    """Configured peers."""
    return tuple([_peer(peer) for peer in call.api.node_state().peers])


def _peer(peer: PeerState) -> node.Peer:
    return node.Peer(
        id=peer.id,
        connected=peer.connected,
        address=peer.address,
        height=peer.height,
        last_heard_ms_ago=peer.last_heard_ms_ago,
        queued_bytes=peer.queued_bytes,
    )


_SOFTWARE_VERSION = metadata.version("mohur")


def version(call: Call, params: NoParams) -> node.NodeVersion:
    """Versions of software and protocol."""
    return node.NodeVersion(
        software="mohur",
        version=_SOFTWARE_VERSION,
        protocol_version=call.tip.protocol_version,
        protocol_version_known=PROTOCOL_VERSION,
        address_prefix=call.form.prefix,
    )


def mempool_status(call: Call, params: NoParams) -> node.MempoolStatus:
    """How much waits."""
    state = call.api.node_state()
    return node.MempoolStatus(transactions=state.mempool_transactions, bytes=state.mempool_bytes)


def mempool_list(call: Call, params: node.MempoolListParams) -> tuple[bytes, ...]:
    """tx_ids that wait, oldest first."""
    return tuple(call.api.mempool_ids(params.limit))


READ = Tier.READ
METHODS = (
    method("node_status", NoParams, node.NodeStatus, READ, status, "Where the node is."),
    method("node_health", NoParams, node.NodeHealth, READ, health, "Whether it can serve."),
    method("node_peers", NoParams, tuple[node.Peer, ...], READ, peers, "Configured peers."),
    method("node_version", NoParams, node.NodeVersion, READ, version, "Versions."),
    method("mempool_status", NoParams, node.MempoolStatus, READ, mempool_status, "How much waits."),
    method(
        "mempool_list",
        node.MempoolListParams,
        tuple[bytes, ...],
        READ,
        mempool_list,
        "tx_ids that wait, oldest first.",
    ),
)

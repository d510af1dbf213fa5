"""Prometheus metrics. Names are those of CometBFT where the meaning is the same; views, not rounds.

Rules of this file:
1. What the node knows anyway is read when somebody scrapes: it costs nothing between scrapes.
2. Labels come from fixed lists (methods, codes, validator ids), never from input.
3. What others do (calls by method and outcome, transactions by code) is in a registry of its own:
   on a network that is not open it is told to those alone who see everything (docs/privacy.md).
"""

from collections.abc import Iterator
from typing import cast

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from node.api import NodeApi
from node.certificates import CertificateWatch
from node.stages import Stage, Stages

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FINALITY_BUCKETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.0, 2.0, 5.0, 10.0)
"""Seconds; idle finality is near 0.01, a view change near 2."""


LAG_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds; design figure: p99 at most 0.1 under overload."""


class RpcMetrics:
    """Counters of the RPC server."""

    def __init__(self, registry: CollectorRegistry, of_others: CollectorRegistry) -> None:
        self._calls = Counter(
            "rpc_calls",
            "Calls answered, by method and symbol of the outcome.",
            ["method", "outcome"],
            registry=of_others,
        )
        self._children: dict[tuple[str, str], Counter] = {}
        self.refused = Counter(
            "rpc_refused",
            "Requests refused before dispatch, by reason.",
            ["reason"],
            registry=registry,
        )
        self.subscribers_dropped = Counter(
            "rpc_subscribers_dropped",
            "WebSockets closed because they read too slowly.",
            registry=registry,
        )

    def count(self, method: str, outcome: str) -> None:
        """One call. Both labels are from fixed lists."""
        child = self._children.get((method, outcome))
        if child is None:
            child = self._children[method, outcome] = self._calls.labels(method, outcome)
        child.inc()


class Metrics:
    """All metrics of one node process in registries of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._of_others = CollectorRegistry()
        self.rpc = RpcMetrics(self.registry, self._of_others)
        self.transactions = Counter(
            "ledger_transactions",
            "Transactions finalised, by symbol of the receipt's code.",
            ["symbol"],
            registry=self._of_others,
        )
        self.block_interval = Histogram(
            "consensus_block_interval_seconds",
            "Seconds between this block and the one before it.",
            buckets=FINALITY_BUCKETS,
            registry=self.registry,
        )
        self.loop_lag = Histogram(
            "mohur_event_loop_lag_seconds",
            "How much later than due a timer ran, asked each 0.05 s.",
            buckets=LAG_BUCKETS,
            registry=self.registry,
        )
        self.view_changes = Counter(
            "consensus_view_changes",
            "Views above 0 that this node entered.",
            registry=self.registry,
        )

    def watch(self, api: NodeApi) -> None:
        """Read these from the node at each scrape. Once per node."""
        self.registry.register(cast("Collector", NodeGauges(api)))

    def watch_stages(self, stages: Stages) -> None:
        """Read the CPU meter at each scrape. Once per node."""
        self.registry.register(cast("Collector", StageSeconds(stages)))

    def watch_certificates(self, watch: CertificateWatch) -> None:
        """Read the days that certificates have left at each scrape. Once per node."""
        self.registry.register(cast("Collector", CertificateDays(watch)))

    def render(self, *, is_open: bool) -> bytes:
        """Text format of Prometheus; with what others do for a reader who sees everything."""
        shown = generate_latest(self.registry)
        return shown + generate_latest(self._of_others) if is_open else shown


class NodeGauges:
    """Gauges that are read from the node when asked."""

    def __init__(self, api: NodeApi) -> None:
        self._api = api

    def collect(self) -> Iterator[Metric]:
        """All gauges of the moment."""
        state = self._api.node_state()
        tip = self._api.tip()
        peers = sum([peer.connected for peer in state.peers])
        yield from (
            GaugeMetricFamily(name, text, value=value)
            for name, text, value in (
                ("consensus_height", "Height of the newest decided block.", tip.height),
                ("consensus_views", "View of the height in progress, from 0.", state.view),
                ("consensus_validators", "Members of the next height.", len(tip.validators)),
                ("consensus_voting", "1 if this node votes.", int(state.voting)),
                ("consensus_halted", "1 if it stopped for good.", int(state.halted is not None)),
                ("blocksync_syncing", "1 while it catches up.", int(state.syncing)),
                ("p2p_peers", "Connected peers.", peers),
                ("p2p_peers_configured", "Configured peers.", len(state.peers)),
                (
                    "p2p_send_queue_bytes",
                    "Bytes queued for all peers.",
                    sum([peer.queued_bytes for peer in state.peers]),
                ),
                ("mempool_size", "Transactions that wait.", state.mempool_transactions),
                ("mempool_size_bytes", "Their bytes.", state.mempool_bytes),
                (
                    "upgrade_needed",
                    "1 if a protocol version is to take over that this software does not know.",
                    int(state.upgrade is not None),
                ),
                ("blocks_oldest", "Lowest height whose block is kept.", state.oldest_block),
                ("states_oldest", "Lowest height whose state is kept.", state.oldest_state),
                ("snapshots_held", "Snapshots held for nodes that join.", len(state.snapshots)),
                (
                    "snapshot_served_bytes",
                    "Bytes of snapshots given to peers since the start.",
                    state.snapshot_bytes_served,
                ),
                ("storage_disk_free_bytes", "Free on the data disk.", state.disk_free_bytes),
            )
        )


class StageSeconds:
    """CPU seconds by stage, read from the meter when asked."""

    def __init__(self, stages: Stages) -> None:
        self._stages = stages

    def collect(self) -> Iterator[Metric]:
        """One sample a stage; all zero unless the node accounts stages (profile_stages)."""
        family = CounterMetricFamily(
            "mohur_stage_cpu_seconds", "CPU seconds by stage, exclusive.", labels=["stage"]
        )
        for stage in Stage:
            family.add_metric([stage.name.lower()], self._stages.seconds_ns[stage] * 1e-9)
        yield family


class CertificateDays:
    """Days until TLS certificates expire."""

    def __init__(self, watch: CertificateWatch) -> None:
        self._watch = watch

    def collect(self) -> Iterator[Metric]:
        """One sample a certificate: peer, and rpc if the listener has TLS."""
        family = GaugeMetricFamily(
            "mohur_certificate_days_left",
            "Days until a TLS certificate of this node expires; negative when it has.",
            labels=["use"],
        )
        for use, days in self._watch.days().items():
            family.add_metric([use], days)
        yield family

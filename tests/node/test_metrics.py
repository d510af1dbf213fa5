"""Metrics: read from the node at a scrape, labels from fixed lists."""

from node.metrics import Metrics
from tests.node.rpc.small_ledger import small_node


def test_gauges_are_of_the_moment() -> None:
    metrics, node = Metrics(), small_node()
    metrics.watch(node)
    assert b"consensus_height 2.0" in metrics.render()
    node.decide()
    node.halted = "roots differ"
    text = metrics.render()
    assert b"consensus_height 3.0" in text
    assert b"consensus_halted 1.0" in text
    assert b"mempool_size 0.0" in text


def test_two_nodes_in_one_process_do_not_share_counters() -> None:
    first, second = Metrics(), Metrics()
    first.rpc.count("node_status", "OK")
    first.rpc.count("node_status", "OK")
    line = b'rpc_calls_total{method="node_status",outcome="OK"} 2.0'
    assert line in first.render()
    assert line not in second.render()

"""Metrics: read from the node at a scrape, labels from fixed lists."""

from node.metrics import Metrics
from tests.node.rpc.small_ledger import small_node


def test_gauges_are_of_the_moment() -> None:
    metrics, node = Metrics(), small_node()
    metrics.watch(node)
    assert b"consensus_height 2.0" in metrics.render(is_open=True)
    node.decide()
    node.halted = "roots differ"
    text = metrics.render(is_open=True)
    assert b"consensus_height 3.0" in text
    assert b"consensus_halted 1.0" in text
    assert b"mempool_size 0.0" in text


def test_two_nodes_in_one_process_do_not_share_counters() -> None:
    first, second = Metrics(), Metrics()
    first.rpc.count("node_status", "OK")
    first.rpc.count("node_status", "OK")
    line = b'rpc_calls_total{method="node_status",outcome="OK"} 2.0'
    assert line in first.render(is_open=True)
    assert line not in second.render(is_open=True)


def test_what_others_do_is_not_for_everybody() -> None:
    metrics = Metrics()
    metrics.rpc.count("recovery_get", "OK")
    metrics.transactions.labels("ACCOUNT_FROZEN").inc()
    for word in (b"recovery_get", b"ACCOUNT_FROZEN", b"rpc_calls", b"ledger_transactions"):
        assert word in metrics.render(is_open=True)
        assert word not in metrics.render(is_open=False)
    assert b"rpc_refused" in metrics.render(is_open=False)

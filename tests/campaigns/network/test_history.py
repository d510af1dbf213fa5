"""The checker of the network campaign finds each kind of fault: else it would prove nothing."""

import pytest

from tests.campaigns.network.history import (
    Broken,
    Operation,
    Place,
    gap_longest_s,
    judge,
    latencies_ms,
)

A, B, C = b"a" * 32, b"b" * 32, b"c" * 32


def done(tx_id: bytes, sent: float, acked: float, place: Place) -> Operation:
    """Acknowledged."""
    return Operation(tx_id=tx_id, invoked_at=sent, acked_at=acked, place=place, nodes=["n"])


def unknown(tx_id: bytes, sent: float) -> Operation:
    """Without an answer."""
    return Operation(tx_id=tx_id, invoked_at=sent)


def test_what_fits_passes() -> None:
    operations = [done(A, 0, 1, (1, 0)), done(B, 0.5, 2, (1, 1)), unknown(C, 0.7)]
    judge(operations, {A: [(1, 0)], B: [(1, 1)]})
    judge(operations, {A: [(1, 0)], B: [(1, 1)], C: [(2, 0)]})


def test_calls_that_overlap_may_have_either_order() -> None:
    judge([done(A, 0, 5, (2, 0)), done(B, 1, 2, (1, 0))], {A: [(2, 0)], B: [(1, 0)]})


def test_an_acknowledged_transaction_that_is_missing() -> None:
    with pytest.raises(Broken, match="the chain has it at"):
        judge([done(A, 0, 1, (1, 0))], {})


def test_an_acknowledged_transaction_elsewhere() -> None:
    with pytest.raises(Broken, match="the chain has it at"):
        judge([done(A, 0, 1, (1, 0))], {A: [(1, 1)]})


def test_a_transaction_that_is_there_twice() -> None:
    with pytest.raises(Broken, match="more than once"):
        judge([unknown(A, 0)], {A: [(1, 0), (5, 3)]})


def test_a_transaction_that_nobody_sent() -> None:
    with pytest.raises(Broken, match="no client sent"):
        judge([], {A: [(1, 0)]})


def test_a_refused_transaction_that_entered() -> None:
    refused = Operation(tx_id=A, invoked_at=0, refused="EXPIRED")
    with pytest.raises(Broken, match="refused for good"):
        judge([refused], {A: [(1, 0)]})


def test_a_node_that_showed_another_place() -> None:
    one = done(A, 0, 1, (1, 0))
    one.seen.append(("treasury", (1, 7)))
    with pytest.raises(Broken, match="treasury showed"):
        judge([one], {A: [(1, 0)]})


def test_an_order_that_contradicts_time() -> None:
    operations = [done(A, 0, 1, (4, 0)), done(B, 2, 3, (3, 0))]
    with pytest.raises(Broken, match="had been acknowledged"):
        judge(operations, {A: [(4, 0)], B: [(3, 0)]})


def test_an_order_that_contradicts_time_without_an_answer() -> None:
    operations = [done(A, 0, 1, (4, 2)), unknown(B, 2)]
    with pytest.raises(Broken, match="had been acknowledged"):
        judge(operations, {A: [(4, 2)], B: [(4, 1)]})


def test_gaps_count_from_both_ends() -> None:
    operations = [done(A, 0, 4, (1, 0)), done(B, 0, 6, (2, 0)), unknown(C, 0)]
    assert gap_longest_s(operations, 0, 7) == 4
    assert gap_longest_s(operations, 3, 11) == 5
    assert gap_longest_s([], 1, 9) == 8


def test_latencies_are_of_what_was_sent_in_time() -> None:
    operations = [done(A, 1, 1.5, (1, 0)), done(B, 2, 2.25, (2, 0)), unknown(C, 1)]
    assert latencies_ms(operations, 1, 3) == [250.0, 500.0]
    assert latencies_ms(operations, 0, 1) == [500.0]

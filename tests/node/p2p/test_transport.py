"""Links between honest nodes: one per pair, back after a loss, nobody waits for a slow one."""

from __future__ import annotations

import dataclasses
import socket
from functools import partial

import pytest

from consensus.messages import Prepare
from node.p2p.peers import PeerAddress
from node.wire.peer_messages import PeerMessage, TxBatch
from tests.node.p2p.harness import (
    LIMITS,
    RawPeer,
    TestNode,
    accepts_only,
    credentials,
    hello,
    introduce,
    running,
    until,
)


def batch(size_bytes: int = 128, mark: int = 0) -> TxBatch:
    return TxBatch(bodies=(bytes([mark]) * size_bytes,))


def big(mark: int = 0) -> TxBatch:
    """Half a megabyte."""
    return TxBatch(bodies=(bytes([mark]) * 65_536,) * 8)


def vote(height: int) -> Prepare:
    return Prepare(height=height, view=0, digest=bytes(32), sender="a", signature=b"")


async def test_two_nodes_find_each_other_and_exchange_messages() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b") and b.is_up("a"))
        assert a.transport.send("b", batch(mark=1))
        assert b.transport.broadcast(batch(mark=2)) == 1
        await until(lambda: bool(a.messages and b.messages))
    assert b.messages == [("a", batch(mark=1))]
    assert a.messages == [("b", batch(mark=2))]


@pytest.mark.parametrize("dial_yield_s", [0.0, 0.05])
async def test_of_many_nodes_each_pair_keeps_one_link(dial_yield_s: float) -> None:
    """Without the yield all dial at once, and each pair has two links for a moment."""
    limits = dataclasses.replace(LIMITS, dial_yield_s=dial_yield_s)
    nodes = [TestNode(name, limits) for name in ("a", "b", "c", "d")]
    introduce(*nodes)
    async with running(*nodes):
        await until(
            lambda: all(
                len(node.transport.peers_up()) == 3 and len(node.transport._links) == 3
                for node in nodes
            )
        )
        assert nodes[0].transport.broadcast(batch()) == 3
        await until(lambda: all(node.messages for node in nodes[1:]))


async def test_messages_arrive_in_order_and_whole() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    sent: list[PeerMessage] = [
        batch(size_bytes=128 + 37 * i % 5_000, mark=i % 256) for i in range(300)
    ]
    async with running(a, b):
        await until(lambda: a.is_up("b"))
        for message in sent:
            assert a.transport.send("b", message)
        await until(lambda: len(b.messages) == len(sent))
    assert [message for _, message in b.messages] == sent


async def test_a_message_for_somebody_away_is_dropped_and_counted() -> None:
    a = TestNode("a")
    accepts_only(a, "b")
    assert not a.transport.send("b", batch())
    assert not a.transport.send("stranger", batch())
    assert a.counters["send_peer_away"] == 2
    assert a.transport.broadcast(batch()) == 0


async def test_a_message_that_fits_into_no_frame_is_dropped_and_counted() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b"))
        too_large = TxBatch(bodies=(bytes(65_536),) * 65)
        assert not a.transport.send("b", too_large)
        assert a.transport.broadcast(too_large) == 0
        assert a.counters["send_too_large"] == 2
        assert a.transport.send("b", batch())
        await until(lambda: bool(b.messages))


async def test_a_restarted_node_is_linked_again_and_the_loss_is_reported() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    async with running(a):
        async with running(b):
            await until(lambda: a.is_up("b"))
        await until(lambda: not a.is_up("b"))
        again = TestNode("b", hello_fields={"instance": b"restart!"})
        again.transport.set_peers({"a": a.address})
        async with running(again):
            await until(lambda: a.is_up("b") and again.is_up("a"))
            assert a.transport.send("b", batch())
            await until(lambda: bool(again.messages))
    assert [event for event in a.events if event[1] == "b"][:3] == [
        ("up", "b"),
        ("down", "b"),
        ("up", "b"),
    ]


async def test_a_node_that_comes_late_is_dialled_until_it_is_there() -> None:
    a, late = TestNode("a"), TestNode("b")
    address = late.address
    late.transport.close()
    a.transport.set_peers({"b": address})
    async with running(a):
        await until(lambda: a.counters["dial_failed"] >= 3)


async def test_a_new_process_behind_a_half_open_link_replaces_it() -> None:
    a = TestNode("a")
    accepts_only(a, "b")
    async with running(a):
        first = await RawPeer.connect("b", a)
        first.send(hello("b", instance=b"first---"))
        await until(lambda: a.events == [("up", "b")])
        second = await RawPeer.connect("b", a)
        second.send(hello("b", instance=b"second--"))
        await until(lambda: len(a.events) == 3)
        assert a.events == [("up", "b"), ("down", "b"), ("up", "b")]
        second.send(batch())
        await until(lambda: a.messages == [("b", batch())])
        assert await first.read_to_end() is not None
        await first.close()
        await second.close()


async def test_a_second_link_of_the_same_process_says_up_again_and_never_down() -> None:
    a = TestNode("a")
    accepts_only(a, "b")
    async with running(a):
        peers = []
        for _ in range(2):
            peer = await RawPeer.connect("b", a)
            peer.send(hello("b"))
            peers.append(peer)
            await until(lambda: len(a.events) == len(peers))
        assert a.events == [("up", "b"), ("up", "b")]
        assert a.counters["link_replaced"] == 1 or len(a.transport._links) <= 2
        for peer in peers:
            await peer.close()


async def test_a_removed_peer_is_cut_off_and_not_let_in_again() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b") and b.is_up("a"))
        a.transport.set_peers({})
        assert a.events[-1] == ("down", "b")
        await until(lambda: a.counters["handshake_failed"] >= 2)
        assert not a.is_up("b")
        assert not b.is_up("a")


async def test_a_peer_with_a_new_key_is_linked_under_it() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    wrong = PeerAddress(host="", port=0, network_key=credentials("other").public_key)
    a.transport.set_peers({"b": wrong})
    async with running(a, b):
        await until(lambda: a.counters["handshake_failed"] >= 1 or b.counters["dial_failed"] >= 1)
        assert not a.is_up("b")
        a.transport.set_peers({"b": b.address})
        await until(lambda: a.is_up("b"))


async def test_an_error_of_a_callback_ends_the_transport_with_that_error() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)

    def broken(peer: str, message: PeerMessage) -> None:
        raise ArithmeticError("the disk is gone")

    b.handler = broken
    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012 - the error comes from run()
        async with running(a, b):
            await until(lambda: a.is_up("b"))
            a.transport.send("b", batch())
            await until(lambda: False)
    assert caught.group_contains(ArithmeticError, match="the disk is gone")


async def test_a_peer_that_does_not_read_holds_up_nobody_and_fills_a_bounded_queue() -> None:
    limits = type(LIMITS)(
        send_queue_bytes_max=2 * 1024 * 1024, dial_backoff_min_s=0.01, dial_backoff_max_s=0.05
    )
    a, b = TestNode("a", limits), TestNode("b")
    introduce(a, b)
    a.transport.set_peers(
        {
            "b": b.address,
            "slow": PeerAddress(host="", port=0, network_key=credentials("slow").public_key),
        }
    )
    async with running(a, b):
        slow = await RawPeer.connect("slow", a)
        slow.send(hello("slow"))
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await until(lambda: a.is_up("slow") and a.is_up("b"))
        # Bulk until the queue of the slow peer overflows; then votes still find room.
        sent = 0
        while a.counters["send_bulk_evicted"] < 5:
            a.transport.broadcast(big(sent % 256))
            sent += 1
            await until(partial(has_messages, b, sent))
        state = a.transport.peer("slow")
        assert state is not None
        assert state.link is not None
        assert 0 < state.link.queued_bytes <= limits.send_queue_bytes_max
        assert a.transport.send("slow", vote(1))
        assert a.transport.send("slow", vote(2))
        assert len(b.messages) == sent
        await slow.close()


def has_messages(node: TestNode, count: int) -> bool:
    return len(node.messages) == count


async def test_idle_links_are_kept_alive_by_pings() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b"))
        heard: set[float] = set()

        def heard_again() -> bool:
            state = a.transport.peer("b")
            if state is not None and state.link is not None:
                heard.add(state.link.heard_s)
            return len(heard) >= 3

        await until(heard_again)
    assert a.messages == []


async def test_neither_end_waits_for_an_acknowledgement_before_it_sends() -> None:
    """An accepted socket had Nagle's algorithm on: a vote waited 40 ms behind the one before."""
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b") and b.is_up("a"))
        for node, other in ((a, "b"), (b, "a")):
            state = node.transport.peer(other)
            assert state is not None
            assert state.link is not None
            inner = state.link._transport
            assert inner is not None
            used = inner.get_extra_info("socket")
            assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0

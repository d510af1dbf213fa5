"""Peers with a pinned key that break the rules, and strangers who hold connections."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import errno
import socket
from functools import partial

import pytest

from node.p2p.peers import PeerAddress
from node.wire.framing import FRAME_SIZE_BYTES_MAX, frame
from node.wire.peer_messages import PeerMessage, Ping, SyncRequest, TxBatch, encode_message
from tests.node.p2p.harness import (
    LIMITS,
    RawPeer,
    TestNode,
    accepts_only,
    hello,
    introduce,
    running,
    until,
)

BATCH = TxBatch(bodies=(b"x" * 128,))

AFTER_HELLO = {
    "link_second_hello": frame(encode_message(hello("mallory"))),
    "link_bad_message": frame(b"\x91\x63"),
    "link_bad_frame": (FRAME_SIZE_BYTES_MAX + 1).to_bytes(4, "big"),
}


@pytest.mark.parametrize("reason", sorted(AFTER_HELLO))
async def test_a_broken_rule_ends_that_link_only(reason: str) -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b"))
        accepted = {"b": b.address, **peers_of("mallory")}
        a.transport.set_peers(accepted)
        mallory = await RawPeer.connect("mallory", a)
        mallory.send(hello("mallory"))
        await until(lambda: a.is_up("mallory"))
        mallory.writer.write(AFTER_HELLO[reason])
        await mallory.read_to_end()
        await until(lambda: a.counters[reason] == 1)
        assert ("down", "mallory") in a.events
        assert b.transport.send("a", BATCH)
        await until(lambda: ("b", BATCH) in a.messages)
        await mallory.close()


def peers_of(name: str) -> dict[str, PeerAddress]:
    node = TestNode("z")
    accepts_only(node, name)
    state = node.transport.peer(name)
    assert state is not None
    return {name: state.address}


INSTEAD_OF_HELLO: dict[str, PeerMessage] = {
    "link_no_hello": BATCH,
    "link_wrong_chain": hello("mallory", chain_id="another"),
    "link_wrong_node_id": hello("b"),
    "link_wrong_protocol": hello("mallory", protocol=2),
}


@pytest.mark.parametrize("reason", sorted(INSTEAD_OF_HELLO))
async def test_without_a_fitting_hello_nothing_is_handed_on(reason: str) -> None:
    a = TestNode("a")
    accepts_only(a, "mallory", "b")
    async with running(a):
        mallory = await RawPeer.connect("mallory", a)
        mallory.send(INSTEAD_OF_HELLO[reason])
        mallory.send(BATCH)
        await mallory.read_to_end()
        await until(lambda: a.counters[reason] == 1)
        await mallory.close()
    assert a.messages == []
    assert a.events == []


async def test_another_genesis_is_another_chain() -> None:
    a = TestNode("a")
    accepts_only(a, "mallory")
    async with running(a):
        mallory = await RawPeer.connect("mallory", a)
        mallory.send(hello("mallory", genesis_digest=bytes(32)))
        await until(lambda: a.counters["link_wrong_chain"] == 1)
        await mallory.close()


async def test_a_stranger_is_refused_inside_the_handshake() -> None:
    a = TestNode("a")
    accepts_only(a, "b")
    async with running(a):
        # In TLS 1.3 a client is done before the server has judged it: it may hear it while reading.
        with contextlib.suppress(OSError):
            eve = await RawPeer.connect("eve", a)
            eve.send(hello("b"))
            assert await eve.read_to_end() == b""
            await eve.close()
        await until(lambda: a.counters["handshake_failed"] == 1)
    assert a.events == []
    assert a.messages == []


async def test_a_connection_that_says_nothing_is_dropped_in_each_phase() -> None:
    limits = dataclasses.replace(LIMITS, handshake_timeout_s=0.1)
    a = TestNode("a", limits)
    accepts_only(a, "b")
    async with running(a):
        reader, writer = await asyncio.open_connection("127.0.0.1", a.transport.port)
        await until(lambda: a.counters["handshake_failed"] == 1)
        assert await reader.read(-1) == b""
        writer.close()
        silent = await RawPeer.connect("b", a)
        await until(lambda: a.counters["link_hello_timeout"] == 1)
        await silent.close()
    assert a.events == []


async def test_a_peer_that_falls_silent_is_given_up() -> None:
    limits = dataclasses.replace(LIMITS, silence_max_s=0.2, ping_interval_s=0.1)
    a = TestNode("a", limits)
    accepts_only(a, "b")
    async with running(a):
        silent = await RawPeer.connect("b", a)
        silent.send(hello("b"))
        await until(lambda: a.counters["link_silent"] == 1)
        assert a.events == [("up", "b"), ("down", "b")]
        await silent.close()


async def test_strangers_in_the_handshake_make_way_for_a_peer() -> None:
    limits = dataclasses.replace(LIMITS, pending_handshakes_max=4, handshake_timeout_s=60.0)
    a = TestNode("a", limits)
    accepts_only(a, "b")
    async with running(a):
        loris = [await asyncio.open_connection("127.0.0.1", a.transport.port) for _ in range(20)]
        await until(lambda: a.counters["handshake_evicted"] == 16)
        assert len(a.transport._acceptor.handshakes) == 4
        b = await RawPeer.connect("b", a)
        b.send(hello("b"))
        await until(lambda: a.is_up("b"))
        await b.close()
        for _, writer in loris:
            writer.transport.abort()


class ShortOfFiles:
    """A loop whose first accepts fail."""

    def __init__(self, loop: asyncio.AbstractEventLoop, failures: int) -> None:
        self.loop = loop
        self.failures = failures
        self.time = loop.time

    async def sock_accept(self, listener: socket.socket) -> tuple[socket.socket, object]:
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EMFILE, "too many open files")
        return await self.loop.sock_accept(listener)


async def test_a_lack_of_file_descriptors_does_not_end_the_node(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    acceptor = a.transport._acceptor
    connect = acceptor._loop.connect_accepted_socket
    short = ShortOfFiles(acceptor._loop, failures=2)
    monkeypatch.setattr(short, "connect_accepted_socket", connect, raising=False)
    monkeypatch.setattr(acceptor, "_loop", short)
    # Only b dials: what a accepts decides.
    a.transport.set_peers({"b": dataclasses.replace(b.address, host="", port=0)})
    async with running(a, b):
        await until(lambda: a.is_up("b"))
    assert a.counters["accept_failed"] == 2


async def test_a_flood_is_read_at_the_budget_and_others_are_heard_meanwhile() -> None:
    limits = dataclasses.replace(LIMITS, receive_messages_per_s=20.0)
    a = TestNode("a", limits)
    accepts_only(a, "flood", "calm")
    async with running(a):
        flood, calm = await RawPeer.connect("flood", a), await RawPeer.connect("calm", a)
        flood.send(hello("flood"))
        calm.send(hello("calm"))
        await until(lambda: a.is_up("flood") and a.is_up("calm"))
        for _ in range(5_000):
            flood.send(BATCH)
        await until(lambda: len(a.messages) >= 15)
        calm.send(TxBatch(bodies=(b"calm" * 32,)))
        await until(lambda: any(peer == "calm" for peer, _ in a.messages))
        # The burst and what the passing time allowed: far from all of it.
        assert sum(peer == "flood" for peer, _ in a.messages) < 2_500
        state = a.transport.peer("flood")
        assert state is not None
        assert state.link is not None
        assert state.link._parser.pending_bytes < 2 * FRAME_SIZE_BYTES_MAX
        await flood.close()
        await calm.close()


async def test_a_flood_of_bytes_is_slowed_too_and_nothing_of_it_is_lost() -> None:
    limits = dataclasses.replace(LIMITS, receive_bytes_per_s=8 * 1024 * 1024)
    a = TestNode("a", limits)
    accepts_only(a, "flood")
    big = TxBatch(bodies=(bytes(65_536),) * 16)
    async with running(a):
        flood = await RawPeer.connect("flood", a)
        flood.send(hello("flood"))
        await until(lambda: a.is_up("flood"))
        for _ in range(14):
            flood.send(big)
        await until(lambda: len(a.messages) == 14)
        await flood.close()


async def test_votes_and_requests_count_more_than_transactions() -> None:
    """5,000 votes a second of one peer were verified: a third of a core."""
    limits = dataclasses.replace(LIMITS, receive_messages_per_s=40.0, heavy_messages=4)
    a = TestNode("a", limits)
    accepts_only(a, "flood")
    async with running(a):
        flood = await RawPeer.connect("flood", a)
        flood.send(hello("flood"))
        for _ in range(2_000):
            flood.send(SyncRequest(from_height=1, count=1))
        await until(lambda: len(a.messages) >= 15)
        began = asyncio.get_running_loop().time()
        heard = len(a.messages)
        await until(lambda: len(a.messages) >= heard + 10)
        # Ten a second, not forty.
        assert asyncio.get_running_loop().time() > began + 0.5
        await flood.close()


async def test_work_that_helps_nobody_else_is_charged_to_the_peer_that_caused_it() -> None:
    a = TestNode("a", dataclasses.replace(LIMITS, waste_share=0.1, waste_burst_s=0.1))
    accepts_only(a, "greedy", "calm")
    async with running(a):
        greedy, calm = await RawPeer.connect("greedy", a), await RawPeer.connect("calm", a)
        greedy.send(hello("greedy"))
        calm.send(hello("calm"))
        await until(lambda: a.is_up("greedy") and a.is_up("calm"))
        a.transport.charge("greedy", 0.2)
        a.transport.charge("nobody", 100.0)
        greedy.send(BATCH)
        calm.send(TxBatch(bodies=(b"calm" * 32,)))
        await until(lambda: bool(a.messages))
        assert [peer for peer, _ in a.messages] == ["calm"]
        await until(lambda: len(a.messages) == 2)
        assert a.messages[1] == ("greedy", BATCH)
        await greedy.close()
        await calm.close()


async def test_an_address_that_dials_too_often_meets_no_tls() -> None:
    """Each handshake costs milliseconds, and anybody may begin one."""
    a, b = (
        TestNode("a", dataclasses.replace(LIMITS, accept_per_s=0.01, accept_burst=3)),
        TestNode("b"),
    )
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b"))
        for _ in range(8):
            _, writer = await asyncio.open_connection("127.0.0.1", a.transport.port)
            writer.transport.abort()
        await until(lambda: a.counters["accept_over_budget"] >= 5)
        assert a.is_up("b")


async def test_a_peer_at_fault_is_let_in_again_after_a_pause_only() -> None:
    a, b = TestNode("a", dataclasses.replace(LIMITS, fault_pause_s=0.2)), TestNode("b")
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b"))
        state = a.transport.peer("b")
        assert state is not None
        a.handler = lambda peer, _: a.transport.disconnect(peer, "bad_signature")
        for _ in range(3):
            b.transport.send("a", BATCH)
        await until(lambda: ("down", "b") in a.events)
        # What came behind the bad message in the same read is not handed on.
        assert len(a.messages) == 1
        assert a.counters["link_bad_signature"] == 1
        await until(lambda: a.counters["link_refused"] >= 1)
        assert not a.is_up("b")
        await until(lambda: a.is_up("b"))
        assert asyncio.get_running_loop().time() >= state.refused_until_s > 0


async def test_bad_frames_have_a_pause_too() -> None:
    a = TestNode("a", dataclasses.replace(LIMITS, fault_pause_s=60.0))
    accepts_only(a, "b")
    async with running(a):
        b = await RawPeer.connect("b", a)
        b.send(hello("b"))
        b.writer.write(bytes(64))
        await b.read_to_end()
        await b.close()
        await until(lambda: a.counters["link_bad_frame"] == 1)
        again = await RawPeer.connect("b", a)
        again.send(hello("b"))
        await again.read_to_end()
        await until(lambda: a.counters["link_refused"] == 1)
        await again.close()
    assert a.events == [("up", "b"), ("down", "b")]


async def test_pings_of_a_peer_are_not_handed_on() -> None:
    a = TestNode("a")
    accepts_only(a, "b")
    async with running(a):
        b = await RawPeer.connect("b", a)
        b.send(hello("b"))
        b.send(Ping())
        b.send(BATCH)
        await until(lambda: bool(a.messages))
        await b.close()
    assert a.messages == [("b", BATCH)]


async def test_noise_from_a_pinned_peer_ends_the_link_with_a_reason() -> None:
    a = TestNode("a")
    accepts_only(a, "b")
    async with running(a):
        for count, noise in enumerate((b"\x00" * 64, b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64), 1):
            b = await RawPeer.connect("b", a)
            b.send(hello("b"))
            b.writer.write(noise)
            await b.read_to_end()
            await until(partial(bad_frames_of, a, count))
            await b.close()


def bad_frames_of(node: TestNode, count: int) -> bool:
    return node.counters["link_bad_frame"] == count

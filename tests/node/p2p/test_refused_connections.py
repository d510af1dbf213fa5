"""Connections above an address's budget: kept unread for a while, so that who dials is slowed."""

import asyncio
import dataclasses

import pytest

from node.p2p import acceptor
from node.wire.peer_messages import TxBatch
from tests.node.p2p.harness import LIMITS, RawPeer, TestNode, accepts_only, hello, running, until

ONE_ONLY = dataclasses.replace(LIMITS, accept_per_s=0.001, accept_burst=1)
BATCH = TxBatch(bodies=(b"x" * 128,))


async def test_who_is_refused_waits_and_the_one_that_waited_longest_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Closed at once, a stranger opened a hundred a second at each node."""
    monkeypatch.setattr(acceptor, "REFUSAL_S", 3_600)
    monkeypatch.setattr(acceptor, "REFUSED_MAX", 2)
    node = TestNode("a", ONE_ONLY)
    accepts_only(node, "b")
    async with asyncio.TaskGroup() as group, running(node):
        peer = await RawPeer.connect("b", node)
        peer.send(hello("b"))
        await until(lambda: node.is_up("b"))
        strangers = [await asyncio.open_connection("127.0.0.1", node.transport.port)]
        strangers.append(await asyncio.open_connection("127.0.0.1", node.transport.port))
        await until(lambda: node.counters["accept_over_budget"] == 2)
        ends = [group.create_task(reader.read()) for reader, _ in strangers]
        await is_heard(node, peer)
        assert [each.done() for each in ends] == [False, False]
        strangers.append(await asyncio.open_connection("127.0.0.1", node.transport.port))
        assert await ends[0] == b""
        await is_heard(node, peer)
        assert not ends[1].done()
    # A node that stops keeps nobody: else the group would wait.
    assert ends[1].result() == b""
    for _, writer in strangers:
        writer.transport.abort()
    await peer.close()


async def is_heard(node: TestNode, peer: RawPeer) -> None:
    """Peers are served meanwhile, so what was due in the loop has been done."""
    before = len(node.messages)
    peer.send(BATCH)
    await until(lambda: len(node.messages) > before)

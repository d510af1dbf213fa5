"""A node whose TLS key changes keeps its links, or finds the way back to them."""

import dataclasses

from tests.node.p2p.harness import TestNode, credentials, introduce, running, until


def pin(node: TestNode, peer: TestNode, *names: str) -> None:
    """Let the peer in under the keys of these names."""
    first, *more = [credentials(name).public_key for name in names]
    address = dataclasses.replace(peer.address, network_key=first, more_keys=tuple(more))
    node.transport.set_peers({peer.name: address})


async def test_a_link_stays_while_both_keys_count_and_the_next_one_has_the_new_key() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    async with running(a, b):
        await until(lambda: a.is_up("b") and b.is_up("a"))
        b.transport.set_credentials((credentials("b-2"), credentials("b")))
        pin(a, b, "b-2", "b")
        assert a.is_up("b")
        pin(a, b, "b-2")
        await until(lambda: ("down", "b") in a.events)
        await until(lambda: a.is_up("b"))
        state = a.transport.peer("b")
        assert state is not None
        assert state.link is not None
        assert state.link.key == credentials("b-2").public_key


async def test_a_node_that_lags_behind_its_own_rotation_is_let_in_with_the_key_that_comes() -> None:
    """Its peers refused the old key, and it was a block short of the one that says so."""
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    b.transport.set_credentials((credentials("b"), credentials("b-2")))
    pin(a, b, "b-2")
    async with running(a, b):
        await until(lambda: a.is_up("b") and b.is_up("a"))


async def test_the_old_key_alone_is_not_let_in() -> None:
    a, b = TestNode("a"), TestNode("b")
    introduce(a, b)
    pin(a, b, "b-2")
    async with running(a, b):
        await until(lambda: a.counters["handshake_failed"] >= 3)
        assert not a.is_up("b")

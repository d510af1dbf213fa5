"""A peer has a name, and its name has addresses, of which some may be dead."""

from __future__ import annotations

import asyncio
import dataclasses
import socket

import pytest

from tests.node.p2p.harness import LIMITS, TestNode, accepts_only, running, until

QUICK = dataclasses.replace(LIMITS, handshake_timeout_s=0.5)


def dead_end() -> list[socket.socket]:
    """A listener that takes nobody any more: who connects waits. The first one listens."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = [socket.socket() for _ in range(3)]
    for client in waiting:
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
    return [listener, *waiting]


def answer(*ports: int) -> list[tuple[object, ...]]:
    """What the resolver says."""
    kind = socket.SOCK_STREAM
    return [(socket.AF_INET, kind, 6, "", ("127.0.0.1", port)) for port in ports]


async def test_a_name_with_a_dead_address_first_is_reached_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead = dead_end()
    b = TestNode("b")
    accepts_only(b, "a")
    asked: list[str] = []

    async def resolve(host: str, _port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return answer(dead[0].getsockname()[1], b.transport.port)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    a = TestNode("a", limits=QUICK)
    a.transport.set_peers({"b": dataclasses.replace(b.address, host="b.bank.example")})
    async with running(a, b):
        await until(lambda: a.is_up("b"))
    assert set(asked) == {"b.bank.example"}
    for each in dead:
        each.close()


async def test_a_name_is_asked_for_at_each_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer moves: what the name meant when the node started is no good any more."""
    gone, b = TestNode("gone"), TestNode("b")
    accepts_only(b, "a")
    answers = [gone.transport.port]
    gone.transport.close()

    async def resolve(_host: str, _port: int, **_: object) -> list[tuple[object, ...]]:
        return answer(*answers)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    a = TestNode("a", limits=QUICK)
    a.transport.set_peers({"b": dataclasses.replace(b.address, host="b.bank.example")})
    async with running(a, b):
        await until(lambda: a.counters["dial_failed"] >= 2)
        answers[:] = [b.transport.port]
        await until(lambda: a.is_up("b"))

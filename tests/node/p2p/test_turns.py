"""One read of a peer may hold thousands of frames: others have turns between them."""

from __future__ import annotations

import asyncio
from itertools import groupby

from node.p2p.link import FRAMES_A_TURN
from node.wire.framing import frame
from node.wire.peer_messages import PeerMessage, TxBatch, encode_message
from tests.node.p2p.harness import RawPeer, TestNode, accepts_only, hello, running, until

FRAMES = 1_000
SMALL = TxBatch(bodies=(b"x" * 128,))


class Turns:
    """Counts turns of the loop."""

    def __init__(self) -> None:
        self.number = 0
        self._loop = asyncio.get_running_loop()
        self._on = True
        self._next()

    def _next(self) -> None:
        self.number += 1
        if self._on:
            self._loop.call_soon(self._next)

    def end(self) -> None:
        self._on = False


async def test_of_one_peer_a_turn_takes_so_many_frames_and_no_more() -> None:
    a = TestNode("a")
    accepts_only(a, "talker")
    async with running(a):
        talker = await RawPeer.connect("talker", a)
        talker.send(hello("talker"))
        await until(lambda: a.is_up("talker"))
        turns = Turns()
        seen: list[int] = []

        def note(peer: str, message: PeerMessage) -> None:
            seen.append(turns.number)

        a.handler = note
        talker.writer.write(frame(encode_message(SMALL)) * FRAMES)
        await until(lambda: len(seen) == FRAMES)
        turns.end()
        each = [len(list(group)) for _, group in groupby(seen)]
        assert max(each) == FRAMES_A_TURN
        await talker.close()

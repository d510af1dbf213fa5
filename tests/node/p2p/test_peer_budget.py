"""What a peer may use is its own, not its link's."""

from __future__ import annotations

import dataclasses

from node.wire.peer_messages import TxBatch
from tests.node.p2p.harness import (
    LIMITS,
    RawPeer,
    TestNode,
    accepts_only,
    hello,
    running,
    until,
)

BURST = 20
BATCH = TxBatch(bodies=(b"x" * 128,))


async def test_dialling_again_gives_no_new_burst() -> None:
    a = TestNode("a", dataclasses.replace(LIMITS, receive_messages_per_s=float(BURST)))
    accepts_only(a, "b", "calm")
    async with running(a):
        for instance in (b"1" * 8, b"2" * 8, b"3" * 8):
            b = await RawPeer.connect("b", a)
            b.send(hello("b", instance=instance))
            for _ in range(3 * BURST):
                b.send(BATCH)
            await until(lambda: a.is_up("b"))
            await b.close()
            await until(lambda: not a.is_up("b"))
        calm = await RawPeer.connect("calm", a)
        calm.send(hello("calm"))
        calm.send(BATCH)
        await until(lambda: any(peer == "calm" for peer, _ in a.messages))
        state = a.transport.peer("b")
        assert state is not None
        assert state.budget.messages._tokens < BURST / 2
        await calm.close()

"""Block sync beside peers that are slow on purpose: they answer, but late and with little."""

import asyncio
from collections.abc import Callable

import pytest

from consensus.actions import CatchUp
from consensus.types import ValidatorId
from node.sync.blocks import LATE_S, REPLY_TIMEOUT_S, RETRY_PAUSE_S, BlockSync
from node.wire.peer_messages import SyncReply, SyncRequest
from tests.node.support.virtual_loop import run_virtually
from tests.node.sync.test_blocks import Chain, Peers, honest, reach, syncing

PROMPT_S = 0.01


class Slow(Peers):
    """Each answer takes its time."""

    def __init__(
        self, delays_s: dict[str, float], **behaviour: Callable[[SyncRequest], SyncReply | None]
    ) -> None:
        super().__init__(**behaviour)
        self.delays_s = delays_s

    def send(self, peer: str, request: SyncRequest) -> None:
        self.asked.append((peer, request.from_height))
        reply = self.behaviour[peer](request)
        if reply is not None and self.sync is not None:
            delay_s = self.delays_s.get(peer, PROMPT_S)
            asyncio.get_running_loop().call_later(delay_s, self.sync.on_reply, peer, reply)


def one_block(tip: int) -> Callable[[SyncRequest], SyncReply]:
    def answer(request: SyncRequest) -> SyncReply:
        return SyncReply(blocks=honest(tip)(request).blocks[:1])

    return answer


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def seconds_to(chain: Chain, sync: BlockSync, target: int, *peers: str) -> float:
    began_s = now_s()
    chain.level.clear()
    chain.target = target
    sync.catch_up(CatchUp(target_height=target, peers=tuple(ValidatorId(p) for p in peers)))
    async with asyncio.timeout(600):
        await chain.level.wait()
    return now_s() - began_s


def test_a_peer_that_gives_a_block_just_before_its_time_is_over_holds_up_nobody() -> None:
    """It was asked first for what came next, again and again: 4.9 s a block."""

    async def main() -> None:
        late_s = REPLY_TIMEOUT_S - 0.1
        chain = Chain(0)
        peers = Slow({"a": late_s}, a=one_block(600), b=honest(600), c=honest(600))
        async with syncing(chain, peers, reply_timeout_s=REPLY_TIMEOUT_S) as (sync, _):
            assert await seconds_to(chain, sync, 600, "a", "b", "c") < 2 * LATE_S
        assert chain.advanced == list(range(1, 601))

    run_virtually(main)


@pytest.mark.parametrize("liar_s", [0.02, 0.09, 0.2])
def test_a_peer_that_gives_one_block_at_a_time_costs_a_third_at_most(liar_s: float) -> None:
    """A little faster than the honest ones it was asked first, for all that came next: 30 times."""

    async def main() -> None:
        took_s = []
        for names in ("bc", "abc"):
            chain = Chain(0)
            delays_s = {"a": liar_s, "b": 0.1, "c": 0.1}
            peers = Slow(delays_s, a=one_block(2_000), b=honest(2_000), c=honest(2_000))
            async with syncing(chain, peers, reply_timeout_s=REPLY_TIMEOUT_S) as (sync, _):
                took_s.append(await seconds_to(chain, sync, 2_000, *names))
        assert took_s[1] < took_s[0] * 4 / 3

    run_virtually(main)


def test_a_peer_that_is_slow_once_is_not_asked_first_again() -> None:
    async def main() -> None:
        chain = Chain(0)
        peers = Slow({"a": LATE_S / 2}, a=honest(5), b=honest(5), c=honest(5))
        async with syncing(chain, peers, reply_timeout_s=REPLY_TIMEOUT_S) as (sync, _):
            for at in range(1, 6):
                await seconds_to(chain, sync, at, "a", "b", "c")
            asked = [peer for peer, _ in peers.asked]
            assert asked.count("a") == 1

    run_virtually(main)


def test_who_had_no_more_a_moment_ago_is_asked_for_a_new_target() -> None:
    """A run that asked on took both peers for bad ones, and paused before it asked anybody."""

    async def main() -> None:
        chain = Chain(0)
        tip = [3]
        asked_on = asyncio.Event()

        def a(request: SyncRequest) -> SyncReply:
            return honest(tip[0])(request)

        def b(request: SyncRequest) -> SyncReply:
            asked_on.set()
            return honest(tip[0])(request)

        peers = Slow({"b": RETRY_PAUSE_S / 5}, a=a, b=b)
        async with syncing(chain, peers, reply_timeout_s=REPLY_TIMEOUT_S) as (sync, _):
            await reach(chain, sync, 3, "a", "b")
            await asked_on.wait()
            tip[0] = 9
            assert await seconds_to(chain, sync, 9, "a", "b") < RETRY_PAUSE_S
        assert chain.height == 9

    run_virtually(main)

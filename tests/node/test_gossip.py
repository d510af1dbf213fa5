"""Dissemination: at once when idle, in batches under load, again when it stays open."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

from node.failing_senders import SCORE_FAILING
from node.gossip import (
    BATCH_SIZE_BYTES,
    BATCH_WINDOW_MS,
    RELAY_PATIENCE,
    RESEND_AFTER_MS_MAX,
    RESEND_SIZE_BYTES,
    Gossip,
)
from node.mempool import Mempool, PoolLimits
from node.pool_entry import sender_of
from node.wire.peer_messages import PeerMessage, TxBatch
from tests.node.transactions import transaction
from tokens.results import Code
from tokens.transaction import DecodedTransaction

T0 = 250


class Timer:
    """A call_later that waits for the test."""

    def __init__(self) -> None:
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.cancelled = 0

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        self.due.append((delay_s, callback))
        loop = asyncio.get_running_loop()
        return asyncio.TimerHandle(0, callback, (), loop)

    def fire(self) -> None:
        due, self.due = self.due, []
        for _, callback in due:
            callback()


class Rig:
    """A gossip with its pool and what it sent."""

    def __init__(self) -> None:
        self.pool = Mempool(PoolLimits())
        self.timer = Timer()
        self.sent: list[tuple[bytes, ...]] = []
        self.gossip = Gossip(
            pool=self.pool, broadcast=self._broadcast, call_later=self.timer.call_later
        )

    def _broadcast(self, message: PeerMessage) -> None:
        assert isinstance(message, TxBatch)
        self.sent.append(message.bodies)


def anything(_: DecodedTransaction) -> Code | None:
    return None


async def test_the_first_transaction_leaves_at_once_and_the_next_with_the_window() -> None:
    rig = Rig()
    one, two, three = (transaction(index) for index in range(3))
    rig.gossip.add(one)
    assert rig.sent == [(one.data,)]
    rig.gossip.add(two)
    rig.gossip.add(three)
    assert len(rig.sent) == 1
    assert [delay for delay, _ in rig.timer.due] == [BATCH_WINDOW_MS * 0.001]
    rig.timer.fire()
    assert rig.sent == [(one.data,), (two.data, three.data)]
    # That batch opened a window of its own; an idle one closes, and the next leaves at once.
    rig.timer.fire()
    assert rig.timer.due == []
    rig.gossip.add(one)
    assert len(rig.sent) == 3


async def test_a_full_batch_waits_for_no_window() -> None:
    rig = Rig()
    one = transaction()
    rig.gossip.add(one)
    count = BATCH_SIZE_BYTES // len(one.data) + 1
    for _ in range(count):
        rig.gossip.add(one)
    assert [len(bodies) for bodies in rig.sent] == [1, count]


async def test_a_flush_before_a_proposal_sends_what_waits() -> None:
    rig = Rig()
    rig.gossip.flush()
    assert rig.sent == []
    rig.gossip.add(transaction(1))
    rig.gossip.add(transaction(2))
    rig.gossip.flush()
    assert rig.sent == [(transaction(1).data,), (transaction(2).data,)]
    rig.timer.fire()
    assert len(rig.sent) == 2
    assert rig.gossip.counters == {"batches": 2, "transactions": 2}


async def test_closing_leaves_no_timer() -> None:
    rig = Rig()
    rig.gossip.add(transaction())
    rig.gossip.close()
    assert rig.gossip._window is None


async def test_own_transactions_are_sent_again_after_t0_then_ever_less_often() -> None:
    rig = Rig()
    rig.pool.admit(transaction(), own=True)
    sent_at = [
        now_ms for now_ms in range(0, 20_000, 50) if rig.gossip.resend(now_ms, T0, anything) == 1
    ]
    pauses = [later - earlier for earlier, later in itertools.pairwise(sent_at)]
    assert sent_at[0] == T0
    assert pauses[:4] == [500, 1_000, 2_000, RESEND_AFTER_MS_MAX]
    assert set(pauses[4:]) == {RESEND_AFTER_MS_MAX}
    assert len(rig.sent) == len(sent_at)


async def test_what_came_from_a_peer_is_sent_again_much_later() -> None:
    rig = Rig()
    rig.pool.admit(transaction(), own=False)
    assert rig.gossip.resend(0, T0, anything) == 0
    assert rig.gossip.resend(RELAY_PATIENCE * T0 - 1, T0, anything) == 0
    assert rig.gossip.resend(RELAY_PATIENCE * T0, T0, anything) == 1


async def test_what_could_not_enter_a_block_is_not_sent_again() -> None:
    rig = Rig()
    rig.pool.admit(transaction(), own=True)
    rig.gossip.resend(0, T0, anything)
    assert rig.gossip.resend(T0, T0, lambda _: Code.WRONG_KEYS) == 0
    assert rig.sent == []


async def test_one_turn_of_retransmission_is_bounded_and_the_rest_follows() -> None:
    rig = Rig()
    # 140 letters of memo: fewer signatures to make for the same bytes.
    count = 2 * RESEND_SIZE_BYTES // len(transaction(memo="m" * 140).data)
    for index in range(count):
        rig.pool.admit(transaction(index, memo="m" * 140), own=True)
    rig.gossip.resend(0, T0, anything)
    turns = [rig.gossip.resend(T0, T0, anything) for _ in range(4)]
    assert sum(turns) == count
    assert turns[-1] == 0
    assert all(sum(map(len, bodies)) <= RESEND_SIZE_BYTES for bodies in rig.sent)
    assert rig.gossip.counters["resent"] == count


async def test_by_default_the_window_is_a_timer_of_the_running_loop() -> None:
    pool = Mempool()
    sent: list[PeerMessage] = []
    done = asyncio.Event()

    def broadcast(message: PeerMessage) -> None:
        sent.append(message)
        if len(sent) == 2:
            done.set()

    gossip = Gossip(pool=pool, broadcast=broadcast)
    gossip.add(transaction(1))
    gossip.add(transaction(2))
    async with asyncio.timeout(10):
        await done.wait()
    gossip.close()
    assert sent == [
        TxBatch(bodies=(transaction(1).data,)),
        TxBatch(bodies=(transaction(2).data,)),
    ]


async def test_nothing_is_sent_again_while_blocks_have_no_room() -> None:
    """What waits for its turn is not lost: all nodes sent all of a full pool again and again."""
    rig = Rig()
    rig.pool.admit(transaction(), own=True)
    for now_ms in range(0, 20_000, 250):
        assert rig.gossip.resend(now_ms, T0, anything, is_crowded=True) == 0
    assert rig.gossip.resend(20_000, T0, anything) == 0
    assert rig.gossip.resend(20_000 + T0, T0, anything) == 1


async def test_what_mostly_fails_is_not_sent_again() -> None:
    rig = Rig()
    rig.pool.admit(transaction(), own=True)
    rig.pool.note_outcomes([(sender_of(transaction()), False)] * SCORE_FAILING)
    rig.gossip.resend(0, T0, anything)
    assert rig.gossip.resend(T0, T0, anything) == 0

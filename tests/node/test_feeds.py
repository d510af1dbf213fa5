"""Waiters are always released, feeds are bounded and never slow the node."""

import asyncio

import pytest

from node import feeds as module
from node.api import StoredBlock
from node.feeds import Feeds, TooManyWaiters
from tests.node.support.chains import decide, open_chain, transfer
from tokens.results import Receipt


def receipt(name: bytes) -> Receipt:
    return Receipt(tx_id=name * 32, height=1, index=0, code=0, operation=-1, events=())


def blocks(count: int) -> list[StoredBlock]:
    chain = open_chain()
    found = []
    for number in range(count):
        decide(chain, transfer(number))
        block = chain.blocks.block(number + 1)
        assert block is not None
        found.append(block)
    return found


async def test_a_waiter_is_released_by_its_receipt() -> None:
    feeds, wanted = Feeds(), receipt(b"a")
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        waiting = [group.create_task(feeds.wait(wanted.tx_id, 60_000)) for _ in range(3)]
        other = group.create_task(feeds.wait(b"b" * 32, 1))
        await asyncio.sleep(0)
        feeds.on_receipts((receipt(b"c"), wanted))
    assert [task.result() for task in waiting] == [wanted] * 3
    assert other.result() is None
    assert feeds._waiters == {}
    assert feeds._waiting == 0


async def test_a_waiter_is_released_by_the_end_of_the_node() -> None:
    feeds = Feeds()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        waiting = [group.create_task(feeds.wait(name * 32, 60_000)) for name in (b"a", b"a", b"b")]
        await asyncio.sleep(0)
        feeds.close()
    assert [task.result() for task in waiting] == [None] * 3
    assert await feeds.wait(b"a" * 32, 60_000) is None
    assert feeds._waiters == {}


async def test_a_waiter_is_released_by_its_deadline() -> None:
    feeds = Feeds()
    assert await feeds.wait(b"a" * 32, 1) is None
    assert feeds._waiters == {}


async def test_a_waiter_that_gives_up_leaves_nothing_behind() -> None:
    feeds = Feeds()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(feeds.wait(b"a" * 32, 60_000))
        await asyncio.sleep(0)
        task.cancel()
    assert feeds._waiters == {}
    assert feeds._waiting == 0
    feeds.on_receipts((receipt(b"a"),))


async def test_waiters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITERS_MAX", 2)
    feeds = Feeds()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        for name in (b"a", b"b"):
            group.create_task(feeds.wait(name * 32, 60_000))
        await asyncio.sleep(0)
        with pytest.raises(TooManyWaiters):
            await feeds.wait(b"c" * 32, 60_000)
        feeds.on_receipts((receipt(b"a"), receipt(b"b")))
    assert await feeds.wait(b"c" * 32, 1) is None


async def test_a_feed_gets_blocks_in_order() -> None:
    feeds = Feeds()
    feed = feeds.subscribe(8)
    made = blocks(3)
    for block in made:
        feeds.on_block(block)
    assert [feed.queue.get_nowait().header.height for _ in made] == [1, 2, 3]
    assert not feed.overflowed
    feed.close()
    feed.close()
    assert not feeds.wanted
    feeds.on_block(made[0])
    assert feed.queue.empty()


async def test_a_feed_that_is_not_read_ends_and_says_so_and_others_go_on() -> None:
    feeds = Feeds()
    slow, quick = feeds.subscribe(1), feeds.subscribe(8)
    for block in blocks(3):
        feeds.on_block(block)
    assert slow.overflowed
    assert slow.queue.qsize() == 1
    assert quick.queue.qsize() == 3
    slow.offer(blocks(1)[0])
    assert slow.queue.qsize() == 1
    assert feeds.wanted
    quick.close()
    assert not feeds.wanted


async def test_feeds_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FEEDS_MAX", 2)
    feeds = Feeds()
    first, _ = feeds.subscribe(1), feeds.subscribe(1)
    with pytest.raises(TooManyWaiters):
        feeds.subscribe(1)
    first.close()
    feeds.subscribe(1)

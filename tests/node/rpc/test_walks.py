"""Long reads go in slices: the loop has its turns, blocks that come meanwhile change nothing."""

import asyncio
import json
from typing import cast

import msgspec
import pytest

from node.rpc import supervision, walk
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call
from node.rpc.methods import METHODS
from tests.golden_chain import CASH
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.ledger_node import LedgerNode, call_of
from tests.node.rpc.small_ledger import BOB, COIN, position, small_node
from tests.node.rpc.test_at_height import BLOCKS, Node, Question
from tests.node.support.lived_chain import live
from tokens.codec import tagged_hash
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT

HOLDERS: Question = ("supervision_getHolders", {"asset": CASH})
CHANGES = 22
"""Height of a block that changes who holds it."""


def value_of(reply: dict[str, object]) -> object:
    return cast("dict[str, dict[str, object]]", reply)["result"]["value"]


def many(count: int) -> FakeNode:
    """The small ledger with so many more accounts of Bob that hold one unit each."""
    node = small_node()
    state = node.state()
    bob = state.get(ACCOUNT, BOB)
    assert bob is not None
    for number in range(count):
        name = tagged_hash(b"test/walk", number.to_bytes(4, "big"))[:16]
        state.put(ACCOUNT, msgspec.structs.replace(bob, id=name))
        state.put(POSITION, position(COIN, name, 1))
    node.write(state)
    return node


def of_node(node: FakeNode) -> Call:
    return call_of(cast("LedgerNode", node))


async def test_the_loop_has_a_turn_after_each_slice() -> None:
    call = of_node(many(5 * walk.SLICE_ROWS))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(others())
        report = await supervision.holders(call, COIN)
        waiting.cancel()
    assert turns >= 5
    accounts = sum([row.accounts for row in report.classes])
    assert accounts > 5 * walk.SLICE_ROWS


@pytest.mark.parametrize("more", [0, 1])
async def test_a_walk_is_whole_or_refused(monkeypatch: pytest.MonkeyPatch, more: int) -> None:
    call = of_node(many(2 * walk.SLICE_ROWS))
    whole = await supervision.holders(call, COIN)
    count = sum([row.accounts for row in whole.classes])
    monkeypatch.setattr(supervision, "HOLDERS_MAX", count - more)
    if not more:
        assert await supervision.holders(call, COIN) == whole
        return
    with pytest.raises(RpcError) as caught:
        await supervision.holders(call, COIN)
    assert caught.value.code is RpcCode.LIMIT_EXCEEDED


async def test_blocks_that_come_meanwhile_change_no_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is written in every turn of the loop; the answer is that of the tip at the start."""
    monkeypatch.setattr(walk, "SLICE_ROWS", 1)
    node = Node()
    lived = live(node.chain, BLOCKS)
    while next(lived) < CHANGES - 1:
        pass
    expected = await node.ask(HOLDERS)

    async def block() -> None:
        next(lived, None)

    monkeypatch.setattr(walk, "turn", block)
    assert await node.ask(HOLDERS) == expected
    moved = await node.ask(HOLDERS)
    assert value_of(moved) != value_of(expected)


async def test_one_walks_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "SLICE_ROWS", 1)
    node = Node()
    while next(live(node.chain, BLOCKS)) < CHANGES:
        pass
    real = walk.turn
    inside = most = 0

    async def turn() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await real()
        inside -= 1

    monkeypatch.setattr(walk, "turn", turn)
    answers = await asyncio.gather(*[node.ask(HOLDERS) for _ in range(3)])
    assert most == 1
    assert len({json.dumps(each) for each in answers}) == 1


def test_every_sum_of_the_supervisors_walks() -> None:
    walks = {method.name for method in METHODS if method.walks}
    assert walks == {one.name for one in METHODS if one.name.startswith("supervision_")}

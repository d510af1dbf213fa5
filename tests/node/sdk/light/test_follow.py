"""Following the chain: every height from every anchor, skipping where the set stayed, cheaply."""

import asyncio
import itertools
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consensus.types import Header, Validator
from node.devnet.cast import DEBT_OFFICE, SUPERVISOR, TREASURY
from node.sdk.errors import RpcFailed
from node.sdk.light import follow
from node.sdk.light.anchor import Anchor, anchor_of
from node.sdk.light.block import LightBlock
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Fault, Unproven
from node.sdk.light.source import RpcSource
from node.sdk.schema.common import Proof
from node.sdk.schema.statement import HoldingProof
from node.sdk.schema.tx import TxProof
from node.signing import WrongLibrary
from tests.node.sdk.light.history import History, eventful
from tests.node.sdk.light.nodes import Calls, Forger

T = TypeVar("T")

HISTORY = eventful()
HEIGHTS = st.integers(1, HISTORY.height)


def anchor_at(history: History, height: int) -> Anchor:
    """What an operator would write into a checkpoint."""
    chain = history.chain
    members = chain.validators_at(height + 1)
    block = chain.blocks.block(height)
    assert members is not None
    return Anchor(
        chain_id=chain.chain_id,
        genesis_digest=chain.genesis_digest,
        height=height,
        block_hash=chain.genesis_digest if block is None else block.digest,
        validators=tuple(
            Validator(**{name: getattr(member, name) for name in Validator.__struct_fields__})
            for member in members
        ),
    )


def client_of(history: History, height: int = 0) -> tuple[LightClient, Calls]:
    calls = Calls(history.chain)
    return LightClient(RpcSource(calls), anchor_at(history, height)), calls


class Pausing:
    """A source that lets other tasks run before and after each answer."""

    def __init__(self, source: RpcSource) -> None:
        self._source = source
        self._pauses = itertools.cycle([1, 4, 2, 7, 3])

    async def tip(self) -> int:
        return await self._pause(self._source.tip())

    async def block(self, height: int) -> LightBlock:
        return await self._pause(self._source.block(height))

    async def headers(self, first: int, count: int) -> tuple[Header, ...]:
        return await self._pause(self._source.headers(first, count))

    async def validators(self, height: int) -> tuple[Validator, ...]:
        return await self._pause(self._source.validators(height))

    async def proof(self, kind: str, key_hash: bytes) -> Proof:
        return await self._pause(self._source.proof(kind, key_hash))

    async def holding(self, asset: str, account: bytes) -> HoldingProof:
        return await self._pause(self._source.holding(asset, account))

    async def reserve(self, asset: str) -> tuple[Proof, ...]:
        return await self._pause(self._source.reserve(asset))

    async def inclusion(self, tx_id: bytes) -> TxProof:
        return await self._pause(self._source.inclusion(tx_id))

    async def _pause(self, answer: Awaitable[T]) -> T:
        for _ in range(next(self._pauses)):
            await asyncio.sleep(0)
        found = await answer
        for _ in range(next(self._pauses)):
            await asyncio.sleep(0)
        return found


def test_the_history_has_what_these_tests_need(history: History) -> None:
    sets = [history.chain.validators_at(height) for height in range(1, history.height + 2)]
    sizes = [len(members or ()) for members in sets]
    changes = [at + 1 for at in range(1, len(sets)) if sets[at] != sets[at - 1]]
    assert set(sizes) == {4, 5}
    assert sizes[0] == sizes[-1] == 4
    assert len(changes) == 5
    assert any(second - first == 1 for first, second in itertools.pairwise(changes))


async def test_genesis_is_an_anchor(history: History) -> None:
    assert anchor_of(history.chain.genesis) == anchor_at(history, 0)


@settings(deadline=None)
@given(start=st.integers(0, HISTORY.height), visits=st.lists(HEIGHTS, min_size=1, max_size=6))
def test_any_walk_from_any_anchor_finds_the_truth(start: int, visits: list[int]) -> None:
    async def walk() -> None:
        history = HISTORY
        light, _ = client_of(history, start)
        for height in visits:
            found = await light.block(height)
            true = history.chain.blocks.block(height)
            assert true is not None
            assert found.header == true.header
            assert (found.digest, found.state_root, found.receipts_root) == (
                true.digest,
                true.state_root,
                true.receipts_root,
            )
            members = history.chain.validators_at(height)
            assert members is not None
            assert found.signers == tuple(
                members.members[entry.index].id for entry in true.certificate.signatures
            )
            top = light.anchor
            assert top == anchor_at(history, top.height)
        assert light.anchor.height == max(start, *visits)

    asyncio.run(walk())


async def test_a_set_that_stays_is_skipped_over() -> None:
    history = History()
    history.idle(300)
    light, calls = client_of(history)
    await light.sync()
    assert light.anchor.height == 300
    assert [method for method, _ in calls.asked] == [
        "node_status",
        "chain_getHeader",
        "chain_getCommit",
    ]


async def test_a_change_costs_a_search_and_no_walk() -> None:
    history = History()
    history.idle(200)
    history.rotate("treasury", TREASURY)
    history.idle(300)
    light, calls = client_of(history)
    await light.sync()
    assert light.anchor.height == history.height
    blocks = [method for method, _ in calls.asked].count("chain_getHeader")
    assert blocks <= 2 * history.height.bit_length()


async def test_a_set_that_came_back_needs_no_look_between() -> None:
    history = History()
    history.idle(3)
    before = history.chain.tip.validators
    history.rotate("treasury", TREASURY)
    history.idle(4)
    there = history.chain.tip.validators
    assert there != before
    light, _ = client_of(history)
    assert (await light.sync()).validators == there.members


async def test_changes_at_each_height_are_followed_one_by_one() -> None:
    history = History()
    history.idle(3)
    for number in range(12):
        name, party = [
            ("treasury", TREASURY),
            ("supervisor", SUPERVISOR),
            ("debt-office", DEBT_OFFICE),
        ][number % 3]
        history.rotate(name, party)
    history.idle(3)
    light, calls = client_of(history)
    assert await light.sync() == anchor_at(history, history.height)
    assert [method for method, _ in calls.asked].count("consensus_validators") == 12


async def test_sync_never_goes_back(history: History) -> None:
    light, calls = client_of(history, 20)
    assert (await light.sync(7)).height == 20
    calls.lie = lambda method, result: (
        result | {"height": 3} if isinstance(result, dict) and method == "node_status" else result
    )
    assert (await light.sync()).height == 20


async def test_a_block_below_is_found_by_hashes_from_the_nearest_known_one(
    history: History,
) -> None:
    light, calls = client_of(history, history.height)
    await light.block(10)
    calls.asked.clear()
    await light.block(9)
    assert [method for method, _ in calls.asked].count("chain_getBlocks") == 1
    assert '"limit": 1' in calls.asked[0][1]
    calls.asked.clear()
    await light.block(history.height)
    assert not any(method == "chain_getBlocks" for method, _ in calls.asked)


async def test_what_is_not_there_is_the_refusal_of_the_node(history: History) -> None:
    light, _ = client_of(history, 5)
    before = light.anchor
    with pytest.raises(RpcFailed) as caught:
        await light.block(history.height + 1)
    assert caught.value.symbol == "NOT_FOUND"
    assert light.anchor == before
    for height in (0, -1):
        with pytest.raises(Unproven) as refused:
            await light.block(height)
        assert refused.value.fault is Fault.WRONG_HEIGHT


async def test_a_tip_of_two_to_the_sixty_two_ends_soon(history: History) -> None:
    forger = Forger(history.chain)
    forger.height = 2**62
    light = LightClient(forger, anchor_at(history, 0))
    with pytest.raises(RpcFailed):
        await light.sync()
    assert len(forger.calls.asked) < 10
    assert light.anchor == anchor_at(history, 0)


async def test_calls_side_by_side_share_one_anchor(history: History) -> None:
    """Each question lets the others go on, as a network does."""
    calls = Calls(history.chain)
    heights = [40, 3, 17, 40, 9, 33, 12, 38, 1, 25]
    light = LightClient(Pausing(RpcSource(calls)), anchor_at(history, 0))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(light.block(height)) for height in heights]
    assert [task.result().header.height for task in tasks] == heights
    assert light.anchor == anchor_at(history, 40)


async def test_limits_of_one_call(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "BLOCKS_MAX", 8)
    light, _ = client_of(history)
    with pytest.raises(Unproven) as caught:
        await light.sync()
    assert caught.value.fault is Fault.TOO_MANY_CHANGES
    assert light.anchor.height > 0
    assert light.anchor == anchor_at(history, light.anchor.height)
    monkeypatch.setattr(follow, "BLOCKS_MAX", 100)
    assert await light.sync() == anchor_at(history, history.height)
    monkeypatch.setattr(follow, "BACK_MAX", 9)
    with pytest.raises(Unproven) as caught:
        await client_of(history, 20)[0].block(10)
    assert caught.value.fault is Fault.TOO_FAR_BACK
    assert (await client_of(history, 20)[0].block(11)).header.height == 11


async def test_what_is_remembered_is_bounded(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "DIGESTS_KEPT", 3)
    monkeypatch.setattr(follow, "SETS_KEPT", 2)
    light, _ = client_of(history)
    for height in (*range(1, history.height + 1), *range(history.height, 0, -1)):
        true = history.chain.blocks.block(height)
        assert true is not None
        assert (await light.block(height)).digest == true.digest
    assert len(light._chain._digests) == 3
    assert len(light._chain._sets) == 2


def test_a_library_with_another_rule_of_signatures_is_refused(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.signing.verify", lambda key, message, signature: True)
    with pytest.raises(WrongLibrary):
        client_of(history)

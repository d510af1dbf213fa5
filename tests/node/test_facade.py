"""Reads of the tip, and submission, as the RPC server sees them; and what the listener tells."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from consensus.actions import Halt, Report, ReportKind
from consensus.messages import Evidence, Prepare
from node.config import NodeConfig, PeerAddress
from node.devnet.cast import BANK_1_ACCOUNT
from node.devnet.profile import VALIDATORS
from node.facade import Facade
from node.feeds import Feeds
from node.listener import NodeListener
from node.logs import get_logger
from node.metrics import Metrics
from node.p2p.transport import Transport
from node.storage.memory import MemoryStore
from tests.node.support.chains import decide, small_genesis, transfer
from tests.node.support.shell import NodeShell
from tokens.results import Code
from tokens.types import NO_ADDRESS

OWN, PEER, *_ = VALIDATORS


class NoLinks:
    """A transport to which nobody is connected."""

    def peer(self, _: str) -> None:
        return None


class World:
    """The facade over one node's shell that runs alone."""

    def __init__(self, folder: Path) -> None:
        self.shell = NodeShell(
            OWN,
            small_genesis(),
            folder,
            send=lambda _, __: None,
            note=lambda: None,
            store=MemoryStore(),
        )
        self.feeds = Feeds()
        self.listener = NodeListener(
            chain=self.shell.chain, feeds=self.feeds, metrics=Metrics(), log=get_logger("test")
        )
        peers = (PeerAddress(id=PEER, host="127.0.0.1", port=9),)
        self.facade = Facade(
            config=NodeConfig(id=OWN, data_dir="d", genesis="g", peers=peers),
            chain=self.shell.chain,
            driver=self.shell.driver,
            pool=self.shell.pool,
            intake=self.shell.intake,
            feeds=self.feeds,
            transport=cast("Transport", NoLinks()),
            inbound=self.shell.inbound,
            snapshots=self.shell.shell.snapshots,
            sync=self.shell.sync,
            listener=self.listener,
            data=folder,
        )

    def decide(self, number: int, amount: int = 1) -> None:
        tip = decide(self.shell.chain, transfer(number, amount=amount))
        self.listener.on_decided(tip)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    yield made
    made.shell.release()


async def test_a_transaction_waits_and_is_found_once_final(world: World) -> None:
    paid = transfer(1)
    answer = await world.facade.submit(paid.data)
    assert (answer.code, answer.tx_id, answer.receipt) == (Code.OK, paid.tx_id, None)
    assert world.facade.pending_transaction(paid.tx_id) is not None
    assert world.facade.mempool_ids(10) == [paid.tx_id]
    assert world.facade.find_transaction(paid.tx_id) is None
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        waiting = group.create_task(world.facade.wait_for_receipt(paid.tx_id, 60_000))
        await asyncio.sleep(0)
        world.decide(1)
    receipt = waiting.result()
    assert receipt is not None
    assert receipt.code == 0
    assert await world.facade.wait_for_receipt(paid.tx_id, 1) == receipt


async def test_sent_again_after_it_is_final_it_gets_its_receipt(world: World) -> None:
    paid = transfer(1)
    world.decide(1)
    answer = await world.facade.submit(paid.data)
    assert answer.code is Code.ALREADY_KNOWN
    assert answer.receipt is not None
    assert answer.receipt.tx_id == paid.tx_id
    other = await world.facade.submit(transfer(1, memo="another").data)
    assert (other.code, other.receipt) == (Code.CLIENT_REF_REUSED, None)


async def test_each_item_of_a_batch_is_answered(world: World) -> None:
    answers = await world.facade.submit_batch([b"\xc1", transfer(1).data])
    assert [(answer.code, answer.tx_id is None) for answer in answers] == [
        (Code.MALFORMED, True),
        (Code.OK, False),
    ]


async def test_a_simulation_says_everything_and_asks_no_signature(world: World) -> None:
    assert world.facade.simulate(transfer(1), NO_ADDRESS).refusals == ()
    found = world.facade.simulate(transfer(2, amount=10**15, valid_until=0), NO_ADDRESS).refusals
    assert [index for index, _ in found][:2] == [-1, 0]
    assert found[0][1].code is Code.EXPIRED
    assert world.shell.check.checked == 0


async def test_reads_of_blocks_history_and_sets(world: World) -> None:
    world.decide(1)
    facade = world.facade
    tip = facade.tip()
    block = facade.block(1)
    assert block is not None
    assert facade.height_of_block(tip.digest) == 1
    assert facade.block(2) is None
    history = facade.account_history(BANK_1_ACCOUNT.address, None, 5)
    assert [place.height for place in history] == [1]
    assert facade.validators_at(1) == tip.validators
    names = tip.validators.ids()
    assert facade.participation() == [
        (names[0], 1, 1),
        (names[1], 0, 1),
        (names[2], 0, 1),
        (names[3], 0, 0),
    ]
    record, proof = facade.prove(1, bytes(32))
    assert (record, proof != b"") == (None, True)


async def test_the_summary_of_a_node_that_is_alone(world: World) -> None:
    state = world.facade.node_state()
    assert (state.node_id, state.voting, state.halted, state.height) == (OWN, False, None, 0)
    assert "not voting" in state.sentence
    assert state.last_block_ms_ago is None
    assert [(peer.id, peer.connected, peer.height) for peer in state.peers] == [(PEER, False, None)]
    world.listener.on_halt(Halt(reason="ROOT_CONFLICT", text=""))
    world.decide(1)
    state = world.facade.node_state()
    assert (state.halted, state.height) == ("ROOT_CONFLICT", 1)
    assert state.last_block_ms_ago is not None


async def test_a_subscriber_gets_each_block(world: World) -> None:
    feed = world.facade.subscribe_blocks(4)
    world.decide(1)
    world.decide(2)
    assert [feed.queue.get_nowait().header.height for _ in range(2)] == [1, 2]


async def test_evidence_is_kept_once_for_a_validator_and_height(world: World) -> None:
    first = Prepare(height=1, view=0, digest=bytes(32), sender=PEER, signature=bytes(64))
    second = Prepare(height=1, view=0, digest=b"\x01" * 32, sender=PEER, signature=bytes(64))
    evidence = Evidence(accused=PEER, height=1, first=first, second=second)
    world.listener.on_evidence(evidence)
    world.listener.on_evidence(Evidence(accused=PEER, height=1, first=second, second=first))
    found = world.facade.evidence()
    assert [(accused, height) for accused, height, _ in found] == [(PEER, 1)]


async def test_every_kind_of_report_has_a_line(world: World) -> None:
    for kind in ReportKind:
        world.listener.on_report(Report(kind=kind, text="because", height=1, view=2))

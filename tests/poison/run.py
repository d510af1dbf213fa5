"""Four shells in virtual time that are given odd transactions, in every way they can come.

Property: blocks go on, all nodes compute the same, nobody halts, nothing enters twice.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from node.devnet.profile import VALIDATORS
from node.wire.peer_messages import TxBatch
from tests.node.support.chains import small_genesis
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tests.poison.odd import Odd
from tokens.events import ProposalClosed
from tokens.ops import OPERATIONS, SPEC_OF
from tokens.results import Code
from tokens.transaction import DecodedTransaction, decode_transaction

BATCH = 20
WITHIN_S = 120.0
"""Virtual seconds for a payment after all the poison."""


@dataclass
class Totals:
    """What a run did."""

    sent: int = 0
    admitted: int = 0
    decided: int = 0
    heights: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    receipts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    """Operations that ran with success, by name."""

    def sentence(self) -> str:
        """For the ledger of campaigns."""
        return (
            f"{self.sent} transactions, {self.admitted} admitted, {self.decided} in "
            f"{self.heights} blocks on four nodes with one root; {len(self.receipts)} codes, "
            f"{len(self.kinds)} of {len(OPERATIONS)} operations with success"
        )


def run(seed: int, count: int, folder: Path, window: int = 20) -> Totals:
    """Send `count` transactions. AssertionError or TimeoutError if something broke."""
    return run_virtually(lambda: _run(seed, count, folder, window))


async def _run(seed: int, count: int, folder: Path, window: int) -> Totals:
    rng, odd, totals = Random(f"poison {seed}"), Odd(seed), Totals()
    async with Network(folder, genesis=small_genesis(window_blocks=window)) as network:
        network.start()
        await network.reach(1)
        while totals.sent < count:
            batch = odd.batch(BATCH, network.height(), window)
            totals.sent += len(batch)
            for name in rng.sample(VALIDATORS, rng.randint(1, len(VALIDATORS))):
                answers = await network.submit(name, *batch)
                assert len(answers) == len(batch)
                totals.answers.update(answers)
                totals.admitted += answers.count("OK")
            _as_a_peer(network, rng, batch)
            await network.reach(network.height() + rng.choice((0, 1, 2)), WITHIN_S)
        await _goes_on(network, odd)
        network.check()
        judge(network, odd, totals)
    return totals


def _as_a_peer(network: Network, rng: Random, batch: list[DecodedTransaction]) -> None:
    """A validator hands on what it has admitted nowhere, in any order and twice."""
    if rng.random() < 0.3:
        receiver, sender = rng.sample(VALIDATORS, 2)
        bodies = [each.data for each in rng.sample(batch, 5)] * 2
        network.nodes[receiver].inbound.on_message(sender, TxBatch(bodies=tuple(bodies)))


async def _goes_on(network: Network, odd: Odd) -> None:
    """Some party can still send, and what it sends is decided by all; blocks come also after."""
    top = max(node.height for node in network.nodes.values())
    for made in odd.payments(top + 5):
        if await network.submit(VALIDATORS[0], made) == ["OK"]:
            await network.until(partial(decided_by_all, network, made), WITHIN_S)
            break
    else:
        raise AssertionError("no party can send anything any more")
    await network.reach(network.height() + 2, WITHIN_S)


def decided_by_all(network: Network, made: DecodedTransaction) -> bool:
    """Whether every running node has it in its chain."""
    return all(node.has_decided([made.tx_id]) for node in network.nodes.values())


def judge(network: Network, odd: Odd, totals: Totals) -> None:
    """Each (sender, client_ref) and each tx_id at most once in the chain. AssertionError."""
    node = network.nodes[VALIDATORS[0]]
    references: set[tuple[bytes, bytes]] = set()
    for height in range(1, network.height() + 1):
        block = node.chain.blocks.block(height)
        assert block is not None
        totals.heights += 1
        for data, receipt in zip(block.transactions, block.receipts, strict=False):
            decoded = decode_transaction(data)
            assert isinstance(decoded, DecodedTransaction)
            inner = decoded.signed.transaction
            assert receipt.tx_id == decoded.tx_id
            assert (inner.sender, inner.client_ref) not in references, "ordered twice"
            references.add((inner.sender, inner.client_ref))
            totals.decided += 1
            totals.receipts[Code(receipt.code).name] += 1
            ran = list(inner.operations) if receipt.code == 0 else []
            for event in receipt.events:
                if isinstance(event, ProposalClosed):
                    totals.receipts[f"proposal {Code(event.code).name}"] += 1
                    ran += odd.held.get(event.proposal, []) if event.code == 0 else []
            totals.kinds.update(SPEC_OF[type(each)].name for each in ran)

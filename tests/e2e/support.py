"""Payments and looks that several tests of real processes share."""

import os

from node.devnet.cast import ALICE, BANK_1, BANK_1_ACCOUNT, COIN
from node.devnet.story.stage import Stage
from node.devnet.truth import level_height
from node.sdk.ledger_client import submit_and_wait
from node.sdk.schema.common import Receipt
from node.sdk.schema.consensus import EvidenceInfo
from tokens.ops.transfer import Transfer
from tokens.transaction import DecodedTransaction

CATCH_UP_SECONDS = 60
FIRST_PORT = 10_000 + 64 * (os.getpid() % 340)
"""Below the range that the kernel gives to connections; another one in each process of tests."""
VALID_BLOCKS = 500


def payment(stage: Stage, amount: int = 1) -> DecodedTransaction:
    """A signed transfer from bank 1 to a client of it, never the same twice."""
    transfer = Transfer(
        asset=COIN,
        source=BANK_1_ACCOUNT.address,
        target=ALICE.address,
        amount=amount,
        end_to_end_ref="",
    )
    return stage.wallet(BANK_1).build(transfer, valid_until=stage.height + VALID_BLOCKS)


async def pay(stage: Stage, count: int) -> dict[bytes, Receipt]:
    """Payments, each acknowledged as final by one of the running nodes in turn."""
    receipts = {}
    for _ in range(count):
        made = payment(stage)
        receipts[made.tx_id] = await submit_and_wait((await stage.clients())[0], made)
    return receipts


async def expect_kept(stage: Stage, receipts: dict[bytes, Receipt]) -> None:
    """Each receipt is on each node at the same place."""
    for name in stage.network.running:
        url = stage.network.url(name)
        for tx_id, receipt in receipts.items():
            params = {"txId": "0x" + tx_id.hex()}
            found = await stage.probe.ask(url, "tx_getReceipt", Receipt, params)
            assert (found.height, found.index) == (receipt.height, receipt.index), name


async def expect_whole(stage: Stage) -> None:
    """All nodes run, are level with one root, and nobody holds evidence of a double vote."""
    network = stage.network
    await level_height(network, stage.probe, seconds=CATCH_UP_SECONDS)
    assert await stage.agree() == len(network.names)
    for name in network.names:
        found = await stage.probe.ask(
            network.url(name), "consensus_evidence", tuple[EvidenceInfo, ...]
        )
        assert found == (), name

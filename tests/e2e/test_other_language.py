"""A client in another language pays on a live network, from docs/spec/wire.md alone."""

import asyncio
import json
from pathlib import Path

from node.devnet.cast import ALICE, BANK_1, BANK_1_ACCOUNT, COIN
from node.devnet.story.stage import Stage
from node.devnet.wait import NotYet, until
from node.sdk.errors import RpcFailed
from node.sdk.schema.common import Receipt
from node.signing import dev_seed
from tests.e2e.support import CATCH_UP_SECONDS

CLIENT = Path(__file__).parents[2] / "docs" / "examples" / "client.mjs"
AMOUNT = 37


async def run_client(url: str) -> dict[str, object]:
    process = await asyncio.create_subprocess_exec(
        "node",
        str(CLIENT),
        url,
        dev_seed(BANK_1.key_names[0]).hex(),
        BANK_1.address.hex(),
        COIN,
        BANK_1_ACCOUNT.address.hex(),
        ALICE.address.hex(),
        str(AMOUNT),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    reply: dict[str, object] = json.loads(out)
    return reply


async def test_the_javascript_client_pays_and_every_node_has_the_receipt(stage: Stage) -> None:
    url = stage.network.url(stage.network.names[0])
    reply = await run_client(url)
    assert reply["status"] == "PENDING"

    async def receipts() -> list[Receipt]:
        try:
            return [
                await stage.probe.ask(
                    stage.network.url(name), "tx_getReceipt", Receipt, {"txId": reply["txId"]}
                )
                for name in stage.network.names
            ]
        except RpcFailed as refused:
            raise NotYet(str(refused)) from None

    found = await until("receipts on all nodes", receipts, seconds=CATCH_UP_SECONDS)
    assert [receipt.symbol for receipt in found] == ["OK"] * len(stage.network.names)
    amounts = [getattr(receipt.events[0], "amount", None) for receipt in found]
    assert amounts == [AMOUNT] * len(found)

"""Clients that pay each other all the time, through whatever happens to the nodes.

Rules of this file:
1. Each transaction is unique: (client, number) is its client_ref. The same bytes are sent again, to
   another node, until a receipt is there or the client gives up.
2. A client begins an operation each `period_s`, or when the one before is over, whichever is later.
3. The history is bounded; a campaign that would exceed it is wrong.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Self

import aiohttp
import msgspec

from node.devnet.bench.accounts import sender_address, sender_key
from node.devnet.cast import CHAIN_ID, MONEY
from node.sdk.client import Client
from node.sdk.errors import NodeUnreachable, RpcFailed
from node.sdk.schema.common import Receipt
from node.sdk.wallet import Wallet
from tests.campaigns.network.history import Broken, Operation, Place
from tests.campaigns.span import last
from tokens.jsonform import PREFIX_TEST
from tokens.ops.transfer import Transfer
from tokens.transaction import DecodedTransaction

CLIENTS = 8
WAIT_MS = 3_000
"""How long a node may hold a call before it says that it is not final yet."""
CALL_SECONDS = 5
"""How long a client waits for an answer before it asks another node."""
GIVE_UP_SECONDS = 60
PAUSE_SECONDS = 0.1
"""After a node that refused or did not answer."""
VALID_BLOCKS = 9_000
OPERATIONS_MAX = 500_000
LOOK_AGAIN_OF_TEN = 2
"""So many of ten acknowledged transactions are asked for again, at another node."""
TOO_MUCH_OF_TWENTY = 1
"""So many of twenty transfers are of more than the sender has: final, and failed."""


class Workload:
    """All clients. `run` it in a task; it ends after `stop`."""

    def __init__(
        self, urls: dict[str, str], *, seed: int, height: Callable[[], int], per_second: float
    ) -> None:
        self._urls = urls
        self._seed = seed
        self._height = height
        """Newest height that anybody has seen, for valid_until."""
        self._period_s = CLIENTS / per_second
        self._stopped = asyncio.Event()
        self.operations: list[Operation] = []
        self.avoided: str | None = None
        """A node that clients do not ask for now: they were told that it is away."""
        self.duplicates = 0
        """Times that bytes were sent again."""

    def stop(self) -> None:
        """No new operations; what is under way goes on until it is known."""
        self._stopped.set()

    async def run(self) -> None:
        """Until stopped and everything is known. Broken if a node contradicts itself."""
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(self._client(number))

    async def _client(self, number: int) -> None:
        chance = random.Random(f"{self._seed} client {number}")
        wallet = Wallet(sender_address(number), (sender_key(number),), CHAIN_ID)
        target = sender_address((number + 1) % CLIENTS)
        loop = asyncio.get_running_loop()
        count = 0
        async with _Nodes(self._urls) as nodes:
            while not self._stopped.is_set():
                begun = loop.time()
                made = wallet.build(
                    Transfer(
                        asset=MONEY,
                        source=wallet.address,
                        target=target,
                        amount=_amount(chance),
                        end_to_end_ref="",
                    ),
                    valid_until=self._height() + VALID_BLOCKS,
                    client_ref=number.to_bytes(8) + count.to_bytes(8),
                )
                count += 1
                await self._settle(nodes, made, chance)
                await self._pause(begun + self._period_s - loop.time())

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await last(seconds, self._stopped)

    async def _settle(self, nodes: _Nodes, made: DecodedTransaction, chance: random.Random) -> None:
        """Send until there is a receipt, a final refusal, or no hope."""
        if len(self.operations) >= OPERATIONS_MAX:
            raise RuntimeError("more operations than a campaign may have")
        loop = asyncio.get_running_loop()
        operation = Operation(tx_id=made.tx_id, invoked_at=loop.time())
        self.operations.append(operation)
        while loop.time() < operation.invoked_at + GIVE_UP_SECONDS:
            name = chance.choice([each for each in sorted(self._urls) if each != self.avoided])
            operation.nodes.append(name)
            answer = await nodes.submit(name, made)
            if isinstance(answer, Receipt):
                operation.acked_at = loop.time()
                operation.place = (answer.height, answer.index)
                if chance.randrange(10) < LOOK_AGAIN_OF_TEN:
                    await self._look_again(nodes, made, operation, chance)
                return
            if answer:
                operation.refused = answer
                return
            self.duplicates += 1
            await last(PAUSE_SECONDS)

    async def _look_again(
        self,
        nodes: _Nodes,
        made: DecodedTransaction,
        operation: Operation,
        chance: random.Random,
    ) -> None:
        """The same bytes to another node: once more, it must be known or become the same."""
        others = sorted(set(self._urls) - {operation.nodes[-1], self.avoided})
        name = chance.choice(others)
        self.duplicates += 1
        answer = await nodes.submit(name, made)
        if isinstance(answer, Receipt):
            place: Place = (answer.height, answer.index)
            operation.seen.append((name, place))
            if place != operation.place:
                raise Broken(f"{name} has {made.tx_id.hex()} at {place}, not {operation.place}")


class _Nodes:
    """One client's connections."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._clients = {name: Client(url, prefix=PREFIX_TEST) for name, url in urls.items()}

    async def __aenter__(self) -> Self:
        for client in self._clients.values():
            await client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients.values():
            await client.close()

    async def submit(self, name: str, made: DecodedTransaction) -> Receipt | str:
        """The receipt; a symbol if repeating does not help; empty if it may."""
        params = {"transaction": "0x" + made.data.hex(), "timeoutMs": WAIT_MS}
        try:
            async with asyncio.timeout(CALL_SECONDS):
                client = self._clients[name]
                return await client.call("tx_submitAndWait", params, of=Receipt)
        except RpcFailed as error:
            return "" if error.is_retryable else error.symbol
        except (NodeUnreachable, TimeoutError, aiohttp.ClientError, msgspec.ValidationError):
            return ""


def _amount(chance: random.Random) -> int:
    return 2**60 if chance.randrange(20) < TOO_MUCH_OF_TWENTY else 1

"""Who sends: first everything to all nodes at a rate, then again until a receipt is there.

Rules of this file:
1. A call that fails is counted and changes nothing: the same bytes go to another node later.
2. A receipt is an acknowledgement; its place is compared with the chain at the end.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Self

from node.sdk.client import Client
from node.sdk.errors import NodeUnreachable, RpcFailed
from node.sdk.schema.common import Receipt
from node.sdk.schema.tx import BatchSubmission
from tests.campaigns.duplicates.stock import Payment
from tests.campaigns.network.history import Broken, Operation, Place
from tests.campaigns.span import last
from tokens.jsonform import PREFIX_TEST
from tokens.transaction import DecodedTransaction

BATCH = 50
CALL_SECONDS = 10
CALLS_MAX = 8
"""Under way at one node."""
STALLED_SECONDS = 120
"""Without one more receipt: then the rest will not come. How fast is a matter of the load."""
PAUSE_SECONDS = 2.0
AGAIN_OF_TEN = 2
"""So many of ten that have a receipt are sent once more, to another node."""


class Clients:
    """All clients, and what they saw."""

    def __init__(self, urls: dict[str, str], payments: Sequence[Payment], seed: int) -> None:
        self._clients = {name: Client(url, prefix=PREFIX_TEST) for name, url in urls.items()}
        self._free = {name: asyncio.Semaphore(CALLS_MAX) for name in urls}
        self._chance = random.Random(f"{seed} clients")
        self.payments = payments
        self.operations: dict[bytes, Operation] = {}
        """By tx_id."""
        self.answers: Counter[str] = Counter()
        """Answers to single transactions, and failed calls, by symbol."""
        self.submissions = 0
        self.rate_seconds = 0.0
        """How long sending everything to everybody took."""

    async def __aenter__(self) -> Self:
        for client in self._clients.values():
            await client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients.values():
            await client.close()

    async def send_all(self, per_second: float) -> None:
        """Each payment to each node, so many payments a second if the nodes and we keep up."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for start in range(0, len(self.payments), BATCH):
                batch = self.payments[start : start + BATCH]
                for at, name in enumerate(sorted(self._clients)):
                    # Of rivals half of the nodes hear the one first, half the other.
                    made = [each.versions[at % len(each.versions)] for each in batch]
                    await self._free[name].acquire()
                    group.create_task(self._send_and_free(name, made))
                await last(max(0.0, began + start / per_second - loop.time()))
        self.rate_seconds = loop.time() - began

    async def _send_and_free(self, name: str, made: list[DecodedTransaction]) -> None:
        try:
            await self._send(name, made)
        finally:
            self._free[name].release()

    async def settle(self) -> None:
        """Send what has no receipt again, to any node, until each reference has one. Broken."""
        loop = asyncio.get_running_loop()
        fewest, until = len(self.payments) + 1, 0.0
        while waiting := [each for each in self.payments if not self._is_settled(each)]:
            if len(waiting) < fewest:
                fewest, until = len(waiting), loop.time() + STALLED_SECONDS
            if loop.time() > until:
                raise Broken(f"{len(waiting)} payments without a receipt: {dict(self.answers)}")
            for start in range(0, len(waiting), BATCH):
                batch = waiting[start : start + BATCH]
                made = [self._chance.choice(each.versions) for each in batch]
                await self._send(self._chance.choice(sorted(self._clients)), made)
            await last(PAUSE_SECONDS)

    async def look_again(self) -> None:
        """Some of what is final, to another node: the same receipt. Broken."""
        final = [op for op in self.operations.values() if op.place is not None]
        chosen = [op.tx_id for op in final if self._chance.randrange(10) < AGAIN_OF_TEN]
        made = [
            version
            for each in self.payments
            for version in each.versions
            if version.tx_id in set(chosen)
        ]
        for start in range(0, len(made), BATCH):
            await self._send(
                self._chance.choice(sorted(self._clients)), made[start : start + BATCH]
            )

    def _is_settled(self, payment: Payment) -> bool:
        found = (self.operations.get(each.tx_id) for each in payment.versions)
        return any(each is not None and each.place is not None for each in found)

    async def _send(self, name: str, made: list[DecodedTransaction]) -> None:
        now = asyncio.get_running_loop().time()
        for each in made:
            operation = self.operations.setdefault(each.tx_id, Operation(each.tx_id, now))
            operation.nodes.append(name)
        self.submissions += len(made)
        params = {"transactions": ["0x" + each.data.hex() for each in made]}
        try:
            async with asyncio.timeout(CALL_SECONDS):
                found = await self._clients[name].call(
                    "tx_submitBatch",
                    params,
                    of=tuple[BatchSubmission, ...],
                )
        except RpcFailed as error:
            self.answers[f"call {error.symbol}"] += 1
            return
        except (NodeUnreachable, TimeoutError) as error:
            self.answers[f"call {type(error).__name__}"] += 1
            return
        for each, answer in zip(made, found, strict=True):
            symbol = answer.symbol if answer.status == "REJECTED" else answer.status
            self.answers[symbol] += 1
            if answer.receipt is not None:
                self._take(name, self.operations[each.tx_id], answer.receipt)

    def _take(self, name: str, operation: Operation, receipt: Receipt) -> None:
        place: Place = (receipt.height, receipt.index)
        if operation.place is None:
            operation.acked_at = asyncio.get_running_loop().time()
            operation.place = place
            return
        operation.seen.append((name, place))
        if place != operation.place:
            raise Broken(f"{name} has {operation.tx_id.hex()} at {place}, not {operation.place}")

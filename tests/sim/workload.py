"""Clients: what they send, whom, how often again; and what they were told.

A client knows what it sent and what it was told, and nothing of the inside. Each kind of load has
its way: a trickle, a steady stream, bursts, or the same bytes to all nodes and other bytes under
the same reference.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from functools import partial
from random import Random

from node.devnet.cast import CHAIN_ID, MONEY
from node.signing import SigningKey
from tests.sim.genesis import ACCOUNTS, CLIENTS
from tests.sim.keys import SimKeys
from tests.sim.node import SimNode
from tests.sim.streams import chance
from tokens.ops.transfer import Transfer
from tokens.transaction import (
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    transaction_id,
)

PAUSES_MS = {"idle": 8_000, "trickle": 900, "steady": 250, "bursts": 3_000, "repeats": 1_200}
"""Of clients of four nodes; more nodes have clients that take longer."""
QUIET_MS = 15_000
AT_ONCE = {"bursts": 40}
RECENT_MAX = 32
"""Decided transactions that a client may send once more."""
OPEN_MAX = 2_000
"""Transactions whose receipt a client waits for."""


def signed(inner: Transaction, keys: Iterable[SigningKey]) -> DecodedTransaction:
    """With a signature of each of these keys."""
    made = [
        KeySignature(key=key.public_key, signature=key.sign(transaction_id(inner))) for key in keys
    ]
    return build(inner, tuple(sorted(made, key=lambda each: each.key)))


class Workload:
    """All clients of one simulation."""

    def __init__(self, kind: str, generator: Random, ring: SimKeys, window: int) -> None:
        self._kind = kind
        self._random = generator
        self._window = window
        self._keys = [ring.key(party.key_names[0]) for party in CLIENTS]
        self._number = 0
        self.waiting: dict[bytes, DecodedTransaction] = {}
        """Sent, and no receipt yet."""
        self.acknowledged: dict[bytes, int] = {}
        """tx_id -> height, as a node that was asked has told it."""
        self._recent: deque[DecodedTransaction] = deque(maxlen=RECENT_MAX)
        self.answers: Counter[str] = Counter()
        self.running = True
        self.quiet = False
        """Little is sent, and one by one."""

    def start(self, nodes: dict[str, SimNode]) -> None:
        """Send until `running` is False."""
        self._next(nodes)

    def _next(self, nodes: dict[str, SimNode]) -> None:
        if not self.running:
            return
        alive = [node for node in nodes.values() if node.alive]
        if alive:
            self._act(alive)
        pause = QUIET_MS if self.quiet else PAUSES_MS[self._kind] * len(nodes) // 4
        pause = self._random.randint(pause // 2, 3 * pause // 2)
        asyncio.get_running_loop().call_later(pause * 0.001, self._next, nodes)

    def _act(self, alive: list[SimNode]) -> None:
        generator = self._random
        for _ in range(1 if self.quiet else AT_ONCE.get(self._kind, 1)):
            node = generator.choice(alive)
            if (self.waiting or self._recent) and chance(generator, 300):
                self._again(generator.choice(alive))
                continue
            made = self.make(node.height if node.alive else 0)
            if self._kind == "repeats":
                for each in alive:
                    self.send(each, (made,))
                twin = self.make(node.height if node.alive else 0, number=self._number)
                self.send(generator.choice(alive), (twin,))
            else:
                self.send(node, (made,))

    def rush(self, node: SimNode, count: int) -> None:
        """Many at once to one node."""
        self.send(node, tuple(self.make(node.height) for _ in range(count)))

    def _again(self, node: SimNode) -> None:
        """A client that heard nothing, or forgot what it heard, asks with the same bytes."""
        if not self.waiting or (self._recent and chance(self._random, 500)):
            old = self._random.choice(self._recent)
        else:
            old = next(iter(self.waiting.values()))
        self.send(node, (old,))

    def insist(self, node: SimNode, height: int) -> None:
        """The oldest payment that can still enter the block after `height`, or a new one.

        One that was asked about again after its receipt waits, too, and enters no block any more.
        """
        for made in self.waiting.values():
            done = made.tx_id in self.acknowledged
            if made.signed.transaction.valid_until > height and not done:
                self.send(node, (made,))
                return
        self.send(node, (self.make(height),))

    def make(
        self, height: int, number: int | None = None, blocks: int | None = None
    ) -> DecodedTransaction:
        """A payment, valid for so many `blocks` after a height.

        `number`: the reference of an earlier one, with another amount.
        """
        generator = self._random
        if number is None:
            self._number += 1
            number = self._number
        if blocks is None:
            blocks = generator.choice((1, 3, self._window, self._window))
        who = number % 2
        inner = Transaction(
            version=1,
            chain_id=CHAIN_ID,
            sender=CLIENTS[who].address,
            client_ref=number.to_bytes(16, "big"),
            valid_until=height + blocks,
            operations=(
                Transfer(
                    asset=MONEY,
                    source=ACCOUNTS[who].address,
                    target=ACCOUNTS[1 - who].address,
                    amount=generator.randint(1, 1_000),
                    end_to_end_ref="",
                ),
            ),
            memo="",
        )
        return signed(inner, self._keys[who : who + 1])

    def send(self, node: SimNode, transactions: tuple[DecodedTransaction, ...]) -> None:
        """To one node, if it runs."""
        if not node.alive:
            return
        for made in transactions:
            if len(self.waiting) < OPEN_MAX:
                self.waiting.setdefault(made.tx_id, made)
        node.spawn(partial(self._submit, node, transactions))

    async def _submit(self, node: SimNode, transactions: tuple[DecodedTransaction, ...]) -> None:
        for code, _ in await node.shell.intake.submit([made.data for made in transactions]):
            self.answers[code.name] += 1

    def decided(self, node: SimNode, height: int) -> None:
        """A node tells its clients what is in a block."""
        for receipt in node.chain.newest_receipts:
            made = self.waiting.pop(receipt.tx_id, None)
            if made is not None:
                self.acknowledged[receipt.tx_id] = height
                self._recent.append(made)

    def forget_expired(self, height: int) -> None:
        """What can enter no more is given up by its client."""
        for tx_id, made in list(self.waiting.items()):
            if made.signed.transaction.valid_until < height:
                del self.waiting[tx_id]

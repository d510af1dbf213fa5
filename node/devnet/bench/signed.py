"""Transfers signed before they are sent: signing costs nothing while something is measured."""

from __future__ import annotations

from collections import deque
from itertools import islice

from node.devnet.bench.accounts import sender_address, sender_key
from node.devnet.cast import CHAIN_ID, MONEY
from tokens.ops.transfer import Transfer
from tokens.transaction import (
    VERSION,
    KeySignature,
    Transaction,
    build,
    transaction_id,
)


class Stock:
    """Signed transfers in the order in which they will be sent.

    Each sender pays the next one, so that balances stay level however long a run is. References
    count up from a prefix of the generator: two generators never share one.
    """

    def __init__(self, *, first: int, count: int, senders: int, generator: int) -> None:
        self._keys = [sender_key(first + index) for index in range(count)]
        self._addresses = [sender_address(index) for index in range(senders)]
        self._first = first
        self._generator = generator
        self._number = 0
        self._ready: deque[tuple[bytes, str]] = deque()

    def __len__(self) -> int:
        return len(self._ready)

    def sign(self, count: int, valid_until: int) -> None:
        """Add `count` transfers that may enter up to a height."""
        for _ in range(count):
            self._ready.append(self._transfer(valid_until))

    def take(self, count: int) -> list[tuple[bytes, str]]:
        """(tx_id, 0x hex of the signed bytes) of the next ones; fewer at the end."""
        taken = list(islice(self._ready, count))
        for _ in taken:
            self._ready.popleft()
        return taken

    def _transfer(self, valid_until: int) -> tuple[bytes, str]:
        number, self._number = self._number, self._number + 1
        own = number % len(self._keys)
        at = self._first + own
        reference = self._generator.to_bytes(8) + number.to_bytes(8)
        transaction = Transaction(
            version=VERSION,
            chain_id=CHAIN_ID,
            sender=self._addresses[at],
            client_ref=reference,
            valid_until=valid_until,
            operations=(
                Transfer(
                    asset=MONEY,
                    source=self._addresses[at],
                    target=self._addresses[(at + 1) % len(self._addresses)],
                    amount=1,
                    end_to_end_ref="",
                ),
            ),
            memo="",
        )
        tx_id = transaction_id(transaction)
        key = self._keys[own]
        signature = KeySignature(key=key.public_key, signature=key.sign(tx_id))
        return tx_id, "0x" + build(transaction, (signature,)).data.hex()

"""Accounts that send in a bench: clients of one bank, each with a key of its own."""

from collections.abc import Iterator

from node.devnet.cast import BANK_1, Book, address_of
from node.signing import Signer, dev_seed

BALANCE = 10**12
"""Minor units that each sender has in genesis."""


def sender_name(index: int) -> str:
    """Name of one sender; also of its key."""
    return f"user-{index}"


def sender_address(index: int) -> bytes:
    """Id of its account."""
    return address_of(sender_name(index))


def sender_key(index: int) -> Signer:
    """Its key."""
    return Signer.from_seed(dev_seed(sender_name(index)))


def sender_books(count: int) -> Iterator[Book]:
    """Accounts of all senders."""
    for index in range(count):
        yield Book(
            name=sender_name(index),
            title="Sender of a bench",
            servicer=BANK_1.name,
            client=True,
            own_key=True,
        )

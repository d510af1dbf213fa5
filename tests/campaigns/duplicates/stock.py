"""Payments that are signed before anything is measured; some have a rival under one reference."""

from __future__ import annotations

import random
from dataclasses import dataclass

from node.devnet.bench.accounts import sender_address, sender_key
from node.devnet.cast import CHAIN_ID, MONEY
from node.sdk.wallet import Wallet
from tokens.ops.transfer import Transfer
from tokens.transaction import DecodedTransaction

SENDERS = 32
RIVALS_OF_HUNDRED = 5
"""So many of a hundred payments exist twice: same sender and reference, another amount."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One reference of one sender."""

    versions: tuple[DecodedTransaction, ...]
    """One, or two of which only one may enter."""


def payments(count: int, seed: int, valid_until: int) -> list[Payment]:
    """So many, from SENDERS in turn."""
    chance = random.Random(f"{seed} payments")
    wallets = [
        Wallet(sender_address(index), (sender_key(index),), CHAIN_ID) for index in range(SENDERS)
    ]
    made = []
    for number in range(count):
        wallet = wallets[number % SENDERS]
        amounts = (1, 2) if chance.randrange(100) < RIVALS_OF_HUNDRED else (1,)
        made.append(
            Payment(
                tuple(
                    wallet.build(
                        Transfer(
                            asset=MONEY,
                            source=wallet.address,
                            target=sender_address((number + 1) % SENDERS),
                            amount=amount,
                            end_to_end_ref="",
                        ),
                        valid_until=valid_until,
                        client_ref=seed.to_bytes(8) + number.to_bytes(8),
                    )
                    for amount in amounts
                )
            )
        )
    return made

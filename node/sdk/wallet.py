"""Build and sign transactions.

The contract of exactly-once: the client chooses `client_ref` and `valid_until`, and stores the
signed bytes before it sends them. Sending the same bytes again is always safe. Once the chain is
past `valid_until` and there is no receipt, the transaction never enters.
"""

import secrets

import msgspec

from node.sdk.client import Client
from node.signing import Signer
from tokens.transaction import (
    VERSION,
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
)

VALID_BLOCKS = 500
"""Default life of a transaction in blocks; the ledger allows at most its window (1,000)."""


class Wallet:
    """Keys that sign for one address."""

    __slots__ = ("_signers", "address", "chain_id")

    def __init__(self, address: bytes, signers: tuple[Signer, ...], chain_id: str) -> None:
        """`address` is the participant or account; one signer is enough for a policy of 1 of n."""
        self.address = address
        self.chain_id = chain_id
        self._signers = signers

    def build(
        self,
        *operations: msgspec.Struct,
        valid_until: int,
        client_ref: bytes | None = None,
        memo: str = "",
    ) -> DecodedTransaction:
        """A signed transaction. Store `data` before sending it."""
        return self.sign(
            Transaction(
                version=VERSION,
                chain_id=self.chain_id,
                sender=self.address,
                client_ref=secrets.token_bytes(16) if client_ref is None else client_ref,
                valid_until=valid_until,
                operations=operations,
                memo=memo,
            )
        )

    async def prepare(
        self, client: Client, *operations: msgspec.Struct, memo: str = ""
    ) -> DecodedTransaction:
        """The same, valid for the next VALID_BLOCKS blocks after the node's height."""
        height = (await client.status()).height
        return self.build(*operations, valid_until=height + VALID_BLOCKS, memo=memo)

    def sign(self, transaction: Transaction) -> DecodedTransaction:
        """All own signatures over a transaction."""
        return cosign(build(transaction, ()), self._signers)


def cosign(given: DecodedTransaction, signers: tuple[Signer, ...]) -> DecodedTransaction:
    """Add signatures (maker and checker): each key once, order does not matter."""
    known = {entry.key: entry for entry in given.signed.signatures}
    for signer in signers:
        known[signer.public_key] = KeySignature(
            key=signer.public_key, signature=signer.sign(given.tx_id)
        )
    return build(given.signed.transaction, tuple(known.values()))

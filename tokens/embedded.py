"""Signatures inside of operations, which the shell checks with the transaction's own (R8).

The ledger is pure and verifies none. `signatures valid` of R8 means these too: a transaction with a
bad one is not includable (BAD_SIGNATURE), so that apply may rely on them.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tokens.entry import EntryProof, entry_message
from tokens.execution import RUNNER
from tokens.ops.proposals import Propose
from tokens.ops.validators import AddValidator, RotateValidatorKeys
from tokens.transaction import Transaction

CARRIERS = (Propose, AddValidator, RotateValidatorKeys)
"""Operations that may carry signatures."""


class EmbeddedSignature(NamedTuple):
    """One signature to check."""

    public_key: bytes
    message: bytes
    """32 bytes."""
    signature: bytes


def embedded_signatures(transaction: Transaction) -> list[EmbeddedSignature]:
    """All of a transaction's operations, those inside of proposals too. Mostly none."""
    found: list[EmbeddedSignature] = []
    for operation in transaction.operations:
        if isinstance(operation, CARRIERS):
            found.extend(_of(transaction.chain_id, operation))
    return found


def _of(chain_id: str, operation: msgspec.Struct) -> Iterator[EmbeddedSignature]:
    if isinstance(operation, Propose):
        for data in operation.operations:
            nested = RUNNER.decode(data)
            if nested is not None and not isinstance(nested, Propose):
                yield from _of(chain_id, nested)
    elif isinstance(operation, AddValidator):
        new = operation.validator
        yield _entry(chain_id, new.id, new.public_key, operation.proof)
    elif isinstance(operation, RotateValidatorKeys):
        yield _entry(chain_id, operation.id, operation.public_key, operation.proof)


def _entry(chain_id: str, name: str, key: bytes, proof: EntryProof) -> EmbeddedSignature:
    message = entry_message(chain_id, name, key, proof.height, proof.digest)
    return EmbeddedSignature(key, message, proof.signature)

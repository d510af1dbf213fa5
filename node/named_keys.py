"""Keys that a transaction would bring into the ledger: none that anybody can compute.

The ledger cannot know development keys: they follow from names, and it derives no keys. So they are
refused where a node takes a transaction into its pool, whether from a client or a peer. This is no
rule of blocks: a primary that breaks it has its block, and what it named is seen in the ledger.
"""

from collections.abc import Iterator

import msgspec

from node.keystore import DevKeyRefused, refuse_dev_key, refuse_dev_seal_key
from tokens.execution import RUNNER
from tokens.ops.accounts import OpenAccount
from tokens.ops.observers import AddObserver
from tokens.ops.participants import RegisterParticipant, SetKeyPolicy, UpdateParticipant
from tokens.ops.proposals import Propose
from tokens.ops.recovery import RecoverAccount
from tokens.ops.validators import AddValidator, RotateValidatorKeys
from tokens.transaction import DecodedTransaction

POLICIES = (OpenAccount, SetKeyPolicy, RecoverAccount)
"""Operations with a key policy, or none."""
SEALING = (RegisterParticipant, UpdateParticipant)
"""Operations with a key that data are sealed to."""


def names_dev_key(transaction: DecodedTransaction) -> bool:
    """Whether an operation names a development key, also inside of a proposal."""
    return any(_names_one(operation) for operation in transaction.signed.transaction.operations)


def _names_one(operation: msgspec.Struct) -> bool:
    if isinstance(operation, Propose):
        nested = [RUNNER.decode(data) for data in operation.operations]
        return any(
            _names_one(each)
            for each in nested
            if each is not None and not isinstance(each, Propose)
        )
    try:
        for key in _signing_keys(operation):
            refuse_dev_key(key, network_is_dev=False)
        if isinstance(operation, SEALING):
            refuse_dev_seal_key(operation.encryption_key, network_is_dev=False)
    except DevKeyRefused:
        return True
    return False


def _signing_keys(operation: msgspec.Struct) -> Iterator[bytes]:
    if isinstance(operation, AddValidator):
        yield operation.validator.public_key
        yield operation.validator.network_key
    elif isinstance(operation, RotateValidatorKeys):
        yield operation.public_key
        yield operation.network_key
    elif isinstance(operation, AddObserver):
        yield operation.observer.network_key
    elif isinstance(operation, RegisterParticipant):
        yield from operation.policy.keys
    elif isinstance(operation, POLICIES):
        yield from () if operation.policy is None else operation.policy.keys

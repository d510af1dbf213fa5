"""Genesis for any number of validators, each with an operator of its own; made once for each shape.

Few buckets and a short window: a node opens its store in a fifth of a millisecond, and the edges of
the window come within seconds.
"""

from functools import lru_cache

import msgspec

from node.devnet.cast import (
    BANK_1,
    BANK_1_ACCOUNT,
    BANK_2,
    BANK_2_ACCOUNT,
    CENTRAL_BANK,
    PARTIES,
    TREASURY,
    Party,
)
from node.devnet.profile import dev_genesis, participants
from node.identity import NETWORK_KEY
from tests.node.support.set_changes import key_name, treasury_decides
from tests.sim.keys import signer_of
from tokens.genesis import Genesis
from tokens.records.governance import Validator
from tokens.records.system import Parameter

BALANCE = 1_000_000_000
"""Minor units of money in each of the two banks' accounts."""
BUCKET_DEPTH_BITS = 7
CLIENTS = (BANK_1, BANK_2)
"""Who pays; each owns the account of the same place in ACCOUNTS."""
ACCOUNTS = (BANK_1_ACCOUNT, BANK_2_ACCOUNT)
COMMITTEE = (CENTRAL_BANK, TREASURY)
"""Who governs beside the operators of validators."""


def validator_name(index: int) -> str:
    """Id of the validator with that number; ids ascend with numbers."""
    return f"v{index:02}"


def operator(index: int) -> Party:
    """The participant that runs the validator of that number."""
    return Party(name=f"operator-{index:02}", title=f"Operator {index}")


def operator_of(name: str) -> Party:
    """Who runs the validator of that id."""
    return operator(int(name.removeprefix("v")))


def record_of(name: str, public_key: bytes) -> Validator:
    """A validator as the ledger records it."""
    return Validator(
        id=name,
        public_key=public_key,
        network_key=signer_of(f"{name}-{NETWORK_KEY}").public_key,
        operator=operator_of(name).address,
    )


@lru_cache(maxsize=256)
def validator_record(index: int) -> Validator:
    """The same with the first key."""
    name = validator_name(index)
    return record_of(name, signer_of(key_name(name)).public_key)


@lru_cache(maxsize=256)
def simulated_genesis(
    validators: int, operators: int, rotation: int, window: int, block_max: int
) -> Genesis:
    """A network of the first `validators` numbers.

    With more operators than those, the others may run a validator later on; the treasury alone
    decides about that.
    """
    parameters = {
        "bucket_depth_bits": BUCKET_DEPTH_BITS,
        "window_blocks": window,
        "rotation_heights": rotation,
        "block_transactions_max": block_max,
    }
    genesis = dev_genesis(balances=tuple((account.address, BALANCE) for account in ACCOUNTS))
    parties = (*PARTIES, *(operator(index) for index in range(operators)))
    policies = genesis.approval_policies
    return msgspec.structs.replace(
        genesis,
        participants=participants(parties),
        approval_policies=treasury_decides(policies) if operators > validators else policies,
        validators=tuple(validator_record(index) for index in range(validators)),
        parameters=tuple(Parameter(name=k, value=v) for k, v in sorted(parameters.items())),
    )

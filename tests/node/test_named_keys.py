"""No transaction brings a development key into a network that is not marked dev."""

from typing import cast

import msgspec
import pytest

from node.named_keys import names_dev_key
from node.sdk.sealing import public_of
from node.signing import Signer, dev_seed
from tests.node.support.chains import transfer
from tests.node.test_intake import World
from tests.tokens.samples import sample
from tokens.codec import encode
from tokens.ops import OPERATIONS
from tokens.ops.accounts import OpenAccount
from tokens.ops.governance import SetApprovalPolicy
from tokens.ops.observers import AddObserver
from tokens.ops.participants import RegisterParticipant, SetKeyPolicy, UpdateParticipant
from tokens.ops.proposals import Propose
from tokens.ops.recovery import RecoverAccount
from tokens.ops.validators import AddValidator, RotateValidatorKeys
from tokens.records.parties import KeyPolicy
from tokens.results import Code

DEV = Signer.from_seed(dev_seed("bank-7")).public_key
SEAL = public_of(dev_seed("bank-7-seal"))
LATE = KeyPolicy(threshold=1, keys=(bytes([7]) * 32, DEV))

PLANTED: dict[str, tuple[type[msgspec.Struct], str, object]] = {
    "validator": (AddValidator, "validator.public_key", DEV),
    "validator network": (AddValidator, "validator.network_key", DEV),
    "rotation": (RotateValidatorKeys, "public_key", DEV),
    "rotation network": (RotateValidatorKeys, "network_key", DEV),
    "observer": (AddObserver, "observer.network_key", DEV),
    "participant": (RegisterParticipant, "policy", LATE),
    "participant sealing": (RegisterParticipant, "encryption_key", SEAL),
    "change of sealing": (UpdateParticipant, "encryption_key", SEAL),
    "policy": (SetKeyPolicy, "policy", LATE),
    "account": (OpenAccount, "policy", LATE),
    "recovery": (RecoverAccount, "policy", LATE),
}


NO_KEYS = {SetApprovalPolicy}
"""Its `policy` is who approves, not how one signs."""


def planted(of: type[msgspec.Struct], path: str, value: object) -> msgspec.Struct:
    """A sample of an operation with one field changed."""
    made = sample(of)
    outer, _, inner = path.partition(".")
    if inner:
        value = msgspec.structs.replace(getattr(made, outer), **{inner: value})
    return msgspec.structs.replace(made, **{outer: value})


@pytest.mark.parametrize(("of", "path", "value"), PLANTED.values(), ids=PLANTED)
def test_each_key_that_an_operation_brings_is_looked_at(
    of: type[msgspec.Struct], path: str, value: object
) -> None:
    operation = planted(of, path, value)
    assert names_dev_key(transfer(1, operations=(sample(of), operation)))
    inside = msgspec.structs.replace(
        cast("Propose", sample(Propose)), operations=(encode(sample(of)), encode(operation))
    )
    assert names_dev_key(transfer(2, operations=(inside,)))


def test_other_keys_pass() -> None:
    for spec in OPERATIONS:
        assert not names_dev_key(transfer(1, operations=(sample(spec.operation),)))
    lost = msgspec.structs.replace(cast("SetKeyPolicy", sample(SetKeyPolicy)), policy=None)
    assert not names_dev_key(transfer(2, operations=(lost,)))


def brings_key(value: object) -> bool:
    """Whether a field at any depth is named as the key of a node, a party or an account is."""
    if not isinstance(value, msgspec.Struct):
        return False
    names = set(value.__struct_fields__)
    return bool(names & {"public_key", "network_key", "encryption_key", "policy"}) or any(
        brings_key(getattr(value, name)) for name in names
    )


def test_every_operation_that_brings_a_key_is_known() -> None:
    carriers = {spec.operation for spec in OPERATIONS if brings_key(sample(spec.operation))}
    assert carriers == {of for of, _, _ in PLANTED.values()} | NO_KEYS


async def test_a_node_takes_it_from_nobody() -> None:
    world = World()
    made = planted(AddObserver, "observer.network_key", DEV)
    assert await world.submit(transfer(1, operations=(made,))) == [Code.DEV_KEY]
    world.batch(transfer(2, operations=(made,)))
    assert world.intake.dropped == {"DEV_KEY": 1}
    assert (world.faults, world.spread, len(world.pool)) == ([], [], 0)

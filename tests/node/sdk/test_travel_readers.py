"""Whose keys the data of a transfer are sealed to: those of both institutions and of the unit."""

import msgspec
import pytest

from node.sdk.client import connect
from node.sdk.sealing import KeyPair, new_key
from node.sdk.travel_readers import readers_of
from tests.node.rpc.caller import serving
from tests.node.rpc.fake_genesis import address_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_aml import travel
from tests.node.rpc.small_ledger import account, participant, small_node
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.travel import Travel
from tokens.types import NO_ADDRESS, Role

ROLES = {"bank": Role.BANK_CUSTODIAN, "issuer": Role.CASH_ISSUER, "unit": Role.FIU}


def ledger(keys: dict[str, KeyPair]) -> FakeNode:
    """Alice is at the bank, bob at the issuer; the keys are those of the three."""
    node = small_node()
    overlay = node.state()
    for name, pair in keys.items():
        made = participant(name, (ROLES[name],))
        overlay.put(PARTICIPANT, msgspec.structs.replace(made, encryption_key=pair.public))
    overlay.put(ACCOUNT, msgspec.structs.replace(account("bob"), servicer=address_of("issuer")))
    node.write(overlay)
    return node


async def readers(node: FakeNode, asked: Travel) -> list[bytes]:
    async with serving(node=node) as served, connect(f"http://127.0.0.1:{served.port}") as client:
        return await readers_of(client, asked)


async def test_both_institutions_and_the_unit() -> None:
    keys = {name: new_key() for name in ROLES}
    node = ledger(keys)
    expected = sorted(pair.public for pair in keys.values())
    assert sorted(await readers(node, travel())) == expected
    ramp = msgspec.structs.replace(travel(), target=NO_ADDRESS, beneficiary=address_of("issuer"))
    assert sorted(await readers(node, ramp)) == expected


async def test_one_institution_on_both_sides_is_one_reader() -> None:
    keys = {name: new_key() for name in ROLES}
    own = msgspec.structs.replace(travel(), target=address_of("alice"))
    found = await readers(ledger(keys), own)
    assert sorted(found) == sorted([keys["bank"].public, keys["unit"].public])


async def test_without_a_unit_nothing_is_sealed() -> None:
    with pytest.raises(ValueError, match="intelligence unit"):
        await readers(ledger({"bank": new_key()}), travel())


async def test_an_institution_that_is_no_participant_is_told() -> None:
    ramp = msgspec.structs.replace(travel(), target=NO_ADDRESS, beneficiary=bytes([9]) * 16)
    with pytest.raises(ValueError, match="no participant"):
        await readers(ledger({name: new_key() for name in ROLES}), ramp)

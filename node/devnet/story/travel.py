"""The step of the travel rule: a payment that waits for the data of payer and payee."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from node.devnet.card import address_text
from node.devnet.cast import ALICE, BANK_1, BANK_2, BOB, CENTRAL_BANK, CHAIN_ID, COIN, FIU, TREASURY
from node.devnet.story.people import pay
from node.devnet.story.stage import Stage, require, rupees
from node.sdk.ivms101_checks import canonical, read_payload
from node.sdk.sealing import Unopened
from node.sdk.travel import accepted, opened_payload, sealed_payload
from node.sdk.travel_readers import readers_of
from tokens.events.travel import TravelRequired
from tokens.ops.governance import SetParameter
from tokens.records.travel import PayloadVersion, Travel

if TYPE_CHECKING:
    from node.devnet.cast import Party
    from node.sdk.ivms101 import Payload
    from tokens.ops.travel import SendTravel

LARGE = 1_000_000_00
"""A payment that the travel rule asks about."""


async def travel_rule(stage: Stage) -> str:
    """A large payment between banks waits for the data of payer and payee; then it moves."""
    await stage.together(CENTRAL_BANK, [TREASURY], _threshold(LARGE))
    before, paid = await stage.balance(ALICE, COIN), await stage.balance(BOB, COIN)
    asked = await stage.act(BANK_1, pay(ALICE.address, BOB.address, LARGE, "a house"))
    travel = next(event.travel for event in asked.events if isinstance(event, TravelRequired))
    waiting = await stage.balance(ALICE, COIN)
    require(waiting.held == before.held + LARGE, "the payment is not held")
    await stage.expect_balance(BOB, COIN, paid.balance)
    sent = await _sent(stage, travel)
    record = await _record(stage, travel)
    for reader in (BANK_1, BANK_2, FIU):
        read = opened_payload(CHAIN_ID, record, sent.sealed, reader.seal_key.private, stage.day)
        require(canonical(read) == canonical(_payload(stage)), f"{reader.name} read other data")
    require(not _opens(stage, record, sent, TREASURY), "the treasury read the data")
    await stage.act(BANK_2, accepted(travel, sent.sealed))
    await stage.expect_balance(ALICE, COIN, before.balance - LARGE)
    await stage.expect_balance(BOB, COIN, paid.balance + LARGE)
    await stage.together(CENTRAL_BANK, [TREASURY], _threshold(0))
    return (
        f"{COIN} {rupees(LARGE)} held until bob's bank accepted the IVMS101 data, sealed in "
        f"{len(sent.sealed):,} bytes that both banks and the financial intelligence unit opened "
        "and the treasury could not; the ledger keeps a hash of them and no name"
    )


async def _sent(stage: Stage, travel: bytes) -> SendTravel:
    """Alice's bank seals the data to the three readers and sends them."""
    client = (await stage.clients())[0]
    readers = await readers_of(client, await _record(stage, travel))
    sent = sealed_payload(CHAIN_ID, travel, _payload(stage), readers)
    await stage.act(BANK_1, sent)
    return sent


async def _record(stage: Stage, travel: bytes) -> Travel:
    return await stage.read("travel_get", Travel, {"travel": "0x" + travel.hex()})


def _opens(stage: Stage, record: Travel, sent: SendTravel, reader: Party) -> bool:
    try:
        opened_payload(CHAIN_ID, record, sent.sealed, reader.seal_key.private, stage.day)
    except Unopened:
        return False
    return True


def _payload(stage: Stage) -> Payload:
    """Invented people, as a bank's own system would write them."""
    made = {
        "originator": {
            "originatorPerson": [_person("Khan", "Alice")],
            "accountNumber": [address_text(ALICE.address)],
        },
        "beneficiary": {
            "beneficiaryPerson": [_person("Shah", "Bob")],
            "accountNumber": [address_text(BOB.address)],
        },
        "originatingVASP": {"originatingVASP": _company(BANK_1.title)},
        "payloadMetadata": {"payloadVersion": "101.2023"},
    }
    return read_payload(json.dumps(made).encode(), PayloadVersion.IVMS101_2023, stage.day)


def _person(family: str, given: str) -> dict[str, object]:
    name = {
        "primaryIdentifier": family,
        "secondaryIdentifier": given,
        "naturalPersonNameIdentifierType": "LEGL",
    }
    return {
        "naturalPerson": {
            "name": {"nameIdentifier": [name]},
            "customerIdentification": f"C-{given}",
            "dateAndPlaceOfBirth": {"dateOfBirth": "1980-02-03", "placeOfBirth": "Lahore"},
        }
    }


def _company(title: str) -> dict[str, object]:
    name = {"legalPersonName": title, "legalPersonNameIdentifierType": "LEGL"}
    return {
        "legalPerson": {
            "name": {"nameIdentifier": [name]},
            "nationalIdentification": {
                "nationalIdentifier": "R-1",
                "nationalIdentifierType": "RAID",
                "registrationAuthority": "RA000480",
            },
        }
    }


def _threshold(amount: int) -> SetParameter:
    return SetParameter(name="travel_threshold", value=amount, effective_on=None)

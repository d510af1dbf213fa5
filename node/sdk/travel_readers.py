"""To whose keys the data of a transfer are sealed: both institutions and the unit."""

from collections.abc import Sequence

from node.sdk.client import Client
from node.sdk.participants import all_participants
from node.sdk.schema.account import AccountParams
from tokens.records.parties import Account
from tokens.records.travel import Travel
from tokens.types import NO_ADDRESS, Role


async def readers_of(client: Client, travel: Travel) -> list[bytes]:
    """Public keys, each once. ValueError: a participant is missing, or none is the unit."""
    institutions = [
        await _servicer(client, travel.source, travel.originator),
        await _servicer(client, travel.target, travel.beneficiary),
    ]
    return await keys_of(client, institutions)


async def keys_of(client: Client, institutions: Sequence[bytes]) -> list[bytes]:
    """Public keys of these and of the unit, each once. ValueError as above."""
    found: dict[bytes, bytes] = {}
    for participant in await all_participants(client):
        if participant.id in institutions or Role.FIU in participant.roles:
            found[participant.id] = participant.encryption_key
    if not all(institution in found for institution in institutions):
        raise ValueError("an institution is no participant")
    if len(found) == len(set(institutions)):
        raise ValueError("no participant is the financial intelligence unit")
    return list(dict.fromkeys(found.values()))


async def _servicer(client: Client, account: bytes, institution: bytes) -> bytes:
    """Who services the account now; of a ramp's side outside: the bank."""
    if account == NO_ADDRESS:
        return institution
    read = await client.read("account_get", AccountParams(account=account), of=Account)
    return read.value.servicer

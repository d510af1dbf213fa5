"""To whose keys a filing is sealed: the institution's and that of the unit."""

from node.sdk.client import Client
from node.sdk.participants import all_participants
from tokens.types import Role


async def filing_keys(client: Client, institution: bytes) -> tuple[bytes, bytes]:
    """(key of the institution, key of the unit). ValueError: one is missing, or units are many."""
    own, units = None, []
    for participant in await all_participants(client):
        if participant.id == institution:
            own = participant.encryption_key
        if Role.FIU in participant.roles:
            units.append(participant.encryption_key)
    if own is None:
        raise ValueError("the institution is no participant")
    if len(units) != 1:
        raise ValueError(f"{len(units)} participants are the financial intelligence unit")
    return own, units[0]

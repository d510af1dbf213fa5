"""All participants of a ledger, page by page."""

from node.sdk.client import Client
from node.sdk.schema.common import Page, PageParams
from tokens.records.parties import Participant

PAGES_MAX = 100


async def all_participants(client: Client) -> list[Participant]:
    """Each of them, by address; the first 10,000."""
    found: list[Participant] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        asked = PageParams(cursor=cursor, limit=100)
        page = (await client.read("participant_list", asked, of=Page[Participant])).value
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found

"""Names that pages need beside ids: participants, assets, digits of the money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from node.sdk.client import Client
from node.sdk.minor_digits import minor_digits_of
from node.sdk.schema.chain import NetworkCard, Parameter
from node.sdk.schema.common import PAGE_MAX, Page
from tokens.records.instruments import Asset
from tokens.records.parties import Participant

PAGES_MAX = 20
"""Pages of 100 of each list. What is beyond is shown by its id, its amounts in minor units."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Directory:
    """As the node had them a moment ago."""

    card: NetworkCard
    participants: Mapping[bytes, Participant]
    assets: Mapping[str, Asset]
    digits: Mapping[str, int]
    """Currency -> decimals of its minor unit."""
    well_known: Mapping[bytes, str]
    """Address -> name, on development networks."""


async def directory_of(client: Client) -> Directory:
    """Ask a node. RpcFailed, NodeUnreachable."""
    from node.explorer.well_known import well_known_names

    card = (await client.read("chain_getCard", of=NetworkCard)).value
    participants = await _all(client, "participant_list", Participant)
    assets = await _all(client, "asset_list", Asset)
    parameters = (await client.read("chain_getParams", of=tuple[Parameter, ...])).value
    return Directory(
        card=card,
        participants={entry.id: entry for entry in participants},
        assets={entry.id: entry for entry in assets},
        digits=minor_digits_of(parameters, assets),
        well_known=well_known_names() if card.is_dev else {},
    )


async def _all(client: Client, method: str, of: type[T]) -> list[T]:
    found: list[T] = []
    params: dict[str, object] = {"limit": PAGE_MAX}
    for _ in range(PAGES_MAX):
        page = (await client.read(method, params, of=Page[of])).value  # type: ignore[valid-type]
        found += page.items
        if page.next is None:
            break
        params["cursor"] = page.next
    return found

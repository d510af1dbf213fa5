"""The search box: from what somebody knows to the page of it."""

import re

from node.explorer.ask import Ask
from node.explorer.failure import NotThere
from node.explorer.page import Elsewhere, Note, Page
from node.explorer.route import Query
from node.explorer.show import path
from node.sdk.errors import RpcFailed
from node.sdk.schema.asset import AssetInfo
from node.sdk.schema.chain import BlockHeader
from tokens.bech32m import decode

_NUMBER = re.compile("0|[1-9][0-9]{0,17}")
_HASH = re.compile("(0x)?[0-9a-f]{64}")
_ASSET = re.compile("[A-Z0-9][A-Z0-9-]{0,15}")
NOTHING_FOUND = (
    "nothing here has that name: say a height, the id of a transaction or the hash of a block, an "
    "address, an ISIN or the code of an asset, or the id of an auction"
)


async def search(ask: Ask, query: Query) -> Page | Elsewhere:
    """The page `/search`."""
    wanted = query.word("q").strip()
    if not wanted:
        note = Note("Say a height, an id of a transaction, an address, or the code of an asset.")
        return Page(title="Search", sections=(note,))
    found = await _place_of(ask, wanted)
    if found is None:
        raise NotThere(NOTHING_FOUND)
    return Elsewhere(found)


async def _place_of(ask: Ask, wanted: str) -> str | None:
    if _NUMBER.fullmatch(wanted.replace(",", "")):
        return path("blocks", wanted.replace(",", ""))
    if _HASH.fullmatch(wanted.lower()):
        full = "0x" + wanted.lower().removeprefix("0x")
        header = await ask.try_call("chain_getHeader", {"block": full}, of=BlockHeader)
        return path("tx", full) if isinstance(header, RpcFailed) else path("blocks", full)
    address = decode(ask.client.form.prefix, wanted.lower())
    if address is not None:
        return _of_address(ask, address)
    if wanted.startswith("@"):
        known = {name: each for each, name in ask.directory.well_known.items()}
        address = known.get(wanted[1:])
        return None if address is None else _of_address(ask, address)
    return await _of_name(ask, wanted)


def _of_address(ask: Ask, address: bytes) -> str | None:
    if len(address) != 16:
        return None
    place = "participants" if address in ask.directory.participants else "accounts"
    return path(place, ask.show.address_text(address))


async def _of_name(ask: Ask, wanted: str) -> str | None:
    code = wanted.upper()
    if _ASSET.fullmatch(code):
        info = await ask.try_read("asset_get", {"asset": code}, of=AssetInfo)
        if not isinstance(info, RpcFailed):
            return path("assets", code)
    for address, participant in ask.directory.participants.items():
        if participant.name.casefold() == wanted.casefold():
            return path("participants", ask.show.address_text(address))
    if len(wanted) <= 35:
        try:
            await ask.raw("auction_get", {"auctionId": wanted})
        except RpcFailed:
            return None
        return path("auctions", wanted)
    return None

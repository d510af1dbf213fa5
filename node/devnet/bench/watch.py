"""When a transaction became final: the news of a block over a WebSocket, and then its ids.

The moment that counts is the arrival of the news at the generator, by the generator's own clock.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import aiohttp

IdsAt = Callable[[list[str], float], None]
"""(tx_ids of a block, seconds of the loop's clock when its news arrived)."""


async def watch_blocks(
    session: aiohttp.ClientSession, url: str, on_block: IdsAt, started: asyncio.Event
) -> None:
    """Report each block of a node until cancelled."""
    loop = asyncio.get_running_loop()
    async with session.ws_connect(f"{url}/ws", max_msg_size=0) as socket:
        await socket.send_json(
            {"jsonrpc": "2.0", "id": 0, "method": "sub_subscribe", "params": {"topic": "blocks"}}
        )
        async for message in socket:
            at = loop.time()
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            body = json.loads(message.data)
            if "error" in body:
                raise ConnectionError(f"subscription refused: {body['error'].get('message')}")
            if body.get("method") != "sub_event":
                started.set()
                continue
            block = body["params"]["result"]
            if block["transactionCount"]:
                on_block(await _ids(session, url, body["params"]["height"]), at)
    raise ConnectionError(f"{url} closed the subscription")


async def _ids(session: aiohttp.ClientSession, url: str, height: int) -> list[str]:
    request = {"jsonrpc": "2.0", "id": 1, "method": "chain_getBlock", "params": {"block": height}}
    async with session.post(url, json=request) as response:
        reply = await response.json()
    ids: list[str] = reply["result"]["transactions"]
    return ids

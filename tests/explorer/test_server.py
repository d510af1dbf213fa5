"""The server around the pages: headers, methods, hosts, limits, the form."""

import asyncio

import aiohttp
import pytest
import structlog

from node.explorer.config import ExplorerConfig
from node.explorer.server import ADDRESS_MAX, FORM_BYTES_MAX, HEADERS, explorer
from node.rpc import doorkeeper
from tests.explorer.reader import Reader
from tests.node.rpc.caller import Serving
from tests.node.rpc.small_ledger import COIN

ANSWERS = {
    "/": 200,
    "/style.css": 200,
    "/icon.svg": 200,
    "/blocks?format=csv&table=blocks": 200,
    "/search?q=1": 303,
    "/nowhere": 404,
    "/blocks/what": 400,
    f"/assets/{COIN}": 200,
    "/search?q=nothing-of-that-name": 404,
}


@pytest.mark.parametrize("path", ANSWERS)
async def test_every_answer_carries_the_headers(reader: Reader, path: str) -> None:
    answer = await reader.get(path)
    assert answer.status == ANSWERS[path]
    for name, value in HEADERS.items():
        assert answer.headers[name.lower()] == value
    assert "script" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")


async def test_a_page_is_asked_again_each_time(reader: Reader) -> None:
    assert (await reader.get("/")).headers["cache-control"] == "no-store"


async def test_head_is_answered_without_a_body(reader: Reader) -> None:
    answer = await reader.ask("HEAD", "/")
    assert (answer.status, answer.body) == (200, "")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_pages_are_looked_at_and_nothing_else(reader: Reader, method: str) -> None:
    answer = await reader.ask(method, "/")
    assert answer.status == 405
    assert "looked at, and nothing else" in answer.document.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::2]:80"])
async def test_another_host_name_is_not_served(reader: Reader, host: str) -> None:
    """A page of another site whose name resolves to this machine (DNS rebinding)."""
    assert (await reader.get("/", Host=host)).status == 403
    assert (await reader.get("/", Host="localhost:1234")).status == 200


async def test_a_long_address_is_refused(reader: Reader) -> None:
    assert (await reader.get("/search?q=" + "a" * ADDRESS_MAX)).status == 414


async def test_more_words_than_a_page_reads_are_refused(reader: Reader) -> None:
    words = "&".join([f"w{number}=1" for number in range(17)])
    assert (await reader.get(f"/blocks?{words}")).status == 400


async def test_a_method_is_tried_from_its_own_page(reader: Reader) -> None:
    here = reader.origin
    answer = await reader.ask(
        "POST", "/api/asset_getSupply", {"Origin": here}, {"params": f'{{"asset":"{COIN}"}}'}
    )
    assert answer.status == 200
    assert '"stateRoot"' in answer.document.text
    lines = '{\n  "asset": "DPKR"\n}'
    again = await reader.ask("POST", "/api/asset_getSupply", {"Origin": here}, {"params": lines})
    assert f">{lines}</textarea>".replace('"', "&#34;") in again.body


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_form_of_another_page_is_not_read(reader: Reader, headers: dict[str, str]) -> None:
    if "Sec-Fetch-Site" in headers:
        headers = {**headers, "Origin": reader.origin}
    answer = await reader.ask("POST", "/api/node_status", headers, {"params": "{}"})
    assert answer.status == 403
    assert "Answer" not in answer.document.text


@pytest.mark.parametrize("name", ["tx_submit", "tx_submitBatch", "sub_subscribe", "no_such"])
async def test_nothing_that_writes_can_be_tried(reader: Reader, name: str) -> None:
    answer = await reader.ask("POST", f"/api/{name}", {"Origin": reader.origin}, {"params": "{}"})
    assert answer.status == 404
    page = await reader.page("/api")
    assert name not in page.text


async def test_params_that_are_no_object_are_refused(reader: Reader) -> None:
    here = {"Origin": reader.origin}
    for params in ("[1]", "{", "1", "[" * 3_000):
        answer = await reader.ask("POST", "/api/node_status", here, {"params": params})
        assert answer.status == 400, params
    large = "x" * FORM_BYTES_MAX
    answer = await reader.ask("POST", "/api/node_status", here, {"params": large})
    assert answer.status == 413


async def test_a_refusal_of_the_node_is_shown_beside_the_form(reader: Reader) -> None:
    here = {"Origin": reader.origin}
    answer = await reader.ask("POST", "/api/asset_getSupply", here, {"params": "{}"})
    assert answer.status == 200
    assert "INVALID_PARAMS" in answer.document.text


async def test_so_many_connections_and_no_more(
    node: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorkeeper, "HELD_SECONDS", 0.01)
    config = ExplorerConfig(rpc=f"http://127.0.0.1:{node.port}", port=0, connections_max=1)
    log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
    request = b"GET /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with explorer(config, log=log) as running:
        first, into_first = await asyncio.open_connection("127.0.0.1", running.port)
        into_first.write(request)
        assert (await first.readline()).startswith(b"HTTP/1.1 200")
        second, into_second = await asyncio.open_connection("127.0.0.1", running.port)
        assert (await second.readline()).startswith(b"HTTP/1.1 503")
        for writer in (into_first, into_second):
            writer.close()


async def test_pages_wait_for_their_turn_and_are_all_made(node: Serving) -> None:
    config = ExplorerConfig(rpc=f"http://127.0.0.1:{node.port}", port=0, pages_max=1)
    log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
    async with (
        explorer(config, log=log) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        reader = Reader(session, "")
        answers = await asyncio.gather(*[reader.get("/") for _ in range(12)])
    assert [answer.status for answer in answers] == [200] * 12


async def test_a_page_has_its_seconds(node: Serving) -> None:
    config = ExplorerConfig(rpc=f"http://127.0.0.1:{node.port}", port=0, page_seconds=0)
    log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
    async with (
        explorer(config, log=log) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        assert (await Reader(session, "").get("/")).status == 504

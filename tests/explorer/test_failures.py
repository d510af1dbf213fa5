"""What a reader is told when a page cannot be made: a status, a sentence, never a traceback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from node.explorer import upstream
from node.explorer.failure import Failure, TooManyCalls, failure_of
from node.sdk.errors import NodeUnreachable, RpcFailed
from tests.explorer.reader import Reader, reading
from tests.node.rpc.caller import Serving, serving
from tests.node.rpc.closed import closed_node, token_of
from tests.node.rpc.small_ledger import ALICE
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_TEST, FormError

NOWHERE = "0x" + "ab" * 32


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """A port that takes connections and says nothing, like a node that is stopped."""

    async def nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    done = asyncio.Event()
    server = await asyncio.start_server(nothing, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        done.set()
        server.close()


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/blocks/99999999", 404, "nothing under this name"),
        ("/blocks/1x", 400, "a block is a height"),
        ("/blocks?blocks=x", 400, "the place in blocks is a height"),
        ("/blocks?at=x", 400, "at is a whole number"),
        ("/assets?at=99999999", 400, "is not decided yet"),
        (f"/tx/{NOWHERE}", 404, "nothing under this name"),
        ("/tx/0xAB", 400, "an id is 0x and 64 small hex digits"),
        ("/assets/NOPE", 404, "nothing under this name"),
        ("/assets/nope", 400, "an ISIN or a short code"),
        ("/accounts/tmhr1nope", 400, "an address of this network begins with tmhr1"),
        ("/auctions/%3Cb%3E", 400, "a reference has at most 35 characters"),
        ("/assets?assets=nonsense", 400, "not well formed"),
        ("/search?q=%3Cscript%3E", 404, "nothing here has that name"),
        ("/api/no_such", 404, "no method of that name"),
        ("/nowhere", 404, "no such page"),
    ],
)
async def test_a_plain_sentence_with_its_status(
    reader: Reader, path: str, status: int, sentence: str
) -> None:
    answer = await reader.get(path)
    assert answer.status == status
    assert sentence in answer.document.text
    assert answer.document.faults == []
    assert "Traceback" not in answer.body


async def test_a_node_that_is_not_there() -> None:
    async with reading(1) as reader:
        answer = await reader.get("/")
    assert answer.status == 502
    assert "does not answer" in answer.document.text


async def test_a_node_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "FIRST_ANSWER_SECONDS", 0.2)
    async with silent() as port, reading(port) as reader:
        answer = await reader.get("/")
    assert answer.status == 504
    assert "took too long" in answer.document.text


async def test_an_explorer_may_start_before_its_node_and_outlive_it(node: Serving) -> None:
    async with reading(node.port) as reader:
        assert (await reader.get("/")).status == 200
        await node.server.stop()
        assert (await reader.get("/")).status == 502
        assert "Mohur" in (await reader.get("/blocks")).document.text


async def test_a_token_of_another_node_shows_nothing() -> None:
    node = closed_node()
    wrong = token_of(node, "regulator", at="beta")
    async with serving(node=node) as running, reading(running.port, wrong) as reader:
        answer = await reader.get("/")
    assert answer.status == 403
    assert "does not take the view token" in answer.document.text


async def test_a_defect_is_a_page_and_no_traceback(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.explorer.ask.CALLS_MAX", 1)
    answer = await reader.get("/")
    assert answer.status == 500
    assert "This page has a defect" in answer.document.text
    assert "TooManyCalls" not in answer.body


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RpcFailed("m", {"data": {"symbol": "UNAUTHORISED"}}), 403),
        (RpcFailed("m", {"data": {"symbol": "NOT_FOUND"}}), 404),
        (RpcFailed("m", {"data": {"symbol": "PRUNED"}}), 404),
        (RpcFailed("m", {"data": {"symbol": "UNAVAILABLE"}}), 503),
        (RpcFailed("m", {"data": {"symbol": "LIMIT_EXCEEDED"}}), 503),
        (RpcFailed("m", {"data": {"symbol": "INVALID_PARAMS"}}), 400),
        (RpcFailed("m", {"data": {"symbol": "SOMETHING_NEW"}}), 502),
        (RpcFailed("m", {}), 502),
        (NodeUnreachable("x"), 502),
        (TimeoutError(), 504),
        (FormError("x"), 502),
    ],
)
def test_what_a_node_may_say_has_a_status(error: Exception, status: int) -> None:
    failure = failure_of(error)
    assert isinstance(failure, Failure)
    assert failure.status == status
    assert failure.sentence.endswith(".")


def test_a_defect_is_no_failure_of_the_node() -> None:
    assert failure_of(TooManyCalls("x")) is None
    assert failure_of(KeyError("x")) is None


async def test_an_account_of_others_and_one_that_is_not_there_are_one_answer() -> None:
    node = closed_node()
    async with serving(node=node) as running, reading(running.port) as reader:
        pages = []
        for address in (ALICE, b"nobody is here!!"):
            answer = await reader.get(f"/accounts/{encode('mhr', address)}")
            pages.append((answer.status, answer.document.text))
    assert pages[0] == pages[1]
    assert PREFIX_TEST not in pages[0][1]

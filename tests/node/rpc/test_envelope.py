"""JSON-RPC 2.0: ids, positions, notifications, batches, and the shape of an error."""

import json

import pytest

from node.rpc.dispatch import REPLY_BYTES_MAX
from node.rpc.server import BODY_BYTES_MAX
from node.sdk.schema.tx import BATCH_MAX
from tests.node.rpc.caller import Caller

STATUS = {"jsonrpc": "2.0", "id": 1, "method": "node_version"}

INVALID: list[object] = [
    1,
    "text",
    None,
    {},
    {**STATUS, "jsonrpc": "1.0"},
    {"id": 1, "method": "node_version"},
    {**STATUS, "method": 1},
    {**STATUS, "id": None},
    {**STATUS, "id": 1.5},
    {**STATUS, "id": True},
    {**STATUS, "id": {}},
    {**STATUS, "id": "x" * 129},
    {**STATUS, "params": 1},
    {**STATUS, "params": None},
    {**STATUS, "extra": 1},
]


@pytest.mark.parametrize("request_body", INVALID, ids=range(len(INVALID)))
async def test_an_envelope_that_is_not_json_rpc_is_refused(
    caller: Caller, request_body: object
) -> None:
    status, reply = await caller.raw(json.dumps(request_body))
    assert status == 200
    assert isinstance(reply, dict)
    assert reply["error"]["code"] == -32600
    assert reply["error"]["data"] == {"symbol": "INVALID_REQUEST", "retryable": False}
    assert reply["id"] is None


@pytest.mark.parametrize("request_id", [0, -5, 2**53, "a", "", "ü" * 64])
async def test_an_id_comes_back_as_it_was(caller: Caller, request_id: object) -> None:
    _, reply = await caller.raw(json.dumps({**STATUS, "id": request_id}))
    assert isinstance(reply, dict)
    assert reply["id"] == request_id
    assert type(reply["id"]) is type(request_id)


async def test_a_lone_surrogate_in_an_id_is_refused(caller: Caller) -> None:
    _, reply = await caller.raw('{"jsonrpc":"2.0","id":"\\ud800","method":"node_version"}')
    assert isinstance(reply, dict)
    assert reply["error"]["code"] == -32600


async def test_a_notification_has_no_reply(caller: Caller) -> None:
    notification = {"jsonrpc": "2.0", "method": "node_version"}
    assert await caller.raw(json.dumps(notification)) == (204, None)
    assert await caller.raw(json.dumps([notification, notification])) == (204, None)
    assert await caller.raw(json.dumps({**notification, "method": "no_such"})) == (204, None)


async def test_an_empty_batch_is_an_invalid_request(caller: Caller) -> None:
    _, reply = await caller.raw("[]")
    assert isinstance(reply, dict)
    assert reply["error"]["code"] == -32600


async def test_a_batch_has_at_most_fifty_requests(caller: Caller) -> None:
    _, reply = await caller.raw(json.dumps([STATUS] * 51))
    assert isinstance(reply, dict)
    assert reply["error"]["data"]["symbol"] == "LIMIT_EXCEEDED"
    _, replies = await caller.raw(json.dumps([STATUS] * 50))
    assert isinstance(replies, list)
    assert len(replies) == 50


async def test_one_failing_item_never_fails_the_others(caller: Caller) -> None:
    batch = [
        STATUS,
        1,
        {**STATUS, "id": 2, "method": "no_such"},
        {"jsonrpc": "2.0", "method": "node_version"},
        {**STATUS, "id": 3},
    ]
    _, replies = await caller.raw(json.dumps(batch))
    assert isinstance(replies, list)
    outcome = [(reply["id"], reply.get("error", {}).get("code")) for reply in replies]
    assert outcome == [(1, None), (None, -32600), (2, -32601), (3, None)]


async def test_params_by_name_and_by_position_mean_the_same(caller: Caller) -> None:
    by_name = await caller.result("chain_getBlocks", {"fromHeight": 1, "limit": 2})
    assert await caller.result("chain_getBlocks", [1, 2]) == by_name
    assert isinstance(by_name, list)
    assert len(by_name) == 2


async def test_too_many_positions_are_refused(caller: Caller) -> None:
    code, symbol, message = await caller.error("chain_getBlocks", [1, 2, 3])
    assert (code, symbol) == (-32602, "INVALID_PARAMS")
    assert message == "params: at most 2 params"


async def test_min_height_refuses_a_node_that_is_behind(caller: Caller) -> None:
    await caller.result("agenda_status", {"minHeight": 2})
    code, symbol, _ = await caller.error("agenda_status", {"minHeight": 3})
    assert (code, symbol) == (-32002, "UNAVAILABLE")
    reply = await caller.reply("agenda_status", {"minHeight": 3})
    assert reply["error"]["data"]["retryable"] is True  # type: ignore[index]
    assert (await caller.error("agenda_status", {"minHeight": -1}))[0] == -32602


async def test_a_reply_that_is_too_large_is_refused(caller: Caller) -> None:
    text = json.dumps([{**STATUS, "id": n, "method": "rpc.discover"} for n in range(50)])
    status, reply = await caller.raw(text)
    assert status == 200
    answer = await caller.result("rpc.discover")
    size = len(json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode())
    if size * 50 > REPLY_BYTES_MAX:
        assert isinstance(reply, dict)
        assert reply["error"]["data"]["symbol"] == "LIMIT_EXCEEDED"
    else:
        assert isinstance(reply, list)


async def test_a_limit_of_size_is_not_worth_a_second_try(caller: Caller) -> None:
    """Of time and of rate it is: test_access.py, test_http.py."""
    _, reply = await caller.raw(json.dumps([{**STATUS, "id": n} for n in range(BATCH_MAX + 1)]))
    assert isinstance(reply, dict)
    assert reply["error"]["data"] == {"symbol": "LIMIT_EXCEEDED", "retryable": False}
    status, reply = await caller.raw(" " * (BODY_BYTES_MAX + 1))
    assert status == 413
    assert isinstance(reply, dict)
    assert reply["error"]["data"] == {"symbol": "LIMIT_EXCEEDED", "retryable": False}


async def test_a_parse_error_has_no_id(caller: Caller) -> None:
    _, reply = await caller.raw('{"jsonrpc":"2.0","id":7,"method"')
    assert reply == {
        "jsonrpc": "2.0",
        "id": None,
        "error": {
            "code": -32700,
            "message": "the body is not JSON",
            "data": {"symbol": "PARSE_ERROR", "retryable": False},
        },
    }

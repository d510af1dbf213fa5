"""Bad input, each a named error, and the node goes on."""

import json
from typing import cast

import msgspec
import pytest

from node.signing import Signer, dev_seed
from tests.node.rpc.caller import Caller, Serving
from tests.node.rpc.small_ledger import ALICE, BANK, SIGNER, signed, transaction
from tokens.bech32m import encode as encode_address
from tokens.codec import encode
from tokens.jsonform import PREFIX_TEST, JsonForm
from tokens.transaction import KeySignature, build

FORM = JsonForm(PREFIX_TEST)
GOOD = signed(transaction(50))
STRANGER = Signer.from_seed(dev_seed("stranger"))


def with_bad_signature() -> bytes:
    entry = KeySignature(key=SIGNER.public_key, signature=SIGNER.sign(b"something else"))
    return build(transaction(51), (entry,)).data


def unknown_operation() -> bytes:
    raw = msgspec.msgpack.decode(GOOD.data)
    raw[0][5][0][0] = 32_000
    return encode(raw)


def non_minimal() -> bytes:
    """`valid_until` 100 as a 16-bit integer: every msgpack library reads it."""
    return GOOD.data.replace(b"\x64\x91", b"\xcd\x00\x64\x91", 1)


def zero_amount() -> bytes:
    raw = msgspec.msgpack.decode(GOOD.data)
    raw[0][5][0][4] = 0
    return encode(raw)


SUBMITTED: list[tuple[str, bytes, int, str]] = [
    ("wrong chain", signed(transaction(1, chain_id="other")).data, 1002, "WRONG_CHAIN"),
    ("bad signature", with_bad_signature(), 1005, "BAD_SIGNATURE"),
    ("foreign key", signed(transaction(52), STRANGER).data, 1007, "WRONG_KEYS"),
    ("expired", signed(transaction(53, valid_until=2)).data, 1003, "EXPIRED"),
    ("too far", signed(transaction(54, valid_until=9_999)).data, 1004, "TOO_FAR_AHEAD"),
    ("reference again", signed(transaction(50, valid_until=99)).data, 1009, "CLIENT_REF_REUSED"),
    ("unknown operation", unknown_operation(), 1014, "UNKNOWN_OPERATION"),
    ("zero amount", zero_amount(), 1001, "MALFORMED"),
    ("non-canonical", non_minimal(), 1000, "NON_CANONICAL_ENCODING"),
    ("trailing byte", GOOD.data + b"\x00", 1001, "MALFORMED"),
    ("no bytes", b"", 1001, "MALFORMED"),
    ("too large", bytes(65 * 1024), 1012, "TX_TOO_LARGE"),
]


@pytest.mark.parametrize(
    ("name", "data", "code", "symbol"), SUBMITTED, ids=lambda part: str(part)[:20]
)
async def test_a_transaction_that_is_not_admitted_says_why(
    caller: Caller, name: str, data: bytes, code: int, symbol: str
) -> None:
    await caller.result("tx_submit", {"transaction": "0x" + GOOD.data.hex()})
    found = await caller.error("tx_submit", {"transaction": "0x" + data.hex()})
    assert found[:2] == (code, symbol)
    await goes_on(caller)


async def test_the_same_bytes_again_are_a_duplicate_and_no_error(
    caller: Caller, server: Serving
) -> None:
    params = {"transaction": "0x" + GOOD.data.hex()}
    first = await caller.result("tx_submit", params)
    again = await caller.result("tx_submit", params)
    assert isinstance(first, dict)
    assert isinstance(again, dict)
    assert (first["status"], again["status"]) == ("PENDING", "DUPLICATE")
    server.node.decide()
    final = await caller.result("tx_submit", params)
    assert isinstance(final, dict)
    assert final["status"] == "DUPLICATE"
    assert final["receipt"]["status"] == "success"


def transfer_json(**changes: object) -> dict[str, object]:
    shown = FORM.to_json(transaction(60))
    assert isinstance(shown, dict)
    operations = shown["operations"]
    assert isinstance(operations, list)
    assert isinstance(operations[0], dict)
    operations[0].update(changes)  # type: ignore[arg-type]
    return shown  # type: ignore[return-value]


FIELDS: list[tuple[dict[str, object], str]] = [
    ({"amount": 10.5}, "params.transaction.operations[0].amount"),
    ({"amount": 10}, "params.transaction.operations[0].amount"),
    ({"amount": "-5"}, "params.transaction.operations[0].amount"),
    ({"amount": -5}, "params.transaction.operations[0].amount"),
    ({"amount": "0"}, "params.transaction.operations[0].amount"),
    ({"amount": str(2**64)}, "params.transaction.operations[0].amount"),
    ({"surprise": 1}, "params.transaction.operations[0]"),
    ({"type": "teleport"}, "params.transaction.operations[0].type"),
    ({"source": "0x00"}, "params.transaction.operations[0].source"),
]


@pytest.mark.parametrize(("changes", "path"), FIELDS, ids=lambda part: str(part)[:24])
async def test_a_field_that_has_not_its_form_is_named(
    caller: Caller, changes: dict[str, object], path: str
) -> None:
    code, symbol, message = await caller.error(
        "tx_encode", {"transaction": transfer_json(**changes)}
    )
    assert (code, symbol) == (-32602, "INVALID_PARAMS")
    assert message.startswith(path + ": ")
    for value in changes.values():
        assert str(value) not in message.removeprefix(path) or value in ("0", 1, -5, 10)
    await goes_on(caller)


async def test_unknown_params_are_refused_and_not_repeated(caller: Caller) -> None:
    found = await caller.error("account_get", {"account": "x", "Robert'); DROP": 1})
    assert found[1] == "INVALID_PARAMS"
    missing = await caller.error("account_get", {"Robert'); DROP": 1})
    assert missing[2] == "params.account: a field is missing"
    address = FORM.to_json(ALICE, of=type(transaction(1)).__annotations__["sender"])
    extra = await caller.error("account_get", {"account": address, "Robert'); DROP": 1})
    assert extra[2] == "params: an object without unknown fields"


async def test_a_cursor_of_the_transactions_of_another_is_refused(caller: Caller) -> None:
    """It went on in the list of whoever was asked for, and left out what was newer."""
    alice, bank = (encode_address(PREFIX_TEST, address) for address in (ALICE, BANK))
    asked = {"address": alice, "limit": 1}
    first = cast("dict[str, object]", await caller.result("tx_list", asked))
    assert first["next"] is not None
    on = {"cursor": first["next"], "limit": 1}
    await caller.result("tx_list", {"address": alice, **on})
    for other in ({"address": bank, **on}, on):
        _, symbol, message = await caller.error("tx_list", other)
        assert (symbol, message) == ("INVALID_INPUT", "params.cursor: a cursor of another list")


@pytest.mark.parametrize(
    ("body", "status", "symbol"),
    [
        (b"[" * 40 + b"]" * 40, 200, "PARSE_ERROR"),
        (b'{"a":' * 100_000, 200, "PARSE_ERROR"),
        (b'"' + b"x" * (1024 * 1024) + b'"', 413, "LIMIT_EXCEEDED"),
        (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"node_version"}', 200, "PARSE_ERROR"),
        (b"\xff\xfe", 200, "PARSE_ERROR"),
        (b"", 200, "PARSE_ERROR"),
        (b"NaN", 200, "PARSE_ERROR"),
    ],
    ids=["deep", "very deep", "oversized", "duplicate name", "not UTF-8", "empty", "NaN"],
)
async def test_a_body_that_is_no_request_is_refused(
    caller: Caller, body: bytes, status: int, symbol: str
) -> None:
    found, reply = await caller.raw(body)
    assert isinstance(reply, dict)
    assert (found, reply["error"]["data"]["symbol"]) == (status, symbol)
    await goes_on(caller)


async def test_a_batch_of_good_and_bad_answers_each(caller: Caller) -> None:
    items = [GOOD.data, with_bad_signature(), b"\x00", signed(transaction(61)).data]
    params = {"transactions": ["0x" + item.hex() for item in items]}
    answers = await caller.result("tx_submitBatch", params)
    assert isinstance(answers, list)
    assert [(one["status"], one["symbol"]) for one in answers] == [
        ("PENDING", "OK"),
        ("REJECTED", "BAD_SIGNATURE"),
        ("REJECTED", "MALFORMED"),
        ("PENDING", "OK"),
    ]
    assert answers[2]["txId"] is None


async def test_a_fault_of_the_node_is_not_shown_to_the_client(
    caller: Caller, server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("/secret/path")

    monkeypatch.setattr(server.node, "node_state", fail)
    code, symbol, message = await caller.error("node_status")
    assert (code, symbol) == (-32603, "INTERNAL_ERROR")
    assert "secret" not in message
    assert await caller.result("node_version")


async def goes_on(caller: Caller) -> None:
    """The server still answers, and still takes transactions."""
    assert await caller.result("node_status")
    data = "0x" + signed(transaction(900)).data.hex()
    accepted = await caller.result("tx_submit", {"transaction": data})
    assert isinstance(accepted, dict)
    assert accepted["status"] == "PENDING"
    assert json.dumps(accepted).isascii()
    assert BANK

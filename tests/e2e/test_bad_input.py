"""What clients get wrong, or send on purpose, against a live node: a name each, and it goes on."""

import io
import json
from collections.abc import Callable
from typing import NamedTuple

import aiohttp
import msgspec
import pytest

from node.devnet.card import address_text
from node.devnet.cast import ALICE, BANK_1, BANK_1_ACCOUNT, COIN
from node.devnet.story.stage import Stage
from node.sdk.ledger_client import submit_and_wait
from tests.e2e.support import payment
from tokens.codec import encode
from tokens.transaction import KeySignature, build

pytestmark = pytest.mark.e2e


def hexed(data: bytes) -> str:
    """As JSON-RPC has it."""
    return "0x" + data.hex()


def submit(data: bytes) -> bytes:
    """Body of a tx_submit."""
    return request("tx_submit", {"transaction": hexed(data)})


def request(method: str, params: object) -> bytes:
    """Body of a call."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def resigned(stage: Stage, **changes: object) -> bytes:
    """A payment with other fields, correctly signed."""
    transaction = payment(stage).signed.transaction
    changed = msgspec.structs.replace(transaction, **changes)
    return stage.wallet(BANK_1).sign(changed).data


def wrong_chain(stage: Stage) -> bytes:
    return submit(resigned(stage, chain_id="mohur-other-1"))


def bad_signature(stage: Stage) -> bytes:
    made = payment(stage)
    entry = made.signed.signatures[0]
    broken = KeySignature(key=entry.key, signature=bytes(32) + entry.signature[32:])
    return submit(build(made.signed.transaction, (broken,)).data)


def expired(stage: Stage) -> bytes:
    return submit(resigned(stage, valid_until=0))


def too_far_ahead(stage: Stage) -> bytes:
    return submit(resigned(stage, valid_until=stage.height + 1_000_000))


def unknown_operation(stage: Stage) -> bytes:
    fields = msgspec.msgpack.decode(payment(stage).data)
    fields[0][5][0][0] = 4_000
    return submit(msgspec.msgpack.encode(fields))


def non_canonical(stage: Stage) -> bytes:
    data = payment(stage).data
    assert data[2] == 1, "the version, a one-byte integer"
    return submit(data[:2] + b"\xcc\x01" + data[3:])


def trailing_byte(stage: Stage) -> bytes:
    return submit(payment(stage).data + b"\x00")


def negative_amount_on_the_wire(stage: Stage) -> bytes:
    fields = msgspec.msgpack.decode(payment(stage).data)
    fields[0][5][0][4] = -1
    return submit(msgspec.msgpack.encode(fields))


def too_large(stage: Stage) -> bytes:
    return submit(b"\x00" * (64 * 1024 + 1))


def oversized_body(stage: Stage) -> bytes:
    return submit(b"\x00" * (1024 * 1024))


def deep_nesting(stage: Stage) -> bytes:
    return (
        b'{"jsonrpc":"2.0","id":1,"method":"node_status","params":' + b"[" * 40 + b"]" * 40 + b"}"
    )


def transfer_json(stage: Stage, **changes: object) -> dict[str, object]:
    """JSON of an unsigned payment, with other fields in its operation."""
    operation = {
        "type": "transfer",
        "asset": COIN,
        "source": address_text(BANK_1_ACCOUNT.address),
        "target": address_text(ALICE.address),
        "amount": "1",
        "endToEndRef": "",
    }
    return {
        "version": 1,
        "chainId": "mohur-dev-1",
        "sender": address_text(BANK_1.address),
        "clientRef": "0x" + "11" * 16,
        "validUntil": stage.height + 10,
        "operations": [operation | changes],
        "memo": "",
    }


def float_amount(stage: Stage) -> bytes:
    return request("tx_encode", {"transaction": transfer_json(stage, amount=1.5)})


def number_amount(stage: Stage) -> bytes:
    return request("tx_encode", {"transaction": transfer_json(stage, amount=1)})


def negative_amount(stage: Stage) -> bytes:
    return request("tx_encode", {"transaction": transfer_json(stage, amount="-1")})


def unknown_field(stage: Stage) -> bytes:
    return request("tx_encode", {"transaction": transfer_json(stage, colour="red")})


def unknown_param(stage: Stage) -> bytes:
    return request("node_status", {"verbose": True})


def unknown_method(stage: Stage) -> bytes:
    return request("node_selfDestruct", {})


def no_json(stage: Stage) -> bytes:
    return b"{"


class Case(NamedTuple):
    """A body and the symbol that it must get."""

    body: Callable[[Stage], bytes]
    symbol: str


CASES = (
    Case(wrong_chain, "WRONG_CHAIN"),
    Case(bad_signature, "BAD_SIGNATURE"),
    Case(expired, "EXPIRED"),
    Case(too_far_ahead, "TOO_FAR_AHEAD"),
    Case(unknown_operation, "UNKNOWN_OPERATION"),
    Case(non_canonical, "NON_CANONICAL_ENCODING"),
    Case(trailing_byte, "MALFORMED"),
    Case(negative_amount_on_the_wire, "MALFORMED"),
    Case(too_large, "TX_TOO_LARGE"),
    Case(oversized_body, "LIMIT_EXCEEDED"),
    Case(deep_nesting, "PARSE_ERROR"),
    Case(float_amount, "INVALID_PARAMS"),
    Case(number_amount, "INVALID_PARAMS"),
    Case(negative_amount, "INVALID_PARAMS"),
    Case(unknown_field, "INVALID_PARAMS"),
    Case(unknown_param, "INVALID_PARAMS"),
    Case(unknown_method, "METHOD_NOT_FOUND"),
    Case(no_json, "PARSE_ERROR"),
)


async def symbol_of(url: str, body: bytes) -> str:
    """Symbol of the error that a body gets."""
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, data=io.BytesIO(body)) as response,
    ):
        reply = json.loads(await response.read())
    assert "result" not in reply, reply
    symbol: str = reply["error"]["data"]["symbol"]
    return symbol


@pytest.mark.parametrize("case", CASES, ids=[case.body.__name__ for case in CASES])
async def test_bad_input_has_a_name_and_the_node_goes_on(stage: Stage, case: Case) -> None:
    url = stage.network.url(stage.network.names[0])
    assert await symbol_of(url, case.body(stage)) == case.symbol
    client = await stage.probe.client(url)
    assert (await submit_and_wait(client, payment(stage))).symbol == "OK"


async def test_a_reference_used_for_other_bytes_is_refused(stage: Stage) -> None:
    url = stage.network.url(stage.network.names[0])
    first = payment(stage)
    reference = first.signed.transaction.client_ref
    await submit_and_wait(await stage.probe.client(url), first)
    again = submit(resigned(stage, client_ref=reference, memo="another one"))
    assert await symbol_of(url, again) == "CLIENT_REF_REUSED"


async def test_a_replay_is_answered_with_the_first_receipt(stage: Stage) -> None:
    made = payment(stage)
    clients = await stage.clients()
    first = await submit_and_wait(clients[0], made)
    assert await submit_and_wait(clients[1], made) == first
    assert encode(made.signed) == made.data

"""View tokens: which are taken, by whom signed, where and until when."""

import aiohttp
import msgspec
import pytest

from node.sdk.client import connect
from node.sdk.errors import RpcFailed
from node.sdk.view_token import HEADER, BadToken, ViewToken, new_token, read_token, signing_digest
from node.signing import Signer, dev_seed
from tests.node.rpc.caller import serving
from tests.node.rpc.closed import closed_node, token_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import ALICE, BANK, BOB
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_MAIN

REFUSED = "UNAUTHORISED"


async def asked(node: FakeNode, token: str | None, account: bytes = ALICE) -> tuple[int, str]:
    """(HTTP status, OK or symbol) of account_get."""
    params = {"account": encode(PREFIX_MAIN, account)}
    request = {"jsonrpc": "2.0", "id": 1, "method": "account_get", "params": params}
    headers = {} if token is None else {HEADER: token}
    async with (
        serving(node=node) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
        session.post("/", json=request, headers=headers) as response,
    ):
        reply = await response.json()
        symbol = reply["error"]["data"]["symbol"] if "error" in reply else "OK"
        return response.status, symbol


async def test_a_bank_sees_its_clients_and_a_holder_itself() -> None:
    node = closed_node()
    assert await asked(node, token_of(node, "bank")) == (200, "OK")
    assert await asked(node, token_of(node, "alice")) == (200, "OK")
    assert await asked(node, token_of(node, "alice"), BOB) == (200, REFUSED)
    assert await asked(node, token_of(node, "stranger")) == (200, REFUSED)
    assert await asked(node, None) == (200, REFUSED)


async def test_a_token_is_for_one_node_and_network() -> None:
    node = closed_node()
    assert await asked(node, token_of(node, "bank", at="beta")) == (401, REFUSED)
    other = new_token(
        Signer.from_seed(dev_seed("bank")),
        genesis=bytes(32),
        node="alpha",
        subject=BANK,
        valid_until=50,
    )
    assert await asked(node, other) == (401, REFUSED)


@pytest.mark.parametrize(
    ("last", "outcome"), [(1, REFUSED), (2, "OK"), (10_002, "OK"), (10_003, REFUSED)]
)
async def test_a_token_holds_up_to_its_height_and_names_no_far_one(last: int, outcome: str) -> None:
    node = closed_node()
    assert await asked(node, token_of(node, "bank", valid_until=last)) == (200, outcome)


@pytest.mark.parametrize("who", [None, "stranger", "bank", "alice", "tax", "regulator"])
async def test_metrics_tell_what_others_do_to_who_sees_everything(who: str | None) -> None:
    """A stranger saw transactions meet frozen accounts, and who is asked about how often."""
    node = closed_node()
    headers = {} if who is None else {HEADER: token_of(node, who)}
    async with (
        serving(node=node) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        request = {"jsonrpc": "2.0", "id": 1, "method": "node_status"}
        async with session.post("/", json=request) as response:
            assert response.status == 200
        async with session.get("/metrics", headers=headers) as response:
            text = await response.text()
    assert "consensus_height" in text
    assert ("rpc_calls_total" in text) is (who == "regulator")
    assert ("ledger_transactions" in text) is (who == "regulator")


async def test_a_token_that_is_none_here_is_told_why() -> None:
    """All were told "not a key of this node", as an API key is that nobody had sent."""
    node = closed_node()
    signer = Signer.from_seed(dev_seed("bank"))
    other = new_token(signer, genesis=bytes(32), node="alpha", subject=BANK, valid_until=50)
    for token, word in (
        (token_of(node, "bank", at="beta"), "another node"),
        (other, "another network"),
        ("AAAA", "not a view token"),
    ):
        async with (
            serving(node=node) as running,
            aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
            session.get("/metrics", headers={HEADER: token}) as response,
        ):
            told = await response.json()
        assert response.status == 401
        assert word in told["error"]["message"]


async def test_metrics_take_no_token_that_holds_nothing() -> None:
    node = closed_node()
    spent = {HEADER: token_of(node, "regulator", valid_until=1)}
    async with (
        serving(node=node) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
        session.get("/metrics", headers=spent) as response,
    ):
        assert (response.status, (await response.json())["error"]["data"]["symbol"]) == (
            401,
            REFUSED,
        )


async def test_a_key_of_somebody_else_opens_nothing() -> None:
    node = closed_node()
    forged = new_token(
        Signer.from_seed(dev_seed("stranger")),
        genesis=node.genesis_digest,
        node="alpha",
        subject=BANK,
        valid_until=50,
    )
    assert await asked(node, forged) == (200, REFUSED)


async def test_a_token_narrows_an_open_network_too() -> None:
    node = closed_node()
    node.genesis = msgspec.structs.replace(node.genesis, is_dev=True)
    request = {"jsonrpc": "2.0", "id": 1, "method": "settle_list", "params": {}}
    found = []
    async with (
        serving(node=node) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
    ):
        for headers in ({}, {HEADER: token_of(node, "stranger")}):
            async with session.post("/", json=request, headers=headers) as response:
                found.append(len((await response.json())["result"]["value"]["items"]))
    assert found == [1, 0]


def test_every_changed_field_breaks_the_signature() -> None:
    signer = Signer.from_seed(dev_seed("bank"))
    text = new_token(signer, genesis=bytes(32), node="alpha", subject=BANK, valid_until=9)
    token = read_token(text)
    changes: list[dict[str, object]] = [
        {"genesis": b"\x01" * 32},
        {"node": "beta"},
        {"subject": ALICE},
        {"valid_until": 10},
        {"key": Signer.from_seed(dev_seed("alice")).public_key},
    ]
    assert {name for change in changes for name in change} | {"signature"} == set(
        ViewToken.__struct_fields__
    )
    for change in changes:
        assert signing_digest(msgspec.structs.replace(token, **change)) != signing_digest(token)


@pytest.mark.parametrize("text", ["", "x", "é", "AAAA", "A" * 2_000])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        read_token(text)


async def test_the_client_sends_its_token() -> None:
    node = closed_node()
    async with serving(node=node) as running:
        url = f"http://127.0.0.1:{running.port}"
        params = {"account": encode(PREFIX_MAIN, ALICE)}
        async with connect(url, view=token_of(node, "alice")) as client:
            answer = await client.raw("account_get", params)
        assert isinstance(answer, dict)
        async with connect(url) as client:
            with pytest.raises(RpcFailed):
                await client.raw("account_get", params)

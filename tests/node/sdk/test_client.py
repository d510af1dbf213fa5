"""The client against a real server: typed answers, refusals, batches, subscriptions."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from node.sdk.client import Client, connect
from node.sdk.errors import NeverFinal, NodeUnreachable, RpcFailed
from node.sdk.ledger_client import (
    get_account,
    get_agenda,
    get_asset,
    get_balance,
    get_batch,
    get_consensus,
    get_instrument,
    get_participant,
    get_receipt,
    get_reserves,
    get_schedule,
    list_assets,
    submit,
    submit_batch,
)
from node.sdk.schema.chain import BlockHeader
from node.sdk.schema.common import NoParams, Receipt
from node.sdk.schema.node import NodeStatus, NodeVersion
from node.sdk.schema.sub import Filter, TxEvent
from node.sdk.schema.tx import Submission, SubmitParams
from node.sdk.send import send_until_final
from node.sdk.wallet import VALID_BLOCKS, Wallet, cosign
from node.signing import Signer, dev_seed, verify
from tests.node.rpc.caller import Serving, serving
from tests.node.rpc.fake_genesis import CHAIN_ID
from tests.node.rpc.small_ledger import (
    ALICE,
    BANK,
    BOB,
    BOND_ID,
    COIN,
    SIGNER,
    signed,
    transaction,
    transfer,
)
from tests.node.rpc.small_money import GOLD
from tokens.transaction import decode_transaction


@pytest.fixture
async def server() -> AsyncIterator[Serving]:
    async with serving() as running:
        yield running


@pytest.fixture
async def client(server: Serving) -> AsyncIterator[Client]:
    async with connect(f"http://127.0.0.1:{server.port}") as connected:
        yield connected


async def test_connect_learns_the_prefix(client: Client) -> None:
    assert client.form.prefix == "tmhr"


async def test_typed_answers(client: Client) -> None:
    assert (await client.status()).height == 2
    account = await get_account(client, ALICE)
    assert (account.value.id, account.context.height, account.proof) == (ALICE, 2, None)
    assert await get_balance(client, ALICE, COIN) == 999_999
    assert await get_balance(client, ALICE, "NONE") == 0
    assert (await get_participant(client, BANK)).value.name == "The bank"
    assert (await get_asset(client, COIN)).value.supply == 1_000_000
    assert [asset.id for asset in await list_assets(client)] == [
        COIN,
        BOND_ID,
        "PKR-CB",
        GOLD,
    ]
    assert (await get_instrument(client, BOND_ID)).value.terms.freq == 2
    assert [payment.number for payment in await get_schedule(client, BOND_ID)] == [1, 2, 3, 4, 5]
    assert (await get_reserves(client, COIN)).coverage_bps == 10_000
    assert (await get_batch(client, BANK, "TRADE-1")).number == 1
    assert (await get_agenda(client)).day_open
    assert (await get_consensus(client)).connected == ("beta", "gamma", "delta")


async def test_a_refusal_is_an_exception_with_its_symbol(client: Client) -> None:
    with pytest.raises(RpcFailed, match=r"no such asset \[NOT_FOUND\]") as caught:
        await get_asset(client, "NONE")
    assert (caught.value.code, caught.value.is_retryable) == (-32001, False)
    expired = signed(transaction(5, valid_until=1))
    with pytest.raises(RpcFailed) as refused:
        await submit(client, expired)
    assert (refused.value.symbol, refused.value.tx_id) == ("EXPIRED", expired.tx_id)


async def test_a_batch_gives_values_and_refusals_in_order(client: Client) -> None:
    good = SubmitParams(transaction=signed(transaction(6)).data)
    bad = SubmitParams(transaction=b"\x00")
    found = await client.batch(
        [
            ("node_version", NoParams(), NodeVersion),
            ("tx_submit", bad, Submission),
            ("tx_submit", good, Submission),
        ]
    )
    assert isinstance(found[0], NodeVersion)
    assert isinstance(found[1], RpcFailed)
    assert isinstance(found[2], Submission)


async def test_submitting_fifty_at_once(client: Client, server: Serving) -> None:
    many = [signed(transaction(number)) for number in range(100, 150)]
    answers = await submit_batch(client, many)
    assert [answer.status for answer in answers] == ["PENDING"] * 50
    assert [answer.tx_id for answer in answers] == [one.tx_id for one in many]
    server.node.decide()
    receipt = await get_receipt(client, many[7].tx_id)
    assert receipt is not None
    assert (receipt.height, receipt.status) == (3, "success")
    again = await submit_batch(client, many[:1])
    assert again[0].receipt == await get_receipt(client, many[0].tx_id)


async def test_no_receipt_while_it_waits(client: Client, server: Serving) -> None:
    waiting = next(iter(server.node.pool))
    assert await get_receipt(client, waiting) is None
    with pytest.raises(RpcFailed, match="NOT_FOUND"):
        await get_receipt(client, bytes(32))


async def test_events_come_typed_and_in_order(client: Client, server: Serving) -> None:
    async with client.subscription("blocks", from_height=1) as events:
        first = await anext(events)
    header = client.form.from_json(BlockHeader, first[1])
    assert isinstance(header, BlockHeader)
    assert (first[0], header.header.height) == (1, 1)
    wanted = Filter(address=BOB)
    async with client.subscription("txs", wanted, from_height=2) as events:
        height, result = await anext(events)
    event = client.form.from_json(TxEvent, result)
    assert isinstance(event, TxEvent)
    assert (height, event.receipt.index) == (2, 0)


async def test_the_end_of_a_subscription_is_said(client: Client, server: Serving) -> None:
    async with client.subscription("blocks") as events:
        await server.server.stop()
        with pytest.raises(NodeUnreachable):
            await anext(events)


async def test_nobody_there() -> None:
    async with Client("http://127.0.0.1:1") as client:
        with pytest.raises(NodeUnreachable):
            await client.status()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"jsonrpc":"2.0","id":77,"result":1}'])
async def test_an_answer_that_is_no_reply(body: bytes) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=io.BytesIO(body))

    app = web.Application()
    app.router.add_post("/", answer)
    async with TestServer(app) as other, Client(str(other.make_url("/"))) as client:
        with pytest.raises(NodeUnreachable):
            await client.status()


async def test_a_wallet_signs_what_the_node_takes(client: Client, server: Serving) -> None:
    wallet = Wallet(BANK, (SIGNER,), CHAIN_ID)
    prepared = await wallet.prepare(client, transfer(3), memo="rent")
    assert prepared.signed.transaction.valid_until == 2 + VALID_BLOCKS
    assert decode_transaction(prepared.data) == prepared
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(send_until_final([client], prepared))
        await server.node.until(lambda: prepared.tx_id in server.node.waiters)
        server.node.decide()
    assert isinstance(sending.result(), Receipt)
    assert (await submit(client, prepared)).status == "DUPLICATE"


def test_each_transaction_has_its_own_reference() -> None:
    wallet = Wallet(BANK, (SIGNER,), CHAIN_ID)
    first, second = (wallet.build(transfer(1), valid_until=9) for _ in range(2))
    assert first.tx_id != second.tx_id
    fixed = [wallet.build(transfer(1), valid_until=9, client_ref=bytes(16)) for _ in range(2)]
    assert fixed[0] == fixed[1]


def test_maker_and_checker_sign_in_any_order() -> None:
    checker = Signer.from_seed(dev_seed("checker"))
    made = Wallet(BANK, (SIGNER,), CHAIN_ID).build(transfer(1), valid_until=9, client_ref=bytes(16))
    both = cosign(made, (checker,))
    other = Wallet(BANK, (checker, SIGNER), CHAIN_ID).sign(made.signed.transaction)
    assert both == other
    assert both.tx_id == made.tx_id
    assert both.wire_id != made.wire_id
    assert cosign(both, (checker, SIGNER)) == both
    assert all(verify(one.key, both.tx_id, one.signature) for one in both.signed.signatures)
    assert decode_transaction(both.data) == both


async def test_sending_goes_on_at_another_node(
    client: Client, server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.sdk.send.PAUSE_SECONDS", 0)
    final = decode_transaction(server.node.blocks[0].transactions[0])
    assert not isinstance(final, int)
    async with Client("http://127.0.0.1:1") as dead:
        receipt = await send_until_final([dead, client], final)
        assert receipt.height == 1
        with pytest.raises(NodeUnreachable, match="not final after 2 attempts"):
            await send_until_final([dead], final, attempts=2)


async def test_what_can_never_enter_is_said(client: Client) -> None:
    with pytest.raises(NeverFinal):
        await send_until_final([client], signed(transaction(8, valid_until=1)))
    with pytest.raises(RpcFailed, match="WRONG_CHAIN"):
        await send_until_final([client], signed(transaction(8, chain_id="other")))


async def test_an_answer_of_another_shape_is_refused(client: Client) -> None:
    with pytest.raises(ValueError, match="nodeId"):
        await client.call("node_version", of=NodeStatus)

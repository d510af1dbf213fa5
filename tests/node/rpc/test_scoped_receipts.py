"""Receipts, statements, lists and feeds in a scope: own lines whole, accounts of others blotted."""

import datetime as dt
import json

import aiohttp

from node.rpc.scoped_results import seen
from node.rpc.view import View
from node.sdk.view_token import HEADER
from tests.node.rpc.caller import serving
from tests.node.rpc.closed import STRANGER, closed_node, replies, token_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import ALICE, BANK, BOB, COIN, RESERVE
from tokens.bech32m import encode
from tokens.events import DayOpened, LedgerEvent, LienEnded, Moved, RuleChanged
from tokens.jsonform import PREFIX_MAIN
from tokens.results import Receipt
from tokens.types import NO_ADDRESS

_BOB_TEXT = encode(PREFIX_MAIN, BOB)
_ALICE_TEXT = encode(PREFIX_MAIN, ALICE)


def ask(method: str, **params: object) -> str:
    """A request."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def receipt(*events: LedgerEvent) -> Receipt:
    """A receipt of these events."""
    return Receipt(tx_id=bytes(32), height=1, index=0, code=0, operation=-1, events=events)


def test_what_names_nobody_is_its_senders_unless_it_is_public() -> None:
    """A change of a rule is no aggregate: who was in its transaction knows of it."""
    changed = RuleChanged(rule="kyc", version=2, effective_on=dt.date(2025, 7, 4), ended=False)
    opened = DayOpened(date=dt.date(2025, 7, 4))
    node = closed_node()
    for reader, sender, told in (
        (ALICE, BANK, (opened,)),
        (ALICE, None, (opened,)),
        (BANK, BANK, (changed, opened)),
    ):
        assert View(node.state(), reader).events((changed, opened), sender) == told


def test_events_of_others_are_left_out_and_their_accounts_blotted() -> None:
    node = closed_node()
    view = View(node.state(), ALICE)
    mine = Moved(asset=COIN, source=BOB, target=ALICE, amount=7)
    other = Moved(asset=COIN, source=BOB, target=RESERVE, amount=9)
    shown = seen(view, receipt(other, mine), None)
    assert shown is not None
    assert shown.events == (Moved(asset=COIN, source=NO_ADDRESS, target=ALICE, amount=7),)
    assert seen(view, receipt(other), None) is None
    whole = View(node.state(), BANK)
    assert seen(whole, receipt(other, mine), None) == receipt(other, mine)


def test_an_event_that_names_nobody_is_its_senders() -> None:
    node = closed_node()
    freed = LienEnded(lien=bytes(32), account=BOB)
    day = DayOpened(date=node.genesis.business_date)
    view = View(node.state(), STRANGER)
    shown = seen(view, receipt(freed, day), STRANGER)
    assert shown is not None
    assert shown.events == (day,)


async def test_a_statement_does_not_name_the_other_account() -> None:
    node = closed_node()
    request = ask("account_getStatement", account=_ALICE_TEXT, asset=COIN)
    as_alice, as_bank = [await replies(node, name, [request]) for name in ("alice", "bank")]
    assert _BOB_TEXT not in json.dumps(as_alice)
    assert _BOB_TEXT in json.dumps(as_bank)
    assert '"debit": "1"' in json.dumps(as_alice)


async def test_history_shows_the_receipt_of_an_own_account_and_not_the_body() -> None:
    node = closed_node()
    moved = node.blocks[1].receipts[0].tx_id
    requests = [
        ask("tx_getReceipt", txId="0x" + moved.hex()),
        ask("tx_get", txId="0x" + moved.hex()),
        ask("tx_getProof", txId="0x" + moved.hex()),
        ask("account_getHistory", account=_ALICE_TEXT),
    ]
    found = await replies(node, "alice", requests)
    text = json.dumps(found)
    assert _BOB_TEXT not in text
    assert ["result" in reply for reply in found if isinstance(reply, dict)] == [
        True,
        False,
        False,
        True,
    ]


async def test_a_list_shows_own_positions_and_no_cursor_of_others() -> None:
    node = closed_node()
    (reply,) = await replies(node, "alice", [ask("asset_getHolders", asset=COIN, limit=1)])
    assert isinstance(reply, dict)
    page = reply["result"]["value"]
    assert [item["account"] for item in page["items"]] == [_ALICE_TEXT]
    assert page["next"] is None


async def test_the_tax_authority_sees_certificates_and_not_balances() -> None:
    node = closed_node()
    requests = [
        ask("tax_getCertificates", account=_BOB_TEXT, year=2025),
        ask("account_getBalances", account=_BOB_TEXT),
    ]
    found = await replies(node, "tax", requests)
    assert ["result" in reply for reply in found if isinstance(reply, dict)] == [True, False]


async def feed(node: FakeNode, name: str, count: int) -> list[dict[str, object]]:
    """The first events of a subscription from height 1, less its reply."""
    headers = {HEADER: token_of(node, name)}
    async with (
        serving(node=node) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
        session.ws_connect("/ws", headers=headers) as socket,
    ):
        await socket.send_str(ask("sub_subscribe", topic="txs", fromHeight=1))
        return [await socket.receive_json(timeout=10) for _ in range(count + 1)][1:]


async def test_a_feed_tells_what_the_receipts_do() -> None:
    node = closed_node()
    text = json.dumps(await feed(node, "alice", 2))
    assert _ALICE_TEXT in text
    assert _BOB_TEXT not in text
    assert _BOB_TEXT in json.dumps(await feed(node, "bank", 3))


async def test_a_feed_may_not_be_filtered_by_an_account_of_others() -> None:
    node = closed_node()
    headers = {HEADER: token_of(node, "alice")}
    async with (
        serving(node=node) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
        session.ws_connect("/ws", headers=headers) as socket,
    ):
        await socket.send_str(ask("sub_subscribe", topic="txs", filter={"address": _BOB_TEXT}))
        reply = await socket.receive_json(timeout=10)
    assert reply["error"]["data"]["symbol"] == "UNAUTHORISED"

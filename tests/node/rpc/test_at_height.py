"""Reads as of a height: the same answers as at that height, refusals, and whose rights decide."""

import json
from itertools import chain
from typing import cast

import msgspec
import pytest
import structlog

from node.chain import Chain
from node.facade import Facade
from node.metrics import Metrics
from node.rpc import past_proof
from node.rpc.dispatch import Dispatcher
from node.rpc.method import Caller as RpcCaller
from node.rpc.method import Method, Reads, Tier
from node.rpc.methods import METHODS
from node.storage.kv import Batch
from node.storage.memory import MemoryStore
from node.storage.state_history import ALL, PAST_PREFIX, height_bytes
from tests.golden_chain import CASH
from tests.node.rpc.caller import Caller
from tests.node.rpc.closed import closed_node, replies
from tests.node.rpc.fake_genesis import address_of
from tests.node.rpc.small_ledger import ALICE
from tests.node.support.lived_chain import begun, live
from tests.tokens.ops.build import ISIN
from tests.tokens.support import MONEY, addr
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_MAIN, PREFIX_TEST, JsonForm, camel
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT

BLOCKS = 120
EVERY = 5
"""Heights between two at which everything is asked."""
WHO = [encode(PREFIX_TEST, addr(name)) for name in ("bank-a", "treasury", "issuer")]
ACCOUNTS = [encode(PREFIX_TEST, addr(name)) for name in ("bank-a-cash", "treasury-cash")]
VALUES: dict[str, list[object]] = {
    "asset": [MONEY, CASH, ISIN],
    "account": cast("list[object]", ACCOUNTS),
    "participant": cast("list[object]", WHO),
    "servicer": cast("list[object]", WHO[:1]),
    "institution": cast("list[object]", WHO[:1]),
    "pledgee": cast("list[object]", WHO[:1]),
    "fromDate": ["2026-07-01"],
    "toDate": ["2026-07-01"],
    "fromHeight": [1],
    "face": ["100000"],
    "yieldPercent": ["11.5"],
    "price": ["99.5"],
    "name": ["mtb-182d"],
    "payment": [1],
}
"""What is asked about where a method needs to be told."""
OTHER_PARTS = (
    *("config", "driver", "pool", "intake", "feeds", "transport"),
    *("inbound", "sync", "snapshots", "listener", "data"),
)
"""Of a facade: no read of state asks them."""
SUPERVISION = {method.name for method in METHODS if method.name.startswith("supervision_")}

Question = tuple[str, dict[str, object]]


def questions(method: Method) -> list[Question]:
    """Calls with what the method needs; none if something of it is not in VALUES."""
    asked: list[dict[str, object]] = [{}]
    for field in msgspec.structs.fields(method.params):
        if not field.required:
            continue
        name = camel(field.name)
        asked = [{**one, name: value} for one in asked for value in VALUES.get(name, [])]
    return [(method.name, one) for one in asked]


QUESTIONS = [
    each
    for method in METHODS
    if method.takes_height and not method.answers_proofs
    for each in questions(method)
]


class Node:
    """The RPC server's inside over a chain that keeps all states, without a server."""

    def __init__(self) -> None:
        self.chain = begun(MemoryStore(), BLOCKS, ALL)
        parts = dict.fromkeys(OTHER_PARTS)
        facade = Facade(chain=self.chain, **parts)  # type: ignore[arg-type]
        log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
        self._dispatcher = Dispatcher(
            facade, JsonForm(PREFIX_TEST), METHODS, metrics=Metrics().rpc, log=log
        )
        self._caller = RpcCaller(
            name="", tiers=frozenset({Tier.READ, Tier.ADMIN}), charge=lambda _: None
        )

    async def ask(self, question: Question, **options: int) -> dict[str, object]:
        """The reply to one call."""
        name, params = question
        request = {"jsonrpc": "2.0", "id": 1, "method": name, "params": {**params, **options}}
        reply = await self._dispatcher.handle(json.dumps(request).encode(), self._caller)
        assert reply is not None
        return cast("dict[str, object]", json.loads(reply))

    async def prove(self, question: Question, **options: int) -> dict[str, object]:
        """The same with a proof, where the answer is none."""
        name, params = question
        (method,) = [one for one in METHODS if one.name == name]
        asked = params if method.answers_proofs else {**params, "prove": True}
        return await self.ask((name, asked), **options)


async def test_every_read_answers_as_of_a_height_what_it_answered_then() -> None:
    node = Node()
    told: dict[int, list[dict[str, object]]] = {}
    for height in chain([0], live(node.chain, BLOCKS)):
        if height % EVERY == 0:
            told[height] = [await node.ask(question) for question in QUESTIONS]
    answered: dict[str, dict[str, None]] = {}
    for height, then in told.items():
        for question, reply in zip(QUESTIONS, then, strict=True):
            assert await node.ask(question, atHeight=height) == reply, (question, height)
            if "result" in reply:
                value = cast("dict[str, object]", reply["result"])["value"]
                answered.setdefault(question[0], {})[json.dumps(value)] = None
    assert len(told) > 10
    assert answered.keys() >= SUPERVISION
    assert len(answered) > 50
    changed = [name for name, values in answered.items() if len(values) > 1]
    assert {
        "supervision_getHolders",
        "supervision_getOutstanding",
        "supervision_getCoverage",
        "asset_getSupply",
        "asset_getHolders",
        "account_getBalances",
        "account_getStatement",
        "account_getDatedStatement",
        "participant_getStatement",
        "cash_getSupply",
        "cash_getReserves",
    } <= set(changed)


async def test_a_list_is_paged_as_it_was() -> None:
    """Each page with the height of the first one: nothing moves between them."""
    node = Node()
    lived = live(node.chain, BLOCKS)
    assert next(height for height in lived if height == 60) == 60
    question: Question = ("asset_getHolders", {"asset": MONEY, "limit": 100})
    whole = cast("dict[str, dict[str, list[object]]]", (await node.ask(question))["result"])
    pages: list[object] = []
    cursor: object = None
    for _ in lived:
        asked = {"asset": MONEY, "limit": 1} | ({} if cursor is None else {"cursor": cursor})
        reply = await node.ask(("asset_getHolders", asked), atHeight=60)
        value = cast("dict[str, dict[str, object]]", reply["result"])["value"]
        pages += cast("list[object]", value["items"])
        cursor = value["next"]
        if cursor is None:
            break
    assert len(pages) > 1
    assert pages == whole["value"]["items"]
    asked = {"asset": MONEY, "limit": 1}
    newest = await node.ask(("asset_getHolders", asked))
    cursor = cast("dict[str, dict[str, object]]", newest["result"])["value"]["next"]
    other = await node.ask(("asset_getHolders", {**asked, "cursor": cursor}), atHeight=60)
    assert "of another height than atHeight" in json.dumps(other)


async def test_a_state_that_is_not_kept_is_refused_with_the_oldest_that_is() -> None:
    node = Node()
    node.chain.states.retain = 7
    for _ in live(node.chain, BLOCKS):
        pass
    tip = node.chain.tip.height
    supply: Question = ("asset_getSupply", {"asset": MONEY})
    assert "result" in await node.ask(supply, atHeight=tip - 7)
    gone = cast("dict[str, object]", (await node.ask(supply, atHeight=tip - 8))["error"])
    assert gone["code"] == 4444
    assert gone["data"] == {"symbol": "PRUNED", "retryable": False, "oldestHeight": tip - 7}
    node.chain.states.retain = 0
    assert "error" in await node.ask(supply, atHeight=tip - 1)
    assert "result" in await node.ask(supply, atHeight=tip)


async def test_a_view_is_let_go_of_whatever_becomes_of_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node()
    held: list[MemoryStore] = []
    for _ in live(node.chain, BLOCKS):
        pass
    real = Chain.view

    def view(owner: Chain) -> object:
        held.append(cast("MemoryStore", real(owner)))
        return held[-1]

    monkeypatch.setattr(Chain, "view", view)
    for question in (("asset_getSupply", {"asset": MONEY}), ("asset_getSupply", {"asset": "NONE"})):
        await node.ask(cast("Question", question), atHeight=5)
    assert len(held) == 2
    assert all(each._closed for each in held)


# --- what is refused -----------------------------------------------------------------------------


async def test_a_block_that_is_not_decided_can_be_asked_for_later(caller: Caller) -> None:
    reply = await caller.reply("asset_getSupply", {"asset": "DPKR", "atHeight": 3})
    error = cast("dict[str, object]", reply["error"])
    assert error["data"] == {"symbol": "UNAVAILABLE", "retryable": True}


@pytest.mark.parametrize("height", [-1, "1", 1.0, True, None])
async def test_a_height_is_a_number(caller: Caller, height: object) -> None:
    code, _, message = await caller.error("asset_getSupply", {"asset": "DPKR", "atHeight": height})
    assert code in (-32602, -32700)
    assert "atHeight" in message or code == -32700


def position_of(name: str) -> str:
    """Key hash of what an account holds."""
    return "0x" + POSITION.key_hash((MONEY, addr(name))).hex()


PROVEN: tuple[Question, ...] = (
    ("asset_getSupply", {"asset": MONEY}),
    ("asset_getSupply", {"asset": "NOT-THERE"}),
    ("cash_getReserves", {"asset": CASH}),
    ("cash_getReserveProof", {"asset": CASH}),
    ("account_getHoldingProof", {"asset": MONEY, "account": ACCOUNTS[0]}),
    ("chain_getProof", {"kind": "position", "keyHash": position_of("bank-a-cash")}),
    ("chain_getProof", {"kind": "position", "keyHash": position_of("nobody")}),
)


async def test_a_proof_as_of_a_height_is_the_proof_of_that_height() -> None:
    node = Node()
    told: dict[int, list[dict[str, object]]] = {}
    for height in chain([0], live(node.chain, BLOCKS)):
        if height % (10 * EVERY) == 0:
            told[height] = [await node.prove(question) for question in PROVEN]
    proven = 0
    for height, then in told.items():
        for question, reply in zip(PROVEN, then, strict=True):
            assert await node.prove(question, atHeight=height) == reply, (question, height)
            proven += "result" in reply
    assert proven > 4 * len(told)


async def test_a_history_that_is_wrong_proves_nothing() -> None:
    node = Node()
    for _ in live(node.chain, BLOCKS):
        pass
    store = cast("MemoryStore", node.chain._store)
    key, before = next(
        (row[1:-8], value)
        for row, value in store.iterate(PAST_PREFIX + b"s", PAST_PREFIX + b"t")
        if value and row[-8:] > height_bytes(60)
    )
    batch = Batch()
    batch.put(PAST_PREFIX + key + height_bytes(61), before[:-1] + bytes([before[-1] ^ 1]))
    store.write(batch)
    assert "proof" in json.dumps(await node.prove(PROVEN[0], atHeight=61))
    reply = await node.prove(PROVEN[0], atHeight=60)
    assert "error" in reply


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [("RECORDS_MAX", "records"), ("DEPTH_BITS_MAX", "bits of depth")],
)
async def test_a_state_too_large_is_not_proven(
    monkeypatch: pytest.MonkeyPatch, limit: str, sentence: str
) -> None:
    node = Node()
    for _ in live(node.chain, BLOCKS):
        pass
    monkeypatch.setattr(past_proof, limit, 1)
    reply = await node.prove(PROVEN[0], atHeight=60)
    error = cast("dict[str, object]", reply["error"])
    assert "LIMIT_EXCEEDED" in json.dumps(error)
    assert sentence in str(error["message"])


def test_every_read_of_state_takes_a_height() -> None:
    assert all(one.takes_height for one in METHODS if one.reads is Reads.STATE)


async def test_rights_of_now_decide_about_the_past() -> None:
    """An account goes to another bank: the new one sees what was, the old one no longer."""
    node = closed_node()
    overlay = node.state()
    account = overlay.get(ACCOUNT, ALICE)
    assert account is not None
    node.decide()
    stranger = address_of("stranger")
    moved = msgspec.structs.replace(account, servicer=stranger, holder=stranger)
    overlay.put(ACCOUNT, moved)
    node.write(overlay)
    node.decide()
    params = {"account": encode(PREFIX_MAIN, ALICE), "atHeight": node.tip().height - 1}
    request = {"jsonrpc": "2.0", "id": 1, "method": "account_get", "params": params}
    asked = [json.dumps(request)]
    (seen,) = await replies(node, "stranger", asked)
    (hidden,) = await replies(node, "bank", asked)
    (nobody,) = await replies(node, "nobody", asked)
    value = cast("dict[str, dict[str, dict[str, object]]]", seen)["result"]["value"]
    assert value["servicer"] == encode(PREFIX_MAIN, address_of("bank"))
    assert "UNAUTHORISED" in json.dumps(hidden)
    assert hidden == nobody

"""Non-interference: for every method and every kind of reader (docs/privacy.md; A13).

Two worlds that differ only in what a reader may not see answer it the same bytes: results, errors,
counts, cursors, traces, feeds and simulations. readers.py says who may see what, by hand.

Left out of the comparison: `path`, hashes of neighbouring records under the state root (ADR 0023,
Consequences); and who hands in signed bytes knows what is in them (HANDED_IN).
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast

import aiohttp
import msgspec
import pytest
import structlog

from node.metrics import Metrics
from node.rpc.dispatch import Dispatcher
from node.rpc.method import Caller, Tier
from node.rpc.methods import METHODS
from node.rpc.scopes import PUBLIC, SCOPES
from node.sdk.view_token import HEADER
from tests.node.rpc.caller import serving
from tests.node.rpc.closed import of_main
from tests.node.rpc.conformance import exchanges, files
from tests.node.rpc.fake_genesis import CHAIN_ID, address_of, digest_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.readers import (
    CAROL,
    CLOSED,
    EXCHANGE,
    SUPERVISORS,
    Reader,
    mark,
    size_of,
    without,
    world,
)
from tests.node.rpc.small_ledger import ALICE, BANK, BOB, BOND_ID, COIN
from tests.tokens.samples import sample
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_MAIN, JsonForm
from tokens.ops import OPERATIONS
from tokens.transaction import Transaction

TOLD_OF = {
    "book_get": frozenset({"order"}),
    "sanction_list": frozenset({"sanctions_list"}),
    "trade_list": frozenset({"trade"}),
}
"""Methods that tell everybody sums or names of private records: not whose. Depth and prices of a
book, the lists that there are. Compared with a world in which these records are of others."""
HANDED_IN = {"tx_submit", "tx_submitAndWait", "tx_submitBatch"}
PROBES = tuple(encode(PREFIX_MAIN, each) for each in (BOB, CAROL, EXCHANGE, address_of("nowhere")))
"""Put for each address of a request, in turn: own, of others, nobody's."""
PAGES_MAX = 20
FORM = JsonForm(PREFIX_MAIN)
_ADDRESS = re.compile(r"mhr1[a-z0-9]+")
_PATH = re.compile(rb'"path":"0x[0-9a-f]*"')
NAMES = sorted(method.name for method in METHODS if method.name not in HANDED_IN)


@lru_cache(maxsize=1)
def requests() -> dict[str, tuple[str, ...]]:
    """Method -> its conformance requests, each also page by page and about others."""
    found: dict[str, dict[str, None]] = {}
    for path in files():
        name = path.parent.name
        for request, _ in exchanges(path.read_text()):
            for each in _variants(of_main(request), name):
                found.setdefault(name, {})[each] = None
    return {name: tuple(each) for name, each in found.items()}


def _variants(request: str, name: str) -> Iterator[str]:
    yield request
    # what a simulation says of others is asked by `trials`: whom one may pay is told by design
    if SCOPES.get(name) is PUBLIC or name == "tx_simulate" or not request.startswith("{"):
        return
    for address in dict.fromkeys(_ADDRESS.findall(request)):
        for probe in PROBES:
            yield request.replace(address, probe)
    body = json.loads(request)
    if isinstance(body.get("params"), dict):
        for more in ({"limit": 1}, {"prove": True}):
            yield json.dumps(body | {"params": body["params"] | more})


class Desk:
    """One reader before one node, without a network between."""

    def __init__(self, node: FakeNode, reader: Reader | None) -> None:
        log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
        self.node = node
        self.dispatcher = Dispatcher(node, FORM, METHODS, metrics=Metrics().rpc, log=log)
        tiers = {Tier.READ, Tier.SUBMIT} if reader is not None else set(Tier)
        self.caller = Caller(
            name="",
            tiers=frozenset(tiers),
            charge=lambda _: None,
            token=None if reader is None else reader.token(node),
        )

    async def told(self, request: str) -> list[bytes]:
        """The answer, and those of the pages that follow."""
        out: list[bytes] = []
        for _ in range(PAGES_MAX):
            reply = await self.dispatcher.handle(request.encode(), self.caller)
            if reply is None:
                return out
            out.append(_PATH.sub(b'"path":"*"', reply))
            cursor = _next(reply)
            body = json.loads(request) if cursor else None
            if not isinstance(body, dict) or not isinstance(body.get("params"), dict):
                return out
            request = json.dumps(body | {"params": body["params"] | {"cursor": cursor}})
        return out


def _next(reply: bytes) -> str | None:
    """Cursor of the next page."""
    body = json.loads(reply)
    result = body.get("result") if isinstance(body, dict) else None
    if isinstance(result, dict) and isinstance(result.get("value"), dict):
        result = result["value"]
    return result.get("next") if isinstance(result, dict) else None


async def compared(
    reader: Reader, wanted: Iterable[str], told_of: frozenset[str] = frozenset()
) -> list[tuple[str, list[bytes], list[bytes]]]:
    """(request, answers of the one world, of the other) of each that differs."""
    one, other = Desk(world(), reader), Desk(without(reader, told_of), reader)
    assert size_of(one.node) != size_of(other.node)
    pairs = [(request, await one.told(request), await other.told(request)) for request in wanted]
    return [pair for pair in pairs if pair[1] != pair[2]]


@pytest.mark.parametrize("reader", CLOSED, ids=lambda reader: reader.name)
async def test_a_reader_cannot_tell_what_it_may_not_see(reader: Reader) -> None:
    wanted = [each for name in NAMES if name not in TOLD_OF for each in requests()[name]]
    assert len(wanted) > 900
    assert await compared(reader, wanted) == []
    for name, kinds in TOLD_OF.items():
        assert await compared(reader, requests()[name], kinds) == []


async def feed(node: FakeNode, reader: Reader) -> list[object]:
    """What a subscription tells from the first block to a last one that names the reader."""
    text, subject = reader.header(node), reader.subject
    assert text is not None
    assert subject is not None
    params = {"topic": "txs", "fromHeight": 1}
    request = {"jsonrpc": "2.0", "id": 1, "method": "sub_subscribe", "params": params}
    async with (
        serving(node=node) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as session,
        session.ws_connect("/ws", headers={HEADER: text}) as socket,
    ):
        await socket.send_json(request)
        found = [await socket.receive_json(timeout=30)]
        last = mark(node, subject)
        while found[-1].get("params", {}).get("height") != last:
            found.append(await socket.receive_json(timeout=30))
    return found


@pytest.mark.parametrize("reader", CLOSED[1:], ids=lambda reader: reader.name)
async def test_a_feed_tells_nothing_of_others(reader: Reader) -> None:
    one = await feed(world(), reader)
    assert one == await feed(without(reader), reader)
    assert len(one) >= 2


IDS = tuple(digest_of(name) for name in ("travel", "pledge", "order", "repo", "proposal"))


CHOOSES_ID = frozenset({"freeze"})
"""Operations whose sender chooses the id of a new record: that one is in use is told by design."""


def _filled(value: object, address: bytes, record: bytes) -> object:
    """The same with one address and one id of a record everywhere."""
    if isinstance(value, bytes):
        return {16: address, 32: record}.get(len(value), value)
    if isinstance(value, tuple):
        return tuple([_filled(each, address, record) for each in value])
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        filled = {name: _filled(getattr(value, name), address, record) for name in names}
        for name, asset in (("asset", COIN), ("isin", BOND_ID)):
            if isinstance(filled.get(name), str):
                filled[name] = asset
        return msgspec.structs.replace(value, **filled)
    return value


def trials(sender: bytes) -> list[str]:
    """Simulations of every operation about each client, institution and known record."""
    found: dict[str, None] = {}
    for spec in OPERATIONS:
        made = sample(spec.operation)
        for address in (ALICE, BOB, CAROL, BANK, EXCHANGE):
            for record in IDS:
                named = digest_of("fresh") if spec.name in CHOOSES_ID else record
                operation = cast("msgspec.Struct", _filled(made, address, named))
                transaction = Transaction(
                    version=1,
                    chain_id=CHAIN_ID,
                    sender=sender,
                    client_ref=bytes(16),
                    valid_until=50,
                    operations=(operation,),
                    memo="",
                )
                params = {"transaction": FORM.to_json(transaction)}
                request = {"jsonrpc": "2.0", "id": 1, "method": "tx_simulate", "params": params}
                found[json.dumps(request)] = None
    return list(found)


@pytest.mark.parametrize("reader", CLOSED[1:], ids=lambda reader: reader.name)
async def test_a_simulation_tells_nothing_of_others(reader: Reader) -> None:
    assert reader.subject is not None
    assert await compared(reader, trials(reader.subject)) == []


@pytest.mark.parametrize("name", SUPERVISORS)
async def test_a_supervisor_is_answered_as_the_node_itself(name: str) -> None:
    node = world()
    reader = Reader(name, frozenset())
    one, other = Desk(node, reader), Desk(node, None)
    for method in NAMES:
        for request in requests()[method]:
            if "tx_simulate" not in method:
                assert await one.told(request) == await other.told(request)

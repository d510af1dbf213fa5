"""The chain behind the real RPC methods, without a socket; and nodes that lie."""

import json
from collections.abc import Callable
from typing import cast

import structlog

from consensus.types import Header, Tip, Validator, ValidatorSet
from node.api import NodeApi, NodeState, StoredBlock, TransactionPlace
from node.chain import Chain
from node.metrics import Metrics
from node.rpc.dispatch import Dispatcher
from node.rpc.method import Caller, Tier
from node.rpc.methods import METHODS
from node.sdk.errors import RpcFailed
from node.sdk.light.block import LightBlock
from node.sdk.light.source import RpcSource
from node.sdk.schema.common import Proof
from node.sdk.schema.statement import HoldingProof
from node.sdk.schema.tx import TxProof
from tokens.jsonform import PREFIX_TEST, Json, JsonForm
from tokens.state import Overlay
from tokens.transaction import DecodedTransaction

FORM = JsonForm(PREFIX_TEST)


class ChainNode:
    """The reads of NodeApi that a light client leads to."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self.genesis = chain.genesis
        self.genesis_digest = chain.genesis_digest

    def tip(self) -> Tip:
        return self._chain.tip

    def state(self) -> Overlay:
        return self._chain.overlay()

    def prove(self, kind_tag: int, key_hash: bytes) -> tuple[bytes | None, bytes]:
        return self._chain.record_bytes(kind_tag, key_hash), self._chain.prove(key_hash)

    def block(self, height: int) -> StoredBlock | None:
        return self._chain.blocks.block(height)

    def height_of_block(self, digest: bytes) -> int | None:
        return self._chain.blocks.height_of(digest)

    def oldest_block(self) -> int:
        return 1

    def validators_at(self, height: int) -> ValidatorSet | None:
        return self._chain.validators_at(height)

    def find_transaction(self, tx_id: bytes) -> TransactionPlace | None:
        return self._chain.blocks.place(tx_id)

    def pending_transaction(self, tx_id: bytes) -> DecodedTransaction | None:
        return None

    def node_state(self) -> NodeState:
        return NodeState(
            node_id="treasury",
            voting=True,
            syncing=False,
            halted=None,
            height=self._chain.tip.height,
            view=0,
            phase="propose",
            sentence="",
            mempool_transactions=0,
            mempool_bytes=0,
            peers=(),
            last_block_ms_ago=None,
            disk_free_bytes=0,
        )


def api_of(chain: Chain) -> NodeApi:
    return cast("NodeApi", ChainNode(chain))


Lie = Callable[[str, Json], Json]
"""(method, true result) -> what the node says."""


def honest(method: str, result: Json) -> Json:
    return result


class Calls:
    """Stands for a Client: the dispatcher of the server, and a lie on top."""

    def __init__(self, chain: Chain, lie: Lie = honest) -> None:
        self.form = FORM
        self.lie = lie
        self.asked: list[tuple[str, str]] = []
        log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
        self._dispatcher = Dispatcher(api_of(chain), FORM, METHODS, metrics=Metrics().rpc, log=log)
        self._caller = Caller(name="", tiers=frozenset({Tier.READ}), charge=lambda count: None)

    async def raw(self, method: str, params: object = None) -> Json:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self.asked.append((method, json.dumps(params)))
        data = await self._dispatcher.handle(json.dumps(request).encode(), self._caller)
        assert data is not None
        return self.lie(method, _result(method, json.loads(data)))


class Recorded:
    """Answers of an honest run, played again with a lie: fast enough for each byte of them."""

    def __init__(self, answers: dict[tuple[str, str], Json], lie: Lie = honest) -> None:
        self.form = FORM
        self.lie = lie
        self._answers = answers

    async def raw(self, method: str, params: object = None) -> Json:
        answer = self._answers.get((method, json.dumps(params)))
        if answer is None:
            raise RpcFailed(method, {"code": -32001, "data": {"symbol": "NOT_FOUND"}})
        return self.lie(method, answer)


def _result(method: str, reply: dict[str, Json]) -> Json:
    error = reply.get("error")
    if isinstance(error, dict):
        raise RpcFailed(method, error)
    return reply.get("result")


class Forger:
    """A node that answers truly but for what it is told to say."""

    def __init__(self, chain: Chain) -> None:
        self.calls = Calls(chain)
        self.truth = RpcSource(self.calls)
        self.height: int | None = None
        self.blocks: dict[int, LightBlock] = {}
        self.sets: dict[int, tuple[Validator, ...]] = {}
        self.proofs: Callable[[Proof], Proof] = lambda proof: proof
        self.holdings: Callable[[HoldingProof], HoldingProof] = lambda proof: proof
        self.inclusions: Callable[[TxProof], TxProof] = lambda proof: proof

    async def tip(self) -> int:
        return await self.truth.tip() if self.height is None else self.height

    async def block(self, height: int) -> LightBlock:
        forged = self.blocks.get(height)
        return await self.truth.block(height) if forged is None else forged

    async def headers(self, first: int, count: int) -> tuple[Header, ...]:
        found = list(await self.truth.headers(first, count))
        for height, block in self.blocks.items():
            if first <= height < first + count:
                found[height - first] = block.header
        return tuple(found)

    async def validators(self, height: int) -> tuple[Validator, ...]:
        forged = self.sets.get(height)
        return await self.truth.validators(height) if forged is None else forged

    async def proof(self, kind: str, key_hash: bytes) -> Proof:
        return self.proofs(await self.truth.proof(kind, key_hash))

    async def holding(self, asset: str, account: bytes) -> HoldingProof:
        return self.holdings(await self.truth.holding(asset, account))

    async def reserve(self, asset: str) -> tuple[Proof, ...]:
        return tuple(self.proofs(proof) for proof in await self.truth.reserve(asset))

    async def inclusion(self, tx_id: bytes) -> TxProof:
        return self.inclusions(await self.truth.inclusion(tx_id))

"""What a light client asks of a node, and the node over JSON-RPC. All answers are hearsay."""

from __future__ import annotations

from typing import Protocol, TypeVar, cast

import msgspec

from consensus.types import Header, Validator
from node.sdk.light.block import LightBlock
from node.sdk.light.faults import Fault, Unproven
from node.sdk.schema import chain, node
from node.sdk.schema.asset import SupplyParams
from node.sdk.schema.common import Certificate, Proof, StateRead
from node.sdk.schema.consensus import ValidatorSetInfo, ValidatorsParams
from node.sdk.schema.statement import HoldingParams, HoldingProof
from node.sdk.schema.tx import TxParams, TxProof
from tokens.jsonform import FormError, Json, JsonForm

T = TypeVar("T")

HEADERS_MAX = chain.BLOCKS_MAX
"""Headers of one answer."""


class Source(Protocol):
    """A node. Each call may raise Unproven (MALFORMED), RpcFailed, NodeUnreachable."""

    async def tip(self) -> int:
        """Height of its newest block."""

    async def block(self, height: int) -> LightBlock:
        """Header and certificate of a block."""

    async def headers(self, first: int, count: int) -> tuple[Header, ...]:
        """Headers of `count` heights from `first` on, ascending; at most HEADERS_MAX."""

    async def validators(self, height: int) -> tuple[Validator, ...]:
        """The set of a height, at most one above its tip."""

    async def proof(self, kind: str, key_hash: bytes) -> Proof:
        """A record or its absence at its tip."""

    async def holding(self, asset: str, account: bytes) -> HoldingProof:
        """An account, what it holds of an asset, and its bank's total, at its tip."""

    async def reserve(self, asset: str) -> tuple[Proof, ...]:
        """The records that a stablecoin's reserve follows from, all of one block."""

    async def inclusion(self, tx_id: bytes) -> TxProof:
        """Receipt and transaction with their paths."""


class Caller(Protocol):
    """The part of a Client that is needed."""

    form: JsonForm

    async def raw(self, method: str, params: object = None) -> Json:
        """Result as JSON values. RpcFailed, NodeUnreachable."""


class RpcSource:
    """A node behind a Client: one or two calls for each question."""

    def __init__(self, client: Caller) -> None:
        self._client = client

    async def tip(self) -> int:
        """node_status."""
        return (await self._ask("node_status", None, node.NodeStatus)).height

    async def block(self, height: int) -> LightBlock:
        """chain_getHeader, chain_getCommit."""
        params = chain.BlockParams(block=height)
        header = await self._ask("chain_getHeader", params, chain.BlockHeader)
        certificate = await self._ask("chain_getCommit", params, Certificate)
        return LightBlock(header=_header_of(header.header), certificate=certificate)

    async def headers(self, first: int, count: int) -> tuple[Header, ...]:
        """chain_getBlocks."""
        params = chain.BlocksParams(from_height=first, limit=count)
        found = await self._ask("chain_getBlocks", params, tuple[chain.BlockHeader, ...])
        return tuple(_header_of(entry.header) for entry in found)

    async def validators(self, height: int) -> tuple[Validator, ...]:
        """consensus_validators."""
        params = ValidatorsParams(height=height)
        found = await self._ask("consensus_validators", params, ValidatorSetInfo)
        return tuple(Validator(**msgspec.structs.asdict(member)) for member in found.validators)

    async def proof(self, kind: str, key_hash: bytes) -> Proof:
        """chain_getProof."""
        params = chain.ProofParams(kind=kind, key_hash=key_hash)
        return (await self._ask("chain_getProof", params, StateRead[Proof])).value

    async def holding(self, asset: str, account: bytes) -> HoldingProof:
        """account_getHoldingProof."""
        params = HoldingParams(account=account, asset=asset)
        found = await self._ask("account_getHoldingProof", params, StateRead[HoldingProof])
        return found.value

    async def reserve(self, asset: str) -> tuple[Proof, ...]:
        """cash_getReserveProof."""
        params = SupplyParams(asset=asset)
        found = await self._ask("cash_getReserveProof", params, StateRead[tuple[Proof, ...]])
        return found.value

    async def inclusion(self, tx_id: bytes) -> TxProof:
        """tx_getProof."""
        return await self._ask("tx_getProof", TxParams(tx_id=tx_id), TxProof)

    async def _ask(self, method: str, params: msgspec.Struct | None, of: type[T]) -> T:
        form = self._client.form
        answer = await self._client.raw(method, {} if params is None else form.to_json(params))
        try:
            return cast("T", form.from_json(of, answer))
        except FormError:
            raise Unproven(Fault.MALFORMED, f"{method}: not an answer of its type") from None


def _header_of(view: chain.Header) -> Header:
    """What is outside of the limits of the wire needs no check: its digest is nobody's."""
    return Header(**msgspec.structs.asdict(view))

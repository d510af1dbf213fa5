"""The light client: questions to one node that nobody has to believe.

Every answer is `Proven`: it leads by hashes to a root that a quorum of a known validator set
signed. What is not proven is Unproven, with the name of the check that failed.

    light = LightClient(RpcSource(client), read_anchor(Path("genesis.json")))
    proven = await light.balance("DPKR", account)
    print(proven.value.balance, proven.height, proven.signers)

It cannot prove that an answer is the newest one: a node may hold blocks back. It never goes back
behind what it has seen, and `timestamp_ms` and `height` say how old an answer is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import msgspec

from node.sdk.light.anchor import Anchor
from node.sdk.light.block import VerifiedBlock
from node.sdk.light.faults import Fault, Unproven
from node.sdk.light.follow import TrustedChain
from node.sdk.light.path import root_of
from node.sdk.light.reserve import ReserveReport, report_of
from node.sdk.light.source import Source
from node.sdk.schema.common import Proof
from node.sdk.schema.tx import TxProof
from node.signing import check_library
from node.wire.hashing import TX_ROOT_DOMAIN, header_digest
from tokens.codec import Canonical, Malformed, NonCanonical
from tokens.proof import StateProof, verify_proof
from tokens.records.holdings import BANK_TOTAL, POSITION, Position
from tokens.records.kind import Key, Kind, RecordKind
from tokens.records.parties import ACCOUNT
from tokens.records.reassignments import REASSIGNMENT
from tokens.results import Code, Receipt
from tokens.transaction import DecodedTransaction, decode_transaction
from tokens.types import Address, Amount, AssetId

T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)

RECEIPTS_DOMAIN = b"mohur/receipts/v1"
"""Of the receipts root, docs/spec/ledger.md 4."""

_proof = Canonical[StateProof](StateProof)
_receipt = Canonical[Receipt](Receipt)


@dataclass(frozen=True, slots=True)
class Proven(Generic[T]):
    """A value, and the decided block that it is proven by."""

    value: T
    height: int
    """Of the block. A record is as it was after this block."""
    block_hash: bytes
    state_root: bytes
    """After the block."""
    timestamp_ms: int
    """Of the block: milliseconds since the epoch, UTC, as its proposer and a quorum saw it."""
    signers: tuple[str, ...]
    """Validators that signed it: a quorum of the set of that height."""


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What a client has at its bank, and what all clients of the bank have together."""

    asset: AssetId
    account: Address
    servicer: Address
    """The bank in whose total it counts: the account's servicer, or the one before while the totals
    are on the way."""
    balance: Amount
    bank_total: Amount
    """Sum over all accounts that the bank services (SGLA), minor units."""


class LightClient:
    """One node to ask, one anchor to trust. Calls may run side by side."""

    def __init__(self, source: Source, anchor: Anchor) -> None:
        """Raises WrongLibrary if the installed libsodium has another rule of signatures."""
        check_library()
        self._source = source
        self._chain = TrustedChain(source, anchor)

    @property
    def anchor(self) -> Anchor:
        """The newest block proven so far: keep it (write_anchor), the next start is shorter."""
        return self._chain.anchor

    async def sync(self, height: int | None = None) -> Anchor:
        """Follow the chain up to a height, or to the node's newest block. Never goes back."""
        target = await self._source.tip() if height is None else height
        if target > self.anchor.height:
            await self._chain.at(target)
        return self.anchor

    async def block(self, height: int) -> VerifiedBlock:
        """The decided block of a height >= 1, also below the anchor."""
        return await self._at(height)

    async def record(
        self, kind: RecordKind[R], key: Key, *, min_height: int = 0
    ) -> Proven[R | None]:
        """A record of the ledger, or None where validators signed that there is none."""
        proof = await self._source.proof(kind.name, kind.key_hash(key))
        block = await self._signed(proof, min_height)
        return _proven(_record(kind, key, proof, block), block)

    async def reserve(self, asset: str, *, min_height: int = 0) -> Proven[ReserveReport]:
        """What stands behind a stablecoin, computed here from records of one block."""
        proofs = await self._source.reserve(asset)
        if not proofs:
            raise Unproven(Fault.WRONG_RECORD, "the node sent no proof")
        block = await self._signed(proofs[0], min_height)

        def check(kind: Kind, key: Key, proof: Proof) -> msgspec.Struct | None:
            return _record(cast("RecordKind[msgspec.Struct]", kind), key, proof, block)

        return _proven(report_of(asset, proofs, check), block)

    async def _signed(self, proof: Proof, min_height: int) -> VerifiedBlock:
        """The block whose certificate a proof names, not older than what is known."""
        least = max(min_height, self.anchor.height)
        if proof.certificate is None:
            raise Unproven(Fault.NO_CERTIFICATE, "the network has no block yet")
        height = proof.certificate.height
        if height < least:
            raise Unproven(Fault.STALE, f"the node answers of {height}, {least} is known")
        return await self._at(height)

    async def balance(self, asset: str, account: bytes, *, min_height: int = 0) -> Proven[Position]:
        """What an account holds of an asset; all zero where validators signed that it has none."""
        found = await self.record(POSITION, (asset, account), min_height=min_height)
        if found.value is not None:
            return _moved(found.value, found)
        nothing = Position(
            asset=asset,
            account=account,
            balance=0,
            held=0,
            pledged=0,
            frozen=0,
            record_no=0,
            record_quantity=0,
        )
        return _moved(nothing, found)

    async def holding(self, asset: str, account: bytes, *, min_height: int = 0) -> Proven[Holding]:
        """A client's leaf and its bank's total, of one block, in one call.

        The bank is taken from the account's own record and, while its totals are on the way to
        another bank, from the record of that: the total is that of the bank that answers for it.
        NOT_FOUND (RpcFailed) for an account that the node does not know.
        """
        found = await self._source.holding(asset, account)
        block = await self._signed(found.position, min_height)
        for proof in (found.account, found.reassignment, found.bank_total):
            if proof.certificate is None or proof.certificate.height != block.header.height:
                raise Unproven(Fault.WRONG_HEIGHT, "the parts of the answer are of two blocks")
        owner = _record(ACCOUNT, (account,), found.account, block)
        if owner is None:
            raise Unproven(Fault.WRONG_RECORD, "there is no such account under the state root")
        leaf = _record(POSITION, (asset, account), found.position, block)
        moving = _record(REASSIGNMENT, (account,), found.reassignment, block)
        waits = moving is not None and asset > moving.cursor
        bank = moving.old if moving is not None and waits else owner.servicer
        total = _record(BANK_TOTAL, (bank, asset), found.bank_total, block)
        balance, amount = 0 if leaf is None else leaf.balance, 0 if total is None else total.amount
        if balance > amount:
            raise Unproven(Fault.WRONG_RECORD, "the bank's total is below one of its accounts")
        return _proven(
            Holding(
                asset=asset,
                account=account,
                servicer=bank,
                balance=balance,
                bank_total=amount,
            ),
            block,
        )

    async def receipt(self, tx_id: bytes) -> Proven[Receipt]:
        """What became of a transaction, or of one piece of the ledger's own work."""
        proof = await self._source.inclusion(tx_id)
        block = await self._at(proof.height)
        return _proven(_checked_receipt(tx_id, proof, block), block)

    async def transaction(self, tx_id: bytes) -> Proven[DecodedTransaction]:
        """The signed transaction as it stands in its block. Its outcome is the receipt's to say."""
        proof = await self._source.inclusion(tx_id)
        block = await self._at(proof.height)
        if proof.transaction is None:
            raise Unproven(Fault.WRONG_TRANSACTION, "the node sent no transaction")
        decoded = decode_transaction(proof.transaction)
        if isinstance(decoded, Code) or decoded.tx_id != tx_id:
            raise Unproven(Fault.WRONG_TRANSACTION, "the bytes are of another transaction")
        root = root_of(TX_ROOT_DOMAIN, decoded.wire_id, proof.transaction_path)
        if root != block.header.tx_root:
            raise Unproven(Fault.WRONG_TRANSACTION, "the transaction is not under tx_root")
        return _proven(decoded, block)

    async def compare(self, witness: Source) -> None:
        """Raise WITNESS_DIFFERS unless another node has the anchor's block too.

        Ask a node of another institution: who forges blocks with the keys of a retired quorum
        deceives a client with an old anchor, but not the other node. RpcFailed (NOT_FOUND) if the
        witness has not reached the height.
        """
        anchor = self.anchor
        if anchor.height == 0:
            return
        other = await witness.block(anchor.height)
        if header_digest(other.header) != anchor.block_hash:
            raise Unproven(
                Fault.WITNESS_DIFFERS, f"the witness has another block at {anchor.height}"
            )

    async def _at(self, height: int) -> VerifiedBlock:
        if height < 1:
            raise Unproven(Fault.WRONG_HEIGHT, "blocks have heights from 1")
        return await self._chain.at(height)


def _record(kind: RecordKind[R], key: Key, proof: Proof, block: VerifiedBlock) -> R | None:
    """The record of a key, or None where the state root says that there is none."""
    path = _decoded(_proof, proof.path)
    if not verify_proof(block.state_root, kind, key, proof.record, path):
        raise Unproven(Fault.WRONG_RECORD, f"the {kind.name} is not under the state root")
    return None if proof.record is None else _decoded(Canonical[R](kind.struct), proof.record)


def _checked_receipt(tx_id: bytes, proof: TxProof, block: VerifiedBlock) -> Receipt:
    if root_of(RECEIPTS_DOMAIN, proof.receipt, proof.receipt_path) != block.receipts_root:
        raise Unproven(Fault.WRONG_RECEIPT, "the receipt is not under the receipts root")
    receipt = _decoded(_receipt, proof.receipt)
    if receipt.tx_id != tx_id:
        raise Unproven(Fault.WRONG_RECEIPT, "a receipt of another transaction")
    return receipt


def _decoded(codec: Canonical[T], data: bytes) -> T:
    try:
        return codec.decode(data)
    except (Malformed, NonCanonical):
        raise Unproven(
            Fault.MALFORMED, "not canonical, or of a newer protocol than this client"
        ) from None


def _proven(value: T, block: VerifiedBlock) -> Proven[T]:
    return Proven(
        value=value,
        height=block.header.height,
        block_hash=block.digest,
        state_root=block.state_root,
        timestamp_ms=block.header.timestamp_ms,
        signers=block.signers,
    )


def _moved(value: T, found: Proven[R | None]) -> Proven[T]:
    return Proven(
        value=value,
        height=found.height,
        block_hash=found.block_hash,
        state_root=found.state_root,
        timestamp_ms=found.timestamp_ms,
        signers=found.signers,
    )

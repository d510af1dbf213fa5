"""From what the node stores to what a client reads: headers, certificates, receipts, proofs."""

import msgspec

from consensus.types import CommitCertificate, Header
from node.api import StoredBlock
from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call
from node.rpc.past_proof import prove
from node.sdk.schema import chain, common
from tokens.jsonform import Json
from tokens.records.kind import Kind
from tokens.results import Code, Receipt


def context_json(call: Call) -> Json:
    """The decided block whose state was read."""
    tip = call.tip
    return {
        "chainId": call.api.genesis.chain_id,
        "height": tip.height,
        "blockHash": "0x" + tip.digest.hex(),
        "stateRoot": "0x" + tip.state_root.hex(),
    }


def receipt_view(receipt: Receipt) -> common.Receipt:
    """A receipt with its words."""
    return common.Receipt(
        tx_id=receipt.tx_id,
        height=receipt.height,
        index=receipt.index,
        status="success" if receipt.code == 0 else "failed",
        code=receipt.code,
        symbol=symbol(receipt.code),
        operation=receipt.operation,
        events=receipt.events,
    )


def symbol(code: int) -> str:
    """Stable name of a ledger code."""
    try:
        return Code(code).name
    except ValueError:
        return f"CODE_{code}"


def header_view(header: Header) -> chain.Header:
    """Field by field: the client's struct has the same ones (tests/node/rpc/test_views.py)."""
    return chain.Header(**msgspec.structs.asdict(header))


def block_header_view(block: StoredBlock) -> chain.BlockHeader:
    """A block without its list of transactions."""
    return chain.BlockHeader(
        hash=block.digest,
        header=header_view(block.header),
        state_root=block.state_root,
        receipts_root=block.receipts_root,
        transaction_count=len(block.transactions),
    )


def block_view(block: StoredBlock) -> chain.Block:
    """A block with the ids of its transactions."""
    count = len(block.transactions)
    return chain.Block(
        hash=block.digest,
        header=header_view(block.header),
        state_root=block.state_root,
        receipts_root=block.receipts_root,
        transactions=tuple([receipt.tx_id for receipt in block.receipts[:count]]),
        system_receipts=len(block.receipts) - count,
    )


def certificate_view(call: Call, block: StoredBlock) -> common.Certificate:
    """A certificate with the names and keys of those who signed."""
    certificate: CommitCertificate = block.certificate
    validators = call.api.validators_at(certificate.height)
    if validators is None:
        raise RpcError(RpcCode.PRUNED, "the validator set of that height is gone")
    members = validators.members
    return common.Certificate(
        height=certificate.height,
        view=certificate.view,
        block_hash=certificate.digest,
        root=certificate.root,
        state_root=block.state_root,
        receipts_root=block.receipts_root,
        signatures=tuple(
            [
                common.CommitSignature(
                    validator=members[entry.index].id,
                    public_key=members[entry.index].public_key,
                    signature=entry.signature,
                )
                for entry in certificate.signatures
            ]
        ),
    )


def proof_of(call: Call, kind: Kind, key_hash: bytes) -> common.Proof:
    """A record or its absence, with the path to the root that the tip's certificate signs."""
    if call.past is not None and call.tree is not None:
        record, path = prove(call.tree, call.past.rows, kind.tag, key_hash)
    else:
        record, path = call.api.prove(kind.tag, key_hash)
    block = call.api.block(call.tip.height) if call.tip.height else None
    return common.Proof(
        kind=kind.name,
        key_hash=key_hash,
        record=record,
        path=path,
        certificate=None if block is None else certificate_view(call, block),
    )


def check_kept(call: Call, height: int) -> None:
    """Raises PRUNED for a height below what this node keeps."""
    oldest = call.api.oldest_block()
    if height < oldest:
        raise RpcError(RpcCode.PRUNED, f"this node keeps blocks from height {oldest} on")


def find_block(call: Call, tag: int | str) -> StoredBlock:
    """The block of a height, a hash or a tag. Raises NOT_FOUND, PRUNED, INVALID_PARAMS."""
    height = _height_of(call, tag)
    if height is not None:
        check_kept(call, height)
    block = None if height is None else call.api.block(height)
    if block is None:
        raise not_found("block; the newest is in node_status, genesis in chain_getGenesis")
    return block


def _height_of(call: Call, tag: int | str) -> int | None:
    if isinstance(tag, int):
        return tag if 1 <= tag <= call.tip.height else None
    if tag == "earliest":
        return call.api.oldest_block()
    if tag in ("latest", "safe", "finalized"):
        return call.tip.height or None
    try:
        digest = bytes.fromhex(tag.removeprefix("0x"))
    except ValueError:
        digest = b""
    if len(digest) != 32 or tag != "0x" + digest.hex():
        message = "params.block: a height, a block hash, earliest, latest, safe or finalized"
        raise RpcError(RpcCode.INVALID_PARAMS, message)
    return call.api.height_of_block(digest)

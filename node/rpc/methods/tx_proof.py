"""tx_getProof: where a transaction and its receipt stand under the roots of their block."""

from node.rpc.audit_path import audit_path
from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call
from node.sdk.schema.tx import TxParams, TxProof
from tokens.codec import encode, tagged_hash

WIRE_DOMAIN = b"mohur/wire/v1"
"""Of a wire id (docs/spec/wire.md, 4)."""


def get_proof(call: Call, params: TxParams) -> TxProof:
    """Paths of a final transaction; at most 2,000 leaves each, hashed for this call."""
    place = call.api.find_transaction(params.tx_id)
    if place is None:
        if call.api.pending_transaction(params.tx_id) is not None:
            raise not_found("proof yet: the transaction waits")
        raise not_found("transaction known to this node")
    block, at = call.api.block(place.height), place.index
    if block is None or at >= len(block.receipts):
        raise RpcError(RpcCode.PRUNED, "that block is no longer kept here")
    receipts = [encode(receipt) for receipt in block.receipts]
    is_own = at >= len(block.transactions)
    wire_ids = [] if is_own else [tagged_hash(WIRE_DOMAIN, data) for data in block.transactions]
    return TxProof(
        tx_id=params.tx_id,
        height=place.height,
        receipt=receipts[at],
        receipt_path=audit_path(receipts, at),
        transaction=None if is_own else block.transactions[at],
        transaction_path=() if is_own else audit_path(wire_ids, at),
    )

"""The table of tx_*."""

from node.rpc.method import Tier, method
from node.rpc.methods import tx, tx_proof
from node.sdk.schema import tx as schema
from node.sdk.schema.common import Page, Receipt

READ = Tier.READ
SUBMIT = Tier.SUBMIT
METHODS = (
    method(
        "tx_submit",
        schema.SubmitParams,
        schema.Submission,
        SUBMIT,
        tx.submit,
        "Hand in a signed transaction. Sending the same bytes again is safe.",
    ),
    method(
        "tx_submitAndWait",
        schema.SubmitAndWaitParams,
        Receipt,
        SUBMIT,
        tx.submit_and_wait,
        "The same, then wait for the receipt; error 4 with the tx id when the time is over.",
        waits=True,
    ),
    method(
        "tx_submitBatch",
        schema.SubmitBatchParams,
        tuple[schema.BatchSubmission, ...],
        SUBMIT,
        tx.submit_batch,
        "Up to 50 at once; one refused item is no error of the others.",
    ),
    method(
        "tx_simulate",
        schema.SimulateParams,
        schema.Simulation,
        READ,
        tx.simulate,
        "All failing checks of a transaction against the newest state.",
    ),
    method(
        "tx_get", schema.TxParams, schema.TransactionInfo, READ, tx.get, "A transaction by its id."
    ),
    method(
        "tx_getReceipt",
        schema.TxParams,
        Receipt | None,
        READ,
        tx.get_receipt,
        "The receipt; null while the transaction waits.",
    ),
    method(
        "tx_getProof",
        schema.TxParams,
        schema.TxProof,
        READ,
        tx_proof.get_proof,
        "Receipt and transaction with their Merkle paths to the roots of their block.",
    ),
    method(
        "tx_list",
        schema.TxListParams,
        Page[schema.TxPlace],
        READ,
        tx.list_transactions,
        "Decided transactions, newest first; of one address if given.",
    ),
    method(
        "tx_encode",
        schema.EncodeParams,
        schema.Encoded,
        READ,
        tx.encode_transaction,
        "JSON to canonical bytes and the 32 bytes to sign: no msgpack needed.",
    ),
    method("tx_decode", schema.DecodeParams, schema.Decoded, READ, tx.decode, "Bytes to JSON."),
)

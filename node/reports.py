"""Reports of misbehaviour as they stand on the ledger, with the transactions that made them."""

from node.api import Recorded
from node.chain import Chain
from node.storage.blocks import BlockStore
from tokens.ops.validators import ReportMisbehaviour
from tokens.records.governance import MISBEHAVIOUR, Misbehaviour
from tokens.results import Code
from tokens.transaction import decode_transaction

SCANNED_MAX = 100_000
"""Records looked through; there is one at most for each (validator, height, operator)."""
REPORTS_MAX = 200
"""The newest of them that are told."""


def recorded(chain: Chain) -> list[Recorded]:
    """The newest REPORTS_MAX reports, newest first."""
    index = MISBEHAVIOUR.indexes[0]
    records = chain.overlay().scan(MISBEHAVIOUR, index, limit=SCANNED_MAX)[-REPORTS_MAX:]
    return [find_report(chain.blocks, record) for record in reversed(records)]


def find_report(blocks: BlockStore, record: Misbehaviour) -> Recorded:
    """A record and the transaction behind it."""
    for body in blocks.bodies(record.reported_at):
        decoded = decode_transaction(body)
        if isinstance(decoded, Code):
            continue
        transaction = decoded.signed.transaction
        for operation in transaction.operations:
            if (
                isinstance(operation, ReportMisbehaviour)
                and transaction.sender == record.reporter
                and operation.validator == record.validator
                and operation.accused_height == record.accused_height
            ):
                return Recorded(record=record, tx_id=decoded.tx_id, evidence=operation.evidence)
    return Recorded(record=record, tx_id=None, evidence=b"")

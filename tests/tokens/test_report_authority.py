"""A validator's consensus key reports misbehaviour for its operator, and does nothing else."""

import msgspec
import pytest

from tests.tokens.support import CHAIN_ID, Ledger, addr, digest
from tests.tokens.test_governance import rotate, running
from tokens.ops.validators import RemoveValidator, ReportMisbehaviour
from tokens.records.governance import MISBEHAVIOUR
from tokens.results import Code
from tokens.transaction import DecodedTransaction, KeySignature, Transaction, build

REPORT = ReportMisbehaviour(validator="regulator-node", accused_height=2, evidence=b"two messages")
OWN = digest("consensus treasury-node")


def signed(
    *operations: msgspec.Struct, keys: tuple[bytes, ...] = (OWN,), sender: str = "treasury"
) -> DecodedTransaction:
    inner = Transaction(
        version=1,
        chain_id=CHAIN_ID,
        sender=addr(sender),
        client_ref=bytes(16),
        valid_until=20,
        operations=operations,
        memo="",
    )
    return build(inner, tuple(KeySignature(key=key, signature=bytes(64)) for key in keys))


def answer(ledger: Ledger, transaction: DecodedTransaction) -> Code | None:
    return ledger.admission(transaction.data)


def test_a_report_under_the_consensus_key_is_recorded_as_the_operators() -> None:
    ledger = running()
    transaction = signed(REPORT)
    assert answer(ledger, transaction) is None
    receipt = ledger.block(transaction.data).receipts[0]
    assert Code(receipt.code) is Code.OK
    record = ledger.state.get(MISBEHAVIOUR, "regulator-node", 2, addr("treasury"))
    assert record is not None
    assert record.reporter == addr("treasury")


@pytest.mark.parametrize(
    ("transaction", "code"),
    [
        (signed(RemoveValidator(id="regulator-node")), Code.WRONG_KEYS),
        (signed(REPORT, msgspec.structs.replace(REPORT, accused_height=1)), Code.WRONG_KEYS),
        (signed(REPORT, keys=(OWN, digest("x"))), Code.WRONG_KEYS),
        (signed(REPORT, keys=(digest("network treasury-node"),)), Code.WRONG_KEYS),
        (signed(REPORT, keys=(digest("consensus regulator-node"),)), Code.WRONG_KEYS),
        (signed(REPORT, sender="bank-a"), Code.WRONG_KEYS),
        (signed(REPORT, sender="nobody"), Code.UNKNOWN_SENDER),
    ],
)
def test_it_may_do_nothing_else(transaction: DecodedTransaction, code: Code) -> None:
    assert answer(running(), transaction) is code


def test_a_key_that_was_rotated_out_reports_no_more() -> None:
    ledger = running()
    ledger.ok("treasury", rotate("treasury-node"))
    assert answer(ledger, signed(REPORT)) is None
    ledger.idle()
    assert answer(ledger, signed(REPORT)) is Code.WRONG_KEYS
    assert answer(ledger, signed(REPORT, keys=(digest("new consensus"),))) is None

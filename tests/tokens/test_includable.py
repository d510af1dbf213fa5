"""R8: what may stand in a block, as a function of parent state and height."""

import msgspec
import pytest

from tests.tokens.support import CHAIN_ID, Ledger, addr, digest, genesis, key
from tests.tokens.test_transition import decoded, transfer
from tokens.includable import block_refusal
from tokens.results import Code
from tokens.transaction import (
    KeySignature,
    SignedTransaction,
    Transaction,
    decode_transaction,
)


@pytest.fixture
def ledger() -> Ledger:
    found = Ledger(genesis(parameters={"window_blocks": 10}))
    found.idle(20)
    return found


def test_a_good_transaction(ledger: Ledger) -> None:
    assert ledger.admission(ledger.transaction("bank-a", transfer(1))) is None


def test_another_chain(ledger: Ledger) -> None:
    data = ledger.transaction("bank-a", transfer(1), chain_id="other")
    assert ledger.admission(data) is Code.WRONG_CHAIN


@pytest.mark.parametrize(
    ("valid_until", "code"),
    [(20, Code.EXPIRED), (21, None), (31, None), (32, Code.TOO_FAR_AHEAD)],
)
def test_validity_ends_at_its_height_and_reaches_w_blocks(
    ledger: Ledger, valid_until: int, code: Code | None
) -> None:
    data = ledger.transaction("bank-a", transfer(1), valid_until=valid_until)
    assert ledger.admission(data) is code


def test_unknown_sender_and_account_without_keys(ledger: Ledger) -> None:
    assert ledger.admission(ledger.transaction("nobody", transfer(1))) is Code.UNKNOWN_SENDER
    assert ledger.admission(ledger.transaction("client-a1", transfer(1))) is Code.UNKNOWN_SENDER


def test_keys_of_another(ledger: Ledger) -> None:
    data = ledger.transaction("bank-a", transfer(1), keys=[key("bank-b")])
    assert ledger.admission(data) is Code.WRONG_KEYS
    data = ledger.transaction("bank-a", transfer(1), keys=[key("bank-a"), key("bank-b")])
    assert ledger.admission(data) is Code.WRONG_KEYS


def test_maker_and_checker(ledger: Ledger) -> None:
    both = [key("central-bank", 0), key("central-bank", 1)]
    one = ledger.transaction("central-bank", transfer(1), keys=both[:1])
    assert ledger.admission(one) is Code.TOO_FEW_SIGNATURES
    assert ledger.admission(ledger.transaction("central-bank", transfer(1), keys=both)) is None
    all_three = [*both, key("central-bank", 2)]
    assert ledger.admission(ledger.transaction("central-bank", transfer(1), keys=all_three)) is None


def test_a_client_ref_enters_once_for_as_long_as_it_could_be_valid(ledger: Ledger) -> None:
    ref = digest("ref")[:16]
    first = ledger.transaction("bank-a", transfer(1), client_ref=ref, valid_until=31)
    ledger.block(first)  # height 21
    assert ledger.admission(first) is Code.CLIENT_REF_REUSED
    other = ledger.transaction("bank-a", transfer(2), client_ref=ref, valid_until=31)
    assert ledger.admission(other) is Code.CLIENT_REF_REUSED
    assert ledger.admission(ledger.transaction("bank-b", transfer(1), client_ref=ref)) is None
    ledger.idle(9)  # next height 31, the last at which the first could enter
    assert ledger.admission(first) is Code.CLIENT_REF_REUSED
    ledger.idle(1)
    assert ledger.admission(first) is Code.EXPIRED
    assert ledger.admission(ledger.transaction("bank-a", transfer(1), client_ref=ref)) is None


def test_a_failed_transaction_uses_its_client_ref(ledger: Ledger) -> None:
    data = ledger.transaction("bank-a", transfer(10**9))
    assert ledger.block(data).receipts[0].code == Code.INSUFFICIENT_AVAILABLE
    assert ledger.admission(data) is Code.CLIENT_REF_REUSED


def test_two_signature_versions_of_one_transaction_share_a_tx_id_not_a_wire_id(
    ledger: Ledger,
) -> None:
    keys = [key("central-bank", number) for number in range(3)]
    ref = digest("both")[:16]
    one = ledger.transaction("central-bank", transfer(1), client_ref=ref, keys=keys[:2])
    two = ledger.transaction("central-bank", transfer(1), client_ref=ref, keys=keys[1:])
    first, second = decoded(one), decoded(two)
    assert first.tx_id == second.tx_id
    assert first.wire_id != second.wire_id
    core = ledger.core
    refusal = block_refusal([first, second], core.overlay(), core.window, core.limits, 21)
    assert refusal == (1, Code.CLIENT_REF_REUSED)


def test_an_unknown_version(ledger: Ledger) -> None:
    tx = decoded(ledger.transaction("bank-a", transfer(1)))
    newer = msgspec.structs.replace(tx.signed.transaction, version=2)
    signed = SignedTransaction(transaction=newer, signatures=tx.signed.signatures)
    assert ledger.admission(msgspec.msgpack.encode(signed)) is Code.UNSUPPORTED_VERSION


def test_an_operation_of_a_later_protocol(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    tx = decoded(ledger.transaction("bank-a", transfer(1)))
    limits = ledger.core.limits._replace(protocol_version=0)
    monkeypatch.setattr(ledger.core, "limits", limits)
    assert ledger.core.includable(tx) is Code.UNKNOWN_OPERATION


def test_block_limits(ledger: Ledger) -> None:
    core = ledger.core
    txs = [decoded(ledger.transaction("bank-a", transfer(1))) for _ in range(3)]
    few = core.limits._replace(block_transactions_max=2)
    assert block_refusal(txs, core.overlay(), core.window, few, 21) == (2, Code.BLOCK_FULL)
    small = core.limits._replace(block_bytes_max=2 * len(txs[0].data))
    assert block_refusal(txs, core.overlay(), core.window, small, 21) == (2, Code.BLOCK_FULL)
    assert block_refusal(txs, core.overlay(), core.window, core.limits, 21) is None


def test_signatures_are_strictly_ascending() -> None:
    transaction = Transaction(
        version=1,
        chain_id=CHAIN_ID,
        sender=addr("bank-a"),
        client_ref=bytes(16),
        valid_until=1,
        operations=(transfer(1),),
        memo="",
    )
    entry = KeySignature(key=key("bank-a"), signature=bytes(64))
    twice = SignedTransaction(transaction=transaction, signatures=(entry, entry))
    assert decode_transaction(msgspec.msgpack.encode(twice)) is Code.NON_CANONICAL_ENCODING

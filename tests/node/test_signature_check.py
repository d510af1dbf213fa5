"""Each transaction is checked once with all that it carries, a bad one is never remembered."""

import datetime

import msgspec
import pytest

from node.signature_check import SignatureCheck
from node.signing import Signer, dev_seed
from tests.node.transactions import KEYS, transaction
from tokens.codec import encode
from tokens.entry import EntryProof, entry_message
from tokens.ops.proposals import Propose
from tokens.ops.validators import AddValidator
from tokens.records.governance import Validator
from tokens.transaction import (
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    transaction_id,
)


def test_a_valid_transaction_is_checked_once() -> None:
    check = SignatureCheck()
    one = transaction(keys=KEYS[:2])
    assert check.check(one)
    assert check.check(one)
    assert check.checked == 2
    assert check.is_known(one.wire_id)


def test_a_forged_one_is_refused_each_time() -> None:
    check = SignatureCheck()
    forged = transaction(forged=True)
    assert not check.check(forged)
    assert not check.check(forged)
    assert check.checked == 2
    assert not check.is_known(forged.wire_id)


def test_one_bad_signature_among_good_ones_is_enough() -> None:
    good, forged = transaction(keys=KEYS[:2]), transaction(keys=KEYS[2:], forged=True)
    mixed = transaction(keys=KEYS)
    assert SignatureCheck().check(good)
    assert SignatureCheck().check(mixed)
    assert not SignatureCheck().check(forged)


def test_another_signature_version_is_checked_for_itself() -> None:
    check = SignatureCheck()
    assert check.check(transaction(keys=KEYS[:1]))
    assert not check.is_known(transaction(keys=KEYS[1:2]).wire_id)


def test_the_memory_is_bounded() -> None:
    check = SignatureCheck(remembered_max=2)
    three = [transaction(index) for index in range(3)]
    for each in three:
        assert check.check(each)
    assert [check.is_known(each.wire_id) for each in three] == [False, True, True]


def entering(*, forged: bool, proposed: bool) -> DecodedTransaction:
    """A transaction whose operation carries the word of a new validator key."""
    key = Signer.from_seed(dev_seed("validator"))
    message = entry_message("mohur-test", "fifth", key.public_key, 3, bytes(32))
    proof = EntryProof(
        height=3, digest=bytes(32), signature=key.sign(bytes(32) if forged else message)
    )
    member = Validator(
        id="fifth", public_key=key.public_key, network_key=bytes(32), operator=bytes(16)
    )
    operation: msgspec.Struct = AddValidator(validator=member, proof=proof, replaces=None)
    if proposed:
        operation = Propose(
            operations=(encode(operation),), approvers=(), expires_on=datetime.date(2026, 1, 6)
        )
    inner = Transaction(
        version=1,
        chain_id="mohur-test",
        sender=bytes(16),
        client_ref=bytes(16),
        valid_until=50,
        operations=(operation,),
        memo="",
    )
    signature = KeySignature(key=KEYS[0].public_key, signature=KEYS[0].sign(transaction_id(inner)))
    return build(inner, (signature,))


@pytest.mark.parametrize("proposed", [False, True])
def test_a_signature_inside_of_an_operation_counts(proposed: bool) -> None:
    assert SignatureCheck().check(entering(forged=False, proposed=proposed))
    assert not SignatureCheck().check(entering(forged=True, proposed=proposed))

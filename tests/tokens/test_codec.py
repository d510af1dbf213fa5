"""Canonical bytes: what msgpack libraries accept and a ledger must not."""

import hashlib

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.support import Ledger
from tests.tokens.test_transition import transfer
from tokens.codec import Canonical, Malformed, NonCanonical, encode, merkle_root, tagged_hash
from tokens.results import Code
from tokens.transaction import TRANSACTION_SIZE_BYTES_MAX, DecodedTransaction, decode_transaction

GOOD = Ledger().transaction("bank-a", transfer(5), transfer(70_000))

amounts = Canonical[tuple[int, ...]](tuple[int, ...])


def test_the_good_one_decodes() -> None:
    assert isinstance(decode_transaction(GOOD), DecodedTransaction)


def mutated(change: object) -> bytes:
    """GOOD decoded by another library, changed, and packed by it."""
    value = msgpack.unpackb(GOOD)
    assert callable(change)
    change(value)
    packed = msgpack.packb(value)
    assert isinstance(packed, bytes)
    return packed


def set_amount(value: object) -> object:
    def change(decoded: list[list[list[list[object]]]]) -> None:
        decoded[0][5][0][4] = value

    return change


@pytest.mark.parametrize(
    "value", [1.0, -1, True, None, "5", b"\x05", [5], {}, 2**63 + 0.0], ids=repr
)
def test_an_amount_is_a_non_negative_integer(value: object) -> None:
    assert decode_transaction(mutated(set_amount(value))) is Code.MALFORMED


def test_an_amount_of_zero_is_refused_at_the_door() -> None:
    assert decode_transaction(mutated(set_amount(0))) is Code.MALFORMED


def test_the_largest_amount_passes() -> None:
    assert isinstance(decode_transaction(mutated(set_amount(2**64 - 1))), DecodedTransaction)


def test_an_unknown_field_and_a_missing_one() -> None:
    assert decode_transaction(mutated(lambda v: v[0].append(1))) is Code.MALFORMED
    assert decode_transaction(mutated(lambda v: v[0].pop())) is Code.MALFORMED
    assert decode_transaction(mutated(lambda v: v[0][5][0].append(1))) is Code.MALFORMED


def test_an_unknown_operation() -> None:
    def change(value: list[list[list[list[object]]]]) -> None:
        value[0][5][0][0] = 9_999

    assert decode_transaction(mutated(change)) is Code.UNKNOWN_OPERATION


@pytest.mark.parametrize("count", [0, 101])
def test_one_to_a_hundred_operations(count: int) -> None:
    def change(value: list[list[object]]) -> None:
        operations = value[0][5]
        assert isinstance(operations, list)
        value[0][5] = [operations[0]] * count

    assert decode_transaction(mutated(change)) is Code.MALFORMED


def test_a_map_is_not_a_transaction() -> None:
    packed = msgpack.packb({"transaction": 1})
    assert isinstance(packed, bytes)
    assert decode_transaction(packed) is Code.MALFORMED


def test_bytes_behind_the_end_are_refused() -> None:
    assert decode_transaction(GOOD + b"\xc0") is Code.MALFORMED


def test_an_oversized_body_is_refused_before_it_is_read() -> None:
    assert decode_transaction(bytes(TRANSACTION_SIZE_BYTES_MAX + 1)) is Code.TX_TOO_LARGE


def test_deep_nesting_ends_quickly() -> None:
    assert decode_transaction(b"\x91" * 60_000 + b"\xc0") is Code.MALFORMED


@pytest.mark.parametrize(
    ("data", "meaning"),
    [
        (b"\x91\xcc\x01", "one byte more than 1 needs"),
        (b"\x91\xcd\x00\xff", "255 in two bytes"),
        (b"\x91\xd0\x01", "a signed 1"),
        (b"\xdc\x00\x01\x01", "an array of one with a long head"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_longer_forms_of_the_same_value(data: bytes, meaning: str) -> None:
    assert msgpack.unpackb(data), meaning
    with pytest.raises(NonCanonical):
        amounts.decode(data)


def test_a_text_in_bytes_of_another_kind() -> None:
    with pytest.raises(Malformed):
        Canonical[str](str).decode(b"\xc4\x01a")
    with pytest.raises(Malformed):
        Canonical[str](str).decode(b"\xa1\xff")


def test_a_number_that_msgpack_cannot_carry() -> None:
    with pytest.raises(OverflowError):
        encode(2**64)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_every_other_byte_string_is_another_transaction_or_none(at: int, byte: int) -> None:
    """One byte changed: refused with a code, or another id; never an exception."""
    data = GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]
    found = decode_transaction(data)
    good = decode_transaction(GOOD)
    assert isinstance(good, DecodedTransaction)
    if isinstance(found, DecodedTransaction):
        assert (found.wire_id == good.wire_id) == (data == GOOD)
        assert encode(found.signed) == data


@given(st.binary(max_size=400))
def test_noise_gives_a_code(data: bytes) -> None:
    assert decode_transaction(data) in (Code.MALFORMED, Code.NON_CANONICAL_ENCODING)


@given(
    st.recursive(
        st.integers(0, 2**64 - 1) | st.binary(max_size=5) | st.text(max_size=5) | st.none(),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=12,
    )
)
def test_both_libraries_write_the_same_bytes(value: object) -> None:
    assert encode(value) == msgpack.packb(value)


def test_the_error_names_a_path_and_not_the_input() -> None:
    class Secret(msgspec.Struct, array_like=True):
        pin: int

    with pytest.raises(Malformed) as error:
        Canonical[Secret](Secret).decode(b"\x91\xa6hunter")
    assert "hunter" not in str(error.value)


def test_a_merkle_root_by_hand() -> None:
    def sha(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    a, b, c = (sha(b"\x00" + leaf) for leaf in (b"a", b"b", b"c"))
    assert merkle_root(b"d", []) == tagged_hash(b"d") == sha(b"d\x00")
    assert merkle_root(b"d", [b"a"]) == sha(b"d\x00" + a)
    three = sha(b"\x01" + sha(b"\x01" + a + b) + c)
    assert merkle_root(b"d", [b"a", b"b", b"c"]) == sha(b"d\x00" + three)

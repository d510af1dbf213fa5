"""Transactions: bytes, ids, signing digest.

Two ids (page 03). tx_id = hash of the unsigned transaction: receipts and RPC. wire_id = hash of
the signed bytes: proposals and bodies. With one id, a 2-of-3 account could send two valid bodies
for one id and halt the chain.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens.codec import Canonical, Malformed, NonCanonical, encode, tagged_hash
from tokens.ops import OPERATIONS, AnyOperation
from tokens.results import Code
from tokens.types import Address, BlockHeight, ClientRef, PublicKey, SignatureBytes

VERSION = 1
OPERATIONS_MAX = 100
TRANSACTION_SIZE_BYTES_MAX = 64 * 1024
SIGNATURES_MAX = 16

_TX_DOMAIN = b"mohur/tx/v1"
_WIRE_DOMAIN = b"mohur/wire/v1"


class Transaction(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """1..100 operations under one signature set; atomic."""

    version: Annotated[int, msgspec.Meta(ge=1, le=255)]
    """1."""
    chain_id: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    sender: Address
    """Participant or account whose key policy signs."""
    client_ref: ClientRef
    """The sender's own random id; (sender, client_ref) enters at most once."""
    valid_until: BlockHeight
    """Last height at which it may enter, at most W blocks ahead."""
    operations: Annotated[
        tuple[AnyOperation, ...], msgspec.Meta(min_length=1, max_length=OPERATIONS_MAX)
    ]
    memo: Annotated[str, msgspec.Meta(max_length=140)]


class KeySignature(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One signature over the tx_id."""

    key: PublicKey
    signature: SignatureBytes


class SignedTransaction(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What travels."""

    transaction: Transaction
    signatures: Annotated[
        tuple[KeySignature, ...], msgspec.Meta(min_length=1, max_length=SIGNATURES_MAX)
    ]
    """Strictly ascending by key; each must be valid and currently the sender's."""


@dataclass(frozen=True, slots=True)
class DecodedTransaction:
    """A canonical transaction with its ids; signatures are *not* checked by building this."""

    signed: SignedTransaction
    tx_id: bytes
    """32 bytes; also what the signatures sign."""
    wire_id: bytes
    data: bytes
    """The signed bytes as received."""


_signed = Canonical[SignedTransaction](SignedTransaction)
_FIELDS_MAX = 64
"""Of an operation, known or not."""
_Some = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=OPERATIONS_MAX)]
_shape = msgspec.msgpack.Decoder(
    tuple[
        tuple[msgspec.Raw, msgspec.Raw, msgspec.Raw, msgspec.Raw, msgspec.Raw, _Some, msgspec.Raw],
        msgspec.Raw,
    ]
)
_fields = msgspec.msgpack.Decoder(
    Annotated[list[msgspec.Raw], msgspec.Meta(max_length=_FIELDS_MAX)]
)
_tag = msgspec.msgpack.Decoder(int)
_TAGS = frozenset(spec.tag for spec in OPERATIONS)


def transaction_id(transaction: Transaction) -> bytes:
    """tx_id = SHA-256("mohur/tx/v1", 0, canonical unsigned bytes): the message that keys sign."""
    return tagged_hash(_TX_DOMAIN, encode(transaction))


def decode_transaction(data: bytes) -> DecodedTransaction | Code:
    """Decode what a client or a peer sent.

    TX_TOO_LARGE, MALFORMED, NON_CANONICAL_ENCODING are values.
    """
    if len(data) > TRANSACTION_SIZE_BYTES_MAX:
        return Code.TX_TOO_LARGE
    try:
        signed = _signed.decode(data)
    except NonCanonical:
        return Code.NON_CANONICAL_ENCODING
    except Malformed:
        return Code.UNKNOWN_OPERATION if _names_unknown_operation(data) else Code.MALFORMED
    keys = [entry.key for entry in signed.signatures]
    if any(first >= second for first, second in pairwise(keys)):
        return Code.NON_CANONICAL_ENCODING
    return DecodedTransaction(
        signed=signed,
        tx_id=transaction_id(signed.transaction),
        wire_id=tagged_hash(_WIRE_DOMAIN, data),
        data=data,
    )


def _names_unknown_operation(data: bytes) -> bool:
    """Whether bytes that do not decode have the shape of a transaction with an unknown tag.

    A client that is newer than the node should hear just that, and not "malformed". Nothing below
    the fields is decoded: what nobody knows could be anything, at 20 times its size in memory.
    """
    try:
        operations = _shape.decode(data)[0][5]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError):
        return False
    return any(_has_unknown_tag(operation) for operation in operations)


def _has_unknown_tag(operation: msgspec.Raw) -> bool:
    try:
        fields = _fields.decode(operation)
        return bool(fields) and _tag.decode(fields[0]) not in _TAGS
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError):
        return False


def build(transaction: Transaction, signatures: tuple[KeySignature, ...]) -> DecodedTransaction:
    """The signed form of an own transaction (wallets, tests)."""
    ordered = tuple(sorted(signatures, key=lambda entry: entry.key))
    signed = SignedTransaction(transaction=transaction, signatures=ordered)
    data = encode(signed)
    return DecodedTransaction(
        signed=signed,
        tx_id=transaction_id(transaction),
        wire_id=tagged_hash(_WIRE_DOMAIN, data),
        data=data,
    )

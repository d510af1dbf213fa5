"""Transactions: wire bytes and JSON, both ways, and the one canonical encoding."""

import msgspec

from node.rpc.parse import BadJson, parse
from node.rpc.server import BODY_BYTES_MAX
from node.signature_check import SignatureCheck
from tests.fuzz.target import Act, Form, require
from tests.node.support.chains import transfer
from tests.tokens.samples import DATE, sample
from tests.tokens.support import addr
from tokens.codec import encode
from tokens.jsonform import PREFIX_TEST, FormError, JsonForm
from tokens.ops import OPERATIONS
from tokens.ops.proposals import Propose
from tokens.ops.transfer import Transfer
from tokens.results import Code
from tokens.transaction import (
    OPERATIONS_MAX,
    TRANSACTION_SIZE_BYTES_MAX,
    DecodedTransaction,
    KeySignature,
    SignedTransaction,
    Transaction,
    build,
    decode_transaction,
    transaction_id,
)

FORM = JsonForm(PREFIX_TEST)
REFUSALS = frozenset(
    {
        Code.TX_TOO_LARGE,
        Code.MALFORMED,
        Code.NON_CANONICAL_ENCODING,
        Code.UNKNOWN_OPERATION,
    }
)


def unsigned(*operations: msgspec.Struct) -> DecodedTransaction:
    """A transaction of these operations with two signatures of nobody."""
    inner = Transaction(
        version=1,
        chain_id="mohur-dev-1",
        sender=addr("sender"),
        client_ref=bytes(16),
        valid_until=50,
        operations=operations,
        memo="",
    )
    entries = (KeySignature(key=bytes([at]) * 32, signature=bytes(64)) for at in (1, 2))
    return build(inner, tuple(entries))


def nested(depth: int) -> msgspec.Struct:
    """A proposal in a proposal, and so on; 400 fit into the bytes of one."""
    inner: msgspec.Struct = sample(Transfer)
    for _ in range(depth):
        inner = Propose(operations=(encode(inner),), approvers=(), expires_on=DATE)
    return inner


class TransactionTarget:
    """tokens/transaction.py, tokens/jsonform and node/signature_check.py."""

    form = Form.MSGPACK
    input_bytes_max = 2 * TRANSACTION_SIZE_BYTES_MAX
    inputs_per_life = 1
    must_see = frozenset({*(code.name for code in REFUSALS), "valid", "forged"})

    def __init__(self) -> None:
        self._write = FORM.writer(Transaction)
        self._read = FORM.reader(Transaction)
        self._sample = transfer(1)

    def seeds(self) -> tuple[bytes, ...]:
        """Every operation, a transfer that is signed, and the largest there may be."""
        samples = [sample(spec.operation) for spec in OPERATIONS]
        payment = self._sample.signed.transaction.operations[0]
        return (
            self._sample.data,
            *(unsigned(each).data for each in samples),
            unsigned(*samples[:10]).data,
            unsigned(*([payment] * OPERATIONS_MAX)).data,
            *(unsigned(nested(depth)).data for depth in (2, 50, 250)),
        )

    def repair(self, data: bytes) -> bytes:
        """Canonical, with its keys in order: what is left of the odd values is in the fields."""
        try:
            signed = msgspec.msgpack.decode(data, type=SignedTransaction)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError):
            return data
        return build(signed.transaction, signed.signatures).data

    def parse(self, data: bytes) -> str | Act:
        """What every node does first."""
        decoded = decode_transaction(data)
        if isinstance(decoded, Code):
            require(decoded in REFUSALS, f"{decoded.name} is no answer of the decoder")
            return decoded.name
        return lambda: self._use(decoded, data)

    def _use(self, decoded: DecodedTransaction, data: bytes) -> str:
        require(len(data) <= TRANSACTION_SIZE_BYTES_MAX, "longer than the limit")
        require(encode(decoded.signed) == data, "two encodings of one transaction")
        transaction = decoded.signed.transaction
        require(decoded.tx_id == transaction_id(transaction), "another id")
        written = self._write(transaction)
        text = msgspec.json.encode(written)
        again = self._read(msgspec.json.decode(text))
        require(again == transaction, "JSON changes the transaction")
        require(encode(again) == encode(transaction), "JSON changes the bytes")
        return "valid" if SignatureCheck().check(decoded) else "forged"

    def reset(self, life: int = 0) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is open."""


class TransactionJsonTarget:
    """The same from the other side: JSON of a client to bytes and back."""

    form = Form.JSON
    input_bytes_max = BODY_BYTES_MAX
    inputs_per_life = 1
    must_see = frozenset({"FormError", "read"})

    def __init__(self) -> None:
        self._write = FORM.writer(Transaction)
        self._read = FORM.reader(Transaction)

    def seeds(self) -> tuple[bytes, ...]:
        """Every operation."""
        return tuple(
            msgspec.json.encode(self._write(unsigned(sample(spec.operation)).signed.transaction))
            for spec in OPERATIONS
        )

    def repair(self, data: bytes) -> bytes:
        """JSON has no hashes."""
        return data

    def parse(self, data: bytes) -> str | Act:
        """As the server reads it."""
        try:
            value = self._read(parse(data))
        except BadJson:
            return "BadJson"
        except FormError:
            return "FormError"
        return lambda: self._use(value)

    def _use(self, value: object) -> str:
        require(isinstance(value, Transaction), "not a transaction")
        data = encode(value)
        decoded = msgspec.msgpack.decode(data, type=Transaction)
        require(decoded == value and encode(decoded) == data, "what JSON says has no wire form")
        require(
            self._read(msgspec.json.decode(msgspec.json.encode(self._write(value)))) == value,
            "written JSON reads as something else",
        )
        return "read"

    def reset(self, life: int = 0) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is open."""

"""RPC errors: the table of codes and the one exception that handlers raise.

Rules of this file:
1. An error means "not accepted". A transaction that was decided and failed is a receipt, no error.
2. A message is a fixed sentence, or the path of a field and what belongs there; never input.
3. Numbers are an interface: never reused, never renumbered. 1..199 and 1000..1199 are the ledger's
   own codes (tokens/results.py) under the same numbers.
"""

from dataclasses import dataclass
from enum import IntEnum

from tokens.jsonform import Json
from tokens.results import Code


class RpcCode(IntEnum):
    """Codes of the server; the name is the symbol in `data.symbol`."""

    WAIT_TIMED_OUT = 4
    PRUNED = 4444
    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    INVALID_INPUT = -32000
    NOT_FOUND = -32001
    UNAVAILABLE = -32002
    REJECTED = -32003
    METHOD_DISABLED = -32004
    LIMIT_EXCEEDED = -32005
    UNAUTHORISED = -32016


RETRYABLE = frozenset(
    {
        RpcCode.WAIT_TIMED_OUT,
        RpcCode.UNAVAILABLE,
        Code.MEMPOOL_FULL,
        Code.SENDER_LIMIT,
    }
)
"""The same bytes may succeed later, or at another node. Of LIMIT_EXCEEDED see `busy`."""

FINE_CALLS = 100
"""What a refused item costs its caller besides itself: 200 a second of one address, at the default
budget. It was decoded, asked of the ledger, and maybe verified, for nothing."""
FINES: dict[RpcCode | Code, int] = {
    RpcCode.WAIT_TIMED_OUT: 0,
    RpcCode.PRUNED: 0,
    RpcCode.UNAVAILABLE: 0,
    RpcCode.NOT_FOUND: 0,
    Code.OK: 0,
    Code.ALREADY_KNOWN: 0,
    Code.MEMPOOL_FULL: 0,
    Code.SENDER_LIMIT: 40,
    Code.CLIENT_REF_REUSED: 4,
    Code.EXPIRED: 4,
    Code.TOO_FAR_AHEAD: 4,
}
"""Those that an honest client meets, too, and that are said before a signature is checked; all
others cost FINE_CALLS."""


def fine_of(code: RpcCode | Code) -> int:
    """Calls that this outcome costs besides the call itself."""
    return FINES.get(code, FINE_CALLS)


SENTENCE: dict[Code, str] = {
    Code.NON_CANONICAL_ENCODING: "the bytes are not the canonical encoding of what they say",
    Code.MALFORMED: "the bytes are not an encoded transaction",
    Code.WRONG_CHAIN: "the transaction is for another chain",
    Code.EXPIRED: "valid_until is below the next height: it can never enter",
    Code.TOO_FAR_AHEAD: "valid_until is further ahead than the window allows",
    Code.BAD_SIGNATURE: "a signature is not valid",
    Code.UNKNOWN_SENDER: "the sender is neither a participant nor an account",
    Code.WRONG_KEYS: "a signing key is not a key of the sender",
    Code.TOO_FEW_SIGNATURES: "fewer signatures than the sender's key policy asks for",
    Code.CLIENT_REF_REUSED: "the sender used this client_ref for another transaction",
    Code.ALREADY_KNOWN: "the transaction is known already",
    Code.MEMPOOL_FULL: "the pool is full, try again",
    Code.TX_TOO_LARGE: "the transaction is larger than 64 KiB",
    Code.UNSUPPORTED_VERSION: "the transaction version is not in force",
    Code.UNKNOWN_OPERATION: "an operation is not known to the protocol version in force",
    Code.TOO_MANY_OPERATIONS: "more than 100 operations",
    Code.SENDER_LIMIT: "the sender has too many transactions waiting",
    Code.BLOCK_FULL: "the transaction does not fit into a block with what is before it",
    Code.DEV_KEY: "an operation names a development key, which anybody can compute",
}
"""What a client reads when a transaction is not admitted."""


@dataclass(slots=True)
class RpcError(Exception):
    """Becomes the error object of a reply."""

    code: RpcCode | Code
    message: str
    tx_id: bytes | None = None
    oldest_height: int | None = None
    """Lowest height that would have been answered."""
    is_retryable: bool = False
    """Also where its code does not say so."""

    def to_json(self) -> dict[str, Json]:
        """The error object."""
        data: dict[str, Json] = {
            "symbol": self.code.name,
            "retryable": self.is_retryable or self.code in RETRYABLE,
        }
        if self.tx_id is not None:
            data["txId"] = "0x" + self.tx_id.hex()
        if self.oldest_height is not None:
            data["oldestHeight"] = self.oldest_height
        return {"code": int(self.code), "message": self.message, "data": data}


def not_admitted(code: Code, tx_id: bytes | None) -> RpcError:
    """The error of a refused submission."""
    return RpcError(code, SENTENCE.get(code, "the transaction was not accepted"), tx_id)


def busy(message: str) -> RpcError:
    """A limit of time or rate: unlike one of size, the same call may pass later."""
    return RpcError(RpcCode.LIMIT_EXCEEDED, message, is_retryable=True)


def not_found(what: str) -> RpcError:
    """`what` is a noun of ours, never input."""
    return RpcError(RpcCode.NOT_FOUND, f"no such {what}")

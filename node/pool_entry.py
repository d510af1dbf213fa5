"""A transaction as the pool holds it, and by what it is told from others."""

from dataclasses import dataclass

from tokens.transaction import DecodedTransaction


@dataclass(slots=True)
class Entry:
    """One waiting transaction."""

    transaction: DecodedTransaction
    serial: int
    """Order of arrival."""
    own: bool
    """Came from a client of this node, not from a peer."""
    resend_at_ms: int = 0
    """Monotonic time of the next retransmission (R9); kept by node/gossip.py."""
    resend_after_ms: int = 0
    """Pause before the one after; doubles. 0 = not yet scheduled."""

    @property
    def size_bytes(self) -> int:
        """Of the signed bytes."""
        return len(self.transaction.data)


def sender_of(transaction: DecodedTransaction) -> bytes:
    """Address that the transaction speaks for."""
    return transaction.signed.transaction.sender


def reference_of(transaction: DecodedTransaction) -> tuple[bytes, bytes]:
    """(sender, client_ref): what may enter once."""
    inner = transaction.signed.transaction
    return inner.sender, inner.client_ref

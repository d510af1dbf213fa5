"""Checks the signatures of transactions, once per node (page 02, where to verify).

Rules of this file:
1. "Valid" means: each signature is that key's, over this tx_id, and so are those that its
   operations carry (tokens/embedded.py). Whether the key is the sender's is asked of the ledger at
   each height (R8) and never remembered here.
2. Checking is inline: a thread beside a busy loop is slower than none (measured, page 02). Callers
   go in chunks, with a turn of the event loop between two of them (node/intake.py).
3. Only valid transactions are remembered, by wire_id; a liar cannot fill the memory with bad ones.
"""

from node.remembered import Remembered
from node.signing import VerifySignature, verify
from tokens.embedded import embedded_signatures
from tokens.transaction import DecodedTransaction

CHUNK = 32
"""Transactions between two turns of the loop: about 2 ms at one signature each."""
REMEMBERED_MAX = 262_144
"""Wire ids of valid transactions kept; the oldest goes first. About 30 MB when full."""


class SignatureCheck:
    """Verified-once memory of transactions."""

    __slots__ = ("_valid", "_verify", "checked")

    def __init__(
        self, remembered_max: int = REMEMBERED_MAX, *, verify: VerifySignature = verify
    ) -> None:
        self._valid = Remembered(remembered_max)
        self._verify = verify
        self.checked = 0
        """Signatures verified so far."""

    def is_known(self, wire_id: bytes) -> bool:
        """Whether the transaction of that wire_id was found valid before."""
        return wire_id in self._valid

    def check(self, transaction: DecodedTransaction) -> bool:
        """Whether every signature is valid.

        From memory if possible. 58 us a signature otherwise.
        """
        if transaction.wire_id in self._valid:
            return True
        for entry in transaction.signed.signatures:
            self.checked += 1
            if not self._verify(entry.key, transaction.tx_id, entry.signature):
                return False
        for inner in embedded_signatures(transaction.signed.transaction):
            self.checked += 1
            if not self._verify(inner.public_key, inner.message, inner.signature):
                return False
        self._valid.add(transaction.wire_id)
        return True

"""Remembers which signatures were found valid, so that none is checked twice.

A Commit that came alone comes again in the certificate of the next proposal; a Prepare comes again
in view changes. Checking costs 55 microseconds, looking it up less than one.
"""

from node.remembered import Remembered
from node.signing import VerifySignature, verify

ENTRIES_MAX = 16_384
"""Bound; the oldest goes first. 31 validators make 63 signatures a height: this holds 260
heights."""


class SignatureCache:
    """Valid (key, message, signature) triples. A signature that is not valid is never kept."""

    __slots__ = ("_valid", "_verify", "checked")

    def __init__(self, entries_max: int = ENTRIES_MAX, *, verify: VerifySignature = verify) -> None:
        self._valid = Remembered(entries_max)
        self._verify = verify
        self.checked = 0
        """Ed25519 verifications done so far; for metrics and for tests that count."""

    def __len__(self) -> int:
        return len(self._valid)

    def is_valid(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is valid, from memory if possible. Sizes: 32, 32 and 64 bytes."""
        if len(public_key) != 32 or len(message) != 32 or len(signature) != 64:
            return False
        entry = public_key + message + signature
        if entry in self._valid:
            return True
        self.checked += 1
        if not self._verify(public_key, message, signature):
            return False
        self._keep(entry)
        return True

    def remember_own(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        """Take an own signature as valid without checking it."""
        self._keep(public_key + message + signature)

    def _keep(self, entry: bytes) -> None:
        self._valid.add(entry)

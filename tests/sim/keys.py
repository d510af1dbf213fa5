"""Signatures that cost a microsecond and that nobody can forge: a keyed hash, the key kept here.

A validator has its real public key, so genesis is the same; with `real` it also signs with Ed25519,
which one seed of a hundred does to show that nothing hangs on the stand-in.
"""

import hashlib
from functools import lru_cache

from node.signing import Signer, SigningKey, VerifySignature, dev_seed, verify


class StandInKey:
    """One key. Whoever holds this object can sign with it, and nobody else."""

    __slots__ = ("_secret", "public_key")

    def __init__(self, public_key: bytes, secret: bytes) -> None:
        self.public_key = public_key
        self._secret = secret

    def sign(self, message: bytes) -> bytes:
        """64 bytes, the same for the same message."""
        return _mac(self._secret, message)


class SimKeys:
    """All keys of one simulation by their development names."""

    def __init__(self, *, real: bool) -> None:
        self._real = real
        self._secrets: dict[bytes, bytes] = {}
        self.verify: VerifySignature = verify if real else self._verify
        """What each node checks signatures with."""

    def key(self, name: str) -> SigningKey:
        """The key of a development name."""
        signer = signer_of(name)
        if self._real:
            return signer
        secret = hashlib.sha256(b"stand-in" + dev_seed(name)).digest()
        self._secrets[signer.public_key] = secret
        return StandInKey(signer.public_key, secret)

    def _verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        secret = self._secrets.get(public_key)
        return secret is not None and signature == _mac(secret, message)


def _mac(secret: bytes, message: bytes) -> bytes:
    return hashlib.blake2b(message, key=secret, digest_size=64).digest()


@lru_cache(maxsize=1_024)
def signer_of(name: str) -> Signer:
    """The Ed25519 key of a development name; making one takes longer than a simulated block."""
    return Signer.from_seed(dev_seed(name))

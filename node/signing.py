"""Ed25519: the one place that signs and the one rule that says which signature is valid.

Rules of this file:
1. Whether a signature is valid is consensus: two validators that disagree about one byte string
   halt or fork the network. The rule is written in docs/adr/0003-signatures.md and is tested
   against the golden table tests/vectors/ed25519_rule.json.
2. PyNaCl (libsodium) verifies everywhere and nothing else does. Releases of libsodium differ in
   this very rule (see `check_library`), so a node asks the library at start and not its version.
3. The SDK imports this file: standard library, nacl and msgspec only.

The rule, for public key A, signature R || S and message M:
    len(A) = 32, len(R || S) = 64, S < L,
    A and R are canonical encodings of points of the curve, neither of small order,
    S B = R + SHA-512(R || A || M) A exactly (without the cofactor).
Points of mixed order are neither refused nor forgiven: the exact equation decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

PUBLIC_KEY_BYTES = 32
"""Length of a public key (RFC 8032 5.1.5)."""
SEED_BYTES = 32
"""Length of a private seed (RFC 8032 5.1.5)."""
SIGNATURE_BYTES = 64
"""Length of a signature: R, then S little-endian (RFC 8032 5.1.6)."""
VerifySignature = Callable[[bytes, bytes, bytes], bool]
"""(public key, message, signature) -> whether it is valid: `verify`, or a simulation's stand-in."""


class SigningKey(Protocol):
    """What signs for one key: `Signer`, or a simulation's stand-in."""

    @property
    def public_key(self) -> bytes:
        """32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes, the same for the same message."""


DEV_KEY_DOMAIN = b"mohur/dev-key/v1"
"""Prefix of the hash that makes the well-known development keys."""

_PROBES: tuple[tuple[str, str, str, str, bool], ...] = (
    (
        "honest",
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
        "53",
        (
            "aa227c3514c10a38a6ff89129d0c651c157aca564b9917a3da6da819c243821d"
            "5c095ce43e9185fd14585596a1ec6985d9303daaf56321d10f9fb15d0943be04"
        ),
        True,
    ),
    (
        "S + 1L",
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
        "53",
        (
            "aa227c3514c10a38a6ff89129d0c651c157aca564b9917a3da6da819c243821d"
            "49dd514159f49755ebf44c3980e6489ad9303daaf56321d10f9fb15d0943be14"
        ),
        False,
    ),
    (
        "A of small order 4T, encoding 0",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "616e797468696e67",
        (
            "aa227c3514c10a38a6ff89129d0c651c157aca564b9917a3da6da819c243821d"
            "f1debc9a78563412f0debc9a7856341200000000000000000000000000000000"
        ),
        False,
    ),
    (
        "R of small order 4T, encoding 0",
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
        "52",
        (
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
            "5b94e689c3a3ffe229ef82ca3830440d125f5b8885c443fbf318e04575c8940a"
        ),
        False,
    ),
    (
        "A of mixed order +1T, R +0T, cofactorless equation holds",
        "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
        "636173652036",
        (
            "aa227c3514c10a38a6ff89129d0c651c157aca564b9917a3da6da819c243821d"
            "4699e31a921d9ae2bb511fbdecdecb73a92303337985738b38aee14e45c30703"
        ),
        True,
    ),
    (
        "A of mixed order +1T, R +0T, cofactorless equation fails",
        "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
        "636173652030",
        (
            "aa227c3514c10a38a6ff89129d0c651c157aca564b9917a3da6da819c243821d"
            "61b31852cf3dcbcc126b69101990ecece4af137db9c002a40983fbdc9dafc409"
        ),
        False,
    ),
    (
        "A of mixed order +0T, R +1T, cofactorless equation fails",
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
        "636173652030",
        (
            "fb4983ff7f43be52f4057c8c0438655bfe98c5d9b7fd90d253b2a021b797179e"
            "db71252e2942e121ae46b628b57f09fdac4460700da477cc9f52e19419de7402"
        ),
        False,
    ),
)
"""Name, public key, message, signature, verdict: cases of the golden table in which the libraries
in use are known to differ."""


class WrongLibrary(Exception):
    """The installed libsodium decides a signature differently from the rule of the network."""

    def __init__(self, probe: str) -> None:
        super().__init__(
            f"the installed libsodium breaks the signature rule (case: {probe}); this node would "
            "split from the network. Install the PyNaCl version that Mohur pins, as a wheel"
        )
        self.probe = probe
        """The first case decided wrongly."""


class Signer:
    """A private key in memory. It never prints itself; keep one per role and hand it down."""

    __slots__ = ("_secret", "public_key")

    def __init__(self, public_key: bytes, secret: bytes) -> None:
        self.public_key = public_key
        """32 bytes, canonical, of prime order by construction."""
        self._secret = secret

    @classmethod
    def from_seed(cls, seed: bytes) -> Signer:
        """The key of a 32-byte seed (RFC 8032 5.1.5). ValueError for another length."""
        if len(seed) != SEED_BYTES:
            raise ValueError(f"an Ed25519 seed has {SEED_BYTES} bytes, not {len(seed)}")
        return cls(*crypto_sign_seed_keypair(seed))

    def sign(self, message: bytes) -> bytes:
        """64 bytes; deterministic, so that signing the same bytes twice is no equivocation."""
        return crypto_sign(message, self._secret)[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"Signer({self.public_key.hex()})"


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is valid under the rule above. Never raises; about 55 microseconds.

    Lengths are checked here because the library reads 32 and 64 bytes whatever it is handed.
    """
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        crypto_sign_open(signature + message, public_key)
    except BadSignatureError:
        return False
    return True


def check_library() -> None:
    """Refuse a libsodium with another rule. Call once at start, before anything is verified.

    Raises:
        WrongLibrary: a probe was decided differently. Newer libsodium releases multiply by the
            cofactor; releases before 1.0.16 and builds with ED25519_COMPAT accept S >= L or keys
            of small order. A PyNaCl built against a system library has whatever that system has.
    """
    for name, public_key, message, signature, verdict in _PROBES:
        found = verify(bytes.fromhex(public_key), bytes.fromhex(message), bytes.fromhex(signature))
        if found is not verdict:
            raise WrongLibrary(name)


def dev_seed(name: str) -> bytes:
    """The well-known seed of a development key: anybody can compute it, so it protects nothing.

    Only for networks marked dev; `node.keystore.refuse_dev_key` keeps these keys out of others.
    """
    return hashlib.sha256(DEV_KEY_DOMAIN + name.encode()).digest()

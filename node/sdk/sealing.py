"""Sealing a bid sheet to the two keys of an auction, and opening it (ADR 0016).

Rules of this file:
1. HPKE base mode (RFC 9180): X25519, HKDF-SHA256, ChaCha20-Poly1305. Inside the Treasury, outside
   the central bank: neither opens a sheet alone.
2. Every sealed sheet has SEALED_BYTES: its size tells nothing. Chain, auction and bidder are
   bound in.
"""

from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from tokens.codec import Canonical, Malformed, NonCanonical, encode
from tokens.records.bids import LINES_MAX, BidLine

PLAIN_BYTES = 1_152
"""Length prefix, content, zeros."""
_LENGTH_BYTES = 4
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_TREASURY = b"mohur/seal/v1 treasury\x00"
_CENTRAL_BANK = b"mohur/seal/v1 central-bank\x00"


class Content(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What a sealed sheet hides."""

    lines: tuple[BidLine, ...]
    salt: bytes


_content = Canonical[Content](Content)


class Unopened(Exception):
    """These keys do not open this sheet, or there is no sheet inside."""


class KeyPair(NamedTuple):
    """A one-time key of an auction."""

    private: bytes
    public: bytes


class Binding(NamedTuple):
    """What a seal is bound to."""

    chain_id: str
    auction_id: str
    bidder: bytes


def new_key() -> KeyPair:
    """A fresh one-time key; the private half stays in the vault until the auction is closed."""
    private = X25519PrivateKey.generate()
    return KeyPair(private.private_bytes_raw(), private.public_key().public_bytes_raw())


def public_of(private_key: bytes) -> bytes:
    """The public half of a private key."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def seal(
    binding: Binding,
    lines: tuple[BidLine, ...],
    salt: bytes,
    treasury_key: bytes,
    central_bank_key: bytes,
) -> bytes:
    """SEALED_BYTES for a sheet. ValueError: too many lines, or a salt that is not 32 bytes."""
    if len(lines) > LINES_MAX or len(salt) != 32:
        raise ValueError(f"at most {LINES_MAX} lines and a salt of 32 bytes")
    content = encode(Content(lines=lines, salt=salt))
    plain = len(content).to_bytes(_LENGTH_BYTES, "big") + content
    bound = encode(tuple(binding))
    inner = _SUITE.encrypt(
        plain.ljust(PLAIN_BYTES, b"\x00"),
        X25519PublicKey.from_public_bytes(treasury_key),
        info=_TREASURY + bound,
    )
    outer_key = X25519PublicKey.from_public_bytes(central_bank_key)
    return _SUITE.encrypt(inner, outer_key, info=_CENTRAL_BANK + bound)


def unseal(
    binding: Binding, sealed: bytes, treasury_secret: bytes, central_bank_secret: bytes
) -> Content:
    """What is inside. Unopened: another key, another bidder, damaged, or rubbish."""
    bound = encode(tuple(binding))
    try:
        outer = X25519PrivateKey.from_private_bytes(central_bank_secret)
        inner = _SUITE.decrypt(sealed, outer, info=_CENTRAL_BANK + bound)
        key = X25519PrivateKey.from_private_bytes(treasury_secret)
        plain = _SUITE.decrypt(inner, key, info=_TREASURY + bound)
        length = int.from_bytes(plain[:_LENGTH_BYTES], "big")
        return _content.decode(plain[_LENGTH_BYTES : _LENGTH_BYTES + length])
    except (InvalidTag, ValueError, Malformed, NonCanonical) as error:
        raise Unopened(type(error).__name__) from None

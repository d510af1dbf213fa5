"""Sealing one content to several keys: data of a transfer, reports (ADR 0022).

Rules of this file:
1. A fresh key seals the content; HPKE base mode (RFC 9180: X25519, HKDF-SHA256,
   ChaCha20-Poly1305) seals that key to each reader. What it is bound to is given, not written in.
2. Sizes tell little: contents are padded, to a multiple or to one size.
3. A reader is not named: it tries its key on each slot.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from node.sdk.sealing import Unopened
from tokens.codec import Canonical, Malformed, NonCanonical, encode

READERS_MAX = 4
STEP_BYTES = 1_024
"""Contents without a fixed size are padded to a multiple of it."""

_LENGTH_BYTES = 4
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_SLOT = b"mohur/envelope/v1 slot\x00"
_BODY = b"mohur/envelope/v1 body\x00"
_ONCE = bytes(12)
"""The key of a body is used once."""


class Envelope(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What stands in a transaction."""

    slots: Annotated[tuple[bytes, ...], msgspec.Meta(min_length=1, max_length=READERS_MAX)]
    """The body's key, sealed to each reader."""
    body: bytes


_envelope = Canonical[Envelope](Envelope)


def seal_to(
    bound: bytes, content: bytes, readers: Sequence[bytes], size: int | None = None
) -> bytes:
    """Canonical bytes of an envelope; `size` in bytes is that of the whole, None: padded.

    ValueError: too many readers, a key that is none, a content that does not fit.
    """
    if not 1 <= len(readers) <= READERS_MAX:
        raise ValueError(f"1 to {READERS_MAX} readers")
    key = secrets.token_bytes(32)
    slots = tuple(
        _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(reader), info=_SLOT + bound)
        for reader in readers
    )
    plain = len(content).to_bytes(_LENGTH_BYTES, "big") + content
    padded = plain.ljust(-(-len(plain) // STEP_BYTES) * STEP_BYTES, b"\x00")
    if size is None:
        return _closed(key, bound, slots, padded)
    spare = size - len(_closed(key, bound, slots, bytes(size))) + size
    if spare < len(plain):
        raise ValueError(f"{len(content)} bytes do not fit into {size}")
    made = _closed(key, bound, slots, plain.ljust(spare, b"\x00"))
    if len(made) != size:
        raise ValueError(f"no envelope has {size} bytes")
    return made


def open_sealed(bound: bytes, data: bytes, secret: bytes) -> bytes:
    """The content. Raises Unopened: another key, another place, damaged, or rubbish."""
    private = X25519PrivateKey.from_private_bytes(secret)
    try:
        envelope = _envelope.decode(data)
    except (Malformed, NonCanonical) as error:
        raise Unopened(type(error).__name__) from None
    for slot in envelope.slots:
        try:
            key = _SUITE.decrypt(slot, private, info=_SLOT + bound)
            plain = ChaCha20Poly1305(key).decrypt(
                _ONCE, envelope.body, _associated(bound, envelope.slots)
            )
        except (InvalidTag, ValueError):
            continue
        length = int.from_bytes(plain[:_LENGTH_BYTES], "big")
        if length > len(plain) - _LENGTH_BYTES:
            raise Unopened("length")
        return plain[_LENGTH_BYTES : _LENGTH_BYTES + length]
    raise Unopened("no slot opens")


def _closed(key: bytes, bound: bytes, slots: tuple[bytes, ...], plain: bytes) -> bytes:
    body = ChaCha20Poly1305(key).encrypt(_ONCE, plain, _associated(bound, slots))
    return encode(Envelope(slots=slots, body=body))


def _associated(bound: bytes, slots: tuple[bytes, ...]) -> bytes:
    return _BODY + hashlib.sha256(encode((bound, slots))).digest()

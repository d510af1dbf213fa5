"""Canonical bytes: one value has exactly one encoding.

Rules of this file:
1. Arrays in field order, never maps; msgpack's shortest forms. What does not re-encode to the
   received bytes is refused: msgpack libraries accept non-minimal integers, and one ignores
   trailing bytes.
2. Every hash has a domain tag, so that bytes of one kind can never stand for another.
"""

import hashlib
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()


class NonCanonical(Exception):
    """The bytes decode, but are not the canonical encoding of what they say."""


class Malformed(Exception):
    """The bytes are no encoding of the type. The message names a field path, never input."""


def encode(value: object) -> bytes:
    """Canonical msgpack of a frozen struct, tuple or scalar."""
    return _encoder.encode(value)


class Canonical(Generic[T]):
    """Decoder of one type that accepts canonical bytes only."""

    def __init__(self, of: object) -> None:
        self._decode = msgspec.msgpack.Decoder(of).decode

    def decode(self, data: bytes) -> T:
        """The value; raises Malformed or NonCanonical."""
        try:
            value: T = self._decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, OverflowError) as error:
            raise Malformed(str(error)) from None
        if _encoder.encode(value) != data:
            raise NonCanonical("not the canonical encoding")
        return value


def tagged_hash(domain: bytes, *parts: bytes) -> bytes:
    """SHA-256 over the domain, a zero byte and the parts.

    Parts are of fixed size, or there is only one.
    """
    return hashlib.sha256(domain + b"\x00" + b"".join(parts)).digest()


def merkle_root(domain: bytes, leaves: list[bytes]) -> bytes:
    """Binary Merkle root as RFC 6962 section 2.1 (leaf and node prefixes), under a domain.

    The last of an odd level goes up as it is. Empty: tagged hash of nothing.
    """
    if not leaves:
        return tagged_hash(domain)
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        above = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return tagged_hash(domain, level[0])

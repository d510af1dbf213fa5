"""Every digest and every signed thing of the peer protocol (docs/spec/wire.md, 6).

Rules of this file:
1. Each hash has its own domain tag, a zero byte, and then fields of fixed size (or one field only),
   so that no two different values of one or of two kinds can have the same hashed bytes.
2. What is hashed is re-encoded from the struct, never taken from the received frame: a frame may be
   encoded in several ways, a value cannot.
3. A tag here never changes its meaning. Another layout is another version in the tag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

import msgspec

from consensus.types import NO_DIGEST, CommitCertificate, Digest, Header, Validator
from tokens.codec import encode, merkle_root, tagged_hash

HEADER_DOMAIN = b"mohur/header/v1"
CERTIFICATE_DOMAIN = b"mohur/certificate/v1"
VALIDATORS_DOMAIN = b"mohur/validators/v1"
TX_ROOT_DOMAIN = b"mohur/tx-root/v1"
CHAIN_DOMAIN = b"mohur/chain/v1"
CLAIM_DOMAIN = b"mohur/claim/v1"
VOTE_DOMAIN = b"mohur/vote/v1"

NO_EXTRA = bytes(32)
"""Fills the place of `extra` where a kind has none."""


class Kind(IntEnum):
    """What a signature says.

    The tag of the message; a PrePrepareHead has that of its PrePrepare.
    """

    PRE_PREPARE = 1
    PREPARE = 2
    COMMIT = 3
    VIEW_CHANGE = 5


class SigningScope(msgspec.Struct, frozen=True, kw_only=True):
    """The network that a signature is for.

    Without it, a vote of a test network would count elsewhere.
    """

    chain_id: str
    """From genesis, 1..32 characters."""
    genesis_digest: bytes
    """32 bytes."""


@lru_cache(maxsize=16)
def chain_hash(chain_id: str) -> bytes:
    """A chain id in fixed size."""
    return tagged_hash(CHAIN_DOMAIN, chain_id.encode())


def header_digest(header: Header) -> Digest:
    """What a block is called: hash of its header, which covers every byte of its body (page 03)."""
    return Digest(tagged_hash(HEADER_DOMAIN, encode(header)))


def certificate_digest(certificate: CommitCertificate | None) -> Digest:
    """What a header says of its parent's certificate.

    32 zero bytes where there is none (height 1).
    """
    if certificate is None:
        return NO_DIGEST
    return Digest(tagged_hash(CERTIFICATE_DOMAIN, encode(certificate)))


def tx_root(wire_ids: Sequence[bytes]) -> bytes:
    """Merkle root over the wire ids in order (RFC 6962, section 2.1, under a tag)."""
    return merkle_root(TX_ROOT_DOMAIN, list(wire_ids))


def validators_hash(members: Sequence[Validator]) -> bytes:
    """Hash of a validator set: its members in ascending order of id."""
    ordered = tuple(sorted(members, key=lambda member: member.id))
    return tagged_hash(VALIDATORS_DOMAIN, encode(ordered))


def claim_hash(prepared_view: int | None, prepared_digest: bytes | None) -> bytes:
    """The `extra` of a ViewChange: what it claims to have prepared; zeros for no claim."""
    if prepared_view is None or prepared_digest is None:
        return NO_EXTRA
    return tagged_hash(CLAIM_DOMAIN, prepared_view.to_bytes(8, "big"), prepared_digest)


def signing_bytes(
    kind: Kind,
    scope: SigningScope,
    *,
    height: int,
    view: int,
    digest: bytes,
    extra: bytes = NO_EXTRA,
) -> bytes:
    """The 32 bytes that a validator's key signs.

    SHA-256 over the tag, 0, kind (1 byte), hash of the chain id (32), genesis digest (32), height
    (8, big-endian), view (8), digest (32), extra (32). ValueError if a part has another size: the
    caller built a value that no decoder lets through.
    """
    if len(digest) != 32 or len(extra) != 32 or len(scope.genesis_digest) != 32:
        raise ValueError("digest, extra and genesis digest have 32 bytes each")
    return hashlib.sha256(
        b"".join(
            (
                VOTE_DOMAIN,
                b"\x00",
                kind.to_bytes(1, "big"),
                chain_hash(scope.chain_id),
                scope.genesis_digest,
                height.to_bytes(8, "big"),
                view.to_bytes(8, "big"),
                digest,
                extra,
            )
        )
    ).digest()

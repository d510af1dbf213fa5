"""Proofs about single records, checked without a store (clients, SDK, auditors).

Rules of this file:
1. It shares no code with commitment.py: two readings of ADR 0001 must agree.
2. A proof is data from a stranger: anything wrong with it is False, never an exception.
"""

import hashlib
from typing import Annotated

import msgspec

from tokens.records.kind import Key, Kind

PAIRS_BYTES_MAX = 64 * 4_096
"""Longest bucket that a proof may show: 4,096 records."""


class StateProof(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A bucket and the way from it to the root; of other records no more than their hashes."""

    depth_bits: Annotated[int, msgspec.Meta(ge=1, le=28)]
    """d of genesis."""
    pairs: Annotated[bytes, msgspec.Meta(max_length=PAIRS_BYTES_MAX, extra={"form": "hex"})]
    """The bucket: (key hash, entry hash), 32 bytes each, ascending."""
    siblings: Annotated[
        tuple[Annotated[bytes, msgspec.Meta(max_length=480, extra={"form": "hex"})], ...],
        msgspec.Meta(max_length=7),
    ]
    """For each level from the buckets upwards, the other children of the same parent in order."""


def verify_proof(
    root: bytes, kind: Kind, key: Key, record_bytes: bytes | None, proof: StateProof
) -> bool:
    """Whether under a state root the record of (kind, key) is `record_bytes`, or absent (None)."""
    key_hash = kind.key_hash(key)
    entries = [proof.pairs[at : at + 64] for at in range(0, len(proof.pairs), 64)]
    if len(proof.pairs) % 64 or not 1 <= proof.depth_bits <= 28:
        return False
    keys = [entry[:32] for entry in entries]
    bucket = _first_bits(key_hash, proof.depth_bits)
    if sorted(keys) != keys or len(set(keys)) != len(keys):
        return False
    if any(_first_bits(other, proof.depth_bits) != bucket for other in keys):
        return False
    shown = [entry[32:] for entry in entries if entry[:32] == key_hash]
    if record_bytes is None:
        if shown:
            return False
    elif shown != [_tagged(b"mohur/entry/v1", key_hash + bytes([kind.tag]) + record_bytes)]:
        return False
    top = _climb(_tagged(b"mohur/bucket/v1", proof.pairs), bucket, proof)
    if top is None:
        return False
    return _tagged(b"mohur/state/v1", bytes([proof.depth_bits]) + top) == root


def _climb(digest: bytes, place: int, proof: StateProof) -> bytes | None:
    """Hash at the top of the tree, or None if the proof has not the shape of its depth."""
    left = proof.depth_bits
    for others in proof.siblings:
        bits = min(4, left)
        if left == 0 or len(others) != 32 * (2**bits - 1):
            return None
        at = 32 * (place % 2**bits)
        digest = _tagged(b"mohur/node/v1", others[:at] + digest + others[at:])
        place //= 2**bits
        left -= bits
    return digest if left == 0 else None


def _first_bits(key_hash: bytes, bits: int) -> int:
    return int.from_bytes(key_hash, "big") >> (256 - bits)


def _tagged(domain: bytes, data: bytes) -> bytes:
    return hashlib.sha256(domain + b"\x00" + data).digest()

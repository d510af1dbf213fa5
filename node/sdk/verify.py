"""Trust no node: check a record against a certificate that a quorum of known validators signed.

Rules of this file:
1. Given and trusted: chain id, genesis digest, the keys of the validators. The rest is checked.
2. It shares no code with the node (docs/spec/wire.md, 6 is the specification); tests compare both.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from node.sdk.errors import ProofFailed
from node.sdk.schema.common import Certificate, Proof
from node.signing import verify
from tokens.codec import Canonical, Malformed, NonCanonical, tagged_hash
from tokens.proof import StateProof, verify_proof
from tokens.records import KIND_OF
from tokens.records.kind import Key, Kind

_COMMIT = b"\x03"

_proof = Canonical[StateProof](StateProof)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a client knows for itself: from its contract with the network, not from a node."""

    chain_id: str
    genesis_digest: bytes
    validators: Mapping[str, bytes]
    """Id -> Ed25519 key of every validator of the certificate's height."""


def quorum_of(n: int) -> int:
    """ceil((n + f + 1) / 2) with f = floor((n - 1) / 3), as in consensus/quorum.py."""
    return (n + (n - 1) // 3 + 2) // 2


def check_certificate(trust: Trust, certificate: Certificate) -> None:
    """Raises ProofFailed unless a quorum signed this block and these roots."""
    root = tagged_hash(b"mohur/root/v1", certificate.state_root, certificate.receipts_root)
    if root != certificate.root:
        raise ProofFailed("the roots are not the ones that were signed")
    message = _commit_bytes(trust, certificate)
    signed: set[str] = set()
    for entry in certificate.signatures:
        key = trust.validators.get(entry.validator)
        if key is None or key != entry.public_key:
            raise ProofFailed("a signature of somebody who is no validator")
        if not verify(key, message, entry.signature):
            raise ProofFailed("a signature is not valid")
        signed.add(entry.validator)
    if len(signed) < quorum_of(len(trust.validators)):
        raise ProofFailed("fewer signatures than a quorum")


def check_proof(trust: Trust, kind: Kind, key: Key, proof: Proof) -> msgspec.Struct | None:
    """The record that validators signed, or None where they signed that there is none.

    Raises ProofFailed.
    """
    if proof.certificate is None:
        raise ProofFailed("no certificate: at genesis, compare the state root with your own")
    if proof.kind != kind.name or proof.key_hash != kind.key_hash(key):
        raise ProofFailed("a proof about another record")
    check_certificate(trust, proof.certificate)
    try:
        path = _proof.decode(proof.path)
    except (Malformed, NonCanonical):
        raise ProofFailed("the path is not an encoded proof") from None
    if not verify_proof(proof.certificate.state_root, kind, key, proof.record, path):
        raise ProofFailed("the record does not lead to the signed state root")
    return None if proof.record is None else _record(kind, proof.record)


def _record(kind: Kind, data: bytes) -> msgspec.Struct:
    """The struct of proven bytes."""
    if KIND_OF.get(kind.tag) is None:
        raise ProofFailed("a kind of record that this client does not know")
    try:
        return msgspec.msgpack.decode(data, type=kind.struct)
    except msgspec.DecodeError:
        raise ProofFailed("the record is of a newer protocol than this client") from None


def _commit_bytes(trust: Trust, certificate: Certificate) -> bytes:
    """The 32 bytes that a Commit signs (docs/spec/wire.md, 6)."""
    chain = tagged_hash(b"mohur/chain/v1", trust.chain_id.encode())
    parts = (
        b"mohur/vote/v1\x00",
        _COMMIT,
        chain,
        trust.genesis_digest,
        certificate.height.to_bytes(8, "big"),
        certificate.view.to_bytes(8, "big"),
        certificate.block_hash,
        certificate.root,
    )
    return hashlib.sha256(b"".join(parts)).digest()

"""One block: header and commit certificate against the validator set of its height.

Rules of this file:
1. The set is known to be that of the height before anything here is asked; how, is follow.py.
2. Structure of certificates is judged by consensus/quorum.py, digests and signing bytes come from
   node/wire/hashing.py, signatures are valid by node/signing.py: the code that validators run.
3. The names and keys that a node writes next to signatures are compared, never used.
"""

from __future__ import annotations

from dataclasses import dataclass

from consensus.quorum import commit_certificate_fits
from consensus.types import CommitCertificate, CommitSignature, Header, ValidatorSet
from node.sdk.light.faults import Fault, Unproven
from node.sdk.schema.common import Certificate
from node.signing import verify
from node.wire.hashing import Kind, SigningScope, header_digest, signing_bytes
from tokens.codec import tagged_hash

ROOT_DOMAIN = b"mohur/root/v1"
"""Of root = H(state root, receipts root), docs/spec/ledger.md 4."""


@dataclass(frozen=True, slots=True)
class LightBlock:
    """What a node says about a block. Nothing in it is true before `verify_block`."""

    header: Header
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class VerifiedBlock:
    """A decided block. Built only here and only after every check."""

    header: Header
    digest: bytes
    """Of the header: the name of the block."""
    state_root: bytes
    """After this block."""
    receipts_root: bytes
    signers: tuple[str, ...]
    """Validators whose signatures were checked, ascending: a quorum at least."""


def verify_block(
    scope: SigningScope, validators: ValidatorSet, height: int, block: LightBlock
) -> VerifiedBlock:
    """The block of a height, signed by a quorum of that height's set. Raises Unproven."""
    header, certificate = block.header, block.certificate
    if header.chain_id != scope.chain_id:
        raise Unproven(Fault.WRONG_CHAIN, "a header of another network")
    if header.height != height or certificate.height != height:
        raise Unproven(Fault.WRONG_HEIGHT, f"a block of another height than {height}")
    digest = header_digest(header)
    if certificate.block_hash != digest:
        raise Unproven(Fault.WRONG_BLOCK, f"the certificate of {height} is of another header")
    signers = verify_certificate(scope, validators, certificate)
    return VerifiedBlock(
        header=header,
        digest=digest,
        state_root=certificate.state_root,
        receipts_root=certificate.receipts_root,
        signers=signers,
    )


def verify_certificate(
    scope: SigningScope, validators: ValidatorSet, certificate: Certificate
) -> tuple[str, ...]:
    """Names of those who signed: q to n members, each once, ascending (R5). Raises Unproven."""
    height = certificate.height
    if (
        tagged_hash(ROOT_DOMAIN, certificate.state_root, certificate.receipts_root)
        != certificate.root
    ):
        raise Unproven(Fault.WRONG_ROOT, f"the roots of {height} are not those that were signed")
    canonical = _canonical(validators, certificate)
    if not commit_certificate_fits(canonical, len(validators)):
        raise Unproven(Fault.BAD_CERTIFICATE, f"the certificate of {height} is no quorum in order")
    message = signing_bytes(
        Kind.COMMIT,
        scope,
        height=height,
        view=canonical.view,
        digest=canonical.digest,
        extra=canonical.root,
    )
    for entry in canonical.signatures:
        if not verify(validators.members[entry.index].public_key, message, entry.signature):
            raise Unproven(Fault.BAD_SIGNATURE, f"a signature under block {height} is not valid")
    return tuple(validators.members[entry.index].id for entry in canonical.signatures)


def _canonical(validators: ValidatorSet, certificate: Certificate) -> CommitCertificate:
    """The certificate with indexes of the known set in place of the names that a node wrote."""
    signatures = []
    for entry in certificate.signatures:
        index = validators.index_of(entry.validator)
        if index is None or validators.members[index].public_key != entry.public_key:
            raise Unproven(
                Fault.NOT_A_VALIDATOR,
                f"block {certificate.height} is signed by a key that is not in its set",
            )
        signatures.append(CommitSignature(index=index, signature=entry.signature))
    return CommitCertificate(
        height=certificate.height,
        view=certificate.view,
        digest=certificate.block_hash,
        root=certificate.root,
        signatures=tuple(signatures),
    )

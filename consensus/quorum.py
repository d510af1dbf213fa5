"""The one owner of quorum arithmetic, and of what a certificate must look like.

Rules of this file:
1. n validators, f = floor((n-1)/3) of them may be faulty, a quorum is q = ceil((n+f+1)/2) =
   ceil(2n/3). Twice f plus one is right only for n = 3f+1: of n = 6, two such groups may share
   nobody correct.
2. Two quorums share at least f+1 validators, so at least one correct one; n - f correct ones are a
   quorum.
3. Signatures are the shell's business; here is structure: distinct, ascending, members, equal,
   enough.
"""

from consensus.messages import PreparedCertificate
from consensus.types import CommitCertificate, ValidatorSet


def max_faulty(n: int) -> int:
    """f: most faulty validators among n >= 1 that the protocol survives."""
    if n < 1:
        raise ValueError("a validator set has at least one member")
    return (n - 1) // 3


def quorum(n: int) -> int:
    """q: ceil((n + f + 1) / 2), 1 <= q <= n - f."""
    return (n + max_faulty(n) + 2) // 2


def weak_quorum(n: int) -> int:
    """W = f + 1: at least one of them is correct."""
    return max_faulty(n) + 1


def commit_certificate_fits(certificate: CommitCertificate, n: int) -> bool:
    """Structure of a commit certificate: q to n, strictly ascending, in range (R5)."""
    signatures = certificate.signatures
    if not quorum(n) <= len(signatures) <= n:
        return False
    previous = -1
    for signature in signatures:
        if not previous < signature.index < n:
            return False
        previous = signature.index
    return True


def prepared_certificate_fits(certificate: PreparedCertificate, validators: ValidatorSet) -> bool:
    """Exactly q Prepares of distinct members, ascending by id, equal in (h, v, digest) (R4)."""
    if len(certificate.prepares) != quorum(len(validators)):
        return False
    previous = ""
    for prepare in certificate.prepares:
        if prepare.sender <= previous or prepare.sender not in validators:
            return False
        if (prepare.height, prepare.view, prepare.digest) != (
            certificate.height,
            certificate.view,
            certificate.digest,
        ):
            return False
        previous = prepare.sender
    return True

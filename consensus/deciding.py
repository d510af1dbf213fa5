"""Decided: q equal Commits, a known block, and the own result equal to theirs (R5)."""

from consensus.actions import Decide, FetchBlock
from consensus.core import Core
from consensus.height_state import HeightState
from consensus.messages import Commit
from consensus.normal import ask_execution
from consensus.types import CommitCertificate, CommitSignature


def check_quorum(core: Core, commit: Commit) -> None:
    """After a Commit was kept: is it the q-th equal in all of (h, v, digest, root)?"""
    hs = core.hs
    if hs.certificate is not None:
        return
    equal = hs.commits_equal(commit)
    if len(equal) < hs.q:
        return
    signatures = []
    for vote in equal:
        index = hs.validators.index_of(vote.sender)
        if index is not None:
            signatures.append(CommitSignature(index=index, signature=vote.signature))
    core.note_certificate(
        CommitCertificate(
            height=hs.height,
            view=commit.view,
            digest=commit.digest,
            root=commit.root,
            signatures=tuple(signatures),
        )
    )


def check_roots(core: Core, digest: bytes) -> None:
    """W Commits for a block with a root other than the own: stop voting (R5)."""
    hs = core.hs
    result = hs.results.get(digest)
    if result is None or result.root is None or core.voting.halted is not None:
        return
    others: dict[str, bool] = {}
    for vote in hs.commits.all():
        if vote.digest == digest and vote.root != result.root:
            others[vote.sender] = vote.sender != core.me
    if len(others) >= hs.w or any(not other for other in others.values()):
        _root_conflict(core, digest, f"{len(others)} Commits with another root are held")


def advance(core: Core) -> bool:
    """Decide if that is possible; True if this height is decided (the rest of it is idle then)."""
    hs = core.hs
    certificate = hs.certificate
    if hs.decided or certificate is None:
        return hs.decided
    proposal = hs.proposals.get(certificate.digest)
    if proposal is None:
        _fetch(core, hs, certificate)
        return False
    ask_execution(core, certificate.digest, max(hs.view, certificate.view))
    result = hs.results.get(certificate.digest)
    if result is None or result.failed_view is not None:
        return False
    if result.root != certificate.root:
        _root_conflict(core, certificate.digest, result.reason or "a quorum signed another root")
        return False
    hs.decided = True
    if hs.accepted_ms is not None and certificate.view == 0:
        core.sample_decision(core.now.mono_ms - hs.accepted_ms)
    core.out.append(Decide(digest=certificate.digest, proposal=proposal, certificate=certificate))
    return True


def _fetch(core: Core, hs: HeightState, certificate: CommitCertificate) -> None:
    """The block is decided but not here; asked once, then by the retransmission timer."""
    if certificate.digest in hs.fetching:
        return
    hs.fetching[certificate.digest] = True
    core.out.append(
        FetchBlock(
            height=hs.height,
            digest=certificate.digest,
            peers=hs.senders_of(certificate.digest, core.me),
        )
    )


def _root_conflict(core: Core, digest: bytes, why: str) -> None:
    core.halt(
        "ROOT_CONFLICT",
        f"block {digest.hex()} of height {core.hs.height} has another root here: {why}",
    )

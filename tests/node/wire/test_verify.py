"""The gate: what is right passes, each single fault is rejected for its own reason."""

from collections.abc import Callable

import msgspec
import pytest

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    ViewChange,
)
from consensus.signed import signed_part
from consensus.types import CommitCertificate, CommitSignature, Proposal, Verified
from node.wire.hashing import SigningScope, certificate_digest
from node.wire.verify import Reason, Rejected, Verifier, signing_bytes_of, trusted_own
from tests.node.wire.samples import (
    BLOCK,
    DIGEST,
    MESSAGES,
    NAMES,
    SCOPE,
    SET,
    certificate,
    commit,
    digest_of,
    hash_of,
    head,
    pre_prepare,
    prepare,
    prepared,
    proposal,
    signed,
    verifier,
)

replace = msgspec.structs.replace


def reason_of(message: ConsensusMessage) -> Reason | None:
    outcome = verifier().verify(message)
    return outcome.reason if isinstance(outcome, Rejected) else None


SIGNED = [
    message
    for message in MESSAGES.values()
    if isinstance(message, PrePrepare | Prepare | Commit | ViewChange)
]


@pytest.mark.parametrize("message", SIGNED, ids=lambda message: type(message).__name__)
def test_a_right_message_is_verified_and_unchanged(message: ConsensusMessage) -> None:
    outcome = verifier().verify(message)
    assert isinstance(outcome, Verified)
    assert outcome.message is message


@pytest.mark.parametrize("message", SIGNED, ids=lambda message: type(message).__name__)
def test_a_message_under_the_key_of_another_validator_is_rejected(
    message: ConsensusMessage,
) -> None:
    sender = message.head.sender if isinstance(message, ViewChange) else message.sender
    other = next(name for name in NAMES if name != sender)
    assert reason_of(signed(message, other)) is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("message", SIGNED, ids=lambda message: type(message).__name__)
def test_a_draft_without_signature_is_rejected(message: ConsensusMessage) -> None:
    empty = (
        replace(message, head=replace(message.head, signature=b""))
        if isinstance(message, ViewChange)
        else replace(message, signature=b"")
    )
    assert reason_of(empty) is Reason.BAD_SIGNATURE


def test_a_stranger_and_an_unknown_height_cost_no_signature_check() -> None:
    gate = verifier()
    strange = replace(prepare(3, DIGEST, "treasury"), sender="nobody")
    later = prepare(100, DIGEST, "treasury")
    assert gate.verify(strange) == Rejected(Reason.NOT_A_VALIDATOR)
    assert gate.verify(later) == Rejected(Reason.UNKNOWN_HEIGHT)
    assert gate.cache.checked == 0


def test_a_vote_counts_for_its_kind_its_place_and_its_network_only() -> None:
    vote = prepare(3, DIGEST, "treasury")
    as_commit = Commit(
        height=3, view=0, digest=DIGEST, root=bytes(32), sender="treasury", signature=vote.signature
    )
    for moved in (as_commit, replace(vote, height=4), replace(vote, view=1)):
        assert reason_of(moved) is Reason.BAD_SIGNATURE
    assert reason_of(replace(vote, digest=hash_of("other"))) is Reason.BAD_SIGNATURE
    for scope in (
        SigningScope(chain_id="other", genesis_digest=SCOPE.genesis_digest),
        SigningScope(chain_id=SCOPE.chain_id, genesis_digest=hash_of("other")),
    ):
        gate = Verifier(scope=scope, validators=lambda _: SET)
        assert gate.verify(vote) == Rejected(Reason.BAD_SIGNATURE)


def test_the_root_is_under_the_signature_of_a_commit() -> None:
    vote = commit(3, DIGEST, "treasury")
    assert reason_of(replace(vote, root=hash_of("other"))) is Reason.BAD_SIGNATURE


def test_the_claim_is_under_the_signature_of_a_view_change() -> None:
    claim = head(3, 1, "treasury", (0, DIGEST))
    for changed in (
        replace(claim, prepared_view=None, prepared_digest=None),
        replace(claim, prepared_digest=hash_of("other")),
        replace(claim, prepared_view=5),
    ):
        message = ViewChange(head=changed, certificate=None)
        assert reason_of(message) is Reason.BAD_SIGNATURE
    half = ViewChange(head=replace(claim, prepared_view=None), certificate=None)
    assert reason_of(half) is Reason.BAD_CLAIM


def test_a_pre_prepare_and_its_head_have_the_same_signing_bytes() -> None:
    message = pre_prepare(BLOCK)
    assert signing_bytes_of(message, SCOPE) == signing_bytes_of(signed_part(message), SCOPE)


def altered(change: Callable[[Proposal], Proposal]) -> PrePrepare:
    """A PrePrepare whose primary signed the changed block's own digest."""
    return pre_prepare(change(BLOCK))


def with_header(block: Proposal, **fields: object) -> Proposal:
    return replace(block, header=replace(block.header, **fields))


def test_every_byte_of_the_body_is_under_the_header() -> None:
    swapped = replace(BLOCK, wire_ids=BLOCK.wire_ids[::-1])
    assert reason_of(pre_prepare(swapped)) is Reason.WRONG_TX_ROOT
    shorter = replace(BLOCK, wire_ids=BLOCK.wire_ids[:1])
    assert reason_of(pre_prepare(shorter)) is Reason.WRONG_TX_ROOT
    more = certificate(2, BLOCK.header.parent, names=NAMES)
    assert reason_of(pre_prepare(replace(BLOCK, parent_certificate=more))) is Reason.WRONG_PARENT


def test_a_digest_that_is_not_the_headers_is_rejected() -> None:
    message = signed(replace(pre_prepare(BLOCK), digest=hash_of("other")))
    assert reason_of(message) is Reason.WRONG_DIGEST


def test_a_header_of_another_chain_or_height_is_rejected() -> None:
    assert reason_of(pre_prepare(with_header(BLOCK, chain_id="other"))) is Reason.WRONG_CHAIN
    message = signed(replace(pre_prepare(BLOCK), height=4))
    assert reason_of(message) is Reason.WRONG_HEIGHT


def with_parent(parent: CommitCertificate | None, **fields: object) -> PrePrepare:
    block = with_header(BLOCK, parent_certificate=certificate_digest(parent), **fields)
    return pre_prepare(replace(block, parent_certificate=parent))


def test_the_parent_certificate_must_be_a_valid_one_of_the_parent() -> None:
    parent = BLOCK.header.parent
    bad = certificate(2, parent)
    spoiled = CommitSignature(index=0, signature=bytes(64))
    cases: dict[Reason, list[CommitCertificate | None]] = {
        Reason.WRONG_PARENT: [
            None,
            certificate(1, parent),
            certificate(2, hash_of("other")),
        ],
        Reason.BAD_SIGNATURE: [
            replace(bad, signatures=(spoiled, *bad.signatures[1:])),
            replace(bad, root=hash_of("other")),
            replace(bad, view=1),
        ],
        Reason.BAD_CERTIFICATE: [
            replace(bad, signatures=bad.signatures[:2]),
            replace(bad, signatures=bad.signatures[::-1]),
            replace(bad, signatures=(bad.signatures[0],) * 3),
            replace(bad, signatures=(*bad.signatures[:2], replace(spoiled, index=4))),
        ],
    }
    for reason, certificates in cases.items():
        for each in certificates:
            assert reason_of(with_parent(each)) is reason
    assert reason_of(with_parent(certificate(2, parent, names=NAMES))) is None
    assert reason_of(with_parent(certificate(2, parent, view=7))) is None


def test_block_1_has_no_parent_certificate() -> None:
    first = proposal(1)
    assert reason_of(pre_prepare(first)) is None
    parent = certificate(0, first.header.parent)
    block = with_header(first, parent_certificate=certificate_digest(parent))
    assert reason_of(pre_prepare(replace(block, parent_certificate=parent))) is not None


def spoil(certificate: PreparedCertificate) -> PreparedCertificate:
    first = replace(certificate.prepares[0], signature=bytes(64))
    return replace(certificate, prepares=(first, *certificate.prepares[1:]))


BAD_PREPARED = {
    "a spoiled signature": (spoil(prepared(3, DIGEST)), Reason.BAD_SIGNATURE),
    "too few": (
        prepared(3, DIGEST, names=NAMES[:2]),
        Reason.BAD_CERTIFICATE,
    ),
    "one twice": (prepared(3, DIGEST, names=(NAMES[0],) * 3), Reason.BAD_CERTIFICATE),
    "not sorted": (prepared(3, DIGEST, names=NAMES[2::-1]), Reason.BAD_CERTIFICATE),
    "another digest than its prepares": (
        replace(prepared(3, DIGEST), digest=hash_of("other")),
        Reason.BAD_CERTIFICATE,
    ),
    "another view than its prepares": (
        replace(prepared(3, DIGEST), view=1),
        Reason.BAD_CERTIFICATE,
    ),
}


@pytest.mark.parametrize("case", sorted(BAD_PREPARED))
def test_a_bad_prepared_certificate_is_rejected_wherever_it_travels(case: str) -> None:
    bad, reason = BAD_PREPARED[case]
    claim = head(3, 1, "treasury", (0, DIGEST))
    assert reason_of(ViewChange(head=claim, certificate=bad)) is reason
    message = pre_prepare(BLOCK, view=1, justified=True)
    assert message.justification is not None
    changed = replace(message, justification=replace(message.justification, certificate=bad))
    assert reason_of(changed) is reason


def test_a_view_change_with_a_certificate_of_another_height_is_rejected() -> None:
    message = ViewChange(head=head(3, 1, "treasury", (0, DIGEST)), certificate=prepared(4, DIGEST))
    assert reason_of(message) is Reason.WRONG_HEIGHT


def test_a_forged_head_in_a_justification_is_rejected() -> None:
    message = pre_prepare(BLOCK, view=1, justified=True)
    assert message.justification is not None
    heads = message.justification.heads
    forged = (replace(heads[0], prepared_view=None, prepared_digest=None), *heads[1:])
    changed = replace(message, justification=replace(message.justification, heads=forged))
    assert reason_of(changed) is Reason.BAD_SIGNATURE


def test_a_block_costs_seven_signature_checks_with_four_validators() -> None:
    """One PrePrepare, three Prepares, three Commits; then its certificate comes for nothing."""
    gate = verifier("treasury")
    others = NAMES[:3]
    # The parent's Commits came in the height before.
    for name in others:
        gate.verify(commit(2, BLOCK.header.parent, name))
    before = gate.cache.checked
    assert isinstance(gate.verify(pre_prepare(BLOCK)), Verified)
    for name in others:
        gate.verify(prepare(3, DIGEST, name))
    for name in others:
        gate.verify(commit(3, DIGEST, name))
    own = commit(3, DIGEST, "treasury")
    gate.remember_own(own)
    everyone = certificate(3, DIGEST, names=NAMES)
    assert isinstance(gate.verify_certificate(everyone), Verified)
    assert gate.cache.checked - before == 7


def test_only_the_own_messages_are_remembered_without_a_check() -> None:
    gate = verifier("treasury")
    forged = replace(commit(3, DIGEST, "supervisor"), signature=bytes(64))
    gate.remember_own(forged)
    assert gate.verify(forged) == Rejected(Reason.BAD_SIGNATURE)


def test_trusted_own_checks_nothing_and_says_so_in_its_name() -> None:
    draft = replace(prepare(3, DIGEST, "treasury"), signature=b"")
    assert trusted_own(draft).message is draft


def test_a_certificate_is_checked_against_the_set_of_its_own_height() -> None:
    gate = Verifier(scope=SCOPE, validators=lambda height: SET if height == 3 else None)
    good = certificate(3, DIGEST)
    assert isinstance(gate.verify_certificate(good), Verified)
    assert gate.verify_certificate(replace(good, height=4)) == Rejected(Reason.UNKNOWN_HEIGHT)


def test_digest_helper_matches_the_samples() -> None:
    assert digest_of(BLOCK) == DIGEST


def test_a_block_that_comes_again_is_judged_by_its_own_ids_again() -> None:
    gate = verifier()
    swapped = replace(BLOCK, wire_ids=BLOCK.wire_ids[::-1])
    for _ in range(2):
        assert isinstance(gate.verify(pre_prepare(BLOCK)), Verified)
        assert gate.verify(pre_prepare(swapped)) == Rejected(Reason.WRONG_TX_ROOT)
    for index in range(20):
        block = proposal(3, wire_ids=(hash_of(f"other {index}"),))
        assert isinstance(gate.verify(pre_prepare(block)), Verified)
    assert len(gate._ids_under) <= 8

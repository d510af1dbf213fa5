"""What carries signatures of others: Status, Evidence, fetched and decided blocks."""

import msgspec

from consensus.messages import Evidence, SeenStep, Status
from consensus.types import Verified
from node.wire.hashing import tx_root
from node.wire.peer_messages import DecidedBlock
from node.wire.verify import Reason, Rejected
from tests.node.wire.samples import (
    BLOCK,
    BODIES,
    DIGEST,
    MESSAGES,
    NAMES,
    SCOPE,
    certificate,
    hash_of,
    prepare,
    verifier,
)

replace = msgspec.structs.replace


def status(**fields: object) -> Status:
    sample = MESSAGES["status"]
    assert isinstance(sample, Status)
    return replace(sample, **fields)


def test_a_status_needs_a_valid_certificate_of_the_tip_it_names() -> None:
    gate = verifier()
    assert isinstance(gate.verify_status(status()), Verified)
    assert gate.verify_status(status(height=9)) == Rejected(Reason.WRONG_HEIGHT)
    assert gate.verify_status(status(tip_digest=hash_of("x"))) == Rejected(Reason.WRONG_DIGEST)
    assert gate.verify_status(status(tip_certificate=None)) == Rejected(Reason.WRONG_HEIGHT)
    good = certificate(3, DIGEST)
    for bad, reason in (
        (replace(good, signatures=good.signatures[:2]), Reason.BAD_CERTIFICATE),
        (replace(good, root=hash_of("x")), Reason.BAD_SIGNATURE),
    ):
        assert gate.verify_status(status(tip_certificate=bad)) == Rejected(reason)
    genesis = status(height=1, tip_certificate=None, tip_digest=SCOPE.genesis_digest)
    assert isinstance(gate.verify_status(genesis), Verified)


def test_seen_survives_only_if_the_own_key_signed_it() -> None:
    mine = SeenStep(part=prepare(4, DIGEST, "treasury"))
    forged = SeenStep(part=replace(mine.part, view=9))
    of_another = SeenStep(part=prepare(4, DIGEST, "supervisor"))
    for seen, expected in ((mine, mine), (forged, None), (of_another, None), (None, None)):
        outcome = verifier("treasury").verify_status(status(seen=seen))
        assert isinstance(outcome, Verified)
        assert outcome.message.seen == expected
    observer = verifier(None).verify_status(status(seen=mine))
    assert isinstance(observer, Verified)
    assert observer.message.seen is None


def test_evidence_needs_two_valid_signatures_of_the_accused_at_its_height() -> None:
    good = MESSAGES["evidence"]
    assert isinstance(good, Evidence)
    gate = verifier()
    assert isinstance(gate.verify_evidence(good), Verified)
    forged = replace(good, second=replace(good.first, digest=hash_of("x")))
    assert gate.verify_evidence(forged) == Rejected(Reason.BAD_SIGNATURE)
    framed = replace(good, second=prepare(3, hash_of("x"), "treasury"))
    assert gate.verify_evidence(framed) == Rejected(Reason.BAD_EVIDENCE)
    assert gate.verify_evidence(replace(good, height=4)) == Rejected(Reason.BAD_EVIDENCE)


def test_a_fetched_proposal_must_have_the_digest_asked_for() -> None:
    gate = verifier()
    assert gate.verify_proposal(DIGEST, BLOCK) == trusted_proposal()
    assert gate.verify_proposal(hash_of("x"), BLOCK) == Rejected(Reason.WRONG_DIGEST)


def trusted_proposal() -> object:
    outcome = verifier().verify_proposal(DIGEST, BLOCK)
    assert isinstance(outcome, Verified)
    return outcome


def test_a_decided_block_is_verified_by_its_certificate_alone() -> None:
    gate = verifier()
    good = DecidedBlock(proposal=BLOCK, certificate=certificate(3, DIGEST), bodies=BODIES)
    assert isinstance(gate.verify_decided(good), Verified)
    assert gate.cache.checked == 3
    faults = {
        Reason.BODIES_MISSING: replace(good, bodies=BODIES[:1]),
        Reason.WRONG_HEIGHT: replace(good, certificate=certificate(2, DIGEST)),
        Reason.WRONG_DIGEST: replace(good, certificate=certificate(3, hash_of("x"))),
        Reason.WRONG_TX_ROOT: replace(good, proposal=replace(BLOCK, wire_ids=BLOCK.wire_ids[::-1])),
        Reason.WRONG_PARENT: replace(good, proposal=replace(BLOCK, parent_certificate=None)),
        Reason.BAD_CERTIFICATE: replace(good, certificate=certificate(3, DIGEST, names=NAMES[:2])),
    }
    for reason, block in faults.items():
        assert gate.verify_decided(block) == Rejected(reason)


def test_a_header_that_is_changed_after_the_decision_is_rejected() -> None:
    header = replace(BLOCK.header, tx_root=tx_root(BLOCK.wire_ids[::-1]))
    block = DecidedBlock(
        proposal=replace(BLOCK, header=header, wire_ids=BLOCK.wire_ids[::-1]),
        certificate=certificate(3, DIGEST),
        bodies=BODIES,
    )
    assert verifier().verify_decided(block) == Rejected(Reason.WRONG_DIGEST)

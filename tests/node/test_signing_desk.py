"""Signs under the guard; what it keeps is what a restart gets back."""

from pathlib import Path

import pytest

from consensus.messages import Commit, Prepare, PreparedCertificate, ViewChange, ViewChangeHead
from consensus.signed import signed_part
from consensus.types import ValidatorId
from consensus.voting import Voting
from node.identity import dev_keys
from node.key_ring import KeyRing
from node.restart import open_guard, restored
from node.signing import verify
from node.signing_desk import GuardedProposal, SigningDesk, restored_messages
from node.storage import sign_guard
from node.storage.guard_types import GuardState, Refused, RootConflict
from node.storage.sign_guard import SignGuard
from node.wire.verify import Verifier, signing_bytes_of
from tests.node.support.chains import decide, open_chain, propose, scope_of, transfer
from tokens.transaction import DecodedTransaction

CHAIN = open_chain()
OWN = CHAIN.tip.validators.ids()[0]
SIGNER = dev_keys(OWN).signer
PAID = transfer(1)
DIGEST, BLOCK = propose(CHAIN, PAID)
GUARDED = GuardedProposal(digest=DIGEST, proposal=BLOCK, bodies=(PAID.data,))
CERTIFICATE = PreparedCertificate(height=1, view=0, digest=DIGEST, prepares=())


def prepare(view: int = 0, height: int = 1, digest: bytes = DIGEST) -> Prepare:
    return Prepare(height=height, view=view, digest=digest, sender=OWN, signature=b"")


def commit(view: int = 0, root: bytes = b"\x01" * 32) -> Commit:
    return Commit(height=1, view=view, digest=DIGEST, root=root, sender=OWN, signature=b"")


def view_change(view: int) -> ViewChange:
    head = ViewChangeHead(
        height=1, view=view, prepared_view=0, prepared_digest=DIGEST, sender=OWN, signature=b""
    )
    return ViewChange(head=head, certificate=CERTIFICATE)


def open_desk(folder: Path) -> SigningDesk:
    return SigningDesk(SIGNER, open_guard(folder, SIGNER.public_key), scope_of(CHAIN), folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    SignGuard.create(tmp_path, SIGNER.public_key).close()
    return tmp_path


def test_every_signature_verifies_under_the_own_key(folder: Path) -> None:
    desk = open_desk(folder)
    verifier = Verifier(scope=scope_of(CHAIN), validators=CHAIN.validators_at)
    for draft in (prepare(), commit()):
        signed = desk.sign(draft, None, None)
        data = signing_bytes_of(draft, scope_of(CHAIN))
        assert isinstance(signed, Prepare | Commit)
        assert verify(SIGNER.public_key, data, signed.signature)
        assert type(verifier.verify(signed)).__name__ == "Verified"


def test_a_restart_gets_back_messages_block_bodies_and_certificate(folder: Path) -> None:
    desk = open_desk(folder)
    first = desk.sign(prepare(), GUARDED, None)
    second = desk.sign(commit(), None, CERTIFICATE)
    third = desk.sign(view_change(1), None, None)
    sequence = desk.guard.sequence
    desk.guard.close()
    again = open_desk(folder)
    bodies: list[DecodedTransaction] = []
    found = restored(open_chain(), KeyRing(OWN, (again,)), bodies.append)
    assert found.signed == (first, second, third)
    assert found.proposals == ((DIGEST, BLOCK),)
    assert found.certificates == (CERTIFICATE,)
    assert [body.wire_id for body in bodies] == [PAID.wire_id]
    assert (found.guard_stale, found.guard_height) == (None, 1)
    assert again.guard.sequence == sequence
    assert again.sign(prepare(), GUARDED, None) == first


def test_a_restart_after_the_decision_tells_what_was_signed_and_opens_the_next_height(
    folder: Path,
) -> None:
    desk = open_desk(folder)
    signed = desk.sign(prepare(), GUARDED, None)
    desk.guard.close()
    chain = open_chain()
    decide(chain)
    decide(chain)
    again = open_desk(folder)
    found = restored(chain, KeyRing(OWN, (again,)), lambda _: None)
    assert found.signed == (signed,)
    assert found.guard_height == 1
    assert again.guard.height == 3
    with pytest.raises(Refused, match="height_passed"):
        again.sign(prepare(view=1), None, None)


def test_refusals_are_the_guards(folder: Path) -> None:
    desk = open_desk(folder)
    desk.sign(commit(), None, CERTIFICATE)
    with pytest.raises(Refused, match="order_passed"):
        desk.sign(prepare(), GUARDED, None)
    with pytest.raises(RootConflict):
        desk.sign(commit(view=1, root=b"\x02" * 32), None, CERTIFICATE)
    with pytest.raises(RootConflict):
        desk.sign(commit(root=b"\x02" * 32), None, CERTIFICATE)


def test_what_the_guard_has_dropped_of_a_long_height_is_no_sign_of_a_second_node(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After hundreds of views of one height, a certificate of an old view shows the own Prepare."""
    monkeypatch.setattr(sign_guard, "SEGMENT_BYTES", 50_000)
    desk = open_desk(folder)
    desk.guard._replace_at = 50_000
    signed = [desk.sign(draft, None, None) for draft in (prepare(), commit())]
    parts = [signed_part(message) for message in signed]
    for view in range(1, 400):
        parts.append(signed_part(desk.sign(view_change(view), None, None)))
        parts.append(signed_part(desk.sign(prepare(view), None, None)))
    listed = len(restored_messages(desk.guard, 1))
    assert listed < len(parts)
    desk.guard.close()
    again = open_desk(folder)
    for held in (desk.guard, again.guard):
        voting = Voting(ValidatorId(OWN), 1, None)
        for message in restored_messages(held, 1):
            voting.signed(signed_part(message))
        assert not [part for part in parts if voting.lacks(part, 1)]
        assert voting.lacks(prepare(390, digest=b"\x07" * 32), 1)
        assert len(voting.parts) < 400


def test_an_unusable_guard_signs_nothing(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    assert desk.guard.state is GuardState.MISSING
    with pytest.raises(Refused, match="unusable"):
        desk.sign(prepare(), GUARDED, None)
    assert list(tmp_path.iterdir()) == []


def test_a_distrusted_guard_gets_no_record_and_is_renewed_by_the_next_signature(
    folder: Path,
) -> None:
    desk = open_desk(folder)
    desk.sign(prepare(), GUARDED, None)
    desk.distrust(40)
    desk.keep(CERTIFICATE)
    desk.begin_height(5)
    assert (desk.guard.height, desk.guard.certificates()) == (1, ())
    desk.sign(prepare(height=9, digest=b"\x03" * 32), None, None)
    assert desk.guard.height == 9
    assert desk.guard.sequence == 42
    assert len(list(folder.glob("*.guard"))) == 1
    assert len(list(folder.iterdir())) == 2
    with pytest.raises(Refused, match="height_passed"):
        desk.sign(prepare(), GUARDED, None)
    desk.guard.close()
    found = restored(open_chain(), KeyRing(OWN, (open_desk(folder),)), lambda _: None)
    assert (found.guard_stale, found.guard_height) == (None, 9)


def test_an_observer_restores_the_tip_only() -> None:
    found = restored(CHAIN, KeyRing("observer"), lambda _: None)
    assert (found.tip, found.signed, found.guard_stale) == (CHAIN.tip, (), None)

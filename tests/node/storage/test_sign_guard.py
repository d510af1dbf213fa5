"""Rule R12: what the guard signs and what it refuses, before and after a restart."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.messages import Step
from node.storage.sign_guard import (
    AttachmentKind,
    GuardState,
    RefusalReason,
    Refused,
    RootConflict,
    SignGuard,
)
from tests.node.storage.guards import (
    BLOCK_A,
    BLOCK_B,
    KEY,
    PP,
    ROOT_1,
    ROOT_2,
    VC,
    C,
    P,
    refused,
    reopened,
    vote,
)


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    ("signed", "asked", "reason"),
    [
        ((5, 1, P), (5, 1, C), None),
        ((5, 1, P), (5, 2, VC), None),
        ((5, 1, C), (5, 2, VC), None),
        ((5, 2, VC), (5, 2, PP), None),
        ((5, 2, VC), (5, 2, C), None),
        ((5, 1, C), (6, 0, PP), None),
        ((5, 1, P), (9, 0, VC), None),
        ((5, 1, P), (5, 1, PP), RefusalReason.ORDER_PASSED),
        ((5, 1, C), (5, 1, VC), RefusalReason.ORDER_PASSED),
        ((5, 2, VC), (5, 1, C), RefusalReason.ORDER_PASSED),
        ((5, 2, VC), (5, 0, PP), RefusalReason.ORDER_PASSED),
        ((5, 1, PP), (5, 0, C), RefusalReason.ORDER_PASSED),
        ((5, 9, C), (4, 99, C), RefusalReason.HEIGHT_PASSED),
    ],
)
def test_order_of_height_view_step(
    guard: SignGuard,
    restart: bool,
    signed: tuple[int, int, Step],
    asked: tuple[int, int, Step],
    reason: RefusalReason | None,
) -> None:
    vote(guard, *signed)
    if restart:
        guard = reopened(guard)
    sequence = guard.sequence
    if reason is None:
        assert vote(guard, *asked) == guard.newest()
        assert guard.sequence == sequence + 1
    else:
        assert refused(lambda: vote(guard, *asked)) is reason
        assert guard.sequence == sequence


@pytest.mark.parametrize("restart", [False, True])
def test_identical_signing_bytes_get_the_stored_record(guard: SignGuard, restart: bool) -> None:
    first = [vote(guard, 5, 0, step) for step in (PP, P, C)] + [vote(guard, 5, 1, VC)]
    if restart:
        guard = reopened(guard)

    def never(_: bytes) -> tuple[bytes, bytes]:
        raise AssertionError("signed twice")

    for record in first:
        again = guard.sign(
            height=5,
            view=record.view,
            step=record.step,
            digest=record.digest,
            root=record.root,
            signing_bytes=record.signing_bytes,
            make=never,
        )
        assert again == record
    assert guard.sequence == 4
    assert list(guard.records()) == first


@pytest.mark.parametrize("step", list(Step))
def test_other_bytes_in_one_place_are_equivocation(guard: SignGuard, step: Step) -> None:
    vote(guard, 5, 3, step, BLOCK_A)
    assert refused(lambda: vote(guard, 5, 3, step, BLOCK_B)) is RefusalReason.CONFLICT
    assert refused(lambda: vote(reopened(guard), 5, 3, step, BLOCK_B)) is RefusalReason.CONFLICT


@pytest.mark.parametrize("view", [0, 1, 2, 7])
@pytest.mark.parametrize("restart", [False, True])
def test_another_root_is_refused_in_every_view(guard: SignGuard, restart: bool, view: int) -> None:
    vote(guard, 5, 1, C, BLOCK_A, ROOT_1)
    if restart:
        guard = reopened(guard)
    with pytest.raises(RootConflict, match="stops voting") as caught:
        vote(guard, 5, view, C, BLOCK_A, ROOT_2)
    assert (caught.value.signed, caught.value.asked) == (ROOT_1, ROOT_2)
    vote(guard, 5, 8, C, BLOCK_B, ROOT_2)
    vote(guard, 5, 9, C, BLOCK_A, ROOT_1)
    vote(guard, 6, 0, C, BLOCK_A, ROOT_2)


def test_a_view_change_may_not_forget_a_commit(guard: SignGuard) -> None:
    vote(guard, 5, 0, VC, b"")
    vote(guard, 5, 1, C, BLOCK_A)
    assert refused(lambda: vote(guard, 5, 2, VC, b"")) is RefusalReason.FORGETS_COMMIT
    vote(guard, 5, 2, VC, BLOCK_A)
    vote(guard, 6, 1, VC, b"")


def test_a_restarted_node_resumes_in_the_highest_view(guard: SignGuard) -> None:
    vote(guard, 5, 0, P)
    vote(guard, 5, 4, VC, b"")
    guard = reopened(guard)
    newest = guard.newest()
    assert newest is not None
    assert (guard.height, newest.view, newest.step) == (5, 4, VC)
    assert guard.state is GuardState.CURRENT


def test_what_make_raises_leaves_no_trace(guard: SignGuard) -> None:
    def fail(_: bytes) -> tuple[bytes, bytes]:
        raise RuntimeError("no key")

    with pytest.raises(RuntimeError, match="no key"):
        guard.sign(
            height=5, view=0, step=P, digest=BLOCK_A, root=b"", signing_bytes=bytes(32), make=fail
        )
    assert (guard.sequence, guard.records(), guard.state) == (0, (), GuardState.FRESH)
    vote(guard, 5, 0, P, BLOCK_B)


@pytest.mark.parametrize(
    ("step", "digest", "root", "signing_bytes", "signature"),
    [
        (P, b"", b"", bytes(32), bytes(64)),
        (P, bytes(31), b"", bytes(32), bytes(64)),
        (P, BLOCK_A, ROOT_1, bytes(32), bytes(64)),
        (C, BLOCK_A, b"", bytes(32), bytes(64)),
        (VC, bytes(1), b"", bytes(32), bytes(64)),
        (P, BLOCK_A, b"", bytes(31), bytes(64)),
        (P, BLOCK_A, b"", bytes(32), bytes(63)),
    ],
)
def test_a_field_of_a_wrong_length_is_a_bug_of_the_caller(
    guard: SignGuard, step: Step, digest: bytes, root: bytes, signing_bytes: bytes, signature: bytes
) -> None:
    with pytest.raises(ValueError, match="bytes"):
        guard.sign(
            height=5,
            view=1,
            step=step,
            digest=digest,
            root=root,
            signing_bytes=signing_bytes,
            make=lambda _: (signature, b""),
        )
    assert guard.sequence == 0


def test_attachments_are_durable_with_the_vote_and_end_with_the_height(guard: SignGuard) -> None:
    proposal = (AttachmentKind.PROPOSAL, BLOCK_A, b"block and bodies")
    certificate = (AttachmentKind.CERTIFICATE, BLOCK_A, b"view 0")
    vote(guard, 5, 0, P, attachments=(proposal,))
    vote(guard, 5, 0, C, attachments=(certificate, proposal))
    guard.attach(AttachmentKind.CERTIFICATE, BLOCK_A, b"view 1")
    guard.attach(AttachmentKind.CERTIFICATE, BLOCK_A, b"view 1")
    guard.attach(AttachmentKind.PROPOSAL, BLOCK_A, b"other bytes")
    for held in (guard, reopened(guard)):
        assert held.proposal(BLOCK_A) == b"block and bodies"
        assert held.proposal(BLOCK_B) is None
        assert held.proposals() == (b"block and bodies",)
        assert held.certificates() == (b"view 0", b"view 1")
        assert held.sequence == 3
    guard = reopened(guard)
    guard.begin_height(6)
    assert (guard.proposal(BLOCK_A), guard.certificates(), guard.records()) == (None, (), ())
    assert (guard.height, guard.sequence) == (6, 3)


def test_begin_height_never_goes_back(guard: SignGuard) -> None:
    vote(guard, 7, 0, P)
    for height in (1, 6, 7):
        guard.begin_height(height)
        assert (guard.height, len(guard.records())) == (7, 1)
    guard.begin_height(8)
    assert refused(lambda: vote(guard, 7, 5, P)) is RefusalReason.HEIGHT_PASSED


ASKS = st.tuples(
    st.integers(1, 4),
    st.integers(0, 3),
    st.sampled_from(list(Step)),
    st.sampled_from([BLOCK_A, BLOCK_B]),
    st.sampled_from([ROOT_1, ROOT_2]),
    st.sampled_from(["vote", "vote", "vote", "restart", "begin"]),
)


@given(asks=st.lists(ASKS, max_size=30))
def test_model_one_place_one_signature(
    asks: list[tuple[int, int, Step, bytes, bytes, str]],
) -> None:
    """Whatever is asked and whenever it restarts: no equivocation, no step back, no second root."""
    with TemporaryDirectory() as folder:
        guard = SignGuard.create(Path(folder), KEY)
        issued: dict[tuple[int, int, Step], bytes] = {}
        roots: dict[tuple[int, bytes], bytes] = {}
        highest = (0, 0, VC)
        for height, view, step, digest, root, action in asks:
            if action == "restart":
                guard = reopened(guard)
                continue
            if action == "begin":
                guard.begin_height(height)
                continue
            place = (height, view, step)
            try:
                record = vote(guard, height, view, step, digest, root)
            except (Refused, RootConflict):
                # Nothing that is above everything and fits the roots is ever refused.
                free = place > highest and roots.get((height, digest), root) == root
                assert not free or height < guard.height
                continue
            if place not in issued:
                assert place > highest
            assert issued.setdefault(place, record.signing_bytes) == record.signing_bytes
            if step is C:
                assert roots.setdefault((height, digest), root) == root
            highest = max(highest, place)
        guard.close()

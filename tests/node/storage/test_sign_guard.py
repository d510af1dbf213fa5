"""Rule R12: what the guard signs, what it refuses, what survives a restart."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.messages import Step
from node.signing import Signer, dev_seed
from node.storage import sign_guard
from node.storage.kv import StorageFailed
from node.storage.sign_guard import (
    AttachmentKind,
    GuardDamaged,
    GuardExists,
    GuardFailed,
    GuardRecord,
    GuardState,
    RefusalReason,
    Refused,
    RootConflict,
    SignGuard,
)

SIGNER = Signer.from_seed(dev_seed("validator-0"))
KEY = SIGNER.public_key
BLOCK_A, BLOCK_B = b"A" * 32, b"B" * 32
ROOT_1, ROOT_2 = b"1" * 32, b"2" * 32
VC, PP, P, C = Step.VIEW_CHANGE, Step.PRE_PREPARE, Step.PREPARE, Step.COMMIT
Attachments = tuple[tuple[AttachmentKind, bytes, bytes], ...]


def vote(
    guard: SignGuard,
    height: int,
    view: int,
    step: Step,
    digest: bytes = BLOCK_A,
    root: bytes = ROOT_1,
    attachments: Attachments = (),
) -> GuardRecord:
    """Sign as the node does: signing bytes cover everything."""
    root = root if step is C else b""
    covered = repr((height, view, step, digest, root)).encode()
    return guard.sign(
        height=height,
        view=view,
        step=step,
        digest=digest,
        root=root,
        signing_bytes=hashlib.sha256(covered).digest(),
        make=lambda data: (SIGNER.sign(data), b"message " + data),
        attachments=attachments,
    )


def refused(call: Callable[[], object]) -> RefusalReason:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.reason


@pytest.fixture
def guard(tmp_path: Path) -> SignGuard:
    return SignGuard.create(tmp_path, KEY)


def reopened(guard: SignGuard) -> SignGuard:
    guard.close()
    return SignGuard.open(guard._path.parent, KEY)


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


def test_each_vote_costs_one_sync_and_a_height_none(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    monkeypatch.setattr(sign_guard, "sync_file", syncs.append)
    for height in range(1, 11):
        guard.begin_height(height)
        proposal = (AttachmentKind.PROPOSAL, BLOCK_A, bytes(1_000))
        vote(guard, height, 0, P, attachments=(proposal,))
        vote(guard, height, 0, C, attachments=((AttachmentKind.CERTIFICATE, BLOCK_A, b"c"),))
    assert len(syncs) == 20
    assert guard.sequence == 20


def test_the_sync_comes_before_the_return_and_after_the_write(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def look(_: int) -> None:
        seen.append(len(SignGuard.open(guard._path.parent, KEY).records()))
        assert guard.records() == ()

    monkeypatch.setattr(sign_guard, "sync_file", look)
    vote(guard, 5, 0, P)
    assert seen == [1]


@pytest.mark.parametrize("name", ["write_all", "sync_file"])
def test_a_failing_disk_ends_the_guard(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    vote(guard, 5, 0, PP)
    calls = 0

    def fail(*_: object) -> None:
        nonlocal calls
        calls += 1
        raise OSError(errno.EIO, "fake")

    monkeypatch.setattr(sign_guard, name, fail)
    with pytest.raises(GuardFailed, match="signs no more"):
        vote(guard, 5, 0, P)
    for call in (
        lambda: vote(guard, 5, 0, P),
        lambda: vote(guard, 5, 0, PP),
        lambda: guard.attach(AttachmentKind.PROPOSAL, BLOCK_A, b""),
        lambda: guard.begin_height(6),
    ):
        with pytest.raises(StorageFailed, match="failed earlier"):
            call()
    assert calls == 1
    assert (guard.sequence, len(guard.records())) == (1, 1)


def test_states(tmp_path: Path) -> None:
    other = Signer.from_seed(dev_seed("validator-1")).public_key
    missing = SignGuard.open(tmp_path / "absent", KEY)
    assert missing.state is GuardState.MISSING
    SignGuard.create(tmp_path / "a", other).close()
    foreign = SignGuard.open(tmp_path / "a", KEY)
    assert foreign.state is GuardState.FOREIGN
    (tmp_path / "a" / f"{other.hex()}.guard").rename(tmp_path / "a" / f"{KEY.hex()}.guard")
    renamed = SignGuard.open(tmp_path / "a", KEY)
    assert renamed.state is GuardState.FOREIGN
    for guard in (missing, foreign, renamed):
        assert (guard.sequence, guard.height, guard.records()) == (0, 0, ())
        assert refused(partial(vote, guard, 1, 0, P)) is RefusalReason.UNUSABLE
        attach = partial(guard.attach, AttachmentKind.PROPOSAL, BLOCK_A, b"")
        assert refused(attach) is RefusalReason.UNUSABLE
        guard.begin_height(5)
        assert guard.height == 0
    assert SignGuard.create(tmp_path / "b", KEY).state is GuardState.FRESH
    fresh = SignGuard.open(tmp_path / "b", KEY)
    assert (fresh.state, fresh.height) == (GuardState.FRESH, 1)
    vote(fresh, 1, 0, P)
    assert fresh.state is GuardState.CURRENT
    fresh.close()
    assert refused(lambda: vote(fresh, 1, 0, C)) is RefusalReason.UNUSABLE


def test_a_guard_is_not_made_twice_unless_a_stale_node_may_vote_again(guard: SignGuard) -> None:
    folder = guard._path.parent
    vote(guard, 5, 0, P)
    guard.close()
    with pytest.raises(GuardExists, match="forget"):
        SignGuard.create(folder, KEY)
    later = SignGuard.create(folder, KEY, height=9, sequence=12, replace=True)
    assert (later.state, later.height, later.sequence) == (GuardState.CURRENT, 9, 12)
    assert refused(lambda: vote(later, 8, 99, P)) is RefusalReason.HEIGHT_PASSED
    vote(later, 9, 0, P)
    assert reopened(later).sequence == 13
    kept = [path for path in folder.iterdir() if path.name.endswith(".old-1")]
    assert len(kept) == 1
    kept[0].rename(folder / f"{KEY.hex()}.guard")
    assert SignGuard.open(folder, KEY).height == 5


def test_the_file_is_private_and_bounded(guard: SignGuard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_guard, "SEGMENT_BYTES", 20_000)
    largest = 0
    for height in range(1, 60):
        guard.begin_height(height)
        for step in (PP, P, C):
            vote(guard, height, 0, step, attachments=((AttachmentKind.PROPOSAL, BLOCK_A, b"x"),))
        largest = max(largest, guard._path.stat().st_size)
        if height % 7 == 0:
            before = (guard.records(), guard.sequence, guard.height)
            guard = reopened(guard)
            assert (guard.records(), guard.sequence, guard.height) == before
    assert guard.sequence == 59 * 3
    assert largest < 25_000
    assert guard._path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in guard._path.parent.iterdir()] == [guard._path.name]


def test_a_height_with_many_views_stays_bounded_and_forgets_no_root(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_guard, "SEGMENT_BYTES", 50_000)
    guard._replace_at = 50_000
    vote(guard, 5, 0, C, BLOCK_A, ROOT_1, ((AttachmentKind.CERTIFICATE, BLOCK_A, b"view 0"),))
    for view in range(1, 600):
        vote(guard, 5, view, VC, BLOCK_A)
        vote(guard, 5, view, P, BLOCK_B)
    assert guard._path.stat().st_size < 250_000
    for restart in (False, True):
        held = reopened(guard) if restart else guard
        assert len(held.records()) < 400
        assert held.certificates() == (b"view 0",)
        assert held.sequence == 1_199
        with pytest.raises(RootConflict):
            vote(held, 5, 600, C, BLOCK_A, ROOT_2)
        assert refused(partial(vote, held, 5, 2, P, BLOCK_A)) in (
            RefusalReason.ORDER_PASSED,
            RefusalReason.CONFLICT,
        )


def test_a_crash_while_the_file_is_replaced_leaves_the_old_one(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_guard, "SEGMENT_BYTES", 100)
    vote(guard, 5, 0, P)

    def crash(*_: object) -> None:
        raise OSError(errno.EIO, "power cut")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", crash)
        patch.setattr(Path, "replace", crash)
        with pytest.raises(GuardFailed):
            guard.begin_height(6)
    guard = reopened(guard)
    assert (guard.height, len(guard.records())) == (5, 1)
    guard.begin_height(6)
    vote(guard, 6, 0, P)
    assert reopened(guard).height == 6


def test_an_unreadable_disk_is_a_failure_and_not_a_missing_guard(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> bytes:
        raise OSError(errno.EIO, "fake")

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(GuardFailed, match="cannot be read"):
        SignGuard.open(guard._path.parent, KEY)


def test_garbage_is_damage(guard: SignGuard) -> None:
    guard._path.write_bytes(b"not a guard" * 100)
    with pytest.raises(GuardDamaged):
        SignGuard.open(guard._path.parent, KEY)
    assert GuardDamaged("").state is GuardState.DAMAGED


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

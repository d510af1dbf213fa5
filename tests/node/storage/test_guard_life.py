"""The guard and its disk: syncs, failures, files, states at a start."""

from __future__ import annotations

import errno
import os
from functools import partial
from pathlib import Path

import pytest

from node.signing import Signer, dev_seed
from node.storage import guard_file, guard_memory, sign_guard
from node.storage.durable import OS_DISK
from node.storage.guard_file import decode_entries
from node.storage.kv import StorageFailed
from node.storage.sign_guard import (
    AttachmentKind,
    GuardDamaged,
    GuardExists,
    GuardFailed,
    GuardState,
    RefusalReason,
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


def test_each_vote_costs_one_sync_and_a_height_none(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    monkeypatch.setattr(OS_DISK, "sync", syncs.append)
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
        appended = len(decode_entries(guard._path.read_bytes()).entries) - 1
        seen.append(appended)
        assert guard.records() == ()

    monkeypatch.setattr(OS_DISK, "sync", look)
    vote(guard, 5, 0, P)
    assert seen == [1]


@pytest.mark.parametrize("name", ["write", "sync"])
def test_a_failing_disk_ends_the_guard(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    vote(guard, 5, 0, PP)
    calls = 0

    def fail(*_: object) -> None:
        nonlocal calls
        calls += 1
        raise OSError(errno.EIO, "fake")

    monkeypatch.setattr(OS_DISK, name, fail)
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


def test_dozens_of_views_of_large_blocks_fit_into_no_entry_and_into_the_file(
    guard: SignGuard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_file, "PAYLOAD_BYTES_MAX", 64_000)
    monkeypatch.setattr(guard_memory, "OPENING_BYTES_MAX", 16_000)
    monkeypatch.setattr(sign_guard, "SEGMENT_BYTES", 50_000)
    guard._replace_at = 50_000
    blocks = [bytes([view]) * 32 for view in range(1, 41)]
    for view, digest in enumerate(blocks, start=1):
        vote(guard, 5, view, VC, BLOCK_A)
        body = (AttachmentKind.PROPOSAL, digest, digest * 100)
        vote(guard, 5, view, P, digest, attachments=(body,))
    for _ in range(2):
        before = guard.sequence
        assert [guard.proposal(digest) for digest in blocks] == [each * 100 for each in blocks]
        assert len(guard.records()) == 80
        guard = reopened(guard)
        assert guard.sequence >= before
    vote(guard, 5, 41, VC, BLOCK_A)


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

"""What a key has signed at its open height, and what that allows: rule R12 without a disk."""

from __future__ import annotations

import hashlib

import msgspec

from consensus.messages import Step
from consensus.voting import VIEWS_LISTED
from node.storage.guard_types import (
    Attachment,
    AttachmentKind,
    GuardRecord,
    RefusalReason,
    Refused,
    RootConflict,
)

VIEWS_KEPT = VIEWS_LISTED
"""Views below the highest whose messages survive `prune`: those that the core goes by when others
show it a signature of its key. A network without a quorum stays in its view (R2), so this many in
one height is already a report to the operator."""
OPENING_BYTES_MAX = 16 << 20
"""Attachments in the first entry of a file: with the records far below what an entry may have."""


class Appended(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One append: at most one record, and what has to be durable no later."""

    height: int
    """Height of all of it; above the open one it opens that height."""
    attachments: tuple[Attachment, ...]
    """New ones only."""
    record: GuardRecord | None
    """None: attachments alone."""


class Opening(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The first entry of a file: the key, and what is still needed of the file before."""

    public_key: bytes
    height: int
    attachments: tuple[Attachment, ...]
    records: tuple[GuardRecord, ...]


class GuardMemory:
    """The open height of one key. Bounded by what one height can hold, see `prune`."""

    __slots__ = ("attachments", "height", "records", "roots")

    def __init__(self) -> None:
        self.height = 0
        """Nothing below it is signed."""
        self.records: dict[tuple[int, Step], GuardRecord] = {}
        """By (view, step), in the order of signing, which is ascending."""
        self.attachments: dict[bytes, Attachment] = {}
        """By `_place`, in the order of arrival."""
        self.roots: dict[bytes, bytes] = {}
        """Block digest -> the root under its Commit."""

    def enter(self, height: int) -> None:
        """Open a height and forget the one before."""
        self.height = height
        self.records, self.attachments, self.roots = {}, {}, {}

    def newest(self) -> GuardRecord | None:
        """The highest record."""
        return next(reversed(self.records.values()), None)

    def values(self, kind: AttachmentKind) -> tuple[bytes, ...]:
        """All attachments of a kind, the oldest first."""
        return tuple(item.value for item in self.attachments.values() if item.kind is kind)

    def divided(self) -> tuple[tuple[Attachment, ...], tuple[Attachment, ...]]:
        """Attachments that go into the opening of a file, and those that follow it one by one."""
        held = tuple(self.attachments.values())
        size_bytes = count = 0
        for attachment in held:
            size_bytes += len(attachment.value)
            if size_bytes > OPENING_BYTES_MAX:
                break
            count += 1
        return held[:count], held[count:]

    def find(self, wanted: Attachment) -> bytes | None:
        """The value kept in the place of an attachment."""
        held = self.attachments.get(_place(wanted))
        return None if held is None else held.value

    def holds(self, attachment: Attachment) -> bool:
        """Whether it would add nothing at the open height."""
        return _place(attachment) in self.attachments

    def decide(
        self, height: int, view: int, step: Step, digest: bytes, root: bytes, signing_bytes: bytes
    ) -> GuardRecord | None:
        """The stored record, None for "sign it", or Refused or RootConflict."""
        where = f"height {height}, view {view}, {step.name}"
        if height < self.height:
            raise Refused(RefusalReason.HEIGHT_PASSED, f"{where}; open is height {self.height}")
        if height > self.height:
            return None
        if step is Step.COMMIT and self.roots.get(digest, root) != root:
            raise RootConflict(height, digest, self.roots[digest], root)
        held = self.records.get((view, step))
        if held is not None:
            if held.signing_bytes == signing_bytes:
                return held
            raise Refused(RefusalReason.CONFLICT, f"{where}; other bytes were signed there")
        newest = self.newest()
        if newest is not None and (view, step) < (newest.view, newest.step):
            last = f"view {newest.view}, {newest.step.name}"
            raise Refused(RefusalReason.ORDER_PASSED, f"{where}; signed up to {last}")
        if step is Step.VIEW_CHANGE and not digest and self.roots:
            raise Refused(RefusalReason.FORGETS_COMMIT, f"{where}; a Commit of it was signed")
        return None

    def take(self, appended: Appended) -> None:
        """What an append means, at the time and again at each start."""
        if appended.height > self.height:
            self.enter(appended.height)
        for attachment in appended.attachments:
            self.attachments.setdefault(_place(attachment), attachment)
        record = appended.record
        if record is not None:
            self.records[record.view, record.step] = record
            if record.step is Step.COMMIT:
                self.roots[record.digest] = record.root

    def prune(self) -> None:
        """Drop what no rule asks for any more, when views went by the dozen inside one height.

        Stays: the last VIEWS_KEPT views, the newest Commit of each block (its root binds for good),
        and attachments that are among the newest or that a record which stays speaks of.
        """
        newest = self.newest()
        if newest is None:
            return
        floor = newest.view - VIEWS_KEPT
        commits = {r.digest: r for r in self.records.values() if r.step is Step.COMMIT}
        self.records = {
            place: record
            for place, record in self.records.items()
            if record.view >= floor or commits.get(record.digest) is record
        }
        digests = {record.digest for record in self.records.values()}
        young = set(list(self.attachments)[-VIEWS_KEPT:])
        self.attachments = {
            place: item
            for place, item in self.attachments.items()
            if place in young or item.key in digests
        }


def require_shape(step: Step, digest: bytes, root: bytes, signing_bytes: bytes) -> None:
    """Check the lengths of the caller's fields; ValueError, as it is a bug of the caller."""
    if len(signing_bytes) != 32:
        raise ValueError(f"signing bytes are a SHA-256 of 32 bytes, not {len(signing_bytes)}")
    if len(digest) != 32 and (digest or step is not Step.VIEW_CHANGE):
        raise ValueError(f"{step.name} with a digest of {len(digest)} bytes")
    if len(root) != (32 if step is Step.COMMIT else 0):
        raise ValueError(f"{step.name} with a root of {len(root)} bytes")


def _place(attachment: Attachment) -> bytes:
    """Attachments with one place are one: a block by its digest, a certificate by its bytes too."""
    place = bytes([attachment.kind]) + attachment.key
    if attachment.kind is AttachmentKind.CERTIFICATE:
        place += hashlib.sha256(attachment.value).digest()
    return place

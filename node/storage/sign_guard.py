"""The sign guard: what this key has signed, on disk before any of it leaves (rule R12).

Rules of this file:
1. The guard decides what may be signed, not the memory of the core. Order: (height, view, step).
   Above the highest: signed. Identical signing bytes: the stored record. Everything else: refused.
2. `sign` and `attach` return after the sync, and each makes exactly one append and one sync. A
   failed write or sync ends the guard (`GuardFailed`), because what is durable is unknown then.
3. The guard lies outside the state store: a store that is rebuilt, restored or moved aside forgets
   nothing that was signed. One file per key, `<public key>.guard`; a rotated key gets its own.
4. The sequence number counts the appends in the life of the key. Each block batch stores it, so
   that an old copy of the guard is recognised (`judge`).
5. `begin_height` writes nothing: the next append carries the height. A new file is begun there
   when the old one has passed SEGMENT_BYTES, by one replacement, so that the guard stays bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from consensus.messages import Step
from node.storage.durable import OS_DISK, Disk, copy_aside, make_folder, replace_file, write_all
from node.storage.guard_file import CHAIN_START, Entry, EntryKind, decode_entries, encode_entry
from node.storage.guard_memory import Appended, GuardMemory, Opening, require_shape
from node.storage.guard_types import (
    Attachment,
    AttachmentKind,
    GuardDamaged,
    GuardExists,
    GuardFailed,
    GuardRecord,
    GuardState,
    RefusalReason,
    Refused,
    RootConflict,
)
from node.storage.guard_verdict import StaleReason, Verdict, judge

__all__ = [
    "Attachment",
    "AttachmentKind",
    "GuardDamaged",
    "GuardExists",
    "GuardFailed",
    "GuardRecord",
    "GuardState",
    "RefusalReason",
    "Refused",
    "RootConflict",
    "SignGuard",
    "StaleReason",
    "Step",
    "Verdict",
    "judge",
]

SEGMENT_BYTES = 4 << 20
"""A file above this is replaced at the next height; inside a height at twice its live content."""
GUARD_SUFFIX = ".guard"
"""File name: 64 hexadecimal digits of the public key, then this."""


class SignGuard:
    """The guard of one key in one folder. Open or create it under the lock of the data folder."""

    __slots__ = (
        "_descriptor",
        "_digest",
        "_failed",
        "_memory",
        "_path",
        "_public_key",
        "_replace_at",
        "_size",
        "disk",
        "sequence",
        "state",
    )

    def __init__(
        self, path: Path, public_key: bytes, state: GuardState, disk: Disk = OS_DISK
    ) -> None:
        self.disk = disk
        """Where its file is."""
        self.state = state
        """FRESH or CURRENT if it can sign, MISSING or FOREIGN if not."""
        self.sequence = 0
        """Appends in the life of the key; the application stores it in each block batch."""
        self._path = path
        self._public_key = public_key
        self._memory = GuardMemory()
        self._descriptor = -1
        self._digest = CHAIN_START
        self._size = 0
        self._replace_at = SEGMENT_BYTES
        self._failed: OSError | None = None

    @classmethod
    def create(
        cls,
        folder: Path,
        public_key: bytes,
        *,
        height: int = 1,
        sequence: int = 0,
        replace: bool = False,
        disk: Disk = OS_DISK,
    ) -> SignGuard:
        """Make the guard of a key.

        With the defaults only together with the key itself: a key that has signed elsewhere and
        gets a fresh guard has amnesia, which is a Byzantine fault. The other use is a stale node
        that may vote again (R12): `height` = the first it may vote at, above M + 2, `sequence` =
        the number in the newest block batch + 1, `replace` = True.

        Raises:
            GuardExists: there is one and `replace` is false. With `replace` a copy is kept.
            OSError: the disk refuses.
        """
        path = folder / (public_key.hex() + GUARD_SUFFIX)
        if disk.exists(path) and not replace:
            raise GuardExists(f"{path} exists; a second guard would forget what the first signed")
        make_folder(folder, disk)
        if disk.exists(path):
            copy_aside(path, "old", disk)  # a crash must not leave the key without any guard
        opening = Opening(public_key, height, (), ())
        data, _ = _encode(CHAIN_START, EntryKind.OPENING, sequence, opening)
        replace_file(path, data, disk)
        return cls.open(folder, public_key, disk)

    @classmethod
    def open(cls, folder: Path, public_key: bytes, disk: Disk = OS_DISK) -> SignGuard:
        """Read the guard of a key; a torn last append is cut off, it never left.

        Without a guard of this key the result has the state MISSING or FOREIGN and refuses to sign.

        Raises GuardDamaged if anything else is off, GuardFailed if the disk refuses.
        """
        path = folder / (public_key.hex() + GUARD_SUFFIX)
        try:
            if not disk.exists(path):
                others = any(name.endswith(GUARD_SUFFIX) for name in disk.names(folder))
                absent = GuardState.FOREIGN if others else GuardState.MISSING
                return cls(path, public_key, absent, disk)
            guard = cls(path, public_key, GuardState.FRESH, disk)
            if not guard._replay(decode_entries(disk.read(path)).entries):
                return cls(path, public_key, GuardState.FOREIGN, disk)
        except OSError as error:
            raise GuardFailed(f"the sign guard {path} cannot be read: {error}") from error
        # What was read counts as signed from now on, so it must be durable; a sync of this file
        # would not make it so. If an earlier one failed, the kernel has dropped the pages, shows
        # them on and says yes to the next sync. Only a new file is written again.
        guard._replace()
        return guard

    @property
    def height(self) -> int:
        """The open height: nothing below it is signed. 0 if there is no guard."""
        return self._memory.height

    def records(self) -> tuple[GuardRecord, ...]:
        """Own messages of the open height, in the order of signing."""
        return tuple(self._memory.records.values())

    def newest(self) -> GuardRecord | None:
        """The highest own message of the open height; the node resumes in its view (R12)."""
        return self._memory.newest()

    def proposal(self, digest: bytes) -> bytes | None:
        """The proposal with this digest, if it was attached at the open height."""
        return self._memory.find(Attachment(kind=AttachmentKind.PROPOSAL, key=digest, value=b""))

    def proposals(self) -> tuple[bytes, ...]:
        """All proposals attached at the open height, the oldest first."""
        return self._memory.values(AttachmentKind.PROPOSAL)

    def certificates(self) -> tuple[bytes, ...]:
        """Prepared certificates attached at the open height, the oldest first."""
        return self._memory.values(AttachmentKind.CERTIFICATE)

    def sign(
        self,
        *,
        height: int,
        view: int,
        step: Step,
        digest: bytes,
        root: bytes,
        signing_bytes: bytes,
        make: Callable[[bytes], tuple[bytes, bytes]],
        attachments: tuple[tuple[AttachmentKind, bytes, bytes], ...] = (),
    ) -> GuardRecord:
        """Sign what may be signed and make it durable, together with its attachments.

        Args:
            height: as the next five in `GuardRecord`.
            view: of a ViewChange the one it asks for.
            step: kind of the message.
            digest: of a ViewChange its claim, empty for none.
            root: of a Commit only.
            signing_bytes: 32 bytes.
            make: from the signing bytes to (signature, encoded message); not called if refused or
                signed before. What it raises passes through and nothing is written.
            attachments: (kind, key, value) to be durable no later than the record.

        Raises:
            Refused: see RefusalReason.
            RootConflict: this block was committed with another root at this height.
            GuardFailed: the disk failed, now or earlier; end the process.
            ValueError: a field of a wrong length.
        """
        self._require_usable()
        require_shape(step, digest, root, signing_bytes)
        held = self._memory.decide(height, view, step, digest, root, signing_bytes)
        if held is not None:
            return held
        signature, message = make(signing_bytes)
        if len(signature) != 64:
            raise ValueError(f"a signature has 64 bytes, not {len(signature)}")
        record = GuardRecord(
            height=height,
            view=view,
            step=step,
            digest=digest,
            root=root,
            signing_bytes=signing_bytes,
            signature=signature,
            message=message,
        )
        beside = tuple(Attachment(kind=k, key=key, value=value) for k, key, value in attachments)
        self._append(Appended(height, beside, record))
        return record

    def attach(self, kind: AttachmentKind, key: bytes, value: bytes) -> None:
        """Make an attachment of the open height durable alone (R4: a certificate of a view left).

        Nothing happens if it is held already. Raises Refused without a guard, and GuardFailed.
        """
        self._require_usable()
        attachment = Attachment(kind=kind, key=key, value=value)
        if not self._memory.holds(attachment):
            self._append(Appended(self.height, (attachment,), None))

    def begin_height(self, height: int) -> None:
        """Open a height after the one before is decided; its records and attachments are dropped.

        A height not above the open one changes nothing: the guard never goes back. Usually free;
        one replacement of the file per SEGMENT_BYTES. Does nothing without a guard.
        """
        if self.height == 0 or height <= self.height:
            return
        self._require_usable()
        self._memory.enter(height)
        if self._size > SEGMENT_BYTES:
            self._replace()

    def close(self) -> None:
        """Release the file."""
        if self._descriptor >= 0:
            self.disk.close(self._descriptor)
            self._descriptor = -1

    def _append(self, appended: Appended) -> None:
        """One write, one sync; then memory follows. Memory is never ahead of the disk."""
        if appended.height == self.height:
            fresh = tuple(a for a in appended.attachments if not self._memory.holds(a))
            appended = Appended(appended.height, fresh, appended.record)
        sequence = self.sequence + 1
        data, digest = _encode(self._digest, EntryKind.APPENDED, sequence, appended)
        try:
            write_all(self._descriptor, data, self.disk)
            self.disk.sync(self._descriptor)
        except OSError as error:
            self._fail(error)
        self._memory.take(appended)
        self.sequence, self.state = sequence, GuardState.CURRENT
        self._digest = digest
        self._size += len(data)
        if self._size > self._replace_at:
            self._memory.prune()
            self._replace()

    def _replay(self, entries: list[Entry]) -> bool:
        """Rebuild memory from the payloads. False: the opening names another key."""
        try:
            opening = msgspec.msgpack.decode(entries[0].payload, type=Opening)
            appended = [msgspec.msgpack.decode(e.payload, type=Appended) for e in entries[1:]]
        except msgspec.DecodeError as error:
            raise GuardDamaged(f"a payload is of another format: {error}") from error
        if opening.public_key != self._public_key:
            return False
        self._memory.take(Appended(opening.height, opening.attachments, None))
        for record in opening.records:
            self._memory.take(Appended(opening.height, (), record))
        for item in appended:
            self._memory.take(item)
        self.sequence = entries[-1].sequence
        self.state = GuardState.CURRENT if self.sequence else GuardState.FRESH
        return True

    def _replace(self) -> None:
        """Begin a new file with what memory holds. A crash leaves the old or the new one.

        Blocks that are too much for one entry follow as entries of their own: dozens of views of
        large blocks are more than an entry may have.
        """
        memory, sequence = self._memory, self.sequence
        beside, alone = memory.divided()
        records = tuple(memory.records.values())
        opening = Opening(self._public_key, memory.height, beside, records)
        data, digest = _encode(CHAIN_START, EntryKind.OPENING, sequence, opening)
        for attachment in alone:
            sequence += 1
            appended = Appended(memory.height, (attachment,), None)
            more, digest = _encode(digest, EntryKind.APPENDED, sequence, appended)
            data += more
        try:
            replace_file(self._path, data, self.disk)
            self.close()
            self._digest, self._size, self.sequence = digest, len(data), sequence
            self._replace_at = max(SEGMENT_BYTES, 2 * len(data))
            self._descriptor = self.disk.open_end(self._path)
        except OSError as error:
            self._fail(error)

    def _require_usable(self) -> None:
        if self._failed is not None:
            raise GuardFailed(f"the sign guard failed earlier: {self._failed}")
        if self.state not in (GuardState.FRESH, GuardState.CURRENT) or self._descriptor < 0:
            raise Refused(RefusalReason.UNUSABLE, f"there is no open guard at {self._path}")

    def _fail(self, error: OSError) -> None:
        self._failed = error
        raise GuardFailed(f"the sign guard failed and signs no more: {error}") from error


def _encode(
    chain: bytes, kind: EntryKind, sequence: int, payload: Opening | Appended
) -> tuple[bytes, bytes]:
    return encode_entry(chain, kind, sequence, msgspec.msgpack.encode(payload))

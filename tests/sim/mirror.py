"""What the platter of one node holds of its sign guard, read from the bytes and not from memory.

It is read on as the file grows, so that every vote can be looked up before it leaves.
"""

import struct

import msgspec

from consensus.messages import PreparedCertificate, PrePrepare, Step
from node.signing_desk import GuardedProposal
from node.storage.guard_file import HEADER_BYTES, SECTOR_BYTES, EntryKind
from node.storage.guard_memory import Appended, Opening
from node.storage.guard_types import Attachment, AttachmentKind, GuardRecord
from tests.sim.disk import File
from tests.sim.node import SimNode
from tests.sim.places import guard_path

_FIELDS = struct.Struct(">4sB3xIIQ")


class GuardMirror:
    """The durable guard of one key of one node at its newest height."""

    def __init__(self, node: SimNode, public_key: bytes) -> None:
        self._disk = node.disk
        self._path = guard_path(public_key)
        self._file: File | None = None
        self._read = 0
        self.height = 0
        """Of what follows."""
        self.records: dict[bytes, GuardRecord] = {}
        """By signature."""
        self.blocks: dict[bytes, int] = {}
        """Digest -> number of bodies of a block that is kept whole."""
        self.certificates: dict[bytes, int] = {}
        """Digest -> highest view of a prepared certificate."""

    def look(self) -> None:
        """Read what is new on the platter."""
        file = self._disk.durable(self._path)
        if file is None:
            self.forget()
            return
        data = file.durable
        if file is not self._file or len(data) < self._read:
            self.forget()
            self._file = file
        while self._read + HEADER_BYTES <= len(data):
            magic, kind, _, length, _ = _FIELDS.unpack_from(data, self._read)
            size = HEADER_BYTES + length
            size += -size % SECTOR_BYTES
            if magic != b"MSG1" or self._read + size > len(data):
                return
            payload = bytes(data[self._read + HEADER_BYTES : self._read + HEADER_BYTES + length])
            self._read += size
            self._take(kind, payload)

    def forget(self) -> None:
        """Begin anew."""
        self._file, self._read, self.height = None, 0, 0
        self._clear()

    def pre_prepares(self) -> list[PrePrepare]:
        """Own ones of the newest height."""
        own = [record for record in self.records.values() if record.step is Step.PRE_PREPARE]
        return [msgspec.msgpack.decode(record.message, type=PrePrepare) for record in own]

    def _clear(self) -> None:
        self.records, self.blocks, self.certificates = {}, {}, {}

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == EntryKind.OPENING:
            opening = msgspec.msgpack.decode(payload, type=Opening)
            self._clear()
            self.height = opening.height
            self._keep(opening.attachments, opening.records)
            return
        appended = msgspec.msgpack.decode(payload, type=Appended)
        if appended.height > self.height:
            self._clear()
            self.height = appended.height
        self._keep(appended.attachments, () if appended.record is None else (appended.record,))

    def _keep(self, attachments: tuple[Attachment, ...], records: tuple[GuardRecord, ...]) -> None:
        for record in records:
            self.records[record.signature] = record
        for item in attachments:
            if item.kind is AttachmentKind.PROPOSAL:
                block = msgspec.msgpack.decode(item.value, type=GuardedProposal)
                if len(block.bodies) == len(block.proposal.wire_ids):
                    self.blocks[block.digest] = len(block.bodies)
            else:
                found = msgspec.msgpack.decode(item.value, type=PreparedCertificate)
                known = self.certificates.get(found.digest, -1)
                self.certificates[found.digest] = max(known, found.view)

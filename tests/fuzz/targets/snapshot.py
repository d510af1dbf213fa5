"""Parts of a snapshot, from a peer and from a file: kept only if they are under a signed root.

Whatever a mutant holds, what lies in the staging store afterwards is what the honest source has.
"""

import io

import msgpack
import msgspec

from consensus.types import Validator
from node.storage.memory import MemoryStore
from node.sync.snapshot_check import (
    SetChain,
    SnapshotRefused,
    check_chunk,
    check_manifest,
    chunk_count,
)
from node.sync.snapshot_file import MAGIC, SnapshotUnreadable, read_pieces
from node.sync.snapshot_source import SnapshotSource
from node.sync.staging import Staging
from node.wire.framing import FRAME_SIZE_BYTES_MAX
from node.wire.hashing import header_digest, validators_hash
from node.wire.peer_messages import BadMessage, PeerMessage, decode_message, encode_message
from node.wire.snapshot_messages import (
    LINKS_MAX,
    Part,
    SetLink,
    SnapshotGone,
    SnapshotHeaders,
    SnapshotLinks,
    SnapshotManifest,
    SnapshotName,
    SnapshotOffer,
    SnapshotPart,
    SnapshotQuery,
    SnapshotReferences,
    SnapshotRequest,
    SnapshotState,
)
from tests.fuzz.target import Act, Form, require, there
from tests.node.support.chains import certify, decide, open_chain, scope_of, transfer
from tokens.state import RECORD_PREFIX

BLOCKS = 12
KEPT = (RECORD_PREFIX, b"h", b"w")
"""Rows that come from a snapshot: records, headers, client references."""


def next_prefix(prefix: bytes) -> bytes:
    """Where the rows of a prefix of one byte end."""
    return bytes([prefix[0] + 1])


class SnapshotTarget:
    """node/wire/snapshot_messages.py, node/sync: check, staging, source and file."""

    form = Form.MSGPACK
    input_bytes_max = FRAME_SIZE_BYTES_MAX
    inputs_per_life = 64
    must_see = frozenset(
        {"BadMessage", "not a part", "taken SnapshotManifest", "taken SnapshotState", "given"}
        | {"taken SnapshotHeaders", "taken SnapshotReferences", "taken SnapshotLinks"}
        | {"refused SnapshotManifest", "refused SnapshotState", "refused SnapshotHeaders"}
        | {"refused SnapshotReferences", "refused SnapshotLinks", "SnapshotGone"}
    )

    def __init__(self) -> None:
        self._store = MemoryStore()
        self._chain = open_chain(self._store)
        for number in range(BLOCKS):
            decide(self._chain, transfer(2 * number), transfer(2 * number + 1))
        row = there(self._chain.blocks.row(BLOCKS), "tip")
        self._source = SnapshotSource(self._chain, row)
        self._parts = tuple(self._source.all_parts())
        self.reset()

    def reset(self, life: int = 0) -> None:
        """A staging store with the manifest; mostly with the state as well."""
        self._staged = MemoryStore()
        self._staging = Staging(self._staged, self._chain.genesis)
        self._staging.begin(self._source.manifest, self._sets())
        self._has_state = bool(life % 4)
        if self._has_state:
            for part in self._parts:
                if isinstance(part, SnapshotState):
                    self._staging.put_state(part.first, part.chunks)

    def close(self) -> None:
        """Let go of the view."""
        self._source.close()

    def _sets(self) -> SetChain:
        return SetChain(scope_of(self._chain), there(self._chain.validators_at(1), "first set"))

    def seeds(self) -> tuple[bytes, ...]:
        """All parts, a change of the set, and what peers ask."""
        name = SnapshotName(height=BLOCKS, digest=self._source.name.digest)
        asked = tuple(SnapshotRequest(height=BLOCKS, part=part, first=1, count=64) for part in Part)
        messages: tuple[PeerMessage, ...] = (
            *self._parts,
            self._link(),
            SnapshotQuery(height=3),
            SnapshotOffer(oldest=1, tip=BLOCKS, snapshots=(name,), asked=name),
            *asked,
        )
        return tuple(encode_message(message) for message in messages)

    def _link(self) -> SnapshotLinks:
        """The first validator gets other keys with block 2."""
        row = there(self._chain.blocks.row(2), "second block")
        first, *rest = self._chain.tip.validators.members
        changed = msgspec.structs.replace(first, public_key=bytes(32))
        members: tuple[Validator, ...] = (changed, *rest)
        header = msgspec.structs.replace(
            row.header,
            next_validators_hash=validators_hash(members),
        )
        certificate = certify(self._chain, 2, header_digest(header), bytes(32))
        link = SetLink(header=header, certificate=certificate, members=members)
        return SnapshotLinks(height=BLOCKS, first=0, links=(link,))

    def repair(self, data: bytes) -> bytes:
        """With certificates that a quorum would sign: the roots are still those it signed."""
        try:
            message = decode_message(data)
        except BadMessage:
            return data
        if isinstance(message, SnapshotLinks):
            links = tuple(
                msgspec.structs.replace(
                    link,
                    certificate=certify(
                        self._chain, link.header.height, header_digest(link.header), bytes(32)
                    ),
                )
                for link in message.links[:LINKS_MAX]
            )
            return encode_message(msgspec.structs.replace(message, links=links))
        return encode_message(message)

    def parse(self, data: bytes) -> str | Act:
        """Decode, and check what can be checked without the store."""
        try:
            message = decode_message(data)
        except BadMessage:
            return lambda: self._file_only(data)
        try:
            if isinstance(message, SnapshotManifest):
                check_manifest(message, self._sets())
            elif isinstance(message, SnapshotState):
                for number, chunk in enumerate(message.chunks, start=message.first):
                    check_chunk(self._source.manifest, number, chunk)
            elif isinstance(message, SnapshotLinks):
                self._sets().follow(message.links, BLOCKS)
        except SnapshotRefused:
            return lambda: self._take(message, data, "refused")
        return lambda: self._take(message, data, "taken")

    def _file_only(self, data: bytes) -> str:
        for file in (data, MAGIC + data, as_file(data)):
            try:
                list(read_pieces(io.BytesIO(file)))
            except SnapshotUnreadable:
                continue
            require(file is data, "a file of what is no message was read")
        return "BadMessage"

    def _take(self, message: PeerMessage, data: bytes, said: str) -> str:
        if isinstance(message, SnapshotRequest):
            answer = self._source.part(message)
            return "SnapshotGone" if isinstance(answer, SnapshotGone) else "given"
        if not isinstance(message, SnapshotPart):
            return "not a part"
        self._as_file(message, data)
        try:
            self._put(message)
        except SnapshotRefused:
            said = "refused"
        self._judge()
        return f"{said} {type(message).__name__}"

    def _as_file(self, message: SnapshotPart, data: bytes) -> None:
        try:
            found = list(read_pieces(io.BytesIO(as_file(data))))
        except SnapshotUnreadable:
            require(encode_message(message) != data, "a canonical piece was not read")
            return
        require(found == [message], "a file reads as something else")

    def _put(self, message: SnapshotPart) -> None:
        match message:
            case SnapshotState():
                self._staging.put_state(message.first, message.chunks)
            case SnapshotHeaders():
                self._staging.put_headers(message.headers)
            case SnapshotReferences():
                self._staging.put_references(message.first, message.lists)
            case _:
                pass

    def _judge(self) -> None:
        """Nothing but what the honest one has; asked of each row that was written."""
        for prefix in KEPT:
            for key, value in self._staged.iterate(prefix, next_prefix(prefix)):
                honest = self._honest(prefix, key)
                require(value == honest, f"a row {key.hex()} that the source has not")
        done, count = self._staging.chunks
        require(0 <= done <= count == chunk_count(self._source.manifest), "a count of chunks")

    def _honest(self, prefix: bytes, key: bytes) -> bytes | None:
        if prefix != b"h":
            return self._store.get(key)
        row = self._chain.blocks.row(int.from_bytes(key[1:], "big"))
        return None if row is None else msgspec.msgpack.encode(row.header)


def as_file(piece: bytes) -> bytes:
    """A snapshot file of one piece."""
    packer = msgpack.Packer(use_bin_type=True)
    return bytes(packer.pack(MAGIC) + packer.pack(piece))

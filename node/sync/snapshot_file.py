"""A snapshot as a file: the messages of snapshot_messages.py, one after the other.

Rules of this file:
1. The file is a sequence of msgpack `bin` values; the first is MAGIC, each other one message in
   canonical encoding. Nothing else: no maps, no text, nothing longer than PIECE_BYTES_MAX.
2. Reading is a pure function from bytes to messages or `SnapshotUnreadable`; whether they are true
   is snapshot_check.py's business.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgpack

from node.sync.snapshot_check import SnapshotRefused
from node.wire.framing import FRAME_SIZE_BYTES_MAX
from node.wire.peer_messages import BadMessage, decode_message, encode_message
from node.wire.snapshot_messages import SnapshotPart

MAGIC = b"mohur-snapshot/1"
PIECE_BYTES_MAX = FRAME_SIZE_BYTES_MAX
"""Longest message, as on a link."""
READ_BYTES = 64 * 1024
"""Bytes read at once."""


class SnapshotUnreadable(SnapshotRefused):
    """The file is no snapshot, is cut off, or holds something else."""


def write_pieces(file: BinaryIO, parts: Iterable[SnapshotPart]) -> int:
    """Write a snapshot; how many bytes. OSError."""
    packer = msgpack.Packer(use_bin_type=True)
    size_bytes = file.write(packer.pack(MAGIC))
    for part in parts:
        size_bytes += file.write(packer.pack(encode_message(part)))
    return size_bytes


def read_pieces(file: BinaryIO) -> Iterator[SnapshotPart]:
    """The messages of a file, in order. Raises SnapshotUnreadable, OSError."""
    unpacker = msgpack.Unpacker(
        raw=False,
        use_list=False,
        max_buffer_size=PIECE_BYTES_MAX + READ_BYTES + 16,
        max_bin_len=PIECE_BYTES_MAX,
        max_str_len=0,
        max_array_len=0,
        max_map_len=0,
        max_ext_len=0,
    )
    first, size_bytes = True, 0
    while data := file.read(READ_BYTES):
        size_bytes += len(data)
        for piece in _fed(unpacker, data):
            if first and piece != MAGIC:
                raise SnapshotUnreadable("it does not begin like a snapshot of this version")
            if not first:
                yield decode_part(piece)
            first = False
    if first or unpacker.tell() != size_bytes:
        raise SnapshotUnreadable("it ends inside a piece")


def decode_part(piece: bytes) -> SnapshotPart:
    """One message from its bytes. Raises SnapshotUnreadable and nothing else."""
    try:
        message = decode_message(piece)
    except BadMessage as error:
        raise SnapshotUnreadable(f"a piece is no message: {error}") from None
    if not isinstance(message, SnapshotPart):
        raise SnapshotUnreadable(f"a {type(message).__name__} is no part of a snapshot")
    if encode_message(message) != piece:
        raise SnapshotUnreadable("a piece is not in canonical encoding")
    return message


def _fed(unpacker: "msgpack.Unpacker", data: bytes) -> Iterator[bytes]:
    """The whole values that have arrived."""
    unpacker.feed(data)
    while True:
        try:
            value = unpacker.unpack()
        except msgpack.OutOfData:
            return
        except (ValueError, msgpack.UnpackException, RecursionError) as error:
            raise SnapshotUnreadable(f"not a sequence of pieces: {type(error).__name__}") from None
        if not isinstance(value, bytes):
            raise SnapshotUnreadable("a value that is not bytes")
        yield value

"""A torn last write in LevelDB's log or manifest, told from damage.

With `paranoid_checks` LevelDB opens a log that ends early but refuses one whose last record has
pages that were never written. A power cut of a whole site can do that to several validators at
once, and then nobody is left to rebuild from. The record was not acknowledged: its sync had not
returned. So it may be cut off, if it is really a tear, by the marks that the sign guard uses too:
only the last record is bad, and whole sectors of it are zeros.

The manifest is written like a log. Its last record names a new table; the log that the table was
made of is deleted only after the record is durable, so without the record nothing is lost.

If it was an acknowledged record after all (its sectors lost later), the node misses its last block
and gets it from a peer; its votes are in the sign guard, which is not touched.

Format: doc/log_format.md of LevelDB. Blocks of 32 KiB hold fragments: masked CRC-32C u32, length
u16, type u8 (1 full, 2 first, 3 middle, 4 last), all little-endian, then the data.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from node.storage.guard_file import SECTOR_BYTES

BLOCK_BYTES = 32 * 1024
NAME_BYTES_MAX = 64
"""Of the manifest, in the file CURRENT."""
TAIL_BYTES_MAX = 16 << 20
"""Longest tail that is examined: above it the file is taken for damaged."""

_MANIFEST_RE = re.compile(r"MANIFEST-[0-9]{6,20}")
_HEADER = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_MASK_DELTA = 0xA282_EAD8
_CHECKSUM_BYTES = 4


class _Fragment(NamedTuple):
    """A header that is plausible; its checksum is not verified yet."""

    start: int
    masked: int
    kind: int
    data: bytes


def cut_torn_record(folder: Path) -> int:
    """Cut a torn last record off the newest log and the manifest of a closed store.

    Returns the bytes cut off, 0 if this is no tear: then nothing was touched. OSError passes.
    """
    newest = sorted(path for path in folder.iterdir() if path.suffix == ".log")[-1:]
    return sum(_cut(path) for path in (*newest, *_manifest(folder)))


def _manifest(folder: Path) -> list[Path]:
    """The one in use; none if its name makes no sense, which LevelDB has said better."""
    name = (folder / "CURRENT").read_bytes()[:NAME_BYTES_MAX].strip().decode(errors="replace")
    path = folder / name
    return [path] if _MANIFEST_RE.fullmatch(name) and path.is_file() else []


def _cut(path: Path) -> int:
    data = path.read_bytes()
    start = _torn_from(data)
    if start is None:
        return 0
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    try:
        os.ftruncate(descriptor, start)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return len(data) - start


def _torn_from(data: bytes) -> int | None:
    """Where the torn last record begins; None if the end of the log is sound or damaged."""
    last: list[_Fragment] = []
    end = 0
    for fragment in _fragments(data, 0):
        if fragment.kind in (_FULL, _FIRST):
            last = []
        last.append(fragment)
        end = fragment.start + _HEADER.size + len(fragment.data)
    if end == len(data) or not any(data[end:]):
        # The walk reached the end: the last record begins at its first fragment.
        start = last[0].start if last else 0
    elif last and last[-1].kind in (_FIRST, _MIDDLE):
        start = last[0].start
    else:
        start = end
    if len(data) - start > TAIL_BYTES_MAX or not _has_zero_sector(data, start):
        return None
    if last and start == last[0].start and _is_sound(last):
        return None
    return None if _has_record_after(data, start) else start


def _is_sound(record: list[_Fragment]) -> bool:
    """Whether a record has all its fragments and each fits its checksum."""
    return record[-1].kind in (_FULL, _LAST) and all(_fits(part) for part in record)


def _has_record_after(data: bytes, start: int) -> bool:
    """Whether another record begins in a later block: then the bad one was not the last."""
    first_block = (start // BLOCK_BYTES + 1) * BLOCK_BYTES
    for block in range(first_block, len(data), BLOCK_BYTES):
        for part in _fragments(data[: block + BLOCK_BYTES], block):
            if part.kind in (_FULL, _FIRST) and _fits(part):
                return True
    return False


def _has_zero_sector(data: bytes, start: int) -> bool:
    """Whether a sector, as far as it belongs to the tail, is zeros.

    The first one is shared with the record before: if it was not written, it holds that one's end
    and then zeros. At least a checksum of them, because the flip of one bit makes no checksum zero;
    or the first bytes of one whose others fit.
    """
    first = -(-start // SECTOR_BYTES) * SECTOR_BYTES
    lost = first - start if len(data) > first and not any(data[start:first]) else 0
    if lost >= _CHECKSUM_BYTES or (lost and _lacks_a_part(data, start, lost)):
        return True
    return any(
        not any(data[place : place + SECTOR_BYTES])
        for place in range(first, len(data), SECTOR_BYTES)
    )


def _lacks_a_part(data: bytes, start: int, lost: int) -> bool:
    """Whether the checksum of the record fits but for its first bytes."""
    fragment, end = next(_fragments(data, start), None), start + _CHECKSUM_BYTES
    return fragment is not None and _checksum(fragment)[lost:] == data[start + lost : end]


def _fragments(data: bytes, position: int) -> Iterator[_Fragment]:
    """Fragments one after another, until a header that makes no sense."""
    while position + _HEADER.size <= len(data):
        left = BLOCK_BYTES - position % BLOCK_BYTES
        if left < _HEADER.size:
            position += left
            continue
        masked, length, kind = _HEADER.unpack_from(data, position)
        end = position + _HEADER.size + length
        if not _FULL <= kind <= _LAST or _HEADER.size + length > left or end > len(data):
            return
        yield _Fragment(position, masked, kind, data[position + _HEADER.size : end])
        position = end


def _fits(fragment: _Fragment) -> bool:
    return _checksum(fragment) == fragment.masked.to_bytes(_CHECKSUM_BYTES, "little")


def _checksum(fragment: _Fragment) -> bytes:
    """As it stands before a record."""
    crc = _crc32c(bytes([fragment.kind]) + fragment.data)
    rotated = (crc >> 15 | crc << 17) & 0xFFFF_FFFF
    return ((rotated + _MASK_DELTA) & 0xFFFF_FFFF).to_bytes(_CHECKSUM_BYTES, "little")


def _crc32c_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F6_3B78 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _crc32c_table()


def _crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli), bytewise: a tail is short and this runs after a power cut only."""
    crc = 0xFFFF_FFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFF_FFFF

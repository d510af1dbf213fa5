"""The bytes of a sign guard: a chain of entries that tells a torn write from a changed one.

Theory of operation.
An entry is one append and one sync: header, payload, zeros up to a multiple of 512 bytes, the unit
that disks write whole. The header carries SHA-256 over the digest of the entry before, the header
fields and the payload. So an entry cannot be altered, dropped, repeated or moved unnoticed. SHA-256
and not a CRC: no cheaper tool is in the standard library at a speed that matters (0.5 us for an
entry of 500 bytes), and a CRC cannot chain.

After a power cut the last append may be torn: it never left the node, because nothing is sent
before the sync, so it is discarded. Everything else that does not check is damage, and damage must
not be taken for a tear, because the last entry may have left. A tear leaves whole sectors as they
were: the file ends early, or sectors of it read as zeros. A flipped bit does neither. Therefore a
bad last entry is torn only if the file ends inside it, or if it has more zero sectors than were
written; the header counts the sectors that one flipped bit could turn to zeros.

    header, 64 bytes big-endian: magic 4, kind 1, zeros 3, sparse sectors u32, payload length u32,
                                 sequence u64, digest 32, check 8 = SHA-256(the 56 bytes)[:8]
"""

from __future__ import annotations

import hashlib
import struct
from enum import IntEnum
from typing import NamedTuple

from node.storage.guard_types import GuardDamaged

SECTOR_BYTES = 512
"""What a disk writes whole or not at all; larger sectors are multiples of it."""
PAYLOAD_BYTES_MAX = 64 << 20
"""Largest payload: one proposal with its bodies is far below."""
CHAIN_START = hashlib.sha256(b"mohur/sign-guard/v1").digest()
"""What stands for the digest before the first entry; a new format has a new one."""

_MAGIC = b"MSG1"
_FIELDS = struct.Struct(">4sB3xIIQ")
_CHECK_BYTES = 8
_DIGEST_BYTES = 32
HEADER_BYTES = _FIELDS.size + _DIGEST_BYTES + _CHECK_BYTES


class EntryKind(IntEnum):
    """What the payload is. Numbers are on disk: never reuse."""

    OPENING = 0
    """First of each file: the key, and what is still needed from the file before."""
    APPENDED = 1
    """A record, attachments, or both."""


class Entry(NamedTuple):
    """One entry that checks."""

    kind: EntryKind
    """Opening or appended."""
    sequence: int
    """Number of the entry in the life of the key; one more than that of the entry before."""
    payload: bytes
    """The struct of sign_guard.py, in msgpack."""


class Contents(NamedTuple):
    """All of a file."""

    entries: list[Entry]
    """At least the opening."""
    digest: bytes
    """Of the last entry: the next one chains to it."""
    end: int
    """Bytes in use; what follows is torn and has to be cut off."""


def encode_entry(
    previous: bytes, kind: EntryKind, sequence: int, payload: bytes
) -> tuple[bytes, bytes]:
    """The sectors of an entry and its digest. ValueError above PAYLOAD_BYTES_MAX."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"{len(payload)} bytes in one guard entry, at most {PAYLOAD_BYTES_MAX}")
    padded = bytes(HEADER_BYTES) + payload
    padded += bytes(-len(padded) % SECTOR_BYTES)
    fields = _FIELDS.pack(
        _MAGIC, kind, _count_sectors(padded, nonzero_max=1), len(payload), sequence
    )
    digest = _digest(previous, fields, payload)
    head = fields + digest
    return head + _check(head) + padded[HEADER_BYTES:], digest


def decode_entries(data: bytes) -> Contents:
    """All entries of a file without a torn last one. GuardDamaged for anything else."""
    entries: list[Entry] = []
    position, digest = 0, CHAIN_START
    while position < len(data):
        found = _decode_entry(data, position, digest)
        if found is None:
            break
        entry, digest, size = found
        if entries and entry.sequence != entries[-1].sequence + 1:
            raise GuardDamaged(f"sequence {entry.sequence} follows {entries[-1].sequence}")
        if (entry.kind is EntryKind.OPENING) == bool(entries):
            raise GuardDamaged(f"entry of kind {entry.kind.name} at byte {position}")
        entries.append(entry)
        position += size
    if not entries:
        # The opening was synced before the file got its name: it cannot be torn.
        raise GuardDamaged("the file has no opening entry")
    return Contents(entries, digest, position)


def _decode_entry(data: bytes, position: int, previous: bytes) -> tuple[Entry, bytes, int] | None:
    """The entry at a position, its digest and size; None if from here on it is a torn append."""
    head = data[position : position + _FIELDS.size + _DIGEST_BYTES]
    check = data[position + len(head) : position + HEADER_BYTES]
    if len(check) < _CHECK_BYTES or not any(data[position : position + SECTOR_BYTES]):
        _require_no_entry_after(data, position + SECTOR_BYTES)
        return None
    if check != _check(head):
        raise GuardDamaged(f"header at byte {position}")
    magic, kind, sparse, length, sequence = _FIELDS.unpack_from(head)
    if magic != _MAGIC or kind not in (EntryKind.OPENING, EntryKind.APPENDED):
        raise GuardDamaged(f"header at byte {position} is of another format")
    if length > PAYLOAD_BYTES_MAX:
        raise GuardDamaged(f"header at byte {position} announces {length} bytes")
    size = HEADER_BYTES + length
    size += -size % SECTOR_BYTES
    if position + size > len(data):
        return None
    whole = data[position : position + size]
    payload, padding = whole[HEADER_BYTES:][:length], whole[HEADER_BYTES + length :]
    digest = head[_FIELDS.size :]
    if digest == _digest(previous, head[: _FIELDS.size], payload) and not any(padding):
        return Entry(EntryKind(kind), sequence, payload), digest, size
    if _count_sectors(whole, nonzero_max=0) <= sparse or any(data[position + size :]):
        raise GuardDamaged(f"entry at byte {position}, sequence {sequence}")
    return None


def _require_no_entry_after(data: bytes, position: int) -> None:
    """Only the last append can be torn: a sound header behind it means that the middle was lost."""
    for start in range(position, len(data), SECTOR_BYTES):
        head = data[start : start + HEADER_BYTES - _CHECK_BYTES]
        if data[start + len(head) : start + HEADER_BYTES] == _check(head):
            raise GuardDamaged(f"the entries before byte {start} are gone")


def _count_sectors(whole: bytes, *, nonzero_max: int) -> int:
    """Sectors after the first with at most so many bytes that are not zero."""
    return sum(
        SECTOR_BYTES - whole.count(0, start, start + SECTOR_BYTES) <= nonzero_max
        for start in range(SECTOR_BYTES, len(whole), SECTOR_BYTES)
    )


def _digest(previous: bytes, fields: bytes, payload: bytes) -> bytes:
    hasher = hashlib.sha256(previous)
    hasher.update(fields)
    hasher.update(payload)
    return hasher.digest()


def _check(head: bytes) -> bytes:
    return hashlib.sha256(head).digest()[:_CHECK_BYTES]

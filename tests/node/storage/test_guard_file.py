"""Every truncation, every flipped bit, torn sectors: discarded, detected or harmless."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.messages import Step
from node.storage.guard_file import (
    CHAIN_START,
    HEADER_BYTES,
    PAYLOAD_BYTES_MAX,
    SECTOR_BYTES,
    EntryKind,
    decode_entries,
    encode_entry,
)
from node.storage.guard_types import GuardDamaged
from node.storage.sign_guard import AttachmentKind, GuardRecord, GuardState, SignGuard
from tests.node.storage.guards import BLOCK_A, KEY, reopened, vote

PAYLOADS = (b"opening", b"a" * 500, b"", b"b" * 448, b"c" * 449, b"d" * 1_500)
"""Around the edges of a sector: 448 fills the first one exactly."""


def encoded(payloads: tuple[bytes, ...], sequence: int = 7) -> tuple[bytes, list[int]]:
    """The bytes of a file and where each entry ends."""
    digest, data, ends = CHAIN_START, b"", []
    for number, payload in enumerate(payloads):
        kind = EntryKind.APPENDED if number else EntryKind.OPENING
        sectors, digest = encode_entry(digest, kind, sequence + number, payload)
        data += sectors
        ends.append(len(data))
    return data, ends


DATA, ENDS = encoded(PAYLOADS)


def payloads_of(data: bytes) -> list[bytes]:
    return [entry.payload for entry in decode_entries(data).entries]


def test_a_file_reads_back() -> None:
    contents = decode_entries(DATA)
    assert [entry.payload for entry in contents.entries] == list(PAYLOADS)
    assert [entry.sequence for entry in contents.entries] == list(range(7, 13))
    assert contents.end == len(DATA) == ENDS[-1]
    assert all(end % SECTOR_BYTES == 0 for end in ENDS)


def test_every_truncation_discards_the_cut_entry_or_is_damage() -> None:
    for length in range(len(DATA)):
        whole = sum(end <= length for end in ENDS)
        if whole == 0:
            with pytest.raises(GuardDamaged):
                decode_entries(DATA[:length])
        else:
            contents = decode_entries(DATA[:length])
            assert len(contents.entries) == whole
            assert contents.end == ENDS[whole - 1]


def test_every_single_flipped_bit_is_damage() -> None:
    for position in range(len(DATA) * 8):
        data = bytearray(DATA)
        data[position // 8] ^= 1 << position % 8
        with pytest.raises(GuardDamaged):
            decode_entries(bytes(data))


@pytest.mark.parametrize(
    "payload",
    [bytes(3_000), b"\x01" + bytes(2_999), bytes(1_000) + b"\x80" + bytes(2_000), b"x" * 3_000],
    ids=["zeros", "one byte", "one bit inside", "dense"],
)
def test_no_flipped_bit_of_a_sparse_last_entry_is_taken_for_a_tear(payload: bytes) -> None:
    data, _ = encoded((b"opening", payload))
    for position in range(SECTOR_BYTES * 8, len(data) * 8):
        damaged = bytearray(data)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(GuardDamaged):
            decode_entries(bytes(damaged))


def test_lost_sectors_of_the_last_append_are_a_tear() -> None:
    start, sectors = ENDS[-2], (ENDS[-1] - ENDS[-2]) // SECTOR_BYTES
    assert sectors == 4
    for written in itertools.product((False, True), repeat=sectors):
        data = bytearray(DATA)
        for number, is_written in enumerate(written):
            if not is_written:
                place = start + number * SECTOR_BYTES
                data[place : place + SECTOR_BYTES] = bytes(SECTOR_BYTES)
        for length in (len(data), len(data) + 3 * SECTOR_BYTES):
            found = payloads_of(bytes(data).ljust(length, b"\0"))
            assert found == list(PAYLOADS if all(written) else PAYLOADS[:-1])


def test_lost_sectors_before_the_last_append_are_damage() -> None:
    for place in range(0, ENDS[-2], SECTOR_BYTES):
        data = bytearray(DATA)
        data[place : place + SECTOR_BYTES] = bytes(SECTOR_BYTES)
        with pytest.raises(GuardDamaged):
            decode_entries(bytes(data))


def test_entries_cannot_be_dropped_moved_or_taken_from_another_file() -> None:
    starts = [0, *ENDS]
    pieces = [DATA[a:b] for a, b in itertools.pairwise(starts)]
    other, other_ends = encoded((b"another", b"a" * 500))
    variants = {
        "first dropped": pieces[1:],
        "middle dropped": pieces[:2] + pieces[3:],
        "swapped": [pieces[0], pieces[2], pieces[1], *pieces[3:]],
        "repeated": [*pieces, pieces[-1]],
        "second opening": [*pieces, pieces[0]],
        "foreign": [pieces[0], other[other_ends[0] :]],
    }
    for variant in variants.values():
        with pytest.raises(GuardDamaged):
            decode_entries(b"".join(variant))


def test_a_sequence_gap_is_damage_even_if_the_chain_is_right() -> None:
    first, digest = encode_entry(CHAIN_START, EntryKind.OPENING, 3, b"")
    for sequence in (2, 3, 5):
        second, _ = encode_entry(digest, EntryKind.APPENDED, sequence, b"")
        with pytest.raises(GuardDamaged, match="sequence"):
            decode_entries(first + second)


def test_an_empty_file_is_damage_and_not_a_fresh_guard() -> None:
    for data in (b"", bytes(SECTOR_BYTES), bytes(10)):
        with pytest.raises(GuardDamaged, match="no opening"):
            decode_entries(data)


def test_an_entry_has_a_largest_size() -> None:
    with pytest.raises(ValueError, match="at most"):
        encode_entry(CHAIN_START, EntryKind.OPENING, 0, bytes(PAYLOAD_BYTES_MAX + 1))


@given(payloads=st.lists(st.binary(max_size=1_200), min_size=1, max_size=5), data=st.data())
def test_any_damage_of_one_byte_is_noticed(payloads: list[bytes], data: st.DataObject) -> None:
    whole, _ = encoded(tuple(payloads))
    assert payloads_of(whole) == payloads
    position = data.draw(st.integers(0, len(whole) - 1))
    value = data.draw(st.integers(1, 255).map(lambda xor: whole[position] ^ xor))
    changed = whole[:position] + bytes([value]) + whole[position + 1 :]
    sector = position // SECTOR_BYTES * SECTOR_BYTES
    if any(changed[sector : sector + SECTOR_BYTES]):
        with pytest.raises(GuardDamaged):
            decode_entries(changed)


def signed_guard(folder: Path) -> tuple[Path, list[int], list[tuple[GuardRecord, ...]]]:
    """A guard with three votes; the file's size and the records after each."""
    guard = SignGuard.create(folder, KEY)
    sizes, states = [], []
    for step in (Step.PRE_PREPARE, Step.PREPARE, Step.COMMIT):
        vote(guard, 5, 0, step, attachments=((AttachmentKind.PROPOSAL, BLOCK_A, b"p" * 700),))
        sizes.append(guard._path.stat().st_size)
        states.append(guard.records())
    guard.close()
    return guard._path, sizes, states


def test_a_guard_cut_anywhere_keeps_what_left_before_and_signs_on(tmp_path: Path) -> None:
    path, sizes, states = signed_guard(tmp_path)
    data = path.read_bytes()
    for length in range(SECTOR_BYTES, len(data), 37):
        path.write_bytes(data[:length])
        guard = SignGuard.open(tmp_path, KEY)
        whole = sum(size <= length for size in sizes)
        assert guard.records() == (states[whole - 1] if whole else ())
        assert guard.state is (GuardState.CURRENT if whole else GuardState.FRESH)
        vote(guard, 5, 7, Step.COMMIT)
        guard = reopened(guard)
        assert guard.sequence == whole + 1
        assert [record.view for record in guard.records()] == [0] * whole + [7]
        guard.close()


def test_a_torn_tail_is_gone_from_the_file_before_anything_is_appended(tmp_path: Path) -> None:
    path, sizes, states = signed_guard(tmp_path)
    data = path.read_bytes()
    torn = data[: sizes[1] + SECTOR_BYTES // 2]
    path.write_bytes(torn)
    guard = SignGuard.open(tmp_path, KEY)
    guard.close()
    assert guard.records() == states[1]
    whole = path.read_bytes()
    assert decode_entries(whole).end == len(whole)


def test_a_damaged_guard_is_not_touched(tmp_path: Path) -> None:
    path, sizes, _ = signed_guard(tmp_path)
    data = bytearray(path.read_bytes())
    data[sizes[0] + HEADER_BYTES + 5] ^= 4
    path.write_bytes(data)
    for _ in range(2):
        with pytest.raises(GuardDamaged, match="sequence 2"):
            SignGuard.open(tmp_path, KEY)
    assert path.read_bytes() == data

"""A power cut inside a record of LevelDB's manifest, or of three bytes of a log: no damage."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from node.storage.kv import Batch
from node.storage.leveldb import DamagedStore, LevelDbStore, open_store
from node.storage.log_tail import _crc32c
from tests.node.storage.test_log_tail import log_of, opened_keys, zeroed

SECTOR = 512
BATCH_BYTES = 20_000
KEYS = 5


def manifest_of(folder: Path) -> Path:
    return folder / (folder / "CURRENT").read_text().strip()


def write(store: LevelDbStore, number: int, generator: random.Random) -> None:
    batch = Batch()
    batch.put(b"%05d" % number, generator.randbytes(BATCH_BYTES))
    store.write(batch)


def edit() -> bytes:
    """A record that changes nothing: the name of the comparator, as LevelDB writes it first."""
    name = b"leveldb.BytewiseComparator"
    data = bytes([1, len(name)]) + name
    crc = _crc32c(b"\x01" + data)
    masked = ((crc >> 15 | crc << 17) + 0xA282_EAD8) & 0xFFFF_FFFF
    return struct.pack("<IHB", masked, len(data), 1) + data


@pytest.fixture
def edges(tmp_path: Path) -> tuple[Path, int, int]:
    """A closed store, and where the last record of its manifest begins and ends.

    A boundary of sectors lies inside of it, and at least a checksum before that.
    """
    folder = tmp_path / "store"
    store = open_store(folder, create=True)
    generator = random.Random(1)
    for number in range(KEYS):
        write(store, number, generator)
    store.close()
    with manifest_of(folder).open("ab") as file:
        while True:
            start = file.tell()
            end = start + file.write(edit())
            if 4 <= -start % SECTOR < end - start:
                return folder, start, end


def keys_of(folder: Path) -> int:
    return len([key for key in opened_keys(folder) if key[:1] == b"0"])


def test_the_edits_of_these_tests_are_sound(edges: tuple[Path, int, int]) -> None:
    folder, _, end = edges
    assert manifest_of(folder).stat().st_size == end
    assert keys_of(folder) == KEYS


@pytest.mark.parametrize("part", ["first", "rest"])
def test_a_torn_edit_of_the_manifest_is_cut_off(edges: tuple[Path, int, int], part: str) -> None:
    folder, start, end = edges
    boundary = (start // SECTOR + 1) * SECTOR
    lost = (start, boundary) if part == "first" else (boundary, end)
    with manifest_of(folder).open("r+b") as file:
        file.seek(lost[0])
        file.write(bytes(lost[1] - lost[0]))
    for _ in range(2):
        assert keys_of(folder) == KEYS


def test_a_flipped_bit_of_the_manifest_is_damage(edges: tuple[Path, int, int]) -> None:
    folder, start, _ = edges
    data = bytearray(manifest_of(folder).read_bytes())
    data[start + 10] ^= 4
    manifest_of(folder).write_bytes(data)
    with pytest.raises(DamagedStore):
        open_store(folder, create=False)
    assert manifest_of(folder).read_bytes() == data


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_lost_sector_that_holds_a_part_of_the_checksum_is_cut_off(
    tmp_path: Path, lost: int
) -> None:
    """The record begins `lost` bytes before a sector ends; that sector was not written again."""
    folder = tmp_path / "store"
    store = open_store(folder, create=True)
    generator = random.Random(lost)
    for number in range(5_000):
        start = log_of(folder).stat().st_size
        batch = Batch()
        batch.put(b"%05d" % number, generator.randbytes(700 + generator.randrange(100)))
        store.write(batch)
        if -start % SECTOR == lost:
            break
    else:
        raise AssertionError("no record began there")
    store.close()
    torn = zeroed(folder, tmp_path / "torn", start, start + lost)
    for _ in range(2):
        assert keys_of(torn) == number

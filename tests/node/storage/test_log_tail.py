"""A torn last write of LevelDB is cut off at open; any other damage is left as it is."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from node.storage.kv import Batch
from node.storage.leveldb import DamagedStore, open_store
from node.storage.log_tail import BLOCK_BYTES, _crc32c, cut_torn_record

SECTOR = 512
BATCHES = 8


def test_checksum_is_crc_32c() -> None:
    """The check value of the algorithm, and RFC 3720 B.4."""
    assert _crc32c(b"123456789") == 0xE306_9283
    assert _crc32c(bytes(32)) == 0x8A91_36AA


def log_of(folder: Path) -> Path:
    return max(path for path in folder.iterdir() if path.suffix == ".log")


def make(folder: Path, batch_bytes: int) -> list[int]:
    """A store whose data is all in the log; returns the log's size before each batch and after."""
    generator = random.Random(batch_bytes)
    store = open_store(folder, create=True)
    sizes = [log_of(folder).stat().st_size]
    for number in range(BATCHES):
        batch = Batch()
        batch.put(b"%d" % number, generator.randbytes(batch_bytes))
        store.write(batch)
        sizes.append(log_of(folder).stat().st_size)
    store.close()
    return sizes


def opened_keys(folder: Path) -> list[bytes]:
    store = open_store(folder, create=False)
    keys = list(store.iterate_keys(b"", b"\xff"))
    store.close()
    return keys


def zeroed(source: Path, target: Path, start: int, stop: int) -> Path:
    shutil.copytree(source, target)
    with log_of(target).open("r+b") as file:
        file.seek(start)
        file.write(bytes(stop - start))
    return target


@pytest.mark.parametrize("batch_bytes", [2_000, 20_000, 100_000])
def test_lost_sectors_of_the_last_write_are_cut_off(tmp_path: Path, batch_bytes: int) -> None:
    sizes = make(tmp_path / "sound", batch_bytes)
    start, end = sizes[-2], sizes[-1]
    first = -(-start // SECTOR) * SECTOR
    sectors = range(first, end, SECTOR)
    generator = random.Random(1)
    places = {first, sectors[-1], *generator.sample(sectors, k=min(6, len(sectors)))}
    expected = [b"%d" % number for number in range(BATCHES - 1)]
    for place in sorted(places):
        stop = min(place + SECTOR, end)
        folder = zeroed(tmp_path / "sound", tmp_path / f"at-{place}", place, stop)
        assert opened_keys(folder) == expected
    for place in (start, first):
        folder = zeroed(tmp_path / "sound", tmp_path / f"from-{place}", place, end)
        assert opened_keys(folder) == expected
        assert opened_keys(folder) == expected


@pytest.mark.parametrize("batch_bytes", [4_600, 4_649, 9_300, 9_320])
def test_a_lost_sector_that_the_record_before_shares_is_cut_off(
    tmp_path: Path, batch_bytes: int
) -> None:
    """Found by a power cut: the last record begins in the last sector of a block.

    The old end of the file, then zeros, then the rest of the record in the next block.
    """
    sizes = make(tmp_path / "sound", batch_bytes)
    start, end = sizes[-2], sizes[-1]
    first = -(-start // BLOCK_BYTES) * BLOCK_BYTES
    assert 4 <= first - start < SECTOR < end - start
    folder = zeroed(tmp_path / "sound", tmp_path / "torn", start, first)
    for _ in range(2):
        assert opened_keys(folder) == [b"%d" % number for number in range(BATCHES - 1)]


@pytest.mark.parametrize("batch_bytes", [20_000, 100_000])
def test_lost_sectors_of_an_earlier_write_are_damage(tmp_path: Path, batch_bytes: int) -> None:
    sizes = make(tmp_path / "sound", batch_bytes)
    places = set()
    for number in range(BATCHES - 3):
        inside = -(-(sizes[number] + 1_000) // SECTOR) * SECTOR
        header = sizes[number] // SECTOR * SECTOR
        next_block = -(-sizes[number] // BLOCK_BYTES) * BLOCK_BYTES
        places |= {inside, header, next_block}
    for place in sorted(places):
        folder = zeroed(tmp_path / "sound", tmp_path / f"at-{place}", place, place + SECTOR)
        before = log_of(folder).read_bytes()
        with pytest.raises(DamagedStore, match="is damaged"):
            open_store(folder, create=False)
        assert log_of(folder).read_bytes() == before


def test_a_flipped_bit_of_the_last_write_is_damage(tmp_path: Path) -> None:
    sizes = make(tmp_path / "sound", 5_000)
    for place in range(sizes[-2], sizes[-1], 431):
        folder = tmp_path / f"flip-{place}"
        shutil.copytree(tmp_path / "sound", folder)
        data = bytearray(log_of(folder).read_bytes())
        data[place] ^= 16
        log_of(folder).write_bytes(data)
        with pytest.raises(DamagedStore):
            open_store(folder, create=False)
        assert log_of(folder).read_bytes() == data


def test_a_sound_log_is_not_touched(tmp_path: Path) -> None:
    make(tmp_path / "store", 5_000)
    store = open_store(tmp_path / "store", create=False)
    batch = Batch()
    batch.put(b"zeros", bytes(5_000))
    store.write(batch)
    store.close()
    before = log_of(tmp_path / "store").read_bytes()
    assert cut_torn_record(tmp_path / "store") == 0
    assert log_of(tmp_path / "store").read_bytes() == before
    assert len(opened_keys(tmp_path / "store")) == BATCHES + 1

"""Chunks of the state: each is checked alone against the root, in any order."""

import hashlib
import random

import pytest

from tokens.chunks import chunk_hash, chunk_range, level_bits, nodes_fit
from tokens.commitment import HASH, Commitment
from tokens.state import RECORD_PREFIX
from tokens.store import MemoryStore

DEPTHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14)


def filled(records: int) -> MemoryStore:
    """Records at random places, the same in each run."""
    store = MemoryStore()
    draw = random.Random(1)
    for number in range(records):
        key = hashlib.sha256(number.to_bytes(8, "big")).digest()
        store.write([(RECORD_PREFIX + key, draw.randbytes(draw.randrange(1, 40)))])
    return store


def chunk_of(store: MemoryStore, depth_bits: int, number: int) -> list[tuple[bytes, bytes]]:
    start, stop = chunk_range(depth_bits, number)
    return [(raw[1:], value) for raw, value in store.iterate(start, stop)]


@pytest.mark.parametrize("depth_bits", range(1, 29))
def test_the_level_is_one_of_the_tree_and_within_its_limits(depth_bits: int) -> None:
    bits = level_bits(depth_bits)
    assert bits <= depth_bits
    assert bits <= 16
    assert (depth_bits - bits) % 4 == 0 or bits == 0
    assert depth_bits - bits <= 12


@pytest.mark.parametrize("depth_bits", DEPTHS)
def test_all_chunks_of_a_state_fit_under_its_root(depth_bits: int) -> None:
    store = filled(300)
    commitment = Commitment.rebuild(depth_bits, store.iterate)
    bits = level_bits(depth_bits)
    nodes = commitment.level(bits)
    assert nodes_fit(depth_bits, nodes, commitment.root)
    found = 0
    for number in range(1 << bits):
        records = chunk_of(store, depth_bits, number)
        found += len(records)
        expected = nodes[number * HASH : (number + 1) * HASH]
        assert chunk_hash(depth_bits, number, records) == expected
    assert found == 300


@pytest.mark.parametrize("depth_bits", DEPTHS)
def test_no_change_of_a_chunk_keeps_its_hash(depth_bits: int) -> None:
    store = filled(300)
    number = (1 << level_bits(depth_bits)) - 1
    records = chunk_of(store, depth_bits, number)
    assert len(records) >= 2
    good = chunk_hash(depth_bits, number, records)
    (key, value), second = records[0], records[1]
    other = bytes([key[0], *key[1:31], key[31] ^ 1])
    changed = [
        records[1:],
        [second, (key, value), *records[2:]],
        [(key, value), (key, value), *records[1:]],
        [(key, value + b"\x00"), *records[1:]],
        [(key, value[:-1]), *records[1:]],
        sorted([(other, value), *records[1:]]),
        sorted([(bytes(32), b"x"), *records]) if depth_bits > 1 else [(key[:31], value)],
        [],
    ]
    assert good not in [chunk_hash(depth_bits, number, each) for each in changed]


@pytest.mark.parametrize("depth_bits", DEPTHS)
def test_the_hashes_of_another_state_or_level_do_not_fit(depth_bits: int) -> None:
    commitment = Commitment.rebuild(depth_bits, filled(300).iterate)
    nodes = commitment.level(level_bits(depth_bits))
    changed = bytes([nodes[0] ^ 1, *nodes[1:]])
    assert not nodes_fit(depth_bits, changed, commitment.root)
    assert not nodes_fit(depth_bits, nodes[:-32], commitment.root)
    assert not nodes_fit(depth_bits, nodes + nodes, commitment.root)
    assert not nodes_fit(depth_bits, commitment.leaves() + nodes[:32], commitment.root)


def test_a_level_that_the_tree_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no level"):
        Commitment(9).level(3)

"""Every field of every part of a snapshot, changed in every way, is refused (page 07)."""

import pytest

from node.chain import Chain
from node.sync.snapshot_check import SnapshotRefused
from node.sync.snapshot_file import decode_part
from node.wire.peer_messages import encode_message
from node.wire.snapshot_messages import SnapshotPart
from tests.node.sync.snapshots import assembled, made, mutations, plain
from tokens.codec import encode

HISTORY, PARTS = made()
NAMES = [type(part).__name__ for part in PARTS]
LEAST = {
    "SnapshotLinks": 1_700,
    "SnapshotManifest": 220,
    "SnapshotHeaders": 260,
    "SnapshotState": 90,
    "SnapshotReferences": 45,
}
"""Mutations of each part at least; together four times the 500 of page 07."""


def test_the_snapshot_as_it_is_gives_the_same_state() -> None:
    chain = HISTORY.chain
    copy = Chain.open(assembled(chain, PARTS), chain.genesis)
    assert copy.tip == chain.tip
    assert copy.recent_headers() == chain.recent_headers()
    heights = range(1, chain.tip.height + 3)
    assert [copy.validators_at(at) for at in heights] == [chain.validators_at(at) for at in heights]
    assert len(copy.ledger.window) == len(chain.ledger.window) > 0
    assert sorted(NAMES) == sorted(LEAST)


@pytest.mark.parametrize("place", range(len(PARTS)), ids=NAMES)
def test_every_changed_field_is_refused(place: int) -> None:
    taken: list[str] = []
    count = 0
    for where, value in mutations(plain(PARTS[place])):
        count += 1
        try:
            changed: list[SnapshotPart] = [*PARTS]
            changed[place] = decode_part(encode(value))
            assembled(HISTORY.chain, changed)
        except SnapshotRefused:
            continue
        taken.append(where)
    assert taken == []
    assert count >= LEAST[NAMES[place]]


@pytest.mark.parametrize("place", range(len(PARTS)), ids=NAMES)
def test_a_part_that_is_left_out_moved_or_sent_twice_is_refused(place: int) -> None:
    rest = PARTS[:place] + PARTS[place + 1 :]
    orders = [rest, [*PARTS[: place + 1], *PARTS[place:]]]
    orders += [[*rest[:at], PARTS[place], *rest[at:]] for at in range(len(PARTS)) if at != place]
    refused = 0
    for parts in orders:
        try:
            assembled(HISTORY.chain, parts)
        except SnapshotRefused:
            refused += 1
    # Headers need the block only, and the state needs nothing of them.
    free = {"SnapshotHeaders": 2, "SnapshotState": 1, "SnapshotReferences": 0}
    assert refused == len(orders) - free.get(NAMES[place], 0)


def test_trailing_bytes_and_another_encoding_are_refused() -> None:
    for part in PARTS:
        data = encode_message(part)
        with pytest.raises(SnapshotRefused):
            decode_part(data + b"\x00")
    height = HISTORY.height
    data = encode_message(PARTS[0])
    assert bytes([0x93 + 1, 44, height]) == data[:3]
    with pytest.raises(SnapshotRefused, match="canonical"):
        decode_part(data[:2] + bytes([0xCC, height]) + data[3:])

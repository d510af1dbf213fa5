"""Chunks that fit into no frame: a state that outgrew its depth, or keys made to lie together."""

from pathlib import Path

import pytest

from node.storage.kv import Batch
from node.storage.memory import MemoryStore
from node.sync import chunk_pieces, snapshot_source
from node.sync.chunk_pieces import ChunkPieces
from node.sync.snapshot_check import SnapshotRefused
from node.wire.framing import frame
from node.wire.peer_messages import PeerMessage, encode_message
from node.wire.snapshot_messages import (
    CHUNKS_MAX,
    Part,
    SnapshotGone,
    SnapshotPiece,
    SnapshotRequest,
    SnapshotState,
)
from tests.node.support.chains import decide, open_chain, transfer
from tests.node.support.network import Network
from tests.node.sync.joining import JOINER, LIAR, expect_voting, join_s, joined
from tests.node.sync.snapshots import assembled, source_of
from tokens.chunks import chunk_range
from tokens.state import RECORD_PREFIX

NUMBER = 7
VALUE = bytes(1_000)
COUNT = 6_000
"""6 MB of records in one chunk."""


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a frame held two or three records."""
    monkeypatch.setattr(snapshot_source, "WHOLE_BYTES_MAX", 400)
    monkeypatch.setattr(snapshot_source, "ANSWER_BYTES_MAX", 400)


def crowded() -> snapshot_source.SnapshotSource:
    """A source with a chunk that is larger than a frame; its hash is not looked at."""
    store = MemoryStore()
    chain = open_chain(store)
    decide(chain, transfer(1))
    start, _ = chunk_range(chain.ledger.commitment.depth_bits, NUMBER)
    batch = Batch()
    for number in range(COUNT):
        batch.put(start[:-4] + number.to_bytes(4, "big"), VALUE)
    store.write(batch)
    return source_of(chain)


def test_every_message_of_a_chunk_that_is_larger_than_a_frame_fits_into_one() -> None:
    source = crowded()
    keys: list[bytes] = []
    for part in source.all_parts():
        frame(encode_message(part))
        if isinstance(part, SnapshotState):
            keys.extend(key for chunk in part.chunks for key, _ in chunk)
        if isinstance(part, SnapshotPiece):
            keys.extend(key for key, _ in part.records)
    assert keys == [raw[1:] for raw, _ in source._view.iterate(RECORD_PREFIX, b"t")]
    assert len(keys) > COUNT


def test_a_peer_gets_the_pieces_one_after_the_other() -> None:
    source = crowded()

    def ask(first: int, count: int, after: bytes = b"") -> object:
        request = SnapshotRequest(height=1, part=Part.STATE, first=first, count=count, after=after)
        return source.part(request)

    before = ask(0, CHUNKS_MAX)
    assert isinstance(before, SnapshotState)
    assert len(before.chunks) == NUMBER
    pieces, answer = ChunkPieces(), ask(NUMBER, 1)
    while True:
        assert isinstance(answer, SnapshotPiece)
        chunk = pieces.add(answer)
        if chunk is not None:
            break
        answer = ask(NUMBER, 1, pieces.after)
    assert len(chunk) >= COUNT
    assert isinstance(ask(NUMBER, 1, chunk[-1][0]), SnapshotGone)
    assert isinstance(ask(1 << 15, 1, bytes(32)), SnapshotGone)


def piece(after: bytes, *keys: bytes) -> SnapshotPiece:
    records = tuple((key, b"v") for key in keys)
    return SnapshotPiece(height=1, first=NUMBER, after=after, records=records, is_last=False)


def test_pieces_out_of_order_and_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = ChunkPieces()
    assert pieces.add(piece(b"", b"\x01" * 32)) is None
    for wrong in (b"", b"\x02" * 32):
        with pytest.raises(SnapshotRefused, match="out of order"):
            pieces.add(piece(wrong, b"\x03" * 32))
    monkeypatch.setattr(chunk_pieces, "CHUNK_BYTES_MAX", 100)
    assert pieces.add(piece(b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)) is None
    with pytest.raises(SnapshotRefused, match="more than 100 bytes"):
        pieces.add(piece(b"\x03" * 32, b"\x04" * 32))


@pytest.mark.usefixtures("small_pieces")
def test_a_store_is_built_from_pieces_in_the_order_of_a_file() -> None:
    chain = open_chain()
    for number in range(6):
        decide(chain, transfer(number))
    source = source_of(chain)
    parts = list(source.all_parts())
    assert [part for part in parts if isinstance(part, SnapshotPiece) and not part.is_last]
    store = assembled(chain, parts)
    built = [(key, value) for key, value in store.iterate(RECORD_PREFIX, b"t")]
    assert built == list(source._view.iterate(RECORD_PREFIX, b"t"))
    at = next(at for at, part in enumerate(parts) if isinstance(part, SnapshotPiece))
    with pytest.raises(SnapshotRefused):
        assembled(chain, [*parts[:at], *parts[at + 1 :]])


def wrong_value(own: str, _: str, sent: PeerMessage) -> PeerMessage:
    if own != LIAR or not isinstance(sent, SnapshotPiece):
        return sent
    (key, value), *rest = sent.records
    return SnapshotPiece(
        height=sent.height,
        first=sent.first,
        after=sent.after,
        records=((key, value[:-1] + bytes([value[-1] ^ 1])), *rest),
        is_last=sent.is_last,
    )


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("is_lying", [False, True])
def test_a_node_joins_from_pieces_and_a_liar_costs_little(tmp_path: Path, is_lying: bool) -> None:
    async def play(network: Network) -> None:
        pieces: list[str] = []

        def note(own: str, to: str, sent: PeerMessage) -> PeerMessage:
            if to == JOINER and isinstance(sent, SnapshotPiece):
                pieces.append(own)
            return wrong_value(own, to, sent) if is_lying else sent

        network.rewrite = note
        assert await join_s(network) < 20
        assert len(pieces) > 20
        assert LIAR in pieces
        await expect_voting(network)

    joined(tmp_path, play)

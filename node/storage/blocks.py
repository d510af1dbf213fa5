"""Decided blocks, receipts and the indexes over them, as rows of the one store.

Rules of this file:
1. Everything of a block goes into one batch together with the ledger's records (page 02, storage).
2. Rows (all integers big-endian):
       b"b" height(8)               -> BlockRow: header, certificate, roots, wire ids, tx ids
       b"y" height(8)               -> tuple of signed transactions, in order
       b"r" height(8)               -> tuple of receipts, each encoded (system receipts last)
       b"d" digest(32)              -> height(8)
       b"x" tx_id(32)               -> height(8) index(4)
       b"a" address(16) ~height(8) ~index(4) -> empty     (~: complement: newest first)
       b"w" height(8)               -> the exactly-once window (written by tokens/ledger.py)
       b"v" height(8)               -> validator set from this height on, where it changes
       b"l" height(8)               -> SetLink: last block of a set, and the next set (ADR 0011)
       b"h" height(8)               -> Header alone: of blocks below the snapshot that began a store
       b"e" height(8) accused       -> encoded Evidence
       b"m" name                    -> meta: genesis, tip, floor
       b"p", b"c"                   -> what states were before blocks (state_history.py)
   Rows `v` and `e` end with one of the highest height and no content: where a range ends, the store
   looks for the next row that is there, and steps over all that was deleted behind it.
3. A row is written once and never changed, except tip and floor; what is below the floor is
   removed (pruning.py). Rows `v` and `l` stay for ever.
"""

import struct
from collections import OrderedDict
from typing import Annotated

import msgspec

from consensus.types import (
    Bytes32,
    CommitCertificate,
    Header,
    Validator,
    ValidatorSet,
)
from node.api import StoredBlock, TransactionPlace
from node.storage.kv import Batch, KeyValueStore, StoreReader
from node.wire.snapshot_messages import SetLink
from tokens.results import Receipt

TIP_KEY = b"mtip"
GENESIS_KEY = b"mgenesis"
FLOOR_KEY = b"mfloor"
RECENT_BLOCKS_MAX = 8
"""Whole blocks kept in memory, at most about 3 MiB of bodies each."""
_U64_MAX = 2**64 - 1
_U32_MAX = 2**32 - 1
_HEIGHT = struct.Struct(">Q")
_PLACE = struct.Struct(">QI")


class BlockRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A decided block without its bodies."""

    header: Header
    digest: Bytes32
    certificate: CommitCertificate
    parent_certificate: CommitCertificate | None
    """As it stood in the body."""
    state_root: Bytes32
    receipts_root: Bytes32
    wire_ids: tuple[Bytes32, ...]
    tx_ids: tuple[Bytes32, ...]


class TipRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Where the store stands."""

    height: Annotated[int, msgspec.Meta(ge=0)]
    guard_sequence: Annotated[int, msgspec.Meta(ge=0)]
    """Sequence number of the sign guard when this block was written (R12)."""


class FloorRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What is kept of the past."""

    blocks: Annotated[int, msgspec.Meta(ge=1)] = 1
    """Lowest height whose block is here: bodies, receipts, indexes."""
    headers: Annotated[int, msgspec.Meta(ge=1)] = 1
    """Lowest height whose header is here."""


class BodyRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one block adds to the store beside the ledger's records."""

    row: BlockRow
    bodies: tuple[bytes, ...]
    receipts: tuple[bytes, ...]
    """Canonical bytes of each."""
    touched: tuple[tuple[bytes, int], ...]
    """(address, transaction index) pairs for account history, without repetition."""
    guard_sequence: int


_encoder = msgspec.msgpack.Encoder()
_row_decoder = msgspec.msgpack.Decoder(BlockRow)
_bodies_decoder = msgspec.msgpack.Decoder(tuple[bytes, ...])
_receipt_decoder = msgspec.msgpack.Decoder(Receipt)
_tip_decoder = msgspec.msgpack.Decoder(TipRow)
_set_decoder = msgspec.msgpack.Decoder(tuple[Validator, ...])
_floor_decoder = msgspec.msgpack.Decoder(FloorRow)
_link_decoder = msgspec.msgpack.Decoder(SetLink)
_header_decoder = msgspec.msgpack.Decoder(Header)


def height_key(prefix: bytes, height: int) -> bytes:
    """Row key of a height."""
    return prefix + _HEIGHT.pack(height)


def _history_key(address: bytes, height: int, index: int) -> bytes:
    """Newest first: complements of height and index."""
    return b"a" + address + _PLACE.pack(_U64_MAX - height, _U32_MAX - index)


_EVIDENCE_END = height_key(b"e", _U64_MAX)


class BlockStore:
    """Reads and batches of the rows above."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store
        self._recent: OrderedDict[int, StoredBlock] = OrderedDict()
        self.floor = self._read_floor()
        """What is kept of the past; the chain moves it after the batch that did (pruning.py)."""

    def tip(self) -> TipRow | None:
        """None in a store that holds nothing yet."""
        data = self._store.get(TIP_KEY)
        return None if data is None else _tip_decoder.decode(data)

    def genesis(self) -> bytes | None:
        """Canonical genesis bytes that this store was begun with."""
        return self._store.get(GENESIS_KEY)

    @staticmethod
    def begin(batch: Batch, genesis: bytes, validators: ValidatorSet) -> None:
        """Rows of a new store: genesis, the first validator set, tip 0."""
        batch.put(GENESIS_KEY, genesis)
        batch.put(height_key(b"v", _U64_MAX), b"")
        batch.put(_EVIDENCE_END, b"")
        batch.put(height_key(b"v", 1), _encoder.encode(validators.members))
        batch.put(TIP_KEY, _encoder.encode(TipRow(height=0, guard_sequence=0)))

    @staticmethod
    def add(batch: Batch, body: BodyRow) -> None:
        """All rows of a decided block."""
        height = body.row.header.height
        put = batch.put
        put(height_key(b"b", height), _encoder.encode(body.row))
        put(height_key(b"y", height), _encoder.encode(body.bodies))
        put(height_key(b"r", height), _encoder.encode(body.receipts))
        put(b"d" + body.row.digest, _HEIGHT.pack(height))
        for index, tx_id in enumerate(body.row.tx_ids):
            put(b"x" + tx_id, _PLACE.pack(height, index))
        for address, index in body.touched:
            put(_history_key(address, height, index), b"")
        BlockStore.set_tip(batch, height, body.guard_sequence)

    @staticmethod
    def set_tip(batch: Batch, height: int, guard_sequence: int) -> None:
        """Where the store stands after this batch."""
        batch.put(TIP_KEY, _encoder.encode(TipRow(height=height, guard_sequence=guard_sequence)))

    @staticmethod
    def add_row(batch: Batch, row: BlockRow) -> None:
        """The row of a block whose body is not here: that of a snapshot."""
        batch.put(height_key(b"b", row.header.height), _encoder.encode(row))

    @staticmethod
    def remove(batch: Batch, row: BlockRow, touched: tuple[tuple[bytes, int], ...]) -> None:
        """Everything of a block but its row."""
        height = row.header.height
        batch.delete(height_key(b"y", height))
        batch.delete(height_key(b"r", height))
        batch.delete(b"d" + row.digest)
        for tx_id in row.tx_ids:
            batch.delete(b"x" + tx_id)
        for address, index in touched:
            batch.delete(_history_key(address, height, index))

    @staticmethod
    def remove_header(batch: Batch, height: int) -> None:
        """The row of a block, or its header alone."""
        batch.delete(height_key(b"b", height))
        batch.delete(height_key(b"h", height))

    @staticmethod
    def add_link(batch: Batch, link: SetLink) -> None:
        """A set that differs from that of the height before, and the block that names it."""
        height = link.header.height
        batch.put(height_key(b"v", height + 1), _encoder.encode(link.members))
        batch.put(height_key(b"l", height), _encoder.encode(link))

    @staticmethod
    def add_header(batch: Batch, header: Header) -> None:
        """A header without its block."""
        batch.put(height_key(b"h", header.height), _encoder.encode(header))

    @staticmethod
    def set_floor(batch: Batch, floor: FloorRow) -> None:
        """Beside the removal of what is below it."""
        batch.put(FLOOR_KEY, _encoder.encode(floor))

    def row(self, height: int) -> BlockRow | None:
        """A decided block without bodies."""
        data = self._store.get(height_key(b"b", height))
        return None if data is None else _row_decoder.decode(data)

    def bodies(self, height: int) -> tuple[bytes, ...]:
        """Signed transactions of a decided block; empty if it is not there."""
        data = self._store.get(height_key(b"y", height))
        return () if data is None else _bodies_decoder.decode(data)

    def block(self, height: int) -> StoredBlock | None:
        """A decided block whole. Those asked for last are kept: subscribers ask for the same."""
        known = self._recent.get(height)
        if known is not None:
            return known
        block = self.read(height)
        if block is not None:
            self._recent[height] = block
            if len(self._recent) > RECENT_BLOCKS_MAX:
                self._recent.popitem(last=False)
        return block

    def read(self, height: int) -> StoredBlock | None:
        """The same, from the store. None below the floor."""
        row = self.row(height) if height >= self.floor.blocks else None
        if row is None:
            return None
        receipts = self._store.get(height_key(b"r", height))
        return StoredBlock(
            header=row.header,
            digest=row.digest,
            certificate=row.certificate,
            state_root=row.state_root,
            receipts_root=row.receipts_root,
            transactions=self.bodies(height),
            receipts=tuple(
                _receipt_decoder.decode(each)
                for each in (() if receipts is None else _bodies_decoder.decode(receipts))
            ),
        )

    def receipt(self, place: TransactionPlace) -> Receipt | None:
        """One receipt, without decoding the others."""
        data = self._store.get(height_key(b"r", place.height))
        if data is None:
            return None
        encoded = _bodies_decoder.decode(data)
        if place.index >= len(encoded):
            return None
        return _receipt_decoder.decode(encoded[place.index])

    def height_of(self, digest: bytes) -> int | None:
        """Height of a decided block by its digest."""
        data = self._store.get(b"d" + digest)
        return None if data is None else int(_HEIGHT.unpack(data)[0])

    def place(self, tx_id: bytes) -> TransactionPlace | None:
        """Where a transaction was decided."""
        data = self._store.get(b"x" + tx_id)
        if data is None:
            return None
        height, index = _PLACE.unpack(data)
        return TransactionPlace(height=height, index=index)

    def history(
        self, address: bytes, before: tuple[int, int] | None, limit: int
    ) -> list[TransactionPlace]:
        """Places that touched an address, newest first, strictly older than `before`."""
        start = b"a" + address
        stop = b"a" + address + b"\xff" * 12 + b"\x00"
        if before is not None:
            start += _PLACE.pack(_U64_MAX - before[0], _U32_MAX - before[1]) + b"\x00"
        places = []
        for key in self._store.iterate_keys(start, stop, limit=limit):
            height, index = _PLACE.unpack(key[17:])
            places.append(TransactionPlace(height=_U64_MAX - height, index=_U32_MAX - index))
        return places

    def validators_at(self, height: int) -> ValidatorSet | None:
        """Set of a height, from the newest change at or before it."""
        rows = self._store.iterate(
            height_key(b"v", 0), height_key(b"v", height + 1), limit=1, reverse=True
        )
        for _, data in rows:
            return ValidatorSet(_set_decoder.decode(data))
        return None

    def headers(self, first: int, last: int) -> tuple[Header, ...]:
        """Headers of a range of heights, ascending."""
        return read_headers(self._store, first, last)

    def links(self, first: int, last: int, limit: int) -> tuple[SetLink, ...]:
        """Changes of the validator set in a range of heights, ascending."""
        rows = self._store.iterate(height_key(b"l", first), height_key(b"l", last + 1), limit=limit)
        return tuple(_link_decoder.decode(data) for _, data in rows)

    def _read_floor(self) -> FloorRow:
        data = self._store.get(FLOOR_KEY)
        return FloorRow() if data is None else _floor_decoder.decode(data)

    def evidence(self, limit: int) -> list[tuple[str, int, bytes]]:
        """(accused, height, encoded Evidence), newest first."""
        out = []
        for key, data in self._store.iterate(b"e", _EVIDENCE_END, limit=limit, reverse=True):
            out.append((key[9:].decode(), int(_HEIGHT.unpack(key[1:9])[0]), data))
        return out

    def has_evidence(self, accused: str, height: int) -> bool:
        """One piece per sender and height is kept (R11)."""
        return self._store.get(height_key(b"e", height) + accused.encode()) is not None

    def add_evidence(self, accused: str, height: int, data: bytes) -> None:
        """Its own synced batch: evidence is rare and must survive."""
        batch = Batch()
        batch.put(height_key(b"e", height) + accused.encode(), data)
        self._store.write(batch)


def read_headers(store: StoreReader, first: int, last: int) -> tuple[Header, ...]:
    """Headers of a range of heights, ascending, from a store or a view of it."""
    alone = store.iterate(height_key(b"h", max(first, 1)), height_key(b"h", last + 1))
    rows = store.iterate(height_key(b"b", max(first, 1)), height_key(b"b", last + 1))
    return (
        *(_header_decoder.decode(data) for _, data in alone),
        *(_row_decoder.decode(data).header for _, data in rows),
    )

"""How a record of the ledger is keyed, hashed and indexed.

Rules of this file:
1. A record's key is a tuple of its own fields. Its key hash = SHA-256(domain, kind tag, encoded
   key) places it in the commitment and in the store.
2. Order is never taken from hashes. What the ledger must walk in order has an index: an ordered
   list of keys, derived from the records, hence not committed itself. An index is rebuilt from
   records alone.
3. Tags of kinds and of indexes are never reused: 1-9 parties and governance, 10-19 holdings, 30-39
   days and tables, 40-49 instruments, 50-59 cash, 60-69 settlement, 70-79 control, 80-89
   auctions, 90-229 later, 230-249 the ledger's own.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import msgspec

R = TypeVar("R", bound=msgspec.Struct)

KeyPart = int | bytes | str
"""Dates enter a key as `date.toordinal()`, enumerations as their number."""

Key = tuple[KeyPart, ...]

_KEY_DOMAIN = b"mohur/key/v1\x00"


def encode_part(part: KeyPart) -> bytes:
    """Order-preserving bytes: integers 8 bytes big-endian, text ends in a zero byte."""
    if isinstance(part, bytes):
        return part
    if isinstance(part, int):
        return part.to_bytes(8, "big")
    return part.encode() + b"\x00"


def encode_key(key: Key) -> bytes:
    """Concatenation of the encoded parts; byte parts have one length within a kind and position."""
    return b"".join([encode_part(part) for part in key])


@dataclass(frozen=True, slots=True)
class Index(Generic[R]):
    """An ordered list of the records of one kind."""

    tag: int
    """1..255, unique over all indexes."""
    name: str
    order: Callable[[R], Key | None]
    """Position of a record in the list, or None if it is not listed."""
    static: bool
    """The position depends on the record's key only, so an update never moves it."""


class Kind(Protocol):
    """A kind whose records' type does not matter."""

    @property
    def tag(self) -> int:
        """1..255, unique, never reused."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def struct(self) -> type[msgspec.Struct]:
        """Type of its records."""

    def key_of(self, record: msgspec.Struct) -> Key:
        """Key of one of its records."""

    def orders_of(self, record: msgspec.Struct) -> list[tuple[int, Key]]:
        """(index tag, order key) of each list that one of its records stands in."""

    def key_hash(self, key: Key) -> bytes:
        """32 bytes."""


@dataclass(frozen=True, slots=True)
class RecordKind(Generic[R]):
    """A table of the ledger."""

    tag: int
    """1..255, unique, never reused."""
    name: str
    struct: type[R]
    key: Callable[[R], Key]
    indexes: tuple[Index[R], ...] = ()

    def key_of(self, record: msgspec.Struct) -> Key:
        """Key of one of its records."""
        return self.key(record)  # type: ignore[arg-type]

    def orders_of(self, record: msgspec.Struct) -> list[tuple[int, Key]]:
        """(index tag, order key) of each list that one of its records stands in."""
        orders = [
            (index.tag, index.order(record))  # type: ignore[arg-type]
            for index in self.indexes
        ]
        return [(tag, order) for tag, order in orders if order is not None]

    def key_hash(self, key: Key) -> bytes:
        """32 bytes."""
        return hash_key(self.tag, encode_key(key))


_PREFIX = [hashlib.sha256(_KEY_DOMAIN + bytes([tag])) for tag in range(256)]
"""Hash states that have the domain and the tag behind them."""


def hash_key(tag: int, encoded: bytes) -> bytes:
    """SHA-256("mohur/key/v1", 0, kind tag, encoded key)."""
    state = _PREFIX[tag].copy()
    state.update(encoded)
    return state.digest()

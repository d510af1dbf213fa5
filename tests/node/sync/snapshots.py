"""A chain with changes of the set, its snapshot, and stores that take it over."""

from collections.abc import Iterator

import msgspec

from node.chain import Chain
from node.signing import verify
from node.storage.memory import MemoryStore
from node.sync.assembly import Assembly
from node.sync.snapshot import Checkpoint
from node.sync.snapshot_check import SetChain
from node.sync.snapshot_source import SnapshotSource
from node.sync.staging import Staging
from node.validator_sets import validator_set
from node.wire.snapshot_messages import SnapshotPart
from tests.node.sdk.light.history import History, eventful
from tests.node.support.chains import scope_of

Value = object
"""What msgpack gives without a type: lists, bytes, text, integers, None, bool."""


def source_of(chain: Chain) -> SnapshotSource:
    row = chain.blocks.row(chain.tip.height)
    assert row is not None
    return SnapshotSource(chain, row)


def parts_of(chain: Chain) -> list[SnapshotPart]:
    source = source_of(chain)
    found = list(source.all_parts())
    source.close()
    return found


def made() -> tuple[History, list[SnapshotPart]]:
    """A history with five changes of the set, and its snapshot."""
    history = eventful()
    return history, parts_of(history.chain)


class CountingVerify:
    """Ed25519 with a memory: each signature costs once in all tests."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes, bytes], bool] = {}

    def __call__(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        key = (public_key, message, signature)
        if key not in self._known:
            self._known[key] = verify(public_key, message, signature)
        return self._known[key]


VERIFY = CountingVerify()


def new_sets(chain: Chain) -> SetChain:
    return SetChain(scope_of(chain), validator_set(chain.genesis.validators), verify=VERIFY)


def assembled(
    chain: Chain, parts: list[SnapshotPart], checkpoint: Checkpoint | None = None
) -> MemoryStore:
    """A store from the parts. SnapshotRefused."""
    store = MemoryStore()
    staging = Staging(store, chain.genesis)
    assembly = Assembly(staging, new_sets(chain), checkpoint)
    for part in parts:
        assembly.take(part)
    assembly.finish(0)
    return store


# --- changed values ------------------------------------------------------------------------------


def plain(part: SnapshotPart) -> list[Value]:
    found: list[Value] = msgspec.msgpack.decode(msgspec.msgpack.encode(part))
    return found


def mutations(value: Value) -> Iterator[tuple[str, Value]]:
    """(where and how, changed value), for each field and each way that its type allows."""
    yield from _changed(value, "")


def _changed(value: Value, path: str) -> Iterator[tuple[str, Value]]:
    for how, other in _others(value):
        if other != value or type(other) is not type(value):
            yield f"{path or '.'} {how}", other
    if isinstance(value, list):
        for at in _chosen(len(value)):
            for where, other in _changed(value[at], f"{path}[{at}]"):
                yield where, [*value[:at], other, *value[at + 1 :]]


def _chosen(length: int) -> list[int]:
    """All fields of a struct; of long lists the ends and the middle."""
    if length <= 14:
        return list(range(length))
    return [0, length // 2, length - 1]


def _others(value: Value) -> list[tuple[str, Value]]:
    match value:
        case bool():
            return [("not", not value), ("none", None)]
        case int():
            return [
                ("+1", value + 1),
                ("-1", value - 1),
                ("zero", 0),
                ("huge", 2**62),
                ("none", None),
            ]
        case bytes():
            middle = len(value) // 2
            flipped = [
                (f"bit in byte {at}", value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :])
                for at in dict.fromkeys((0, middle, len(value) - 1))
                if value
            ]
            return [
                *flipped,
                ("shorter", value[:-1]),
                ("longer", value + b"\x00"),
                ("empty", b""),
                ("zeros", bytes(len(value))),
                ("none", None),
            ]
        case str():
            return [("other", value[:-1] + "z"), ("longer", value + "a"), ("empty", "")]
        case list():
            return [
                ("without the first", value[1:]),
                ("without the last", value[:-1]),
                ("first twice", [*value[:1], *value]),
                ("backwards", value[::-1]),
                ("empty", []),
                ("one more", [*value, None]),
            ]
        case None:
            return [("bytes", b""), ("zero", 0)]
        case _:
            raise AssertionError(f"{type(value)} in a message")

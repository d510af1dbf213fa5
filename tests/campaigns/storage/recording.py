"""A real node's life on disk: its last folder, and every write, sync and name change before it."""

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from node.genesis_file import read_genesis
from node.storage.leveldb import open_store
from tests.campaigns.storage.cluster import Cluster, cluster
from tests.campaigns.storage.report import require
from tests.campaigns.storage.shim import Shim, build
from tests.campaigns.storage.victim import command
from tokens.genesis import Genesis

_HEAD = struct.Struct("<cHQI")
TRACE = "trace"
"""Folder of the notes of votes and decided heights, inside the recorded data folder."""


class Record(NamedTuple):
    """One call, as shim.c writes it down."""

    kind: str
    """C, W, S, D, R, U, T or M."""
    name: str
    """Below the data folder; begins with a slash."""
    number: int
    """Offset of W, size of T."""
    data: bytes
    """Of W; the new name of R."""


class Recording(NamedTuple):
    """What one node left."""

    genesis: Genesis
    records: list[Record]
    data: Path
    """Its data folder after a clean stop."""
    network: Path
    """Folder of the network that it belonged to."""
    rows: dict[bytes, bytes]
    """Everything in its store then: the truth."""


def read_records(path: Path) -> Iterator[Record]:
    """The log of the shim."""
    data, position = path.read_bytes(), 0
    while position < len(data):
        kind, length, number, size = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        name = data[position : position + length].decode()
        position += length
        yield Record(kind.decode(), name, number, data[position : position + size])
        position += size


PAYMENTS = 600
"""Final while the node is recorded: enough for tables, a merge of them and new guard files."""


async def record(folder: Path, payments: int = PAYMENTS) -> Recording:
    """Three lives of one validator of four: a kill -9 and a clean stop lie between them."""
    log = folder / "calls.log"
    async with cluster(folder, before=lambda made: _watch(made, log)) as made:
        name = made.network.names[0]
        await made.acknowledge(payments // 3)
        made.network.kill(name)
        await made.back(name)
        await made.acknowledge(payments // 3)
        made.network.stop(name)
        await made.back(name)
        await made.acknowledge(payments // 3)
        made.network.stop(name)
        records = list(read_records(log))
        kept = folder / "recorded"
        shutil.copytree(made.network.layout.data(name), kept)
        genesis = read_genesis(made.network.layout.genesis)
        await made.back(name)
    shutil.copytree(kept, folder / "read")
    store = open_store(folder / "read" / "store", create=False)
    rows = dict(store.iterate(b"", b"\xff"))
    store.close()
    _require_rich(kept, records)
    return Recording(genesis=genesis, records=records, data=kept, network=folder / "net", rows=rows)


def _watch(made: Cluster, log: Path) -> None:
    """The first validator is started under the shim, its notes among its own writes."""
    layout, name = made.network.layout, made.network.names[0]
    trace = layout.data(name) / TRACE
    trace.mkdir()
    shim = Shim(build(made.trace), layout.data(name), made.trace)
    arguments = command(layout.config(name), trace, made.arm_file)
    made.start_with(name, (*shim.recording(log), *arguments))


def _require_rich(data: Path, records: list[Record]) -> None:
    """A campaign over a store without tables would find nothing and say so proudly."""
    suffixes = [path.suffix for path in (data / "store").iterdir() if path.stat().st_size]
    require(suffixes.count(".ldb") >= 2, f"the recorded store has few tables: {suffixes}")
    require(suffixes.count(".log") >= 1, "the recorded store has nothing in its log")
    require(
        any(record.kind == "R" and record.name.endswith(".guard.new") for record in records),
        "the sign guard was never replaced while it was recorded",
    )

"""Power cuts of one node, with lost unsynced writes: its recorded calls, cut at seeded moments."""

import random
import tempfile
from pathlib import Path

import msgspec

from consensus.messages import SignedPart
from node.chain import Chain
from node.storage.blocks import TIP_KEY, height_key
from node.storage.leveldb import open_store
from node.storage.sign_guard import SignGuard, judge
from tests.campaigns.storage.cluster import require_held
from tests.campaigns.storage.disk_image import Disk, write_image
from tests.campaigns.storage.recording import Record, Recording
from tests.campaigns.storage.report import Tally, Violation, require
from tests.campaigns.storage.victim import split_votes

SEEN_WITHIN = 100
"""Cuts in which a missing sync shows."""
BLOCK_PREFIXES = (b"b", b"y", b"r")
"""Rows of a height: header and certificate, bodies, receipts."""


def cut_and_prove(recording: Recording, seed: int, cuts: int) -> Tally:
    """All cuts; and proof that a missing sync would have been seen."""
    tally = cut_power(recording, seed, cuts)
    for suffix in (".log", ".guard"):
        _require_seen(recording, suffix, seed)
    tally.notes.append("a store or a guard without its syncs was seen")
    return tally


def _require_seen(recording: Recording, suffix: str, seed: int) -> None:
    """The same cuts find it when the files with that suffix are never synced."""
    records = [each for each in recording.records if each[:1] != ("S",) or suffix not in each.name]
    try:
        cut_power(recording._replace(records=records), seed, SEEN_WITHIN)
    except Violation:
        return
    raise Violation(f"{SEEN_WITHIN} cuts do not notice that {suffix} is never synced")


def cut_power(recording: Recording, seed: int, cuts: int) -> Tally:
    """`cuts` images; each opens, has every block that clients heard of, and the votes that left."""
    tally = Tally("power cuts", cuts)
    generator = random.Random(f"power/{seed}")
    moments = sorted(_moment(recording, generator) for _ in range(cuts))
    disk, done = Disk(), 0
    for number, moment in enumerate(moments):
        while done <= moment:
            disk.replay(recording.records[done])
            done += 1
        image = disk.cut(random.Random(f"cut/{seed}/{number}"))
        with tempfile.TemporaryDirectory() as folder:
            write_image(image, Path(folder))
            try:
                tally.add(_check(recording, disk, Path(folder)))
            except Exception as error:
                raise Violation(f"cut {number} after call {moment}: {error!r}") from error
    tally.notes.append(f"{len(recording.records)} calls recorded, 0 acknowledged blocks lost")
    tally.require_whole()
    return tally


def _moment(recording: Recording, generator: random.Random) -> int:
    """After which call the power goes: anywhere, or near a call that is rare."""
    records = recording.records
    if generator.random() < 0.5:
        return generator.randrange(len(records))
    rare = [at for at, each in enumerate(records) if _is_rare(each)]
    near = generator.choice(rare) + generator.randint(-2, 2)
    return min(max(near, 0), len(records) - 1)


def _is_rare(record: Record) -> bool:
    """Names, tables and manifests change once in hundreds of calls."""
    return record.kind in "CRUTD" or not record.name.endswith((".log", ".guard"))


def _check(recording: Recording, disk: Disk, data: Path) -> str:
    """One image; the outcome."""
    heard = _newest_decided(disk)
    votes = split_votes(bytes(disk.notes.get(".votes", b"")))
    height = 0
    sequence = 0
    if (data / "store").exists() or heard:
        store = open_store(data / "store", create=True)
        try:
            chain = Chain.open(store, recording.genesis)
            height, sequence = chain.tip.height, chain.guard_sequence
            _require_true(recording, dict(store.iterate(b"", b"\xff")), height)
        finally:
            store.close()
    require(height >= heard, f"clients heard of block {heard}; the store is at {height}")
    _check_guard(data, votes, sequence, height)
    return "at the acknowledged height" if height == heard else "one block further"


def _check_guard(data: Path, votes: list[SignedPart], sequence: int, height: int) -> None:
    """Votes that left are held, and nobody becomes an observer by a power cut (07, rule 2)."""
    found = sorted((data / "guard").glob("*.guard")) if (data / "guard").exists() else []
    if not found:
        require(not votes, "votes were sent, and there is no guard")
        return
    if votes:
        require_held(data / "guard", votes[-1])
    guard = SignGuard.open(data / "guard", bytes.fromhex(found[0].stem))
    verdict = judge(guard.state, guard.sequence, guard.height, sequence, height)
    guard.close()
    require(verdict.stale is None, f"an honest power cut made the guard stale: {verdict.stale}")


def _newest_decided(disk: Disk) -> int:
    """The newest height that clients may have heard of; 0 for none."""
    return int.from_bytes(bytes(disk.notes.get(".decided", b""))[-8:], "big")


def _require_true(recording: Recording, rows: dict[bytes, bytes], height: int) -> None:
    """Rows of every height up to the tip are those of the truth, and there is nothing above.

    The ledger's records are compared by their root: `Chain.open` has done so.
    """
    for prefix in BLOCK_PREFIXES:
        for at in range(1, height + 1):
            key = height_key(prefix, at)
            require(rows.get(key) == recording.rows[key], f"row {prefix.decode()} of height {at}")
        require(height_key(prefix, height + 1) not in rows, f"a row above the tip {height}")
    for key, value in rows.items():
        if key[:1] in (b"d", b"x", b"a"):
            require(recording.rows.get(key) == value, f"index row {key.hex()}")
    require(msgspec.msgpack.decode(rows[TIP_KEY])[0] == height, "the tip row")

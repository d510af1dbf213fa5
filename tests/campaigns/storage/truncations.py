"""Every file that Mohur writes itself, cut at every byte: a named error, or less and never other.

The guard: a cut inside its last append is a torn append, all else is damage or an older guard, and
that is below the sequence number in the store. A guard never gains or changes a vote by a cut.
"""

import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from node.devnet.layout import Layout, StateUnusable
from node.devnet.profile import dev_genesis
from node.genesis_file import GenesisUnreadable, read_genesis, write_genesis
from node.keystore import KeystoreError, create_key, load_key
from node.storage.guard_types import GuardDamaged
from node.storage.lockfile import LOCK_FILE_NAME, FolderLock
from node.storage.sign_guard import GUARD_SUFFIX, SignGuard, judge
from tests.campaigns.storage.recording import Recording
from tests.campaigns.storage.report import Tally, require

FILES = 5
"""Kinds of files."""
SURELY = 1_000
"""Lengths that there are in any case: the smallest files have some hundred bytes."""
Lengths = Callable[[int], list[int]]


def truncate(recording: Recording, seed: int, wanted: int) -> Tally:
    """Every length of every file; with few executions wanted, as many of each file at random."""
    tally = Tally("truncations", min(wanted, SURELY))
    generator = random.Random(f"truncations/{seed}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _truncate_guard(recording, tally, _lengths(wanted, generator))
        _truncate_lock(tally)
        _truncate_genesis(folder, tally, _lengths(wanted, generator))
        _truncate_layout(recording, folder, tally, _lengths(wanted, generator))
        _truncate_key(folder, tally, _lengths(wanted, generator))
    return tally


def _lengths(wanted: int, generator: random.Random) -> Lengths:
    """Which lengths of a file of so many bytes are tried."""

    def choose(size: int) -> list[int]:
        share = max(1, wanted // FILES)
        return list(range(size)) if size <= share else sorted(generator.sample(range(size), share))

    return choose


def _truncate_guard(recording: Recording, tally: Tally, lengths: Lengths) -> None:
    (path,) = (recording.data / "guard").glob(f"*{GUARD_SUFFIX}")
    data, key = path.read_bytes(), bytes.fromhex(path.stem)
    with tempfile.TemporaryDirectory() as copy:
        place = Path(copy) / path.name
        place.write_bytes(data)
        truth = SignGuard.open(Path(copy), key)
        truth.close()
        known = {record.signing_bytes for record in truth.records()}
        for size in lengths(len(data)):
            place.write_bytes(data[:size])
            try:
                guard = SignGuard.open(Path(copy), key)
            except GuardDamaged:
                tally.add("guard noticed")
                continue
            guard.close()
            require(guard.sequence < truth.sequence, f"guard of {size} bytes: nothing is missing")
            extra = {r.signing_bytes for r in guard.records() if r.height == truth.height} - known
            require(not extra, f"guard of {size} bytes: votes that were never signed")
            verdict = judge(guard.state, guard.sequence, guard.height, truth.sequence, 1)
            require(not verdict.votes, f"guard of {size} bytes passes for the whole one")
            tally.add("guard older and stale")


def _truncate_lock(tally: Tally) -> None:
    """The content is for people: the lock is the kernel's."""
    with tempfile.TemporaryDirectory() as folder:
        FolderLock.acquire(Path(folder)).release()
        data = (Path(folder) / LOCK_FILE_NAME).read_bytes()
        for size in range(len(data)):
            (Path(folder) / LOCK_FILE_NAME).write_bytes(data[:size])
            FolderLock.acquire(Path(folder)).release()
            tally.add("lock equal")


def _truncate_genesis(folder: Path, tally: Tally, lengths: Lengths) -> None:
    path = folder / "truncated.json"
    write_genesis(dev_genesis(), path)
    whole = read_genesis(path)

    def read() -> bool:
        return read_genesis(path) == whole

    _each(path, read, GenesisUnreadable, tally, "genesis", lengths)


def _truncate_layout(recording: Recording, folder: Path, tally: Tally, lengths: Lengths) -> None:
    (folder / "cut").mkdir()
    shutil.copy(Layout(recording.network).state_file, folder / "cut")
    layout = Layout(folder / "cut")
    whole = layout.load()
    _each(
        layout.state_file, lambda: layout.load() == whole, StateUnusable, tally, "layout", lengths
    )


def _truncate_key(folder: Path, tally: Tally, lengths: Lengths) -> None:
    made = create_key(folder / "keys", "validator", "a long passphrase of words")
    (path,) = (folder / "keys").iterdir()

    def read() -> bool:
        opened = load_key(folder / "keys", "validator", "a long passphrase of words")
        return opened.public_key == made.public_key

    _each(path, read, KeystoreError, tally, "key", lengths)


def _each(
    path: Path,
    read: Callable[[], bool],
    named: type[Exception],
    tally: Tally,
    what: str,
    lengths: Lengths,
) -> None:
    """Each length: the named error, or (a last line feed) the same as the whole."""
    data = path.read_bytes()
    for size in lengths(len(data)):
        path.write_bytes(data[:size])
        try:
            require(read(), f"{what} of {size} bytes is read as something else")
            tally.add(f"{what} equal")
        except named:
            tally.add(f"{what} noticed")
    path.write_bytes(data)

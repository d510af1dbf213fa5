"""One flipped bit in a file of the store or of the sign guard: noticed, or without effect.

Rules of this file:
1. The copy is opened as a node opens it, then every row is read by a scan and by its key, and
   compared with the truth.
2. Noticed means an error that moves the store aside. An older chain that replays whole (`mohur
   verify`) is no wrong answer either: LevelDB takes the end of a log for torn.
"""

import random
import shutil
import tempfile
from pathlib import Path

from node.cli.audit import audit
from node.genesis_file import write_genesis
from node.rebuild import open_chain
from node.storage.blocks import height_key
from node.storage.guard_types import GuardDamaged
from node.storage.kv import StorageDamaged, StorageFailed
from node.storage.leveldb import DamagedStore
from node.storage.sign_guard import GUARD_SUFFIX, SignGuard
from tests.campaigns.storage.recording import Recording
from tests.campaigns.storage.report import Tally, Violation, require
from tokens.store import DamagedState

NOTICED = (DamagedStore, DamagedState, StorageDamaged)
SCAN_END = b"\xff"


def flip_bits(recording: Recording, seed: int, flips: int) -> Tally:
    """Half of the flips in the store, half in the guard."""
    tally = Tally("bit flips", flips)
    generator = random.Random(f"flips/{seed}")
    with tempfile.TemporaryDirectory() as folder:
        _require_whole(recording, Path(folder))
    for _ in range(flips - flips // 2):
        tally.add(f"store {_flip_store(recording, generator)}")
    for _ in range(flips // 2):
        tally.add(f"guard {_flip_guard(recording, generator)}")
    tally.notes.append("0 silent wrong answers")
    return tally


def _require_whole(recording: Recording, folder: Path) -> None:
    """Without a flip everything is there: else the campaign would compare with nothing."""
    shutil.copytree(recording.data, folder / "unflipped")
    require(_answers(recording, folder / "unflipped") == "equal", "the recorded store is not whole")


# --- the store ------------------------------------------------------------------------------------


def _flip_store(recording: Recording, generator: random.Random) -> str:
    """One flip in any file of the store, small files as often as large ones."""
    files = sorted(path for path in (recording.data / "store").iterdir() if path.stat().st_size)
    chosen = generator.choice(files)
    bit = generator.randrange(chosen.stat().st_size * 8)
    with tempfile.TemporaryDirectory() as copy:
        data = Path(copy) / "data"
        shutil.copytree(recording.data, data)
        _flip(data / "store" / chosen.name, bit)
        try:
            return _answers(recording, data)
        except Violation as wrong:
            raise Violation(f"bit {bit} of {chosen.name}: {wrong}") from wrong


def _answers(recording: Recording, data: Path) -> str:
    """What a node on this folder would answer: noticed, equal, or older and whole."""
    try:
        store, chain = open_chain(data / "store", recording.genesis, has_peers=False)
    except NOTICED:
        return "noticed at open"
    except StorageFailed as error:
        raise Violation(f"called a failure of the disk: {error}") from error
    try:
        rows = dict(store.iterate(b"", SCAN_END))
        looked_up = {key: store.get(key) for key in recording.rows}
    except NOTICED:
        return "noticed by a read"
    except StorageFailed as error:
        raise Violation(f"called a failure of the disk: {error}") from error
    finally:
        store.close()
    require({k: v for k, v in looked_up.items() if v is not None} == rows, "a scan differs")
    if rows == recording.rows:
        return "equal"
    height = chain.tip.height
    require(height_key(b"b", height + 1) in recording.rows, f"rows differ at full height {height}")
    _require_older(recording, rows, data, height)
    return "older and whole"


def _require_older(recording: Recording, rows: dict[bytes, bytes], data: Path, height: int) -> None:
    """The chain up to a lower height, as it was: the end of a log was taken for torn."""
    for prefix in (b"b", b"y", b"r"):
        for at in range(1, height + 1):
            key = height_key(prefix, at)
            require(rows.get(key) == recording.rows[key], f"row {prefix!r} of height {at}")
    genesis = data / "genesis.json"
    write_genesis(recording.genesis, genesis)
    found = audit(data, genesis, lambda _at, _of: None)
    require(found.blocks == height, f"`mohur verify` finds {found.blocks} blocks of {height}")


def _flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


# --- the sign guard -------------------------------------------------------------------------------


def _flip_guard(recording: Recording, generator: random.Random) -> str:
    """One flip in the guard's file: damage, always."""
    (path,) = (recording.data / "guard").glob(f"*{GUARD_SUFFIX}")
    bit = generator.randrange(path.stat().st_size * 8)
    with tempfile.TemporaryDirectory() as copy:
        shutil.copy(path, copy)
        _flip(Path(copy) / path.name, bit)
        try:
            opened = SignGuard.open(Path(copy), bytes.fromhex(path.stem))
        except GuardDamaged:
            return "noticed"
        whole = Path(copy) / "whole"
        whole.mkdir()
        shutil.copy(path, whole)
        truth = SignGuard.open(whole, bytes.fromhex(path.stem))
        same = (opened.sequence, opened.records(), opened.proposals(), opened.certificates()) == (
            truth.sequence,
            truth.records(),
            truth.proposals(),
            truth.certificates(),
        )
        opened.close()
        truth.close()
        require(same, f"bit {bit} of the guard: other votes without a word")
        return "equal"

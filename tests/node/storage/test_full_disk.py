"""A disk that is full and then is not: nothing acknowledged is lost, nothing is written after."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from node.storage.leveldb import open_store
from node.storage.sign_guard import SignGuard
from tests.node.storage.guards import KEY

PROCESS = """
import json, resource, signal, sys
from pathlib import Path
from node.storage.kv import Batch, StorageFailed
from node.storage.leveldb import open_store
from node.storage.sign_guard import AttachmentKind, SignGuard
from tests.node.storage.guards import BLOCK_A, KEY, P, vote

def batch(number):
    result = Batch()
    result.put(b"%d" % number, bytes([number % 251]) * 5_000)
    return result

def until_full(write):
    for number in range(1, 1_000):
        try:
            write(number)
        except StorageFailed:
            return number - 1
    raise SystemExit("the limit did not hold")

def is_refused(write):
    try:
        write(1_000)
    except StorageFailed:
        return True
    return False

def sign(number):
    proposal = (AttachmentKind.PROPOSAL, BLOCK_A, bytes([number % 251]) * 5_000)
    vote(guard, number, 0, P, attachments=(proposal,))

folder = Path(sys.argv[1])
store = open_store(folder / "store", create=True)
guard = SignGuard.create(folder / "guard", KEY)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
endless = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, endless))
result = {
    "written": until_full(lambda number: store.write(batch(number))),
    "signed": until_full(sign),
}
resource.setrlimit(resource.RLIMIT_FSIZE, (endless, endless))
result["store_refuses"] = is_refused(lambda number: store.write(batch(number)))
result["guard_refuses"] = is_refused(sign)
print(json.dumps(result))
"""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What the process did before and after the disk was freed."""

    written: int
    signed: int
    store_refuses: bool
    guard_refuses: bool


def test_a_full_disk_ends_both_and_loses_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=True,
    )
    result = msgspec.json.decode(done.stdout, type=Result)
    assert result.store_refuses
    assert result.guard_refuses
    store = open_store(tmp_path / "store", create=False)
    for number in range(1, result.written + 1):
        assert store.get(b"%d" % number) == bytes([number % 251]) * 5_000
    assert store.get(b"1000") is None
    store.close()
    guard = SignGuard.open(tmp_path / "guard", KEY)
    assert (guard.sequence, guard.height) == (result.signed, result.signed)
    assert result.written > 10
    assert result.signed > 10
    guard.close()

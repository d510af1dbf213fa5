"""A real node process that dies at a named point: the product's functions, wrapped from outside.

    python -m tests.campaigns.storage.victim --config node.toml --trace folder --arm file

Rules of this file:
1. The product knows nothing of it. Functions are wrapped before the node is opened; what runs
   between two points is the product's own code.
2. A point is armed by the file `--arm`: "point victim n". The n-th arrival at that point since the
   file was written takes the file away and kills the process with SIGKILL. Whoever takes the file
   away dies; `*` lets any node do so. A point of the start or of a sync is armed before the start.
3. Every own signature is noted in `<trace>/<id>.votes` before it is handed to the transport, and
   every height in `<trace>/<id>.decided` before clients hear of it: what may have left.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Prepare,
    PrePrepare,
    SignedPart,
    ViewChange,
)
from consensus.signed import signed_part
from consensus.types import CommitCertificate, Proposal, Tip
from node.app import run_node
from node.cli.run import end_with_parent
from node.config import load_config
from node.executor import Executor
from node.listener import NodeListener
from node.p2p.transport import Transport
from node.storage import leveldb, sign_guard
from node.storage.durable import Disk, OsDisk, write_all
from node.storage.guard_types import GuardRecord
from node.storage.kv import Batch
from node.storage.leveldb import LevelDbStore
from node.storage.sign_guard import GUARD_SUFFIX, SignGuard
from node.wire.peer_messages import DecidedBlock
from tokens.steps import Steps

POINTS = (
    "sign.before",
    "guard.half_written",
    "guard.written",
    "guard.synced",
    "sign.after",
    "pre_prepare.before_send",
    "pre_prepare.sent",
    "prepare.before_send",
    "prepare.sent",
    "commit.before_send",
    "commit.sent",
    "view_change.before_send",
    "decide.before",
    "store.half_batch",
    "store.after",
    "decided.before_clients",
    "decided.after_clients",
    "guard.new_file",
    "guard.renamed",
    "sync.applied",
)
"""All points, in the order of a block's life."""
SEGMENT_BYTES = 48 << 10
"""Of the guard, so that its file is replaced every dozen heights and not every thousand."""
WRITE_BUFFER_BYTES = 256 << 10
"""Of the store, so that tables are written and merged while the campaign looks."""

_SENT: dict[type, str] = {
    PrePrepare: "pre_prepare",
    Prepare: "prepare",
    Commit: "commit",
    ViewChange: "view_change",
}


class Trigger:
    """The armed point of this process."""

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._path = path
        self._arrivals: dict[str, int] = {}

    def reach(self, point: str) -> None:
        """Does not return if it is time to die."""
        if self.is_due(point):
            die()

    def is_due(self, point: str) -> bool:
        """Whether this arrival is the one; then the file is gone."""
        try:
            order = self._path.read_text()
        except FileNotFoundError:
            return False
        wanted, victim, count, _ = order.split()
        if wanted != point or victim not in ("*", self._name):
            return False
        self._arrivals[order] = self._arrivals.get(order, 0) + 1
        if self._arrivals[order] < int(count):
            return False
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True


def die() -> None:
    """As the power goes, but for the page cache."""
    os.kill(os.getpid(), signal.SIGKILL)


class Notes:
    """Two files that only grow, written with one system call a line."""

    def __init__(self, folder: Path, name: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._votes = os.open(folder / f"{name}.votes", flags, 0o600)
        self._decided = os.open(folder / f"{name}.decided", flags, 0o600)

    def vote(self, message: ConsensusMessage) -> None:
        """Before it may leave."""
        data = msgspec.msgpack.encode(signed_part(message))
        os.write(self._votes, len(data).to_bytes(4, "big") + data)

    def decided(self, height: int) -> None:
        """Before clients hear of it."""
        os.write(self._decided, height.to_bytes(8, "big"))


def read_votes(path: Path) -> list[SignedPart]:
    """All signatures noted by the lives of one node."""
    return split_votes(path.read_bytes())


def split_votes(data: bytes) -> list[SignedPart]:
    """Whole notes; a last one that was cut is none."""
    found, position = [], 0
    decoder = msgspec.msgpack.Decoder(SignedPart)
    while position + 4 <= len(data):
        end = position + 4 + int.from_bytes(data[position : position + 4], "big")
        if end > len(data):
            break
        found.append(decoder.decode(data[position + 4 : end]))
        position = end
    return found


def wrap_guard(trigger: Trigger) -> None:
    """Points of signing and of the guard's file."""
    sign, append, sync, rename = SignGuard.sign, write_all, OsDisk.sync, OsDisk.rename
    appending: set[int] = set()

    def signing(guard: SignGuard, **fields: object) -> GuardRecord:
        trigger.reach("sign.before")
        record = sign(guard, **fields)  # type: ignore[arg-type]
        trigger.reach("sign.after")
        return record

    def writing(descriptor: int, data: bytes, disk: Disk) -> None:
        if trigger.is_due("guard.half_written"):
            append(descriptor, data[: len(data) // 2], disk)
            die()
        append(descriptor, data, disk)
        appending.add(descriptor)

    def syncing(disk: OsDisk, descriptor: int) -> None:
        if descriptor not in appending:
            sync(disk, descriptor)
            return
        appending.discard(descriptor)
        trigger.reach("guard.written")
        sync(disk, descriptor)
        trigger.reach("guard.synced")

    def renaming(disk: OsDisk, path: Path, target: Path) -> None:
        is_guard = target.suffix == GUARD_SUFFIX
        if is_guard:
            trigger.reach("guard.new_file")
        rename(disk, path, target)
        if is_guard:
            trigger.reach("guard.renamed")

    sign_guard.SEGMENT_BYTES = SEGMENT_BYTES
    SignGuard.sign = signing  # type: ignore[method-assign,assignment]
    sign_guard.write_all = writing  # type: ignore[attr-defined,assignment]
    OsDisk.sync = syncing  # type: ignore[method-assign,assignment]
    OsDisk.rename = renaming  # type: ignore[method-assign,assignment]


class HalfBatch:
    """A batch that dies in the middle of being handed to LevelDB."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    @property
    def operations(self) -> Iterator[tuple[bytes, bytes | None]]:
        """The first half."""
        yield from self._batch.operations[: len(self._batch) // 2]
        die()


def wrap_store(trigger: Trigger) -> None:
    """Points of a block's way to the disk."""
    decide, write, apply = Executor.decide, LevelDbStore.write, Executor.apply_decided

    def deciding(
        executor: Executor, digest: bytes, proposal: Proposal, certificate: CommitCertificate
    ) -> Tip:
        trigger.reach("decide.before")
        return decide(executor, digest, proposal, certificate)

    def writing(store: LevelDbStore, batch: Batch) -> None:
        if trigger.is_due("store.half_batch"):
            write(store, HalfBatch(batch))  # type: ignore[arg-type]
        write(store, batch)
        trigger.reach("store.after")

    def applying(executor: Executor, block: DecidedBlock) -> Steps[Tip | None]:
        tip = yield from apply(executor, block)
        trigger.reach("sync.applied")
        return tip

    leveldb.WRITE_BUFFER_BYTES = WRITE_BUFFER_BYTES
    Executor.decide = deciding  # type: ignore[method-assign,assignment]
    LevelDbStore.write = writing  # type: ignore[method-assign,assignment]
    Executor.apply_decided = applying  # type: ignore[method-assign,assignment]


def wrap_outside(trigger: Trigger, notes: Notes) -> None:
    """Points at which something leaves the process."""
    broadcast, on_decided = Transport.broadcast, NodeListener.on_decided

    def sending(transport: Transport, message: object) -> int:
        step = _SENT.get(type(message))
        if step is None:
            return broadcast(transport, message)  # type: ignore[arg-type]
        notes.vote(message)  # type: ignore[arg-type]
        trigger.reach(f"{step}.before_send")
        sent = broadcast(transport, message)  # type: ignore[arg-type]
        trigger.reach(f"{step}.sent")
        return sent

    def decided(listener: NodeListener, tip: Tip) -> None:
        notes.decided(tip.height)
        trigger.reach("decided.before_clients")
        on_decided(listener, tip)
        trigger.reach("decided.after_clients")

    Transport.broadcast = sending  # type: ignore[method-assign,assignment]
    NodeListener.on_decided = decided  # type: ignore[method-assign,assignment]


def command(config: Path, trace: Path, arm: Path) -> tuple[str, ...]:
    """How a victim is started."""
    place = ("--config", str(config), "--trace", str(trace), "--arm", str(arm))
    return (sys.executable, "-m", "tests.campaigns.storage.victim", *place)


def arm(path: Path, point: str, victim: str, count: int, token: int) -> None:
    """Write the order of death, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.write_text(f"{point} {victim} {count} {token}")
    draft.replace(path)


def main(run: Callable[[Path], int] = run_node) -> int:
    """The node's exit status, unless it dies."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("config", "trace", "arm"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    name = load_config(given.config).id
    trigger = Trigger(name, given.arm)
    wrap_guard(trigger)
    wrap_store(trigger)
    wrap_outside(trigger, Notes(given.trace, name))
    end_with_parent()
    return run(given.config)


if __name__ == "__main__":
    sys.exit(main())

"""A disk of a few MiB that fills up under a running node, is freed, and the node starts again."""

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from node.storage.kv import EXIT_STORAGE_FAILED
from tests.campaigns.storage.cluster import Cluster, cluster
from tests.campaigns.storage.report import Tally, Violation, require

DISK_BYTES = 24 << 20
LEFT_BYTES_MAX = 96 << 10
"""Free when it is filled: a block or two fit."""
PIECE_BYTES = 4 << 10
END_SECONDS = 60
"""For the end of the node, and for its votes afterwards."""


async def fill_disk(folder: Path, seed: int, times: int) -> Tally:
    """Each time another amount of space is left when somebody else fills the disk."""
    if os.geteuid() != 0:
        raise Violation("full disk: mounting a tmpfs needs root; nothing was tried")
    tally = Tally("full disks", times)
    generator = random.Random(f"full/{seed}")
    async with cluster(folder) as made:
        for number in range(times):
            name = generator.choice(made.network.names)
            await _fill(made, name, generator.randrange(LEFT_BYTES_MAX))
            tally.add("ended with 74 and came back")
            print(f"  disk {number + 1} of {times}", flush=True)
    tally.notes.append(f"{len(made.load.acknowledged)} acknowledged payments, 0 lost")
    return tally


async def _fill(made: Cluster, name: str, left: int) -> None:
    """One node on a small disk."""
    data = made.network.layout.data(name)
    made.network.stop(name)
    with small_disk(data):
        await _up(made, name)
        filler = data / "somebody-else"
        # The node writes meanwhile: what does not fit any more has filled the disk all the same.
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            for _ in range(max(0, shutil.disk_usage(data).free - left) // PIECE_BYTES):
                file.write(bytes(PIECE_BYTES))
        await asyncio.to_thread(made.network.children[name].await_end, END_SECONDS)
        status = made.network.children[name].exit_status
        require(status == EXIT_STORAGE_FAILED, f"{name} ended with {status}: {made.why(name)}")
        require(not list(data.glob("store.*")), "a full disk is no damage")
        made.network.kill(name)
        made.check_guard(name)
        filler.unlink()
        await _up(made, name)
        await made.acknowledge(2)
        await made.check()
        made.network.stop(name)
    await made.back(name)
    await made.voting(name)


async def _up(made: Cluster, name: str) -> None:
    """Start it and see it vote; so small a disk is never ready (readiness asks for free space)."""
    made.network.start(name)
    await made.voting(name, seconds=END_SECONDS)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A tmpfs in the place of a folder, with its content; afterwards the folder has the newer."""
    kept = folder.with_name("kept")
    folder.rename(kept)
    folder.mkdir(mode=0o700)
    options = f"size={DISK_BYTES},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "mohur-test", str(folder)], check=True)
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield
        shutil.rmtree(kept)
        shutil.copytree(folder, kept)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
        kept.rename(folder)

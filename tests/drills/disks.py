"""Disks: one that is full, one that gives back other bytes than it got."""

import shutil
import subprocess
from pathlib import Path

from node.cli.exits import Exit
from node.devnet.story.stage import require
from node.devnet.wait import NotYet, until
from tests.drills.drill import PATIENCE_SECONDS, Drill

SMALL = "size=6m"
"""Room for the store's first files and a few hundred blocks."""
LARGE = "size=512m"


async def disk_full(drill: Drill) -> str:
    """One node's disk fills up: it ends by itself, the others go on; with room it comes back.

    Needs root, because the disk is a tmpfs.
    """
    network = drill.network
    victim = network.names[0]
    network.stop(victim)
    data = network.layout.data(victim)
    kept = data.with_name("data-before")
    data.rename(kept)
    data.mkdir()
    _mount(data, SMALL)
    try:
        shutil.copytree(kept, data, dirs_exist_ok=True)
        filler = data / "somebody-elses-file"
        network.start(victim)
        await drill.voting(victim)  # not ready: /readyz asks for more room than this disk has
        _fill(filler)
        child = network.children[victim]

        async def ended() -> None:
            if child.running:
                raise NotYet(f"{victim} still runs")

        await until(f"{victim} ends", ended, seconds=PATIENCE_SECONDS)
        network.kill(victim)  # nothing runs; its end is no surprise any more
        require(
            child.exit_status == Exit.STORAGE_FAILED,
            f"{victim} ended with {child.exit_status}, not {Exit.STORAGE_FAILED}",
        )
        await drill.paid(3)
        filler.unlink()
        _mount(data, f"remount,{LARGE}")
        network.start(victim)
        seconds = await drill.voting(victim)
        await drill.paid(1)
        network.stop(victim)
        kept_now = data.with_name("data-after")
        shutil.copytree(data, kept_now)
    finally:
        _unmount(data)
    data.rmdir()
    kept_now.rename(data)
    network.start(victim)
    await network.wait_ready(drill.stage.probe, victim, seconds=PATIENCE_SECONDS)
    return f"{victim} ended with 74 on the full disk; with room it voted after {seconds:.1f} s"


async def damaged_store(drill: Drill) -> str:
    """A disk flips bits in the store: it is moved aside and fetched again, nobody has to act."""
    network = drill.network
    victim = network.names[0]
    network.kill(victim)
    store = network.layout.data(victim) / "store"
    (manifest,) = store.glob("MANIFEST-*")
    data = bytearray(manifest.read_bytes())
    for at in range(len(data) // 2, len(data)):
        data[at] ^= 0xFF
    manifest.write_bytes(bytes(data))
    network.start(victim)
    seconds = await drill.voting(victim)
    aside = [path.name for path in store.parent.glob("store.damaged-*")]
    require(len(aside) == 1, f"kept aside: {aside}")
    return f"{victim} moved its store to {aside[0]} and voted again after {seconds:.1f} s"


def _mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "mohur-drill", str(folder)], check=True)


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _fill(path: Path) -> None:
    """Write until nothing is left."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            pass

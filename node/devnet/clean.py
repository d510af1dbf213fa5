"""Removes networks: folders that hold a devnet.json, and nothing else."""

import shutil
from pathlib import Path

from node.devnet.layout import STATE_FILE, Layout
from node.storage.lockfile import FolderLock

DEPTH_MAX = 2
"""How far below the given folder networks are looked for."""


def networks_below(folder: Path) -> list[Path]:
    """The folder itself if it is a network, and networks below it."""
    found: list[Path] = []
    level = [folder]
    for _ in range(DEPTH_MAX):
        found += [one for one in level if Layout(one).exists]
        level = [child for one in level if one.is_dir() for child in sorted(one.iterdir())]
        level = [child for child in level if child.is_dir() and child.parent not in found]
    return found


def remove(folder: Path) -> None:
    """Remove one network. FolderLocked while it runs; ValueError for any other folder."""
    if not (folder / STATE_FILE).is_file():
        raise ValueError(f"{folder} is no local network")
    lock = FolderLock.acquire(folder)
    try:
        shutil.rmtree(folder)
    finally:
        lock.release()

"""Removes networks: what a folder with a devnet.json has of a network, and nothing else in it."""

import shutil
from pathlib import Path

from node.devnet.layout import STATE_FILE, Layout, StateUnusable
from node.devnet.profile import VALIDATORS
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
    """Remove one network, and its folder if nothing else is left there.

    FolderLocked while it runs; ValueError for any other folder.
    """
    if not (folder / STATE_FILE).is_file():
        raise ValueError(f"{folder} is no local network")
    lock = FolderLock.acquire(folder)
    layout = Layout(folder)
    try:
        for path in layout.own(_names(layout)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    finally:
        lock.release()


def _names(layout: Layout) -> tuple[str, ...]:
    """Of the nodes; the usual ones where the file that names them cannot be read."""
    try:
        return tuple(layout.load().nodes)
    except StateUnusable:
        return VALIDATORS

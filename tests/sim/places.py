"""Where every node has its files, each on a disk of its own."""

from pathlib import Path

from node.storage.sign_guard import GUARD_SUFFIX

DATA = Path("data")
GUARDS = DATA / "guard"


def guard_path(public_key: bytes) -> Path:
    """The sign guard of a key."""
    return GUARDS / (public_key.hex() + GUARD_SUFFIX)

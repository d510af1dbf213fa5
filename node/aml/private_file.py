"""JSON files that an institution keeps to itself: of mode 0600, strict, and never repeated.

A message about one says where it is wrong and nothing of what stands in it.
"""

import stat
from pathlib import Path
from typing import TypeVar

import msgspec

from node.bounded_file import read_bounded

FILE_BYTES_MAX = 64 * 2**20

T = TypeVar("T")


class FileUnreadable(Exception):
    """The file cannot be used; the message is a sentence without what stands in it."""


def load_private(path: Path, of: type[T]) -> T:
    """Read it as a type that forbids unknown fields. Raises FileUnreadable."""
    try:
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise FileUnreadable(f"{path}: others may read it; chmod 600")
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror}") from None
    data = read_bounded(path, FILE_BYTES_MAX, FileUnreadable)
    try:
        return msgspec.json.decode(data, type=of)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        where = str(error).rpartition(" - at ")[2]
        raise FileUnreadable(f"{path}: not valid at {where}") from None

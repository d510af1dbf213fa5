"""JSON files that an institution keeps to itself: of mode 0600, strict, and never repeated.

A message about one says where it is wrong and nothing of what stands in it.
"""

import stat
from pathlib import Path
from typing import TypeVar

import msgspec

from node.bounded_file import read_bounded
from node.sdk.json_names import NameTwice, check_names

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
        read = msgspec.json.decode(data, type=of)
        check_names(data)
    except NameTwice as error:
        raise FileUnreadable(f"{path}: not valid: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # Without a place the whole message is left, which may quote a name that stands there.
        _, at, where = str(error).rpartition(" - at ")
        raise FileUnreadable(f"{path}: not valid at {where if at else 'its top'}") from None
    return read

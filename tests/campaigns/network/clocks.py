"""Wall clocks of single nodes, moved while they run: libfaketime with one file a node.

Only the wall clock is moved (DONT_FAKE_MONOTONIC): timers and timeouts run on, as they do on a
machine whose clock is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

LIBRARIES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
)
CACHE_SECONDS = 1
"""How long a node may go on with the clock that it has read from its file."""


class NoFaketime(Exception):
    """The library is not on this machine; the message says how to get it."""


def faketime_library() -> Path:
    """The library of the Debian package faketime. NoFaketime."""
    for pattern in LIBRARIES:
        for path in sorted(Path("/").glob(pattern.lstrip("/"))):
            return path
    raise NoFaketime(
        "no libfaketimeMT.so.1: install the Debian package faketime (make network does)"
    )


class Clocks:
    """The offsets of all nodes of one network."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        """NoFaketime. The folder exists."""
        self._library = faketime_library()
        self._files = {name: folder / f"{name}.clock" for name in names}
        for name in names:
            self.set(name, 0)

    def set(self, name: str, offset_s: int) -> None:
        """Move the clock of one node; it notices within CACHE_SECONDS."""
        draft = self._files[name].with_suffix(".new")
        draft.write_text(f"{offset_s:+d}\n")
        draft.replace(self._files[name])

    def heal(self) -> None:
        """All clocks right again."""
        for name in self._files:
            self.set(name, 0)

    def environment(self, name: str) -> Mapping[str, str]:
        """Variables of the node's process."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._files[name]),
            "FAKETIME_CACHE_DURATION": str(CACHE_SECONDS),
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

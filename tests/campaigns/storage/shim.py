"""Builds the shim for file calls (shim.c) and says how a process is started under it."""

import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from tests.campaigns.storage.report import Violation

SOURCE = Path(__file__).with_name("shim.c")


class Fault(NamedTuple):
    """Calls that fail from the moment of arming on."""

    call: str
    """open, read, write, sync, rename or truncate."""
    error: int
    """An errno."""
    pattern: str
    """Part of the file's name below the data folder."""
    at_start: bool = False
    """Armed before the process starts, and not while it runs."""


def build(folder: Path) -> Path:
    """Compile it with the system's cc; about a second. Violation says what is missing."""
    library = folder / "shim.so"
    options = ("-O1", "-fPIC", "-shared", "-Wall", "-Wno-unused-result")
    try:
        subprocess.run(
            ["cc", *options, "-o", str(library), str(SOURCE), "-pthread"],
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        raise Violation("this campaign needs a C compiler `cc` (Debian: gcc)") from None
    except subprocess.CalledProcessError as error:
        raise Violation(f"the shim does not compile: {error.stderr.decode()}") from None
    return library


class Shim:
    """The shim around one process."""

    def __init__(self, library: Path, data: Path, folder: Path) -> None:
        self._library = library
        self._data = data.resolve()
        self.arm_file = folder / "fault.arm"
        self.hit_file = folder / "fault.hit"

    def failing(self, fault: Fault) -> tuple[str, ...]:
        """Prefix of the command of a process whose calls fail once armed."""
        return self._prefix(
            f"SHIM_FAULT={fault.call} {fault.error} {fault.pattern}",
            f"SHIM_ARM={self.arm_file}",
            f"SHIM_HIT={self.hit_file}",
        )

    def recording(self, log: Path) -> tuple[str, ...]:
        """Prefix of the command of a process whose writes and syncs are written down."""
        return self._prefix(f"SHIM_LOG={log}")

    def _prefix(self, *settings: str) -> tuple[str, ...]:
        return ("env", f"LD_PRELOAD={self._library}", f"SHIM_ROOT={self._data}", *settings)

    def arm(self) -> None:
        """From now on."""
        self.hit_file.unlink(missing_ok=True)
        self.arm_file.touch()

    def disarm(self) -> None:
        """The disk is well again."""
        self.arm_file.unlink(missing_ok=True)

    def since_hit(self) -> float | None:
        """Seconds since the first call that failed; None if none did."""
        if not self.hit_file.exists():
            return None
        text = self.hit_file.read_text()
        return time.monotonic() - int(text) / 1e9 if text else 0.0

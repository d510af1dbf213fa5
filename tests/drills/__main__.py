"""`python -m tests.drills [name ...]`: play drills of the runbook; 0 only if every one held.

KEEP=folder keeps the network of a drill that failed: configurations, logs, data.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.drills import certificates, disks, keys, machines
from tests.drills.drill import Play, run_drill

DRILLS: dict[str, Play] = {
    "lost-node": machines.lost_node,
    "lost-site": machines.lost_site,
    "cold-start": machines.cold_start,
    "upgrade": machines.upgrade,
    "key-compromise": keys.key_compromise,
    "certificate-expiry": certificates.certificate_expiry,
    "disk-full": disks.disk_full,
    "damaged-store": disks.damaged_store,
}
"""Name, as in docs/runbook.md, and what plays it."""


def main(arguments: list[str]) -> int:
    """The exit status."""
    unknown = [name for name in arguments if name not in DRILLS]
    if unknown:
        print(f"no drill {unknown[0]!r}; there are: {', '.join(DRILLS)}", file=sys.stderr)
        return 2
    failed, keep = 0, os.environ.get("KEEP", "")
    for name in arguments or DRILLS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mohur-drill-") as folder:
            try:
                sentence = asyncio.run(run_drill(DRILLS[name], Path(folder)))
            except Exception as error:  # noqa: BLE001  the runner reports every failure and goes on
                failed += 1
                sentence = f"FAILED: {_text(error)}"
                if keep:
                    shutil.copytree(folder, Path(keep) / name, dirs_exist_ok=True)
        print(f"{name:<20} {time.monotonic() - began:5.0f} s  {sentence}", flush=True)
    played = len(arguments or DRILLS)
    print(f"{played - failed} of {played} drills held")
    return 1 if failed else 0


def _text(error: BaseException) -> str:
    """The first leaf of a group says what happened."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

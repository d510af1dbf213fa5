"""Storage campaigns over real processes and real disks: `python -m tests.campaigns.storage`.

    python -m tests.campaigns.storage --size ci --seed 1
    python -m tests.campaigns.storage --size full --seed 7 --only kills,power

Sizes are executions. `ci` is a sample, `full` is the column "per CI" of the reliability page, and
`release` what a release runs. A failure ends the run with status 1 and the command that repeats it.
"""

import argparse
import asyncio
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from tests.campaigns.storage.faults import FAULTS, fail_file_calls
from tests.campaigns.storage.flips import flip_bits
from tests.campaigns.storage.full_disk import fill_disk
from tests.campaigns.storage.kills import cut_whole_cluster, kill_at_points
from tests.campaigns.storage.power_cut import cut_and_prove
from tests.campaigns.storage.rebuild import DAMAGES, rebuild
from tests.campaigns.storage.recording import Recording, record
from tests.campaigns.storage.report import Tally
from tests.campaigns.storage.restore import CASES_ALL, restore
from tests.campaigns.storage.truncations import truncate
from tests.campaigns.storage.victim import POINTS

Live = Callable[[Path, int, int], Coroutine[None, None, Tally]]
"""With processes: (empty folder, seed, executions)."""
Recorded = Callable[[Recording, int, int], Tally]
"""Over what one node left: (recording, seed, executions)."""


class Sizes(NamedTuple):
    """Executions."""

    ci: int
    full: int
    release: int


LIVE: dict[str, tuple[Live, Sizes]] = {
    "kills": (kill_at_points, Sizes(len(POINTS), 100, 1_000)),
    "cluster": (cut_whole_cluster, Sizes(3, 10, 100)),
    "faults": (fail_file_calls, Sizes(10, len(FAULTS), 10 * len(FAULTS))),
    "rebuild": (rebuild, Sizes(len(DAMAGES), 5 * len(DAMAGES), 20 * len(DAMAGES))),
    "disk": (fill_disk, Sizes(1, 10, 50)),
    "restore": (restore, Sizes(CASES_ALL, CASES_ALL, 10 * CASES_ALL)),
}
RECORDED: dict[str, tuple[Recorded, Sizes]] = {
    "power": (cut_and_prove, Sizes(200, 2_000, 20_000)),
    "flips": (flip_bits, Sizes(300, 1_000, 20_000)),
    "truncations": (truncate, Sizes(2_500, 1_000_000, 1_000_000)),
}


def main() -> int:
    """0 if every property held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=Sizes._fields, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join((*LIVE, *RECORDED)), help="with commas between")
    given = parser.parse_args()
    names = given.only.split(",")
    with tempfile.TemporaryDirectory(prefix="mohur-storage-") as folder:
        runs = _runs(names, Path(folder), given.size, given.seed)
        failed = [name for name in names if not _run(name, runs[name], given.size, given.seed)]
    return 1 if failed else 0


def _runs(names: list[str], folder: Path, size: str, seed: int) -> dict[str, Callable[[], Tally]]:
    """What to call for each campaign; one recording serves all that need one."""

    @lru_cache(maxsize=1)
    def recording() -> Recording:
        return asyncio.run(record(Path(tempfile.mkdtemp(dir=folder))))

    def live(name: str) -> Tally:
        run, sizes = LIVE[name]
        return asyncio.run(run(folder / name, seed, getattr(sizes, size)))

    def recorded(name: str) -> Tally:
        run, sizes = RECORDED[name]
        return run(recording(), seed, getattr(sizes, size))

    return {name: partial(live if name in LIVE else recorded, name) for name in names}


def _run(name: str, run: Callable[[], Tally], size: str, seed: int) -> bool:
    """One campaign; whether it held."""
    print(f"{name}: size {size}, seed {seed}", flush=True)
    try:
        tally = run()
        tally.require_whole()
    except Exception:  # noqa: BLE001  whatever it is, the run has failed
        traceback.print_exc()
        print(
            f"{name}: FAILED. Repeat it with: make storage SIZE={size} SEED={seed} "
            f'ARGS="--only {name}"',
            flush=True,
        )
        return False
    print(tally.sentence(), flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())

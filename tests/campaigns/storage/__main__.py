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
from pathlib import Path
from typing import NamedTuple

from tests.campaigns.storage.faults import FAULTS, fail_file_calls
from tests.campaigns.storage.kills import cut_whole_cluster, kill_at_points
from tests.campaigns.storage.power_cut import record_and_cut
from tests.campaigns.storage.report import Tally
from tests.campaigns.storage.victim import POINTS

Run = Callable[[Path, int, int], Coroutine[None, None, Tally]]
"""(empty folder, seed, executions)."""


class Campaign(NamedTuple):
    """One kind of fault."""

    run: Run
    ci: int
    full: int
    release: int


CAMPAIGNS = {
    "kills": Campaign(kill_at_points, len(POINTS), 100, 1_000),
    "cluster": Campaign(cut_whole_cluster, 3, 10, 100),
    "faults": Campaign(fail_file_calls, 12, len(FAULTS), 10 * len(FAULTS)),
    "power": Campaign(record_and_cut, 200, 2_000, 20_000),
}


def main() -> int:
    """0 if every property held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("ci", "full", "release"), default="ci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(CAMPAIGNS), help="names, with commas between")
    given = parser.parse_args()
    failed = [
        name
        for name in given.only.split(",")
        if not _run(name, CAMPAIGNS[name], given.size, given.seed)
    ]
    return 1 if failed else 0


def _run(name: str, campaign: Campaign, size: str, seed: int) -> bool:
    """One campaign in a folder of its own; whether it held."""
    executions = {"ci": campaign.ci, "full": campaign.full, "release": campaign.release}[size]
    print(f"{name}: {executions} executions, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mohur-storage-") as folder:
        try:
            tally = asyncio.run(campaign.run(Path(folder), seed, executions))
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

"""Poison at length: `make poison RUNS=20000 SEED=7`. Virtual time, four shells, a network per 500.

Prints and asserts how many transactions there were; status 1 and a line to repeat for a failure.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.poison.run import Totals, run

PER_NETWORK = 500
KINDS_MIN = 20
"""Operations that a campaign of 5,000 or more must have seen succeed, else it tests refusals."""
KINDS_FROM = 5_000


def add(total: Totals, one: Totals) -> None:
    """Sum up."""
    total.sent += one.sent
    total.admitted += one.admitted
    total.decided += one.decided
    total.heights += one.heights
    total.answers.update(one.answers)
    total.receipts.update(one.receipts)
    total.kinds.update(one.kinds)


def main(arguments: list[str]) -> int:
    """The command line; 1 if something broke."""
    parser = argparse.ArgumentParser(prog="tests.poison.campaign", description=__doc__)
    parser.add_argument("--runs", type=int, default=5_000, help="transactions at least")
    parser.add_argument("--seed", type=int, default=1, help="of the first network")
    given = parser.parse_args(arguments)
    total, seed, begin = Totals(), given.seed, time.process_time()
    while total.sent < given.runs:
        try:
            with tempfile.TemporaryDirectory(prefix="mohur-poison-") as folder:
                add(total, run(seed, min(PER_NETWORK, given.runs), Path(folder)))
        except (AssertionError, RuntimeError, TimeoutError) as error:
            print(f"seed {seed} FAILED: {type(error).__name__}: {error}")
            print(f"  make poison RUNS={min(PER_NETWORK, given.runs)} SEED={seed}")
            return 1
        seed += 1
    print(f"{total.sentence()}; {time.process_time() - begin:.0f} s of CPU")
    for name, found in (("answers", total.answers), ("receipts", total.receipts)):
        print(f"  {name}: " + ", ".join(f"{count} {key}" for key, count in found.most_common(16)))
    print("  with success: " + ", ".join(sorted(total.kinds)))
    return 1 if given.runs >= KINDS_FROM and len(total.kinds) < KINDS_MIN else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The adversary at length: `make fuzz-ledger STEPS=100000 SEED=7`.

Prints the seed, how many transactions were tried, and how often each code and event came. Ends
with the shortest history that breaks something, if there is one.
"""

import argparse
import os
import unittest


def main() -> int:
    """Run; 0 = nothing broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    os.environ["ADVERSARY_STEPS"] = str(given.steps)
    os.environ["ADVERSARY_SEED"] = str(given.seed)
    from tests.tokens import test_adversary_machine as machine

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(machine.TestAdversary)
    result = unittest.TextTestRunner(verbosity=0).run(suite)
    total = dict(machine.TOTAL)
    steps, blocks = total.pop("steps", 0), total.pop("blocks", 0)
    print(f"seed {given.seed}: {steps} transactions, {blocks} blocks")
    for name, count in sorted(total.items(), key=lambda entry: -entry[1]):
        print(f"  {count:8} {name}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    raise SystemExit(main())

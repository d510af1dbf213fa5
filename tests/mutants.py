"""A seeded sample of mutants of the ledger core: `make mutants N=200 SEED=1`.

mutmut changes one expression of `tokens/` at a time and runs the tests that reach it; a mutant that
no test notices has survived. There are tens of thousands, so a run takes a sample, and the score
that it prints is an estimate; ARGS="--only 'liens|reserve'" samples some modules. Adversaries and
machines are left out (pyproject.toml says which tests run): they would notice more, and take
minutes for each mutant.
"""

import argparse
import json
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
MUTMUT = Path(sys.executable).parent / "mutmut"
FIRST = "tokens.amount.x_mul_div_half_up__mutmut_1"
"""With this one mutmut makes all mutants, and learns which tests reach what."""
NOTICED = ("killed", "timeout", "suspicious", "segfault", "caught by type check")
SCORE_MIN_PERCENT = 80
LINE_RE = re.compile(r"^\s*(\S+__mutmut_\d+): (.+)$", re.MULTILINE)


def mutmut(*words: str, quiet: bool = True) -> str:
    """Run it in the root of the checkout; if it fails, say what it said, and end."""
    done = subprocess.run(
        [MUTMUT, *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(f"{done.stdout or ''}\nmutmut {words[0]} ended with {done.returncode}")
        raise SystemExit(1)
    return done.stdout or ""


def all_mutants() -> list[str]:
    """Names of what was made, in order."""
    names: list[str] = []
    for path in sorted((ROOT / "mutants" / "tokens").rglob("*.meta")):
        names += json.loads(path.read_text())["exit_code_by_key"]
    return sorted(names)


def sample(names: list[str], count: int, seed: int) -> list[str]:
    """So many of them, drawn with a seed."""
    return sorted(random.Random(f"mutants/{seed}").sample(names, min(count, len(names))))


def outcomes(names: list[str]) -> dict[str, str]:
    """What became of each."""
    known = dict(LINE_RE.findall(mutmut("results", "--all", "true")))
    return {name: known.get(name, "not checked") for name in names}


def main() -> int:
    """0: the sample reached the score; 1: it did not, or was not run in full."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--only", default="", help="a regular expression of names: sample no other mutants"
    )
    given = parser.parse_args()
    mutmut("run", "--max-children", str(given.jobs), FIRST)
    made = [name for name in all_mutants() if re.search(given.only, name)]
    chosen = sample(made, given.n, given.seed)
    mutmut("run", "--max-children", str(given.jobs), *chosen)
    found = outcomes(chosen)
    for name, status in found.items():
        if status not in NOTICED:
            print(f"{status}: {name}")
    counts = Counter(found.values())
    noticed = sum(counts[status] for status in NOTICED)
    score = 100 * noticed / len(chosen)
    told = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    print(f"{len(chosen)} of {len(made)} mutants, seed {given.seed}: {told}; score {score:.1f} %")
    whole = counts["not checked"] == 0 and len(chosen) == min(given.n, len(made))
    return 0 if whole and score >= SCORE_MIN_PERCENT else 1


if __name__ == "__main__":
    raise SystemExit(main())

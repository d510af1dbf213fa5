"""The campaign: `make fuzz TARGET=rpc RUNS=100000 SEED=7`; all targets unless one is named.

Of RUNS executions of a target, each is a mutant that a number names; GUIDED more are chosen by
coverage. Every input is held to budget.py. Asserts how many there were and that the target's
outcomes were reached; status 1 and one line to repeat it when something breaks.
"""

import argparse
import base64
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz import engine
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

SHOWN_BYTES_MAX = 3_000
EXECUTED_RE = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
LENGTH_MAX = 128 * 1024
"""Of inputs under coverage: it is ten times slower than without."""
INPUT_SECONDS_MAX = 20


def repeat(name: str, seed: int, number: int, target: Target) -> str:
    """The command that meets the same input in the same life again."""
    first = number - number % target.inputs_per_life
    runs = number - first + 1
    return f"make fuzz TARGET={name} SEED={seed} RUNS={runs} GUIDED=0 ARGS='--from {first}'"


def mutants(name: str, seed: int, first: int, runs: int) -> bool:
    """Whether a run of mutants broke nothing."""
    target, twin = TARGETS[name](), TARGETS[name]()
    begin = time.process_time()
    try:
        totals = engine.run(target, name, seed, first, runs, twin)
    except engine.Failed as failure:
        print(f"{name}: {failure}\n  {repeat(name, seed, failure.number, target)}", flush=True)
        if len(failure.data) <= SHOWN_BYTES_MAX:
            print(f"  bytes in base64: {base64.b64encode(failure.data).decode()}")
        return False
    finally:
        target.close()
        twin.close()
    taken = time.process_time() - begin
    print(f"{name}: {totals.sentence()}; {taken:.0f} s of CPU", flush=True)
    print("  " + ", ".join(f"{count} {said}" for said, count in totals.outcomes.most_common(12)))
    missing = engine.unseen(target, totals)
    if missing:
        print(f"{name}: never seen: {', '.join(missing)}")
    return totals.executions == runs and not missing


def guided(name: str, seed: int, runs: int) -> bool:
    """Whether a run under coverage, and its corpus under the budgets, broke nothing."""
    with tempfile.TemporaryDirectory(prefix="mohur-fuzz-") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        options = [
            f"-runs={runs}", f"-seed={seed}", f"-max_len={LENGTH_MAX}", "-len_control=0",
            f"-timeout={INPUT_SECONDS_MAX}", "-rss_limit_mb=4096", "-print_final_stats=1",
            f"-artifact_prefix={folder}/",
        ]  # fmt: skip
        begin = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.guided", name, str(corpus), *options],
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        found = EXECUTED_RE.search(done.stderr)
        executed = 0 if found is None else int(found[1])
        files = sorted(corpus.iterdir())
        print(
            f"{name}: {executed} executions under coverage, {len(files)} inputs kept, "
            f"{time.monotonic() - begin:.0f} s",
            flush=True,
        )
        for crash in (path for path in Path(folder).iterdir() if path.is_file()):
            print(f"  found {base64.b64encode(crash.read_bytes()[:SHOWN_BYTES_MAX]).decode()}")
        if done.returncode or executed < runs:
            print(f"{name}: failed under coverage (seed {seed}):\n{done.stderr[-4_000:]}")
            return False
        return replayed(name, [path.read_bytes() for path in files])


def replayed(name: str, kept: list[bytes]) -> bool:
    """Whether the corpus keeps the budgets, without instrumentation."""
    target, totals = TARGETS[name](), engine.Totals()
    try:
        for number, data in enumerate(kept):
            if number % target.inputs_per_life == 0:
                target.reset(number // target.inputs_per_life)
            engine.judge(target, number, data, totals)
    except engine.Failed as failure:
        print(f"{name}: corpus: {failure}")
        print(f"  bytes in base64: {base64.b64encode(failure.data[:SHOWN_BYTES_MAX]).decode()}")
        return False
    finally:
        target.close()
    print(f"{name}: corpus: {totals.sentence()}", flush=True)
    return True


def main(arguments: list[str]) -> int:
    """The command line; 1 if anything broke."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.campaign", description=__doc__)
    parser.add_argument("--target", choices=["all", *TARGETS], default="all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=10_000, help="mutants of each target")
    parser.add_argument("--guided", type=int, default=0, help="executions under coverage of each")
    parser.add_argument("--from", type=int, default=0, dest="first", help="number of the first")
    given = parser.parse_args(arguments)
    names = list(TARGETS) if given.target == "all" else [given.target]
    sound = [mutants(name, given.seed, given.first, given.runs) for name in names if given.runs]
    sound += [guided(name, given.seed, given.guided) for name in names if given.guided]
    print(
        f"{len(names)} targets, {given.runs} mutants and {given.guided} executions under coverage "
        f"each, seed {given.seed}: {sound.count(False)} failed; {time.process_time():.0f} s of CPU"
    )
    return 0 if all(sound) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

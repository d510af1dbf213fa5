"""Check the SPIN model: `python -m tests.model.run --views 4`, or `make model`.

Each case is translated by spin, compiled, searched and judged in a temporary folder. The exit
status is 1 if one case is not as expected, and 2 if a tool is missing.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.model.cases import Case, all_cases
from tests.model.pan import Outcome, Unreadable, judge, parse

HERE = Path(__file__).parent
DEPTH_MAX = 10_000
"""Steps of the verifier on one path; a deeper one is a failure, not a cut."""
CASE_SECONDS_MAX = 7_200


class ToolFailed(RuntimeError):
    """spin or the compiler ended with an error."""


def flags(case: Case) -> list[str]:
    """Switches as the preprocessor takes them."""
    return [
        f"-D{name}" if value is None else f"-D{name}={value}"
        for name, value in case.defines().items()
    ]


def call(command: list[str], folder: Path) -> str:
    """What a command prints. ToolFailed unless it ends with 0."""
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=CASE_SECONDS_MAX,
        check=False,
    )
    if done.returncode != 0:
        words = "\n".join(done.stdout.splitlines()[:20])
        raise ToolFailed(f"{' '.join(command)} ended with {done.returncode}\n{words}")
    return done.stdout


def search(case: Case, folder: Path, extra: tuple[str, ...] = ()) -> Outcome:
    """Translate, compile and search one case in an empty folder."""
    shutil.copy(HERE / f"{case.model}.pml", folder)
    call(["spin", "-a", *flags(case), *extra, f"{case.model}.pml"], folder)
    # The verifier reads and writes arrays by checked indexes; -w: pan.c is spin's, not ours.
    call(
        [
            *("cc", "-O1" if case.expectation.breaks else "-O2", "-w", "-DSAFETY", "-DNOFAIR"),
            *(f"-DMEMLIM={case.memory_mb}", "-o", "pan", "pan.c"),
        ],
        folder,
    )
    return parse(call(["./pan", f"-m{DEPTH_MAX}", "-w20"], folder))


def story(case: Case, folder: Path) -> str:
    """The steps to the error of a case, in words; the voters keep their numbers."""
    apart = () if "NO_SYMMETRY" in case.switches else ("-DNO_SYMMETRY",)
    outcome = search(case, folder, apart)
    if not outcome.errors:
        return "no error to tell of"
    lines = call(["spin", "-t", *flags(case), *apart, f"{case.model}.pml"], folder).splitlines()
    steps = [line.strip() for line in lines if line.strip().startswith("voter ")]
    return "\n".join([*steps, f"then {outcome.broken} does not hold"])


def run(case: Case) -> bool:
    """Run one case and say in a line what came of it; True if it is as expected."""
    with tempfile.TemporaryDirectory(prefix="mohur-model-") as name:
        began = time.monotonic()
        try:
            outcome = search(case, Path(name))
        except (ToolFailed, Unreadable, subprocess.TimeoutExpired) as failure:
            print(f"FAIL {case.name}: {failure}", flush=True)
            return False
    faults = judge(case.expectation, outcome)
    mark = "FAIL" if faults else "ok  "
    print(
        f"{mark} {case.name:<38} {outcome.states:>10} states, depth {outcome.depth:>3}, "
        f"{outcome.memory_mb:>6.0f} MB, {outcome.seconds:>6.1f} s "
        f"({time.monotonic() - began:.1f} s in all): {'; '.join(faults) or case.says}",
        flush=True,
    )
    if faults:
        print(f"     python -m tests.model.run --story --case '{case.name}'", flush=True)
    return not faults


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tests.model.run", description=__doc__)
    parser.add_argument("--views", type=int, default=4, help="cases of at most so many views")
    parser.add_argument("--case", default=None, help="only the case of this name")
    parser.add_argument("--story", action="store_true", help="tell the steps to the error")
    options = parser.parse_args(arguments)
    for tool in ("spin", "cc"):
        if shutil.which(tool) is None:
            print(f"model: needs {tool}; as root: apt-get install spin gcc libc6-dev")
            return 2
    cases = [case for case in all_cases() if case.views <= options.views]
    if options.case is not None:
        cases = [case for case in all_cases() if case.name == options.case]
    if not cases:
        print(f"no case {options.case!r}; there are: {', '.join(c.name for c in all_cases())}")
        return 2
    if options.story:
        with tempfile.TemporaryDirectory(prefix="mohur-model-") as name:
            print(story(cases[0], Path(name)))
        return 0
    began = time.monotonic()
    failed = [case.name for case in cases if not run(case)]
    proven = sum(1 for case in cases if case.expectation.breaks is None)
    print(
        f"{len(cases) - len(failed)} of {len(cases)} searches as expected ({proven} exhaustive, "
        f"{len(cases) - proven} to an error) in {time.monotonic() - began:.0f} s"
        + (f"; not: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

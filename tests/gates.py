"""Every reliability gate of CI in its small size, with a line for each: `make gates`.

Rules of this file:
1. Gates that only compute run two at a time; gates with real processes run alone, because they
   measure how long a node takes.
2. A gate that fails does not stop the others; the status is 1 if one failed.
3. Each gate is a make target that takes a size: docs/reliability.md says what a release runs.
4. A gate that ends with TIME_MISSED found nothing wrong but a measured time or rate. The machine is
   shared with others, so it runs once more, and both runs are printed. A second miss fails, except
   for gates with `thin` margins: these are printed as SLOW, and fail with --strict (a release).
"""

import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
GATE_SECONDS_MAX = 1_800
"""A gate that takes longer hangs."""
TIME_MISSED = 3
"""Exit status of a campaign in which a measured time, and nothing else, missed its bound."""
ERROR_RE = re.compile(r"^make(?:\[\d+\])?: \*\*\* .*\] Error (\d+)$", re.MULTILINE)
"""How make tells the status of a command: its own is always 2."""
TAIL_LINES = 40
"""Of a gate that failed."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One make target."""

    command: str
    """Words after `make`."""
    alone: bool = False
    """It has real processes."""
    thin: bool = False
    """What it measures is near its bound on two cores."""

    @property
    def words(self) -> list[str]:
        """Arguments of make."""
        return shlex.split(self.command)

    @property
    def name(self) -> str:
        """The verb."""
        return self.words[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a gate ended."""

    gate: Gate
    status: int
    seconds: float
    output: str

    @property
    def sentence(self) -> str:
        """The last line that it printed."""
        output = ERROR_RE.sub("", self.output)
        lines = [line for line in output.splitlines() if line.strip()]
        return lines[-1][:150] if lines else "it printed nothing"


GATES = (
    Gate("sim N=300"),
    Gate("model VIEWS=3"),
    Gate("fuzz RUNS=20000 GUIDED=2000"),
    Gate("twins N=1500"),
    Gate("mutations N=1200"),
    Gate("canaries"),
    Gate("sim-core N=150"),
    Gate("fuzz-ledger STEPS=20000"),
    Gate("determinism BLOCKS=10000"),
    Gate("sets N=20"),
    Gate("poison RUNS=3000"),
    Gate("storage", alone=True),
    Gate("duplicates", alone=True),
    Gate("drills", alone=True),
    Gate("browser", alone=True),
    Gate("network", alone=True),
    Gate("overload MINUTES=1", alone=True, thin=True),
    Gate('bench ARGS="--seconds 10 --scenario overdriven"', alone=True, thin=True),
)


def surroundings() -> dict[str, str]:
    """Without what the make above was told: ARGS of `make gates` are not those of a gate."""
    told = ("ARGS", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS")
    return {name: value for name, value in os.environ.items() if name not in told}


def run(gate: Gate) -> Outcome:
    """Run one gate; what it prints is kept for its line."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            ["make", "--no-print-directory", *gate.words],
            cwd=ROOT,
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=GATE_SECONDS_MAX,
            check=False,
        )
        status, output = done.returncode, done.stdout
        told = ERROR_RE.findall(output)
        if status and told:
            status = int(told[-1])
    except subprocess.TimeoutExpired as over:
        status, output = 124, f"{over.output or ''}\nnot within {GATE_SECONDS_MAX} s"
    return Outcome(gate, status, time.monotonic() - began, output)


def say(outcome: Outcome) -> None:
    """A line; of a failure also the end of what it printed."""
    mark = {0: "ok  ", TIME_MISSED: "SLOW"}.get(outcome.status, "FAIL")
    print(
        f"{mark} {outcome.gate.name:<14} {outcome.seconds:6.0f} s  {outcome.sentence}", flush=True
    )
    if outcome.status != 0:
        print("\n".join(outcome.output.splitlines()[-TAIL_LINES:]), flush=True)


def main(names: list[str]) -> int:
    """The exit status. `names`: these gates only, and --strict."""
    strict = "--strict" in names
    names = [name for name in names if name != "--strict"]
    unknown = [name for name in names if name not in [gate.name for gate in GATES]]
    if unknown:
        print(f"no gate {unknown[0]!r}; there are: {', '.join(g.name for g in GATES)}")
        return 2
    chosen = [gate for gate in GATES if not names or gate.name in names]
    outcomes = []
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as lanes:
        for outcome in lanes.map(run, [gate for gate in chosen if not gate.alone]):
            say(outcome)
            outcomes.append(outcome)
    for gate in chosen:
        if not gate.alone:
            continue
        outcome = run(gate)
        say(outcome)
        if outcome.status == TIME_MISSED:
            outcome = run(gate)
            say(outcome)
        outcomes.append(outcome)
    failed = [
        outcome.gate.name
        for outcome in outcomes
        if outcome.status not in ((0, TIME_MISSED) if outcome.gate.thin and not strict else (0,))
    ]
    slow = [each.gate.name for each in outcomes if each.status == TIME_MISSED]
    if slow:
        print(f"bounds of time or rate were missed twice by: {', '.join(slow)}")
    total = sum(outcome.seconds for outcome in outcomes)
    words = f"{len(outcomes) - len(failed)} of {len(outcomes)} gates held"
    print(f"{words}; {total:.0f} s in all" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

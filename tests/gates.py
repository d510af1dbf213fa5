"""Every reliability gate of CI in its small size, with a line for each: `make gates`.

Rules of this file:
1. Gates that only compute run two at a time; gates with real processes run alone, because they
   measure how long a node takes.
2. A gate that fails does not stop the others; the status is 1 if one failed.
3. Each gate is a make target that takes a size: what a release runs is in docs/campaigns.md.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
GATE_SECONDS_MAX = 1_800
"""A gate that takes longer hangs."""
TAIL_LINES = 40
"""Of a gate that failed."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One make target."""

    command: str
    """Words after `make`."""
    alone: bool = False
    """It has real processes and measures them."""

    @property
    def name(self) -> str:
        """The verb."""
        return self.command.split()[0]


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
        lines = [line for line in self.output.splitlines() if line.strip()]
        return lines[-1][:150] if lines else "it printed nothing"


GATES = (
    Gate("determinism"),
    Gate("drills", alone=True),
    Gate("duplicates", alone=True),
    Gate("fuzz"),
    Gate("poison"),
    Gate("twins N=1000"),
    Gate("mutations N=1000"),
    Gate("canaries"),
)


def run(gate: Gate) -> Outcome:
    """Run one gate; what it prints is kept for its line."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            ["make", "--no-print-directory", *gate.command.split()],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=GATE_SECONDS_MAX,
            check=False,
        )
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as over:
        status, output = 124, f"{over.output or ''}\nnot within {GATE_SECONDS_MAX} s"
    return Outcome(gate, status, time.monotonic() - began, output)


def say(outcome: Outcome) -> None:
    """A line; of a failure also the end of what it printed."""
    mark = "ok  " if outcome.status == 0 else "FAIL"
    print(
        f"{mark} {outcome.gate.name:<14} {outcome.seconds:6.0f} s  {outcome.sentence}", flush=True
    )
    if outcome.status != 0:
        print("\n".join(outcome.output.splitlines()[-TAIL_LINES:]), flush=True)


def main(names: list[str]) -> int:
    """The exit status. `names`: these gates only."""
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
        if gate.alone:
            outcomes.append(run(gate))
            say(outcomes[-1])
    failed = [outcome.gate.name for outcome in outcomes if outcome.status != 0]
    total = sum(outcome.seconds for outcome in outcomes)
    words = f"{len(outcomes) - len(failed)} of {len(outcomes)} gates held"
    print(f"{words}; {total:.0f} s in all" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

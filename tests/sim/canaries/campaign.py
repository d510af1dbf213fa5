"""Canaries: `make canaries`, or python -m tests.sim.canaries.campaign --name "quorum 2f".

Each seeded bug is planted, and a campaign goes through its executions until one fails. It has to
fail in time, by the checker that is due, and the same executions have to be good without the bug: a
canary that is not found means that a campaign has gone blind.
"""

import argparse
import sys
import time
from collections.abc import Callable

import msgspec
import pytest

from tests.sim import execution, plan
from tests.sim.canaries.canary import Canary
from tests.sim.canaries.core_bugs import CORE_CANARIES
from tests.sim.canaries.ledger_bugs import LEDGER_CANARIES
from tests.sim.canaries.shell_bugs import SHELL_CANARIES
from tests.sim.canaries.snapshot_bugs import SNAPSHOT_CANARIES
from tests.sim.execution import Failure
from tests.sim.mutations import campaign as mutations
from tests.sim.twins import campaign as twins

CANARIES = (*CORE_CANARIES, *SHELL_CANARIES, *LEDGER_CANARIES, *SNAPSHOT_CANARIES)
CPU_S_MAX = 300.0
"""Of one hunt (page 07)."""
LAYERS_MIN = 8


def attempt_seed(code: str) -> object:
    """A whole execution of a seed; the text of its failure, uncut."""
    try:
        return execution.run(plan.draw(int(code)))
    except BaseExceptionGroup as group:
        failure = execution.first(group)
        if isinstance(failure, Failure):
            return f"seed {code} FAILED: {failure}"
        raise


ATTEMPTS: dict[str, Callable[[str], object]] = {
    "twins": twins.attempt,
    "mutations": mutations.attempt,
    "sim": attempt_seed,
}


class Hunt(msgspec.Struct, frozen=True, kw_only=True):
    """How a canary was found."""

    executions: int
    cpu_s: float
    code: str
    """Of the execution that failed; empty if none did."""
    text: str
    """What it said first."""

    def due(self, canary: Canary) -> bool:
        """Found in time, and by what had to find it."""
        return bool(self.code) and self.cpu_s <= CPU_S_MAX and _says(canary, self.text)


def hunt(canary: Canary) -> Hunt:
    """Plant it and look."""
    attempt, begin, number = ATTEMPTS[canary.campaign], time.process_time(), 0
    with pytest.MonkeyPatch.context() as patch:
        canary.plant(patch)
        for number, code in enumerate(canary.codes(), 1):
            result = attempt(code)
            cpu_s = time.process_time() - begin
            if isinstance(result, str):
                return Hunt(executions=number, cpu_s=cpu_s, code=code, text=result.splitlines()[0])
            if cpu_s > CPU_S_MAX:
                break
    return Hunt(executions=number, cpu_s=time.process_time() - begin, code="", text="not found")


def control(canary: Canary, found: Hunt) -> str | None:
    """The same executions of the product as it is; the text of a failure, or None."""
    for code in canary.codes():
        result = ATTEMPTS[canary.campaign](code)
        if isinstance(result, str):
            return result
        if code == found.code:
            return None
    return None


def _says(canary: Canary, text: str) -> bool:
    return any(words in text for words in canary.finding)


def _look(canary: Canary) -> tuple[bool, Hunt]:
    """Hunt one, and say how it went."""
    found = hunt(canary)
    good = found.due(canary)
    print(
        f"{'found ' if good else 'MISSED'} {canary.name} ({canary.layer}, {canary.rule}): "
        f"{canary.campaign} {found.code}, {found.executions} executions, {found.cpu_s:.1f} s of CPU"
        f"\n       {found.text[:200]}",
        flush=True,
    )
    failed = control(canary, found) if good else None
    if failed is not None:
        print(f"CONTROL fails without the bug: {failed}")
    return good and failed is None, found


def main(arguments: list[str]) -> int:
    """The command line; 1 if a canary was missed or its control failed."""
    parser = argparse.ArgumentParser(prog="make canaries")
    parser.add_argument("--name", default=None, help="one canary")
    options = parser.parse_args(arguments)
    chosen = [each for each in CANARIES if options.name in (None, each.name)]
    begin, good, executions = time.process_time(), 0, 0
    for canary in chosen:
        well, found = _look(canary)
        good += well
        executions += found.executions
    layers = {each.layer for each in chosen}
    print(
        f"{good} of {len(chosen)} canaries found in {len(layers)} layers, {executions} executions "
        f"with a bug and as many without, {time.process_time() - begin:.0f} s of CPU"
    )
    return 0 if chosen and good == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

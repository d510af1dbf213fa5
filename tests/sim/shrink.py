"""Cuts a failing plan down: which few of its faults does the failure need?

Delta debugging over the list of faults: halves, quarters, ... are left out as long as the execution
still fails in the same way. A fault is a value of its own (plan.py), so what is left out moves
nothing else.
"""

from tests.sim import execution
from tests.sim.execution import Failure
from tests.sim.plan import Plan

ATTEMPTS_MAX = 60
"""Executions spent on one failure."""


def report(plan: Plan, failure: Failure) -> str:
    """How it failed, what of the plan is needed for it, and the command that repeats it."""
    needed, last, attempts = shrink(plan, failure)
    lines = [
        f"seed {plan.seed} FAILED: {failure}",
        f"  {failure.where}",
        f"all of it:  {command(plan, None)}",
        f"{len(needed)} of {len(plan.faults)} faults are enough ({attempts} executions):",
        *(f"  {number}: {plan.faults[number]}" for number in needed),
        f"  then: {last}",
        f"the few:    {command(plan, needed)}",
    ]
    return "\n".join(lines)


def command(plan: Plan, chosen: tuple[int, ...] | None) -> str:
    """One line that repeats an execution."""
    if chosen is None:
        return f"make sim SEED={plan.seed} N=1"
    numbers = ",".join(map(str, chosen))
    return f'make sim SEED={plan.seed} ARGS="--only {numbers},"'


def shrink(plan: Plan, failure: Failure) -> tuple[tuple[int, ...], Failure, int]:
    """(numbers of the faults that are enough, how it fails with them, executions made)."""
    chosen = tuple(range(len(plan.faults)))
    last, attempts, parts = failure, 0, 2
    while chosen and attempts < ATTEMPTS_MAX:
        size = -(-len(chosen) // parts)
        for start in range(0, len(chosen), size):
            rest = chosen[:start] + chosen[start + size :]
            attempts += 1
            found = failure_of(plan, rest)
            if found is not None and type(found.cause) is type(failure.cause):
                chosen, last, parts = rest, found, max(2, parts - 1)
                break
            if attempts >= ATTEMPTS_MAX:
                break
        else:
            if size == 1:
                break
            parts = min(2 * parts, len(chosen))
    return chosen, last, attempts


def failure_of(plan: Plan, chosen: tuple[int, ...]) -> Failure | None:
    """How the plan fails with these faults; None if it does not."""
    try:
        execution.run(plan, chosen)
    except BaseExceptionGroup as group:
        found = execution.first(group)
        if isinstance(found, Failure):
            return found
        raise
    return None

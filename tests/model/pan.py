"""What a verifier made by SPIN says, and whether it is what was expected of it.

Rules of this file:
1. A search counts only if it says how many errors it found; whatever cannot be read is a failure.
2. "errors: 0" of a search that was cut short (depth, memory, time) says nothing and is a failure.
3. A seeded bug must break the property named for it, not just any.
"""

import re
from dataclasses import dataclass

TRUNCATED = (
    "Search not completed",
    "max search depth too small",
    "reached -DMEMLIM bound",
    "out of memory",
    "hash table overflow",
)
"""What pan says when it did not see all states."""
LOSSY = ("Bit statespace", "Hash-Compact")
"""Searches that may miss states."""


class Unreadable(ValueError):
    """The output is not that of a search that ended by itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One search."""

    errors: int
    broken: str | None
    """Text of the assertion that failed; None without an error."""
    states: int
    """Distinct states stored."""
    depth: int
    """Longest path, in steps of the verifier."""
    memory_mb: float
    seconds: float
    exhaustive: bool
    """Each reachable state was visited."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a run of the model has to show."""

    breaks: str | None
    """Name of the property that must fail; None if all must hold."""
    states_min: int
    """A search of fewer states is vacuous."""


def parse(text: str) -> Outcome:
    """Read the output of pan. Unreadable if it is not whole."""
    errors = int(_number(r"errors: (\d+)", text))
    truncated = any(phrase.lower() in text.lower() for phrase in TRUNCATED)
    lossy = any(phrase in text for phrase in LOSSY) or "Full statespace" not in text
    found = re.search(r"^pan:\d+: (.*) \(at depth \d+\)$", text, re.MULTILINE)
    return Outcome(
        errors=errors,
        broken=None if found is None else found.group(1).removeprefix("assertion violated "),
        states=int(_number(r"^ *(\d+) states, stored", text)),
        depth=int(_number(r"depth reached (\d+)", text)),
        memory_mb=_number(r"([\d.]+)\ttotal actual memory usage", text),
        seconds=_number(r"elapsed time ([\d.e+-]+) seconds", text),
        exhaustive=not truncated and not lossy,
    )


def _number(pattern: str, text: str) -> float:
    """The first match; pan writes large counts as 1.23e+08."""
    found = re.search(pattern.replace(r"(\d+)", r"([\d.]+(?:e[+-]?\d+)?)"), text, re.MULTILINE)
    if found is None:
        raise Unreadable(f"no {pattern!r} in the output of pan")
    return float(found.group(1))


def judge(expected: Expectation, outcome: Outcome) -> list[str]:
    """What is wrong with an outcome, each in a sentence; empty if nothing is."""
    faults = []
    if expected.breaks is None:
        if outcome.errors or outcome.broken is not None:
            faults.append(f"{outcome.broken} does not hold")
        if not outcome.exhaustive:
            faults.append("the search was not exhaustive")
    elif outcome.broken != expected.breaks:
        faults.append(f"{expected.breaks} had to break, but {outcome.broken or 'nothing'} did")
    if outcome.states < expected.states_min:
        faults.append(f"{outcome.states} states are fewer than {expected.states_min}")
    return faults

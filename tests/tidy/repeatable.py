"""A test fails for one reason only: no sleeping, no chance, no skipping, no stop-watch."""

import ast
from collections.abc import Iterator

from tests.tidy.source import TESTS, Finding, Rule, Source, dotted

SKIPS = ("mark.skip", "mark.skipif", "mark.xfail", "pytest.skip", "pytest.xfail", "importorskip")
CHANCE = ("os.urandom", "uuid.uuid4", "uuid.uuid1", "SigningKey.generate", "utils.random")
STOP_WATCHES = ("time.time", "monotonic", "perf_counter", "process_time", "time_ns")


def sleeps(source: Source) -> Iterator[Finding]:
    """Too short on a busy machine, too long on all others. `asyncio.sleep(0)` only yields."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        yields = name == "asyncio.sleep" and ast.unparse(node).endswith("(0)")
        if name in ("time.sleep", "asyncio.sleep") and not yields:
            yield Finding(node.lineno, name, "await a condition, not a time")


def skips(source: Source) -> Iterator[Finding]:
    """A skipped test is a claim that nobody checks."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and dotted(node).endswith(SKIPS):
            yield Finding(node.lineno, dotted(node), "no skip, no xfail: fix or delete")


def chance(source: Source) -> Iterator[Finding]:
    """A generator without a seed of its own cannot be replayed."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        if name == "random.Random":
            if not node.args:
                yield Finding(node.lineno, name, "give random.Random a seed")
        elif name.startswith(("random.", "secrets.")) or name.endswith(CHANCE):
            yield Finding(node.lineno, name, f"{name}: draw from random.Random(seed)")


def stop_watches(source: Source) -> Iterator[Finding]:
    """The machine that runs the test may be busy."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Assert):
            continue
        for part in ast.walk(node.test):
            if isinstance(part, ast.Call) and dotted(part.func).endswith(STOP_WATCHES):
                yield Finding(node.lineno, dotted(part.func), "assert no wall-clock time")


RULES = (
    Rule("sleep", TESTS, sleeps),
    Rule("skip", TESTS, skips),
    Rule("chance", TESTS, chance),
    Rule("stop-watch", TESTS, stop_watches),
)

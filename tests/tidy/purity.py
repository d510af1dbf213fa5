"""A core is a function of its arguments: no float, no clock, no effect, no waiting."""

import ast
from collections.abc import Iterator

from tests.tidy.source import CORES, Finding, Rule, Source, dotted

NAMES_BANNED = {
    "complex": "integers only",
    "eval": "no code from data",
    "exec": "no code from data",
    "float": "integers only",
    "globals": "no hidden state",
    "hash": "differs in every process; use a digest",
    "id": "differs in every process; use a key",
    "input": "no effects in a core",
    "locals": "no hidden state",
    "open": "no effects in a core",
    "print": "no effects in a core",
    "round": "name the rounding: mul_div_floor, mul_div_half_up",
    "vars": "no hidden state",
}
METHODS_BANNED = {
    "fromtimestamp": "depends on the machine's time zone",
    "now": "time is an event or an argument",
    "timestamp": "is a float",
    "today": "the business date is state",
    "total_seconds": "is a float",
    "utcnow": "time is an event or an argument",
}
MATH_ALLOWED = {"ceil", "comb", "floor", "gcd", "isqrt", "lcm", "prod"}
"""Members of math that give integers; the others give floats."""


def floats(source: Source) -> Iterator[Finding]:
    """Two processors may round a float differently, and a cent is lost."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=float() | complex() as value):
                yield Finding(node.lineno, "literal", f"{value!r}: integers in minor units only")
            case ast.Attribute(value=ast.Name(id="math"), attr=attr) if attr not in MATH_ALLOWED:
                yield Finding(node.lineno, f"math.{attr}", f"math.{attr} gives a float")


def divisions(source: Source) -> Iterator[Finding]:
    """`/` makes a float of two integers."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield Finding(node.lineno, "/", "no `/`: use // or a helper that names its rounding")


def names(source: Source) -> Iterator[Finding]:
    """Built-ins whose answer depends on the process, or that reach out of it."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in NAMES_BANNED:
                yield Finding(node.lineno, name, f"{name}: {NAMES_BANNED[name]}")


def clocks(source: Source) -> Iterator[Finding]:
    """Methods of dates that read the machine's clock or answer in floats."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr) as function) if attr in METHODS_BANNED:
                said = dotted(function) or attr
                yield Finding(node.lineno, attr, f"{said}(): {METHODS_BANNED[attr]}")


def waiting(source: Source) -> Iterator[Finding]:
    """A core answers at once."""
    asynchronous = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
    for node in ast.walk(source.tree):
        if isinstance(node, asynchronous):
            yield Finding(node.lineno, "await", "no await in a core: return an action instead")


def asserts(source: Source) -> Iterator[Finding]:
    """`python -O` removes an assert, and a check of input with it."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Assert):
            yield Finding(node.lineno, "assert", "no assert: return a code or raise a named error")


RULES = (
    Rule("core-float", CORES, floats),
    Rule("core-division", CORES, divisions),
    Rule("core-names", CORES, names),
    Rule("core-clock", CORES, clocks),
    Rule("core-await", CORES, waiting),
    Rule("assert", (*CORES, "node/"), asserts),
)

"""What may be imported where, as allow-lists. Directions: pyproject.toml, import-linter."""

import ast
import sys
from collections.abc import Iterator

from tests.tidy.source import PRODUCT, Finding, Rule, Source

IMPURE = {
    "asyncio", "concurrent", "contextvars", "ctypes", "decimal", "gc",
    "getpass", "importlib", "inspect", "io", "locale", "logging", "multiprocessing", "os",
    "pathlib", "pickle", "platform", "queue", "random", "resource", "sched", "secrets",
    "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "statistics",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "warnings",
    "weakref", "zoneinfo",
}  # fmt: skip
"""Parts of the standard library that reach out of a core, or answer in floats."""

PURE = set(sys.stdlib_module_names) - IMPURE

ALLOWED: dict[str, set[str]] = {
    "consensus/": PURE | {"consensus", "msgspec"},
    "tokens/": PURE | {"tokens", "msgspec", "msgpack"},
    "node/sdk/": set(sys.stdlib_module_names)
    | {"tokens", "aiohttp", "msgspec", "node.sdk", "node.signing"}
    # The light client judges certificates by the code that validators run (docs/adr/0010).
    | {"consensus.types", "consensus.quorum", "node.wire.hashing"}
    # A dealer seals its own bid sheet, with HPKE from the library (docs/adr/0016).
    | {"cryptography"},
}
"""Beginning of a path -> modules that files there may import, with what is below them."""


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full name of each module, or member of one, that a file imports."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, name.name) for name in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from ((node.lineno, f"{module}.{name.name}") for name in names)
            case _:
                pass


def is_within(name: str, allowed: set[str]) -> bool:
    """Whether a dotted name, or a package above it, is in the list."""
    parts = name.split(".")
    return any(".".join(parts[:count]) in allowed for count in range(1, len(parts) + 1))


def outside(source: Source) -> Iterator[Finding]:
    """Imports that are not on the list of the file's folder."""
    for place, allowed in ALLOWED.items():
        if not source.path.startswith(place):
            continue
        for line, name in imported(source):
            if not is_within(name, allowed):
                yield Finding(line, name, f"{place} may not import {name}")


def tests_imported(source: Source) -> Iterator[Finding]:
    """The product does not know its tests."""
    for line, name in imported(source):
        if is_within(name, {"tests", "pytest", "hypothesis", "QuantLib", "stdnum"}):
            yield Finding(line, name, f"the product may not import {name}")


RULES = (
    Rule("imports", tuple(ALLOWED), outside),
    Rule("test-imports", PRODUCT, tests_imported),
)

"""How the product is built: trust in types, owned tasks, bounded buffers, no towers of classes."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from tests.tidy.source import PRODUCT, Finding, Rule, Source, dotted, sources

VERIFIER = "node/wire/verify.py"
"""The one file of the product that may say that a message is verified."""

LOOSE_TASKS = {
    "asyncio.create_task",
    "asyncio.ensure_future",
    "create_task",
    "ensure_future",
    "loop.create_task",
}
BASES_ALLOWED = {
    "Enum",
    "Flag",
    "Generic",
    "IntEnum",
    "IntFlag",
    "NamedTuple",
    "Protocol",
    "StrEnum",
    "Struct",
    "TypedDict",
}
ENDINGS_ALLOWED = ("Error", "Exception", "Warning", "Protocol")


@lru_cache(maxsize=1)
def project_exceptions() -> frozenset[str]:
    """Names of the exception classes of this project, which need not end in Error."""
    parents = {
        node.name: {dotted(base).rsplit(".", 1)[-1] for base in node.bases}
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
    }
    found: set[str] = set()
    while True:
        more = {
            name
            for name, bases_of in parents.items()
            if any(base in found or base.endswith(("Error", "Exception")) for base in bases_of)
        }
        if more <= found:
            return frozenset(found)
        found |= more


def verified(source: Source) -> Iterator[Finding]:
    """What `Verified` says is only true if one file says it."""
    if source.path == VERIFIER:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func).rsplit(".", 1)[-1] == "Verified":
            yield Finding(node.lineno, "Verified", f"Verified is built in {VERIFIER} only")


def loose_tasks(source: Source) -> Iterator[Finding]:
    """A task that nobody owns loses its error and may be collected while it runs."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=inner), attr="create_task")):
                if dotted(inner).endswith(("get_running_loop", "get_event_loop")):
                    yield Finding(node.lineno, "create_task", "use asyncio.TaskGroup")
            case ast.Call(func=function) if dotted(function) in LOOSE_TASKS:
                yield Finding(node.lineno, dotted(function), "use asyncio.TaskGroup")


def bases(source: Source) -> Iterator[Finding]:
    """Data and functions; a base class hides where a thing is decided."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for base in map(dotted, node.bases):
            last = base.rsplit(".", 1)[-1]
            if last in project_exceptions():
                continue
            if last not in BASES_ALLOWED and not last.endswith(ENDINGS_ALLOWED):
                yield Finding(node.lineno, base, f"{node.name} inherits {base}: compose instead")


def stubs(source: Source) -> Iterator[Finding]:
    """What is listed works."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id in ("NotImplementedError", "NotImplemented"):
            yield Finding(node.lineno, node.id, "no stubs: leave it out or write it")


def unbounded(source: Source) -> Iterator[Finding]:
    """A limit on everything: what grows without one ends the process at the worst moment."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=function, args=[], keywords=[]):
                if dotted(function).rsplit(".", 1)[-1] in ("Queue", "LifoQueue", "PriorityQueue"):
                    yield Finding(node.lineno, "Queue", "a queue has a maxsize")
            case ast.Attribute(value=ast.Name(id="functools"), attr="cache"):
                yield Finding(node.lineno, "cache", "use lru_cache(maxsize=...)")
            case ast.ImportFrom(module="functools", names=names):
                if any(name.name == "cache" for name in names):
                    yield Finding(node.lineno, "cache", "use lru_cache(maxsize=...)")
            case ast.Call(func=function, keywords=[ast.keyword(arg="maxsize", value=value)]):
                if isinstance(value, ast.Constant) and value.value in (None, 0):
                    yield Finding(node.lineno, dotted(function), "maxsize is a number above 0")
            case _:
                pass


def first_keys(source: Source) -> Iterator[Finding]:
    """A plain dict steps over the places of deleted keys to find its first one."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Delete(targets=[ast.Subscript(value=of, slice=key)]) if _first(key, of):
                pass
            case ast.Call(func=ast.Attribute(value=of, attr="pop"), args=[key, *_]) if _first(
                key, of
            ):
                pass
            case _:
                continue
        yield Finding(node.lineno, dotted(of), "the oldest goes: OrderedDict.popitem(last=False)")


def _first(key: ast.expr, of: ast.expr) -> bool:
    return ast.unparse(key) == f"next(iter({ast.unparse(of)}))"


RULES = (
    Rule("verified", PRODUCT, verified),
    Rule("loose-task", (*PRODUCT, "tests/"), loose_tasks),
    Rule("inheritance", PRODUCT, bases),
    Rule("stub", PRODUCT, stubs),
    Rule("unbounded", PRODUCT, unbounded),
    Rule("first-key", PRODUCT, first_keys),
)
